import { formatDateTime, Notice } from '#ui'
import { nameState, unkeptState } from '../model.ts'

/** Where what is looked at lies before the fields of projects were kept: what is not known is not made up. */
export function KeptSince({ since }: { since: Date | null }) {
  if (!since) return null
  return (
    <Notice title={`Tình trạng và tiến độ chỉ được giữ lại từ ${formatDateTime(since)}`}>
      <p>
        Nơi ghi “{nameState(unkeptState)}”, trước lúc đó hệ thống chỉ giữ sổ biến động vốn: số vốn đúng theo thời điểm
        xem lại; tên, chủ đầu tư là của lần đầu được giữ lại; giai đoạn, mốc tiến độ và vướng mắc lúc đó không còn nên
        để trống.
      </p>
    </Notice>
  )
}
