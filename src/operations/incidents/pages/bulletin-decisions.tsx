import type { Context } from '#platform/context'
import { Button, DecisionBar, Form, formatNumber, Notice } from '#ui'
import { waysOf } from '../model.ts'
import type { Bulletin } from '../record/bulletin-store.ts'
import type { Incident } from '../record/store.ts'
import { isSameParty } from '../signing.ts'
import { bulletinPath } from './bulletin-form.tsx'

/** What the press sets going, where messages go out at once. */
const sayTold = ({ recipients, channels }: Bulletin): string =>
  recipients.length > 0 && waysOf(channels).length > 0
    ? `Gửi ngay tin nhắn tới ${formatNumber(recipients.length)} nơi nhận.`
    : 'Không gửi tin nhắn cho ai.'

/** What may be done with a bulletin now, and by whom: its author neither approves nor sends it. */
export function Decisions({ ctx, incident, bulletin: one }: { ctx: Context; incident: Incident; bulletin: Bulletin }) {
  const own = bulletinPath(incident.code, one.number)
  const isAuthor = isSameParty(ctx, one.draftedParties)
  const press = (path: string, label: string, kind?: 'primary' | 'danger') => (
    <Form action={`${own}/${path}`} class="" label={label}>
      <Button kind={kind}>{label}</Button>
    </Form>
  )
  if (one.state === 'sent' && !one.followedBy)
    return (
      <p class="row">
        <Button href={`${bulletinPath(incident.code)}/soan?loai=update&thay=${one.number}`}>
          Soạn bản tin thay thế
        </Button>
        <Button kind="danger" href={`${bulletinPath(incident.code)}/soan?loai=cancel&thay=${one.number}`}>
          Hủy bản tin
        </Button>
      </p>
    )
  if (one.state !== 'draft' && one.state !== 'approved') return null
  const edit = { action: <Button href={`${own}/sua`}>Sửa</Button>, consequence: 'Sửa xong phải duyệt lại.' }
  const drop = { action: press('bo', 'Bỏ bản tin', 'danger'), consequence: 'Không phát bản này.' }
  if (isAuthor)
    return (
      <div class="stack" id="quyet-dinh">
        <Notice title="Chờ người thứ hai">Người soạn không tự duyệt và không tự phát bản tin của mình.</Notice>
        <DecisionBar label="Quyết định" primary={edit} destructive={drop} />
      </div>
    )
  const primary =
    one.state === 'draft'
      ? {
          action: press('duyet-phat', 'Duyệt và phát', 'primary'),
          consequence: `${sayTold(one)} Kênh công khai ghi là đã phát.`,
        }
      : { action: press('phat', 'Phát', 'primary'), consequence: `${sayTold(one)} Không sửa được nữa.` }
  const others =
    one.state === 'draft' ? [{ action: press('duyet', 'Chỉ duyệt'), consequence: 'Phát sau.' }, edit] : [edit]
  return (
    <div id="quyet-dinh">
      <DecisionBar label="Quyết định" primary={primary} others={others} destructive={drop} />
    </div>
  )
}
