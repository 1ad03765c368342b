import { formatDateTime } from '../format.ts'
import { queryBesides, withQuery } from '../query.ts'
import { useSurroundings } from '../render.tsx'
import { More } from './details.tsx'
import { Field } from './field.tsx'
import { Notice } from './notice.tsx'

export interface AsOfMoment {
  /** What was known by then. */
  knownAt: Date
  /** As it stands in the address. */
  text: string
  timeZone: string
}

/** Stands on every page that is shown as of an earlier moment, with the way back to today. */
export function AsOfNotice({ at, what = 'số liệu' }: { at: AsOfMoment | undefined; what?: string }) {
  const { address } = useSurroundings()
  if (!at) return null
  return (
    <Notice tone="warning" title={`Đang xem lại ${what} như đã biết lúc ${formatDateTime(at.knownAt, at.timeZone)}`}>
      <p>
        Tên và cơ cấu đơn vị là của ngày đó; hiện nay có thể đã khác.{' '}
        <a href={withQuery(address, { tai: undefined })}>Về {what} hiện nay</a>
      </p>
    </Notice>
  )
}

/** Asks for a moment of the past; what else stands in the address is kept. */
export function AsOfQuestion({ at, what = 'số liệu' }: { at: AsOfMoment | undefined; what?: string }) {
  const { address } = useSurroundings()
  const value = at && (at.text.includes('T') ? at.text : `${at.text}T23:59`)
  return (
    <More title={`Xem lại ${what} tại một thời điểm`} open={at !== undefined}>
      <form class="form row no-print" method="get" action={address.split('?')[0]} aria-label={`Xem lại ${what}`}>
        {queryBesides(address, ['tai']).map(([name, one]) => (
          <input key={name} type="hidden" name={name} value={one} />
        ))}
        <Field
          name="tai"
          label="Ngày và giờ"
          hint={`Các trang hiện lại đúng ${what} mà hệ thống đã biết vào lúc đó, với tên và cơ cấu đơn vị của ngày đó.`}
        >
          <input class="input" type="datetime-local" id="tai" name="tai" value={value} aria-describedby="tai-hint" />
        </Field>
        <button class="button" type="submit">
          Xem lại
        </button>
      </form>
    </More>
  )
}
