import { z } from 'zod'
import { type CompiledCalendar, getCalendarOf } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context, Reach } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import type { Sql } from '#platform/sql'
import { tableFile } from '#platform/table-file'
import {
  EmptyState,
  FilterBar,
  formatDate,
  formatDateTime,
  formatNumber,
  Matrix,
  type MatrixCell,
  MatrixLegend,
  Pagination,
  Select,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { type Standing, standingOf, standings } from '../model.ts'
import { reachOfDuties } from '../reading/reach.ts'
import { type CellRow, countStandings, listCells, listStandings } from '../reading/standings.ts'
import { type AgencyRow, agencyRows, isFault, lateCounter, type MatrixColumn, subjectColumns } from './matrix-rows.ts'
import { type Directory, DutyTabs, groupOf, readDirectory } from './parts.tsx'
import {
  type AgencyGroup,
  agencyGroups,
  agencyPath,
  matrixPath,
  showPeriod,
  standingWords,
  subjectWords,
} from './words.ts'

const groups = Object.keys(agencyGroups) as AgencyGroup[] // keys of a constant

const Query = z.object({
  nhom: z.enum(['so-nganh', 'xa', 'ngoai']).optional().catch(undefined),
  q: z.string().max(200).optional(),
  loai: z.enum(['indicator', 'source']).optional().catch(undefined),
  'tinh-trang': z
    .enum([...standings, 'loi'])
    .optional()
    .catch(undefined),
  sort: z.enum(['ten', '-ten', 'cham', '-cham']).optional().catch(undefined),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(20),
})
type Query = z.infer<typeof Query>

interface View<Row extends CellRow> {
  all: Row[]
  directory: Directory
  group: AgencyGroup
  rows: AgencyRow<Row>[]
  daysLate: (row: CellRow) => number
}

async function readView<Row extends CellRow>(
  ctx: Context,
  query: Query,
  list: (sql: Sql, reach: Reach) => Promise<Row[]>,
): Promise<View<Row>> {
  const all = await list(ctx.sql, await reachOfDuties(ctx))
  const directory = await readDirectory(ctx)
  const present = groups.filter((group) => all.some((row) => groupOf(directory.tree, row) === group))
  const group = query.nhom && present.includes(query.nhom) ? query.nhom : (present[0] ?? 'so-nganh')
  const calendar = await rootCalendar(ctx)
  const daysLate = lateCounter(() => calendar, ctx.now)
  return {
    all,
    directory,
    group,
    daysLate,
    rows: agencyRows(all, { directory, filter: { ...query, nhom: group }, daysLate }),
  }
}

// A look over all agencies counts by the province's calendar; an agency's own page by its own.
const rootCalendar = async (ctx: Context): Promise<CompiledCalendar | undefined> =>
  getCalendarOf(ctx, (await getHomePack(ctx.sql)).card.rootOrganisation).catch(() => undefined)

const list = route({
  method: 'GET',
  path: matrixPath,
  access: 'duty:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const view = await readView(ctx, query, listCells)
    const { all, directory, group, rows } = view
    const start = query.after === undefined ? 0 : rows.findIndex(({ agency }) => agency === query.after) + 1
    const shown = rows.slice(start, start + query.limit)
    const counts = countStandings(all)
    return page({
      title: 'Trách nhiệm cập nhật dữ liệu',
      lead: leadOf(counts, all.length),
      body: (
        <div class="stack">
          <DutyTabs current="matrix" />
          {all.length === 0 ? (
            <EmptyState title="Chưa có số liệu nào phải cập nhật">
              Nguồn dữ liệu và chỉ tiêu nhập tay có kỳ hạn sẽ hiện ở đây cùng cơ quan phải cung cấp.
            </EmptyState>
          ) : (
            <>
              <GroupTabs all={all} directory={directory} group={group} address={request.url} />
              <Filters query={query} />
              <Legend rows={rows} address={request.url} />
              <Agencies view={view} shown={shown} address={request.url} />
              <Foot
                shown={shown.length}
                total={rows.length}
                next={
                  start + query.limit < rows.length
                    ? withQuery(request.url, { after: shown.at(-1)?.agency })
                    : undefined
                }
                previous={
                  start > 0 ? withQuery(request.url, { after: rows[start - query.limit - 1]?.agency }) : undefined
                }
                address={request.url}
              />
            </>
          )}
        </div>
      ),
    })
  },
})

