import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

const icons = { info: 'info', done: 'check', warning: 'warning', danger: 'warning' } as const

export interface NoticeProps {
  tone?: keyof typeof icons
  title?: string
  /** `status` is read out politely when the page opens with it: the outcome of a form just sent. */
  role?: 'status' | 'alert'
  children?: ComponentChildren
}

export function Notice({ tone = 'info', title, role, children }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} role={role}>
      <Icon name={icons[tone]} />
      <div class="notice-body">
        {title && (
          <p>
            <strong>{title}</strong>
          </p>
        )}
        {typeof children === 'string' ? <p>{children}</p> : children}
      </div>
    </div>
  )
}

/** What would be here, and how it comes. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  title: string
  children?: ComponentChildren
  actions?: ComponentChildren
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {typeof children === 'string' ? <p>{children}</p> : children}
      {actions && <div class="row">{actions}</div>}
    </div>
  )
}
