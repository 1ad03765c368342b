import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

/** Help in place: opens under the words it explains. */
export function Help({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details class="help">
      <summary class="help-toggle">
        <Icon name="help" size={16} />
        {title}
      </summary>
      <div class="help-body">{typeof children === 'string' ? <p>{children}</p> : children}</div>
    </details>
  )
}

/** Something longer, folded away. */
export function More({ title, open, children }: { title: string; open?: boolean; children: ComponentChildren }) {
  return (
    <details class="more" open={open}>
      <summary class="more-toggle">
        <Icon name="forward" size={16} />
        {title}
      </summary>
      {children}
    </details>
  )
}

export interface Fact {
  term: string
  value: ComponentChildren
}

/** Terms and their values; many short ones stand in two columns where there is room. An absent value is said in words, never left blank. */
export function DescriptionList({ items, inColumns }: { items: readonly Fact[]; inColumns?: boolean }) {
  return (
    <dl class={inColumns ? 'facts facts-columns' : 'facts'}>
      {items.map(({ term, value }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value === undefined || value === null || value === '' ? <span class="muted">chưa có</span> : value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The keys a page listens to. */
export function KeyHelp({ keys }: { keys: readonly { key: string; does: string }[] }) {
  return (
    <Help title="Phím tắt">
      <dl class="keys">
        {keys.map(({ key, does }) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
    </Help>
  )
}