function leadOf(counts: Record<Standing, number>, total: number): string {
  const good = counts['on-time'] + counts['due-soon']
  const parts = [
    `${formatNumber(good)}/${formatNumber(total)} nguồn, số liệu đúng hạn`,
    counts.late > 0 ? `${formatNumber(counts.late)} chậm` : '',
    counts['no-data'] > 0 ? `${formatNumber(counts['no-data'])} không có số liệu` : '',
    counts['due-soon'] > 0 ? `${formatNumber(counts['due-soon'])} sắp đến hạn` : '',
  ]
  return parts.filter(Boolean).join(' · ')
}

function GroupTabs(props: { all: readonly CellRow[]; directory: Directory; group: AgencyGroup; address: string }) {
  const faults = (group: AgencyGroup) =>
    props.all.filter((row) => groupOf(props.directory.tree, row) === group && isFault(row)).length
  const present = groups.filter((group) => props.all.some((row) => groupOf(props.directory.tree, row) === group))
  if (present.length < 2) return null
  return (
    <nav class="matrix-groups no-print" aria-label="Nhóm cơ quan">
      {present.map((group) => (
        <a
          key={group}
          href={withQuery(props.address, { nhom: group, after: undefined })}
          aria-current={group === props.group ? 'page' : undefined}
        >
          {agencyGroups[group]}
          {faults(group) > 0 && <span class="matrix-groups-count"> {formatNumber(faults(group))} chậm</span>}
        </a>
      ))}
    </nav>
  )
}

function Filters({ query }: { query: Query }) {
  const state = query['tinh-trang']
  return (
    <FilterBar
      names={['q', 'loai', 'tinh-trang', 'sort']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(query.loai ? [{ name: 'loai', label: subjectWords[query.loai] }] : []),
        ...(state
          ? [{ name: 'tinh-trang', label: state === 'loi' ? 'Chỉ chỗ cần xử lý' : standingWords[state].word }]
          : []),
      ]}
    >
      <TextInput name="q" type="search" label="Tên cơ quan" value={query.q} />
      <Select
        name="tinh-trang"
        label="Tình trạng"
        empty="Tất cả"
        value={state}
        options={[
          { value: 'loi', label: 'Chỉ chỗ cần xử lý' },
          ...standings.map((value) => ({ value, label: standingWords[value].word })),
        ]}
      />
      <Select
        name="loai"
        label="Loại"
        empty="Tất cả"
        value={query.loai}
        options={Object.entries(subjectWords).map(([value, label]) => ({ value, label }))}
      />
      <Select
        name="sort"
        label="Thứ tự"
        empty="Theo danh sách cơ quan"
        value={query.sort}
        options={[
          { value: '-cham', label: 'Chậm nhiều trước' },
          { value: 'ten', label: 'Theo tên' },
        ]}
      />
    </FilterBar>
  )
}

function Legend({ rows, address }: { rows: readonly AgencyRow[]; address: string }) {
  const total = (standing: Standing) => rows.reduce((sum, { counts }) => sum + counts[standing], 0)
  return (
    <MatrixLegend
      items={standings.map((standing) => ({
        word: standingWords[standing].word,
        tone: standingWords[standing].mark,
        count: formatNumber(total(standing)),
        href: withQuery(address, { 'tinh-trang': standing, after: undefined }),
      }))}
    />
  )
}

const anchorPath = (row: CellRow): string =>
  withQuery(agencyPath(row.agency), { 'noi-dung': `${row.subjectKind}:${row.subject}` })

function wordOf(row: CellRow, daysLate: (row: CellRow) => number): string {
  const standing = standingOf(row)
  if (standing === 'no-data') return 'Không có số liệu'
  if (standing !== 'late') return standingWords[standing].word
  const days = daysLate(row)
  return `${days > 0 ? `Chậm ${formatNumber(days)} ngày` : 'Quá giờ'}${row.excused === row.late ? ', có lý do' : ''}`
}

function cellOf(row: CellRow, daysLate: (row: CellRow) => number): MatrixCell {
  const tone = standingWords[standingOf(row)].mark
  const word = wordOf(row, daysLate)
  return tone ? { word, tone, href: anchorPath(row) } : { word }
}

function Agencies({ view, shown, address }: { view: View<CellRow>; shown: readonly AgencyRow[]; address: string }) {
  if (shown.length === 0)
    return <EmptyState title="Không có cơ quan nào khớp">Bỏ bớt bộ lọc; tên có thể gõ không dấu.</EmptyState>
  const columns = subjectColumns(shown)
  return (
    <div id="co-quan" data-live="duties" data-live-url={address}>
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
            href: agencyPath(row.agency),
            note: noteOf(row),
            cells: cellsOf(row, columns, view.daysLate),
          }))}
        />
      </div>
      <div class="narrow-only">
        <PhoneList shown={shown} daysLate={view.daysLate} />
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

