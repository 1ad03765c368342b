import { EmptyState, formatNumber, Matrix, type MatrixCell, Tag, withQuery } from '#ui'
import { standingOf, standings } from '../model.ts'
import type { CellRow } from '../reading/standings.ts'
import { type AgencyRow, type MatrixColumn, subjectColumns, type View } from './matrix-rows.ts'
import { agencyGroups, agencyPath, standingWords } from './words.ts'

/** What a cell needs besides its row. */
type Telling = Pick<View<CellRow>, 'asked' | 'daysLate'>

const anchorPath = (row: CellRow, { asked }: Telling): string =>
  asked.link(withQuery(agencyPath(row.agency), { 'noi-dung': `${row.subjectKind}:${row.subject}` }))

function wordOf(row: CellRow, { daysLate }: Telling): string {
  const standing = standingOf(row)
  if (standing === 'no-data') return 'Không có số liệu'
  if (standing !== 'late') return standingWords[standing].word
  const days = daysLate(row)
  return `${days > 0 ? `Chậm ${formatNumber(days)} ngày` : 'Quá giờ'}${row.excused === row.late ? ', có lý do' : ''}`
}

function cellOf(row: CellRow, telling: Telling): MatrixCell {
  const tone = standingWords[standingOf(row)].mark
  const word = wordOf(row, telling)
  return tone ? { word, tone, href: anchorPath(row, telling) } : { word }
}

interface AgenciesProps {
  view: View<CellRow>
  shown: readonly AgencyRow[]
  address: string
}

export function Agencies({ view, shown, address }: AgenciesProps) {
  if (shown.length === 0)
    return <EmptyState title="Không có cơ quan nào khớp">Bỏ bớt bộ lọc; tên có thể gõ không dấu.</EmptyState>
  const columns = subjectColumns(shown)
  return (
    // The past does not move.
    <div id="co-quan" {...(view.asked.at ? {} : { 'data-live': 'duties', 'data-live-url': address })}>
      <div class="wide-only">
        <Matrix
          caption={`Tình trạng cập nhật của ${agencyGroups[view.group].toLowerCase()}`}
          corner="Cơ quan"
          absent="không phải cung cấp"
          columns={columns.map(({ key, subjectKind, name }) => ({
            key,
            label: name,
            note: subjectKind === 'source' ? 'nguồn' : 'nhập',
          }))}
          rows={shown.map((row) => ({
            key: row.agency,
            label: row.name,
            href: view.asked.link(agencyPath(row.agency)),
            note: noteOf(row),
            cells: cellsOf(row, columns, view),
          }))}
        />
      </div>
      <div class="narrow-only">
        <PhoneList shown={shown} telling={view} />
      </div>
    </div>
  )
}

/** What is wrong, and of how many; nothing where all is well. */
function noteOf({ counts, total }: AgencyRow): string | undefined {
  if (counts.late + counts['no-data'] === 0) return undefined
  const bad = [
    counts.late > 0 ? `${counts.late} chậm` : '',
    counts['no-data'] > 0 ? `${counts['no-data']} không có` : '',
  ].filter(Boolean)
  return `${bad.join(', ')} / ${total}`
}

function cellsOf(row: AgencyRow, columns: readonly MatrixColumn[], telling: Telling) {
  const own = new Map<string, CellRow>()
  for (const one of row.owed) {
    const key = `${one.subjectKind} ${one.subject}`
    const known = own.get(key)
    // Two units of one agency may owe the same: the worse one is shown.
    if (!known || rank(one) > rank(known)) own.set(key, one)
  }
  return columns.map(({ key }) => {
    const found = own.get(key)
    return found && cellOf(found, telling)
  })
}

const rank = (row: CellRow) => standings.indexOf(standingOf(row))

/** What fits a phone and a sheet of paper: each agency with what is not as it should be, the worst first. */
function PhoneList({ shown, telling }: { shown: readonly AgencyRow[]; telling: Telling }) {
  const worstFirst = shown.toSorted((a, b) => b.faults - a.faults || b.worst - a.worst)
  return (
    <ul class="matrix-list">
      {worstFirst.map((row) => (
        <li key={row.agency}>
          <p>
            <a href={telling.asked.link(agencyPath(row.agency))}>{row.name}</a>{' '}
            <span class="muted small">{noteOf(row) ?? `${formatNumber(row.total)} đúng hạn`}</span>
          </p>
          <Abnormal row={row} telling={telling} />
        </li>
      ))}
    </ul>
  )
}

function Abnormal({ row, telling }: { row: AgencyRow; telling: Telling }) {
  const owed = row.owed.filter((one) => standingOf(one) !== 'on-time')
  if (owed.length === 0) return null
  return (
    <ul>
      {owed.map((one) => (
        <li key={one.id}>
          <a href={anchorPath(one, telling)}>{one.subjectName}</a>
          <Tag tone={standingWords[standingOf(one)].tone}>{wordOf(one, telling)}</Tag>
        </li>
      ))}
    </ul>
  )
}
