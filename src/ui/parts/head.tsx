import { Form } from './field.tsx'
import { Icon, type IconName } from './icon.tsx'
import type { Link } from './navigation.tsx'

/** A way to something of one's own, with how much waits there; kept fresh by the live line. */
export interface HeadLinkProps extends Link {
  id: string
  icon: IconName
  count: number
  /** The largest number that is counted. */
  most: number
  live: { topic: string; url: string }
}

export function HeadLink({ id, label, href, icon, count, most, live }: HeadLinkProps) {
  const words = count >= most ? `${most - 1}+` : String(count)
  return (
    <a class="head-link" id={id} href={href} data-live={live.topic} data-live-url={live.url} data-live-label={label}>
      <Icon name={icon} />
      <span class="head-link-words">{label}</span>
      {count > 0 && (
        <span class="head-link-count">
          {words}
          <span class="hidden-visually"> chưa xem</span>
        </span>
      )}
    </a>
  )
}

/** The absent colleague whose work is done now, with the press that ends it. */
export function StandingIn({ name, endAction }: { name: string; endAction: string }) {
  return (
    <section class="standing-in" aria-label="Xử lý thay">
      <p>
        Đang xử lý thay <strong>{name}</strong>
      </p>
      <Form action={endAction} class="row">
        <button class="button button-small" type="submit">
          Thôi xử lý thay
        </button>
      </Form>
    </section>
  )
}