function cellsOf(row: AgencyRow, columns: readonly MatrixColumn[], daysLate: (row: CellRow) => number) {
  const own = new Map<string, CellRow>()
  for (const one of row.owed) {
    const key = `${one.subjectKind} ${one.subject}`
    const known = own.get(key)
    // Two units of one agency may owe the same: the worse one is shown.
    if (!known || rank(one) > rank(known)) own.set(key, one)
  }
  return columns.map(({ key }) => {
    const found = own.get(key)
    return found && cellOf(found, daysLate)
  })
}

const rank = (row: CellRow) => standings.indexOf(standingOf(row))

/** What fits a phone and a sheet of paper: each agency with what is not as it should be, the worst first. */
function PhoneList({ shown, daysLate }: { shown: readonly AgencyRow[]; daysLate: (row: CellRow) => number }) {
  const worstFirst = shown.toSorted((a, b) => b.faults - a.faults || b.worst - a.worst)
  return (
    <ul class="matrix-list">
      {worstFirst.map((row) => (
        <li key={row.agency}>
          <p>
            <a href={agencyPath(row.agency)}>{row.name}</a>{' '}
            <span class="muted small">{noteOf(row) ?? `${formatNumber(row.total)} đúng hạn`}</span>
          </p>
          <Abnormal row={row} daysLate={daysLate} />
        </li>
      ))}
    </ul>
  )
}

function Abnormal({ row, daysLate }: { row: AgencyRow; daysLate: (row: CellRow) => number }) {
  const owed = row.owed.filter((one) => standingOf(one) !== 'on-time')
  if (owed.length === 0) return null
  return (
    <ul>
      {owed.map((one) => (
        <li key={one.id}>
          <a href={anchorPath(one)}>{one.subjectName}</a>
          <Tag tone={standingWords[standingOf(one)].tone}>{wordOf(one, daysLate)}</Tag>
        </li>
      ))}
    </ul>
  )
}

function Foot(props: { shown: number; total: number; next?: string; previous?: string; address: string }) {
  const file = (format: string) =>
    withQuery(props.address.replace(/^\/trach-nhiem/, `${matrixPath}.${format}`), { after: undefined })
  return (
    <nav class="row row-spread no-print" aria-label="Trang của danh sách">
      <span class="small muted">
        {formatNumber(props.shown)} trong {formatNumber(props.total)} cơ quan
      </span>
      <Pagination nextHref={props.next} previousHref={props.previous} />
      <span class="row small">
        <a href={file('csv')} download>
          Tải về CSV
        </a>
        <a href={file('xlsx')} download>
          Tải về XLSX
        </a>
      </span>
    </nav>
  )
}

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${matrixPath}.${format}`,
    access: 'duty:read',
    query: Query,
    async handle(ctx, { query }) {
      const { rows, directory, daysLate } = await readView(ctx, query, listStandings)
      return tableFile(format, {
        name: 'trach-nhiem-cap-nhat-du-lieu',
        titles: [
          'Mã cơ quan',
          'Cơ quan',
          'Đơn vị cung cấp',
          'Loại',
          'Nội dung',
          'Tình trạng',
          'Số kỳ chậm',
          'Kỳ chậm đầu tiên',
          'Hạn',
          'Số ngày làm việc chậm',
          'Nhận lần cuối',
          'Hạn sắp tới',
        ],
        rows: rows.flatMap((agency) =>
          agency.owed.map((row) => [
            agency.agency,
            directory.fullNameOf(agency.agency),
            directory.fullNameOf(row.organisation),
            subjectWords[row.subjectKind],
            row.subjectName,
            standingWords[standingOf(row)].word,
            row.late,
            row.firstLatePeriod ? showPeriod(row.firstLatePeriod) : null,
            row.firstLateAt ? formatDateTime(row.firstLateAt) : null,
            isFault(row) ? daysLate(row) : null,
            row.lastArrivalAt ? formatDateTime(row.lastArrivalAt) : null,
            row.nextDueAt ? formatDate(row.nextDueAt) : null,
          ]),
        ),
      })
    },
  })

export const matrixRoutes: readonly Route[] = [list, download('csv'), download('xlsx')]
