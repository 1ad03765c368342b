import type { Remaining } from '#calendar'
import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { formatDateTime, Notice, Tag } from '#ui'
import { type State, stateNames } from '../model.ts'
import type { At } from '../reading/past.ts'
import { sayRemaining, stateTones } from './words.ts'

/** What pages of this room call what is looked at again. */
export const ofRoom = 'nhiệm vụ'

/** Of before each change was kept, the hops tell most, not all: said where such rows are shown. */
export const NotKept = ({ rows }: { rows: readonly { isKept: boolean }[] }) =>
  rows.every(({ isKept }) => isKept) ? null : (
    <Notice title="Một phần được dựng lại từ diễn biến">
      <p>
        Khi đó hệ thống chưa lưu nhiệm vụ trước mỗi lần thay đổi. Trạng thái, tiến độ và số vòng được dựng lại từ diễn
        biến; hạn đã thay đổi sau đó thì không còn biết nên để trống, cơ quan chủ trì và nội dung phần việc là của lần
        điều chỉnh cuối.
      </p>
    </Notice>
  )

export const StateTag = ({ state }: { state: State }) => <Tag tone={stateTones[state]}>{stateNames[state]}</Tag>

/** Names of agencies by code, as short as they are known. */
export async function namer(ctx: Context, at?: At): Promise<(code: string) => string> {
  const tree = await organisationTree(ctx.sql, at ?? { asOf: await today(ctx) })
  return (code) => {
    const found = tree.find(code)?.row
    return found?.shortName ?? found?.name ?? code
  }
}

interface DueProps {
  state: State
  dueAt: Date | null
  left: Remaining | undefined
  doneInTime?: boolean | null
}

/** The clock of a part in a few words; late is said by tag and word, in time by nothing but its date. */
export function Due({ state, dueAt, left, doneInTime }: DueProps) {
  if (state === 'done') return doneInTime === false ? <Tag tone="warning">Xong quá hạn</Tag> : <>Xong đúng hạn</>
  if (state === 'withdrawn') return <span class="muted">Không còn hạn</span>
  if (!left)
    return <span class="muted">{state === 'opinion' ? 'Tính từ khi ban hành' : 'Hạn khi đó không còn lưu'}</span>
  const when = dueAt ? ` · hạn ${formatDateTime(dueAt)}` : ''
  if (left.state === 'overdue' && state !== 'awaiting-verification')
    return (
      <>
        <Tag tone="danger">{sayRemaining(left)}</Tag>
        <span class="small muted">{when}</span>
      </>
    )
  if (left.state === 'paused') return <span class="muted">{sayRemaining(left)}</span>
  return isSoon(left) ? (
    <>
      <Tag tone="warning">{sayRemaining(left)}</Tag>
      <span class="small muted">{when}</span>
    </>
  ) : (
    <>
      {sayRemaining(left)}
      <span class="small muted">{when}</span>
    </>
  )
}

const isSoon = ({ workingMs }: Remaining) => workingMs <= 8 * 3_600_000
