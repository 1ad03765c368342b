import type { ComponentChildren } from 'preact'
import { queryBesides, withQuery } from '../query.ts'
import { useSurroundings } from '../render.tsx'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

export interface ActiveFilter {
  /** Query value that holds it. */
  name: string
  /** "Đơn vị: Sở Tài chính". */
  label: string
}

export interface FilterBarProps {
  /** Query values the fields set; all others (order, page size) are carried along, the place in the list is dropped. */
  names: readonly string[]
  active: readonly ActiveFilter[]
  children: ComponentChildren
  submit?: string
}

/** Filters of a list: a form that reads into the address, and what is set as chips that take it off again. */
export function FilterBar({ names, active, children, submit = 'Lọc' }: FilterBarProps) {
  const { address } = useSurroundings()
  const fresh = withQuery(address, { after: undefined, before: undefined })
  return (
    <form class="filter-form" method="get" action={fresh.split('?')[0]} aria-label="Lọc danh sách">
      {queryBesides(fresh, names).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <div class="filters">
        {children}
        <Button icon="filter">{submit}</Button>
      </div>
      {active.length > 0 && (
        <ul class="chips" aria-label="Đang lọc theo">
          {active.map(({ name, label }) => (
            <li key={`${name}${label}`}>
              <a class="chip" href={withQuery(fresh, { [name]: undefined })} aria-label={`Bỏ lọc ${label}`}>
                {label}
                <Icon name="close" size={14} />
              </a>
            </li>
          ))}
          {active.length > 1 && (
            <li>
              <a href={withQuery(fresh, Object.fromEntries(active.map(({ name }) => [name, undefined])))}>Bỏ tất cả</a>
            </li>
          )}
        </ul>
      )}
    </form>
  )
}
