// A period of before a change of units, told for the units of the day that is looked at: from which former units, by which rule, or why not.

import { type Card, describeRestated, listRestated, mergerWords, type PeriodKind, type RestatedUnit } from '#indicators'
import type { Context } from '#platform/context'
import type { TableCell } from '#platform/table-file'
import { formatDate, formatNumber, Section, Table, withQuery } from '#ui'
import type { View } from './view.tsx'
import { sayFigure, sayPeriod } from './words.ts'

/** What the page's organisation and those below it would have had in the period shown, by the units of the day looked at. */
export function readRestated(ctx: Context, view: View, { card, kind }: { card: Card; kind: PeriodKind }) {
  return listRestated(ctx, {
    definition: card.definition,
    organisation: view.organisation.code,
    kind,
    period: card.period,
    structureAt: view.today,
    asOf: view.asOf,
  })
}

/** Whole and shared figures of former units, each a door to the number itself. */
function Parts({ unit, card, tai }: { unit: RestatedUnit; card: Card; tai: string | undefined }) {
  const { body } = card.definition
  return (
    <ul class="plain-list">
      {unit.parts.map(({ code, name, fact, share }) => (
        <li key={code}>
          {name}:{' '}
          {fact?.value == null ? (
            'chưa có số liệu'
          ) : (
            <a href={withQuery(`/so-lieu/${fact.id}`, { tai })}>{sayFigure(body, fact.value)}</a>
          )}
          {share === null && ' (đã chia, chưa công bố tỷ lệ)'}
        </li>
      ))}
    </ul>
  )
}

export function RestatedUnits(props: {
  card: Card
  rows: readonly RestatedUnit[]
  view: View
  downloads: { csv: string; xlsx: string }
}) {
  const { card, rows, view, downloads } = props
  if (rows.length === 0) return null
  const { body } = card.definition
  const told = rows.filter(({ value }) => value !== undefined).length
  return (
    <Section title="Tính lại theo đơn vị sau sắp xếp" id="tinh-lai">
      <p>
        {`Số ${sayPeriod(card.period)} là của các đơn vị khi đó. Bảng này tính lại cho đơn vị của ngày ${formatDate(view.today)} theo quy tắc của chỉ tiêu: ${mergerWords[body.merger].toLocaleLowerCase('vi')}. ${told === rows.length ? 'Đơn vị nào cũng tính được.' : `Tính được ${formatNumber(told)} trên ${formatNumber(rows.length)} đơn vị; chỗ không tính được ghi rõ vì sao.`}`}
      </p>
      <Table
        caption={`${body.name} ${sayPeriod(card.period)}, tính lại`}
        rows={rows}
        rowKey={({ by, code }) => `${by} ${code}`}
        downloads={downloads}
        columns={[
          { key: 'name', title: 'Đơn vị hoặc địa bàn', cell: ({ name }) => name },
          {
            key: 'value',
            title: 'Tính lại',
            unit: body.unit,
            kind: 'number',
            phone: true,
            cell: ({ value }) => (value === undefined ? undefined : formatNumber(value, body.decimals)),
          },
          { key: 'how', title: 'Cách tính', phone: true, cell: describeRestated },
          { key: 'parts', title: 'Từ', cell: (unit) => <Parts unit={unit} card={card} tai={view.tai} /> },
        ]}
      />
    </Section>
  )
}

export const restatedFileTitles = ({ definition }: Card): string[] => [
  'Mã',
  'Đơn vị hoặc địa bàn',
  `Tính lại (${definition.body.unit})`,
  'Cách tính',
  'Từ các đơn vị cũ',
]

export const restatedFileCells = (unit: RestatedUnit): TableCell[] => [
  unit.code,
  unit.name,
  unit.value,
  describeRestated(unit),
  unit.parts.map(({ name, fact }) => `${name}: ${fact?.value ?? 'chưa có số liệu'}`).join('; '),
]
