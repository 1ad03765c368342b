import { z } from 'zod'
import { instantOf, isPeriod, periodLabel, periodRange, type Remaining, toDate, toDay } from '#calendar'
import { type AsOf, getHomePack, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  AsOfNotice,
  AsOfQuestion,
  Button,
  type Column,
  FilterBar,
  Form,
  formatDateTime,
  Notice,
  Select,
  Table,
  TextInput,
  withQuery,
} from '#ui'
import { type AgencyGroup, listAgencies } from '../giving/choices.ts'
import { type SourceKind, sourceKinds, sourceNames, stateNames } from '../model.ts'
import { giveManyPath, givePath, listPath, partPath } from '../paths.ts'
import {
  countPartsBy,
  type Group,
  groupNames,
  groups,
  type ListedPart,
  type ListFilter,
  listPartsBy,
  reckoner,
} from '../reading/list.ts'
import { givePermission, issuePermission, readPermission } from '../rights.ts'
import { getSettings } from '../settings.ts'
import { BulkBar } from './bulk.tsx'
import { Due, NotKept, namer, ofRoom, StateTag } from './parts.tsx'
import { RoomTabs } from './tabs.tsx'

const Query = z.object({
  q: z.string().max(200).optional(),
  'don-vi': z.string().max(35).optional(),
  nhom: z.enum(groups).optional().catch(undefined),
  'linh-vuc': z.string().max(60).optional(),
  nguon: z.enum(sourceKinds).optional().catch(undefined),
  'nguoi-giao': z.string().max(63).optional(),
  dot: z.string().max(40).optional(),
  /** Due in this month or on this day. */
  han: z
    .string()
    .regex(/^20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/)
    .optional()
    .catch(undefined),
  sort: z.string().max(30).optional(),
  after: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
  xong: z.coerce.number().int().min(0).optional().catch(undefined),
  loi: z.string().max(600).optional(),
})
type Query = z.infer<typeof Query>

export const listRoute: Route = route({
  method: 'GET',
  path: listPath,
  access: readPermission,
  query: Query,
  async handle(ctx, { query, request }) {
    const at = await readAsOf(ctx, query.tai)
    const filter = { ...(await filterOf(ctx, query)), at }
    if (query.tep)
      return tableFile(query.tep, { name: 'nhiem-vu', titles: fileTitles, rows: fileRows(ctx, filter, query) })
    const rows = await listPartsBy(ctx, { ...filter, sort: query.sort, after: query.after, limit: query.limit + 1 })
    const shown = rows.slice(0, query.limit)
    const seen: Seen = {
      at,
      query,
      shown,
      address: request.url,
      total: await countPartsBy(ctx, filter),
      nextHref: rows.length > query.limit ? withQuery(request.url, { after: shown.at(-1)?.code }) : undefined,
      name: await namer(ctx, at),
      left: await reckoner(ctx, at),
      agencies: await listFilterAgencies(ctx, at),
      fields: (await getSettings(ctx.sql)).fields,
      mayGive: !at && ctx.can(givePermission),
      mayIssue: !at && ctx.can(issuePermission),
    }
    return page({
      title: 'Danh sách nhiệm vụ chỉ đạo',
      islands: ['table'],
      actions: seen.mayGive && (
        <>
          <Button href={giveManyPath}>Giao nhiều cơ quan</Button>
          <Button href={givePath} kind="primary" icon="add">
            Giao nhiệm vụ
          </Button>
        </>
      ),
      body: <ListPage seen={seen} />,
    })
  },
})

interface Seen {
  at: AsOf | undefined
  query: Query
  shown: readonly ListedPart[]
  address: string
  total: number
  nextHref: string | undefined
  name(code: string): string
  left(part: ListedPart): Remaining | undefined
  agencies: readonly AgencyGroup[]
  fields: readonly { code: string; name: string }[]
  mayGive: boolean
  mayIssue: boolean
}

const filterOf = async (ctx: Context, query: Query): Promise<ListFilter> => ({
  search: query.q,
  due: await dueWithin(ctx, query.han),
  organisation: query['don-vi'] || undefined,
  group: query.nhom,
  field: query['linh-vuc'] || undefined,
  source: query.nguon,
  giver: query['nguoi-giao'] || undefined,
  batch: query.dot || undefined,
})

