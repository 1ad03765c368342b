import type { ComponentChildren } from 'preact'
import { formatNumber } from '../format.ts'

export interface Link {
  label: string
  href: string
}

/** The way down to this page; the page itself is its `h1` and is left out. */
export function Breadcrumbs({ items }: { items: readonly Link[] }) {
  if (items.length === 0) return null
  return (
    <nav class="crumbs" aria-label="Đường dẫn">
      <ol>
        {items.map(({ label, href }) => (
          <li key={href}>
            <a href={href}>{label}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}

export interface Tab extends Link {
  count?: number
  current?: boolean
}

/** Tabs are links: each has its own address. */
export function Tabs({ label, items }: { label: string; items: readonly Tab[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {items.map(({ label, href, count, current }) => (
          <li key={href}>
            <a href={href} aria-current={current ? 'page' : undefined}>
              {label}
              {count !== undefined && <span class="tabs-count"> {formatNumber(count)}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** A heading of a section, with links or a control at its right. */
export function Section(props: { title: string; id?: string; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="section" id={props.id} aria-label={props.title}>
      <div class="section-head">
        <h2>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  )
}
