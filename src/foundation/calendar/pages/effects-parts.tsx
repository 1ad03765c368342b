import { formatDate, formatNumber, Notice } from '#ui'
import type { Forecast } from '../recount/forecast.ts'
import type { Effects } from './effects.ts'
import { type MovedNames, MovedTable, Shifts } from './moved-parts.tsx'

interface PreviewProps {
  effects: Effects
  foreseen: Forecast
  names: MovedNames
}

/** What a change would do, before it is made: to the months, to sample deadlines, and to every clock under way. */
export function Preview({ effects, foreseen: { moved, shifts, first }, names }: PreviewProps) {
  return (
    <div class="stack">
      <Notice
        title={
          moved === 0 ? 'Không thời hạn đang chạy nào phải đổi' : `Sẽ đổi ${formatNumber(moved)} thời hạn đang chạy`
        }
        role="status"
      >
        <ul>
          {effects.months.map(({ month, before, after }) => (
            <li key={month}>{`Tháng ${month.slice(5)}/${month.slice(0, 4)}: ${before} → ${after} ngày làm việc`}</li>
          ))}
          {effects.deadlines.map(({ startOn, workingDays, before, after }) => (
            <li key={`${startOn}${workingDays}`}>
              {`Ví dụ: hạn ${workingDays} ngày làm việc tính từ ${formatDate(startOn)}: ${formatDate(before)} → ${formatDate(after)}`}
            </li>
          ))}
        </ul>
      </Notice>
      {moved > 0 && (
        <>
          <Shifts shifts={shifts} names={names} />
          <MovedTable
            caption={moved > first.length ? `${first.length} thời hạn đầu sẽ đổi` : 'Thời hạn sẽ đổi'}
            rows={first}
            names={names}
          />
        </>
      )}
    </div>
  )
}
