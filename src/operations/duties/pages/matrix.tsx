import { z } from 'zod'
import { type CompiledCalendar, getCalendarOf } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context, Reach } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import type { Sql } from '#platform/sql'
import { tableFile } from '#platform/table-file'
import {
  AsOfQuestion,
  EmptyState,
  FilterBar,
  formatDate,
  formatDateTime,
  formatNumber,
  MatrixLegend,
  Pagination,
  Select,
  TextInput,
  withQuery,
} from '#ui'
import { type Standing, standingOf, standings } from '../model.ts'
import { reachOfDuties } from '../reading/reach.ts'
import { type CellRow, countStandings, listCells, listStandings } from '../reading/standings.ts'
import { type Asked, AskedNotice, readAsked, whatOfPages } from './asked.tsx'
import { type AgencyRow, agencyRows, isFault, lateCounter, type View } from './matrix-rows.ts'
import { Agencies } from './matrix-table.tsx'
import { type Directory, DutyTabs, groupOf, readDirectory } from './parts.tsx'
import { type AgencyGroup, agencyGroups, matrixPath, showPeriod, standingWords, subjectWords } from './words.ts'

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
  tai: z.string().max(30).optional(),
})
type Query = z.infer<typeof Query>

async function readView<Row extends CellRow>(
  ctx: Context,
  query: Query,
  list: (sql: Sql, reach: Reach, at: { asOf: Date | undefined }) => Promise<Row[]>,
): Promise<View<Row>> {
  const asked = await readAsked(ctx, query.tai)
  const all = await list(ctx.sql, await reachOfDuties(ctx), asked)
  const directory = await readDirectory(ctx, asked.at)
  const present = groups.filter((group) => all.some((row) => groupOf(directory.tree, row) === group))
  const group = query.nhom && present.includes(query.nhom) ? query.nhom : (present[0] ?? 'so-nganh')
  const calendar = await rootCalendar(ctx, asked)
  const daysLate = lateCounter(() => calendar, asked.now)
  return {
    asked,
    all,
    directory,
    group,
    daysLate,
    rows: agencyRows(all, { directory, filter: { ...query, nhom: group }, daysLate }),
  }
}

// A look over all agencies counts by the province's calendar; an agency's own page by its own.
const rootCalendar = async (ctx: Context, { at }: Asked): Promise<CompiledCalendar | undefined> =>
  getCalendarOf(ctx, (await getHomePack(ctx.sql)).card.rootOrganisation, at).catch(() => undefined)

const list = route({
  method: 'GET',
  path: matrixPath,
  access: 'duty:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const view = await readView(ctx, query, listCells)
    const { asked, all, directory, group, rows } = view
    const start = query.after === undefined ? 0 : rows.findIndex(({ agency }) => agency === query.after) + 1
    const shown = rows.slice(start, start + query.limit)
    const counts = countStandings(all)
    return page({
      title: 'Trách nhiệm cập nhật dữ liệu',
      lead: leadOf(counts, all.length),
      body: (
        <div class="stack">
          <AskedNotice asked={asked} />
          <DutyTabs current="matrix" asked={asked} />
          {all.length === 0 ? (
            <NothingOwed asked={asked} />
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
          <AsOfQuestion at={asked.at} what={whatOfPages} />
        </div>
      ),
    })
  },
})

function NothingOwed({ asked }: { asked: Asked }) {
  if (asked.at)
    return (
      <EmptyState title="Khi đó chưa có số liệu nào phải cập nhật">
        Chọn một thời điểm sau đó, hoặc về hiện nay.
      </EmptyState>
    )
  return (
    <EmptyState title="Chưa có số liệu nào phải cập nhật">
      Nguồn dữ liệu và chỉ tiêu nhập tay có kỳ hạn sẽ hiện ở đây cùng cơ quan phải cung cấp.
    </EmptyState>
  )
}

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
