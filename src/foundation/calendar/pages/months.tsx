import { Section } from '#ui'
import { type CalendarDay, dayKindNames, type WorkingCalendar } from '../model.ts'
import { toDate, toDay, weekdayOf } from '../rules/dates.ts'
import { compileCalendar, isWorkingDay } from '../rules/working-time.ts'

const weekdayHeads = ['Hai', 'Ba', 'Tư', 'Năm', 'Sáu', 'Bảy', 'CN']

/** The year by months: what is worked and what is not, with the special days named. */
export function Months({ calendar, year }: { calendar: WorkingCalendar; year: number }) {
  const compiled = compileCalendar(calendar)
  const named = new Map(calendar.days.map((day) => [day.date, day]))
  return (
    <Section title="Cả năm">
      <div class="columns columns-3 columns-top">
        {Array.from({ length: 12 }, (_, index) => {
          const month = `${year}-${String(index + 1).padStart(2, '0')}`
          const weeks = weeksOf(month)
          const worked = weeks.flat().filter((date) => date && isWorkingDay(compiled, date)).length
          return (
            <table class="table table-plain small" key={month}>
              <caption>{`Tháng ${index + 1}: ${worked} ngày làm việc`}</caption>
              <thead>
                <tr>
                  {weekdayHeads.map((head) => (
                    <th scope="col" key={head}>
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {weeks.map((week) => (
                  <tr key={week.join()}>
                    {week.map((date, at) => (
                      <td key={date ?? `${week.join()}${at}`} class="number">
                        {date && <DayCell date={date} special={named.get(date)} works={isWorkingDay(compiled, date)} />}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          )
        })}
      </div>
      <p class="small muted">Số đậm: ngày khác thường. Số mờ: không làm việc.</p>
    </Section>
  )
}

function DayCell({ date, special, works }: { date: string; special: CalendarDay | undefined; works: boolean }) {
  const day = String(Number(date.slice(8)))
  if (special)
    return (
      <strong title={`${dayKindNames[special.kind]}: ${special.name}`}>
        {day}
        <span class="hidden-visually"> {dayKindNames[special.kind]}</span>
      </strong>
    )
  return works ? <span>{day}</span> : <span class="muted">{day}</span>
}

function weeksOf(month: string): (string | undefined)[][] {
  const first = toDay(`${month}-01`)
  const start = first - (weekdayOf(first) - 1)
  const weeks: (string | undefined)[][] = []
  for (let monday = start; weeks.length < 6; monday += 7) {
    const week = Array.from({ length: 7 }, (_, index) => toDate(monday + index))
    if (!week.some((date) => date.startsWith(month))) break
    weeks.push(week.map((date) => (date.startsWith(month) ? date : undefined)))
  }
  return weeks
}