async function dueWithin(ctx: Context, span: string | undefined): Promise<ListFilter['due']> {
  if (!span || !isPeriod(span)) return undefined
  const { timeZone } = (await getHomePack(ctx.sql)).card
  const { from, to } = periodRange(span)
  return { from: instantOf(from, '00:00', timeZone), to: instantOf(toDate(toDay(to) + 1), '00:00', timeZone) }
}

/** Agencies that have tasks the reader may see; nobody is offered a filter that finds nothing. */
async function listFilterAgencies(ctx: Context, at: AsOf | undefined): Promise<AgencyGroup[]> {
  const groups = await listAgencies(ctx, at)
  if (groups.length > 0) return groups
  const own = ctx.reach(readPermission)
  const name = await namer(ctx, at)
  const codes = own === 'all' ? [] : [...own].slice(0, 100)
  return codes.length > 1 ? [{ label: 'Đơn vị', agencies: codes.map((code) => ({ code, name: name(code) })) }] : []
}

function ListPage({ seen }: { seen: Seen }) {
  const { at, query, shown, address } = seen
  return (
    <div class="stack">
      <RoomTabs current={listPath} at={at} />
      <AsOfNotice at={at} what={ofRoom} />
      <NotKept rows={shown} />
      {query.xong !== undefined && (
        <Notice tone={query.loi ? 'warning' : 'done'} role="status">
          <p>Đã làm xong {query.xong} nhiệm vụ.</p>
          {query.loi && <p>Chưa làm được: {query.loi}</p>}
        </Notice>
      )}
      <Filters seen={seen} />
      {at ? (
        <Rows seen={seen} />
      ) : (
        <Form action={`${listPath}/hang-loat`} label="Việc hàng loạt" class="stack">
          <div id="danh-sach" data-live="directive" data-live-label="danh sách nhiệm vụ">
            <Rows seen={seen} />
          </div>
          {shown.length > 0 && (seen.mayGive || seen.mayIssue) && (
            <BulkBar back={address} mayGive={seen.mayGive} mayIssue={seen.mayIssue} />
          )}
        </Form>
      )}
      <AsOfQuestion at={at} what={ofRoom} />
    </div>
  )
}

function Rows({ seen }: { seen: Seen }) {
  const { at, query, shown, address } = seen
  return (
    <Table
      caption="Nhiệm vụ"
      rows={shown}
      rowKey={(row) => row.code}
      rowHref={(row) => partPath(row.code, at)}
      sort={query.sort}
      id="nhiem-vu"
      paging={{ total: seen.total, nextHref: seen.nextHref, size: query.limit, sizes: [20, 50, 100] }}
      downloads={{ csv: withQuery(address, { tep: 'csv' }), xlsx: withQuery(address, { tep: 'xlsx' }) }}
      empty={{ title: 'Không có nhiệm vụ nào khớp bộ lọc', words: 'Bỏ bớt điều kiện lọc để xem thêm.' }}
      columns={columnsOf(seen)}
    />
  )
}

function columnsOf({ name, left, mayGive, mayIssue }: Seen): Column<ListedPart>[] {
  const choose: Column<ListedPart> = {
    key: 'chon',
    title: 'Chọn',
    cell: (row) => (
      <input type="checkbox" name="chon[]" value={row.code} aria-label={`Chọn ${row.code} ${row.title}`} />
    ),
  }
  return [
    { key: 'title', title: 'Nhiệm vụ', sortable: true, cell: (row) => row.title },
    ...(mayGive || mayIssue ? [choose] : []),
    { key: 'agency', title: 'Chủ trì', sortable: true, phone: true, cell: (row) => name(row.organisation) },
    {
      key: 'state',
      title: 'Trạng thái',
      sortable: true,
      phone: true,
      cell: (row) => (
        <>
          <StateTag state={row.state} />
          {row.requestKind === 'extension' && <span class="small"> · xin gia hạn</span>}
          {row.escalated > 1 && <span class="small"> · đã báo lên cấp trên</span>}
        </>
      ),
    },
    {
      key: 'due',
      title: 'Hạn',
      sortable: true,
      phone: true,
      cell: (row) => (
        <span>
          <Due state={row.state} dueAt={row.dueAt} left={left(row)} doneInTime={row.doneInTime} />
        </span>
      ),
    },
    {
      key: 'progress',
      title: 'Tiến độ',
      unit: '%',
      kind: 'number',
      sortable: true,
      cell: (row) => String(row.progress),
    },
    { key: 'giver', title: 'Người chỉ đạo', cell: (row) => row.giverName },
    { key: 'code', title: 'Mã', sortable: true, kind: 'nowrap', cell: (row) => <span class="code">{row.code}</span> },
  ]
}

