// The hours outside of what is usual, told in spells.

import type { Definition, HourlyCourse } from '#indicators'
import { formatDate, formatNumber, formatWeekday, Section, Table, withQuery } from '#ui'
import { capital } from './words.ts'

const mostListed = 200

export const sayHour = (hour: string): string => `${hour.slice(11)}:00 ${formatDate(hour.slice(0, 10))}`

interface Spell {
  from: string
  to: string
  hours: number
  value: number
  low: number
  high: number
}

/** Hours outside that follow one another on the same side are one spell, told by the hour farthest out. */
function spellsOf({ hours, values, usual }: HourlyCourse): Spell[] {
  const spells: (Spell & { last: number })[] = []
  for (const index of usual.outside) {
    const [value, low, high] = [values[index] ?? 0, usual.low[index] ?? 0, usual.high[index] ?? 0]
    const hour = hours[index] ?? ''
    const spell = spells.at(-1)
    if (spell && spell.last === index - 1 && spell.value > spell.high === value > high) {
      spell.last = index
      spell.to = hour
      spell.hours += 1
      if (offOf({ value, low, high }) > offOf(spell)) Object.assign(spell, { value, low, high })
    } else spells.push({ from: hour, to: hour, hours: 1, value, low, high, last: index })
  }
  return spells
}

const offOf = ({ value, low, high }: Pick<Spell, 'value' | 'low' | 'high'>) =>
  value > high ? value - high : low - value

function spellWords({ from, to }: Spell): string {
  if (from === to) return sayHour(from)
  if (from.slice(0, 10) === to.slice(0, 10)) return `${from.slice(11)}:00–${sayHour(to)}`
  return `${sayHour(from)} – ${sayHour(to)}`
}

interface OutsideProps {
  body: Definition
  course: HourlyCourse
  address: string
}

export function Outside({ body, course, address }: OutsideProps) {
  const spells = spellsOf(course).toReversed()
  const figure = (value: number) => formatNumber(value, body.decimals)
  const weekday = ({ from }: Spell) => formatWeekday(new Date(`${from.slice(0, 10)}T00:00:00Z`), 'UTC')
  return (
    <Section title={`Ngoài khoảng thường thấy: ${formatNumber(course.usual.outside.length)} giờ`} id="khac-thuong">
      <Table
        caption="Các đợt giờ ngoài khoảng thường thấy, mới nhất trước"
        hideCaption
        rows={spells.slice(0, mostListed)}
        rowKey={({ from }) => from}
        downloads={{ csv: withQuery(address, { file: 'csv' }), xlsx: withQuery(address, { file: 'xlsx' }) }}
        columns={[
          { key: 'hour', title: 'Lúc', cell: spellWords },
          { key: 'weekday', title: 'Thứ', cell: (spell) => capital(weekday(spell)) },
          { key: 'hours', title: 'Số giờ', kind: 'number', cell: ({ hours }) => formatNumber(hours) },
          {
            key: 'value',
            title: 'Xa nhất',
            unit: body.unit,
            kind: 'number',
            phone: true,
            cell: ({ value }) => figure(value),
          },
          {
            key: 'usual',
            title: 'Thường thấy giờ đó',
            unit: body.unit,
            kind: 'number',
            phone: true,
            cell: ({ low, high }) => `${figure(low)}–${figure(high)}`,
          },
          {
            key: 'off',
            title: 'Lệch',
            kind: 'number',
            phone: true,
            cell: (spell) => `${spell.value > spell.high ? 'cao hơn' : 'thấp hơn'} ${figure(offOf(spell))}`,
          },
        ]}
        empty={{ title: 'Không giờ nào khác thường', words: 'Mọi giờ có số đo đều trong khoảng thường thấy.' }}
      />
      {spells.length > mostListed && (
        <p class="small muted">{`Bảng hiện ${mostListed} đợt mới nhất; tải về có đủ từng giờ.`}</p>
      )}
    </Section>
  )
}
