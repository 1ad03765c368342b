import { Form } from './field.tsx'
import { Icon, type IconName } from './icon.tsx'
import { NavCount, type NavCountProps } from './nav-count.tsx'
import type { Link } from './navigation.tsx'
import { Time } from './time.tsx'

/** A way to something of one's own, with how much waits there. */
export interface HeadLinkProps extends Link {
  icon: IconName
  count?: NavCountProps
}

export function HeadLink({ label, href, icon, count }: HeadLinkProps) {
  return (
    <a class="head-link" href={href}>
      <Icon name={icon} />
      <span class="head-link-words">{label}</span>
      {count && <NavCount {...count} />}
    </a>
  )
}

/** The one of several positions that is acted under, with the way to another. */
export function ActingAs({ title, changeHref }: { title: string; changeHref: string }) {
  return (
    <section class="acting-as" aria-label="Chức danh đang dùng">
      <p>
        Đang làm việc với tư cách <strong>{title}</strong> · <a href={changeHref}>Đổi</a>
      </p>
    </section>
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

/** Said on every page while somebody holds powers for an emergency. */
export function EmergencyPowers({ title, endsAt, href }: { title: string; endsAt: Date; href: string }) {
  return (
    <section class="standing-in" aria-label="Quyền khẩn cấp">
      <div class="row">
        <Icon name="warning" />
        <p>
          Đang dùng quyền khẩn cấp: <strong>{title}</strong>, đến <Time at={endsAt} exact />. Mọi việc được đánh dấu
          trong nhật ký.
        </p>
      </div>
      <a class="button button-small" href={href}>
        Xem hoặc kết thúc
      </a>
    </section>
  )
}