function Filters({ seen }: { seen: Seen }) {
  const { query, agencies, fields } = seen
  return (
    <FilterBar names={['q', 'don-vi', 'nhom', 'linh-vuc', 'nguon', 'xong', 'loi']} active={activeOf(seen)}>
      <TextInput name="q" label="Tìm mã, số văn bản, trích yếu" type="search" value={query.q} optional />
      <Select
        name="nhom"
        label="Tình trạng"
        empty="Tất cả"
        value={query.nhom}
        options={groups.map((group) => ({ value: group, label: groupNames[group] }))}
      />
      {agencies.length > 0 && (
        <Select
          name="don-vi"
          label="Đơn vị"
          empty="Tất cả"
          value={query['don-vi']}
          options={[]}
          groups={agencies.map(({ label, agencies }) => ({
            label,
            options: agencies.map(({ code, name }) => ({ value: code, label: name })),
          }))}
        />
      )}
      {fields.length > 0 && (
        <Select
          name="linh-vuc"
          label="Lĩnh vực"
          empty="Tất cả"
          value={query['linh-vuc']}
          options={fields.map(({ code, name }) => ({ value: code, label: name }))}
        />
      )}
      <Select
        name="nguon"
        label="Nguồn"
        empty="Tất cả"
        value={query.nguon}
        options={sourceKinds.map((kind) => ({ value: kind, label: sourceNames[kind] }))}
      />
    </FilterBar>
  )
}

function activeOf({ query, name, fields }: Seen): ActiveFilter[] {
  const chips: [string, string | false | undefined][] = [
    ['q', query.q && `Tìm: ${query.q}`],
    ['nhom', query.nhom && groupNames[query.nhom as Group]],
    ['don-vi', query['don-vi'] && `Đơn vị: ${name(query['don-vi'])}`],
    ['linh-vuc', query['linh-vuc'] && `Lĩnh vực: ${fields.find(({ code }) => code === query['linh-vuc'])?.name ?? ''}`],
    ['nguon', query.nguon && `Nguồn: ${sourceNames[query.nguon as SourceKind]}`],
    ['han', query.han && isPeriod(query.han) && `Đến hạn: ${periodLabel(query.han)}`],
    ['nguoi-giao', query['nguoi-giao'] && `Người giao: ${query['nguoi-giao']}`],
    ['dot', query.dot && `Đợt giao: ${query.dot}`],
  ]
  return chips.flatMap(([key, label]) => (label ? [{ name: key, label }] : []))
}

const fileTitles = [
  'Mã',
  'Số văn bản',
  'Ngày văn bản',
  'Trích yếu',
  'Nội dung',
  'Nguồn',
  'Người chỉ đạo',
  'Cơ quan chủ trì',
  'Mã cơ quan',
  'Cơ quan phối hợp',
  'Trạng thái',
  'Tiến độ (%)',
  'Hạn',
  'Còn lại',
  'Kết quả so với hạn',
  'Số lần trả lại',
  'Vòng',
]

async function* fileRows(ctx: Context, filter: ListFilter, query: Query) {
  const name = await namer(ctx, filter.at)
  const left = await reckoner(ctx, filter.at)
  const limit = 500
  for (let after: string | undefined; ; ) {
    const piece = await listPartsBy(ctx, { ...filter, sort: query.sort, after, limit })
    for (const row of piece) {
      yield [
        row.code,
        row.documentNumber,
        row.documentOn,
        row.title,
        row.task ?? row.words,
        sourceNames[row.sourceKind],
        row.giverName,
        name(row.organisation),
        row.organisation,
        row.coOrganisations.map(name).join('; '),
        stateNames[row.state],
        row.progress,
        row.dueAt && formatDateTime(row.dueAt),
        row.state === 'done' || row.state === 'withdrawn' ? '' : left(row)?.text,
        row.doneInTime === null ? '' : row.doneInTime ? 'đúng hạn' : 'quá hạn',
        row.returned,
        row.round,
      ]
    }
    after = piece.at(-1)?.code
    if (piece.length < limit) return
  }
}
