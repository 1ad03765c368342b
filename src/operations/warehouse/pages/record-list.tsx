import { z } from 'zod'
import { localDate } from '#calendar'
import { allCodes, getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  type Column,
  compareText,
  DateInput,
  FilterBar,
  formatDate,
  formatNumber,
  readDateInput,
  Select,
  Table,
  TextInput,
  withQuery,
} from '#ui'
import { type Kind, type KindName, kindNames, kindOf } from '../kinds.ts'
import { reachOfSources } from '../reading/scope.ts'
import { findByKey, type KeyMatch } from '../reading/search.ts'
import {
  type FoundRecord,
  listRecords,
  type RecordMark,
  type RecordQuery,
  readRecordMark,
  writeRecordMark,
} from '../records.ts'
import { findCurrentContract, listSources, type SourceRow } from '../store.ts'
import { nameOrganisations, showField } from './parts.tsx'
import { recordListPath, recordPath } from './words.ts'

const pageSize = 50
const exportBatch = 2000

const Query = z.object({
  q: z.string().max(200).optional(),
  loai: z.enum(kindNames).optional().catch(undefined),
  nguon: z.string().max(64).optional(),
  'don-vi': z.string().max(35).optional(),
  'tu-day': z.string().max(2).optional(),
  'tu-month': z.string().max(2).optional(),
  'tu-year': z.string().max(4).optional(),
  'den-day': z.string().max(2).optional(),
  'den-month': z.string().max(2).optional(),
  'den-year': z.string().max(4).optional(),
  after: z
    .string()
    .regex(/^(-?[\w-]+)~\d+~\d+$/)
    .optional()
    .catch(undefined),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

export const recordListRoute: Route = route({
  method: 'GET',
  path: recordListPath,
  access: 'source:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const key = query.q?.trim()
    const asked = await askedOf(ctx, query)
    if (key) return keyPage(ctx, { query, asked, key })
    if (query.tai) return tableFile(query.tai, exportOf(ctx, asked))
    const found = await listRecords(ctx.sql, asked.records, { after: readRecordMark(query.after), limit: pageSize + 1 })
    const rows = found.slice(0, pageSize)
    const last = rows.at(-1)
    const next = found.length > pageSize && last ? withQuery(request.url, { after: writeRecordMark(last) }) : undefined
    const names = await nameOrganisations(
      ctx,
      rows.map((row) => row.organisation),
    )
    return page({
      title: 'Bản ghi',
      lead: 'Bản ghi đang có hiệu lực trong kho; mỗi bản ghi mở tới đúng dòng của tệp đã gửi.',
      islands: ['table'],
      body: (
        <div class="stack">
          <Filters query={query} asked={asked} />
          <Table
            caption={asked.kind ? kindOf(asked.kind).label : 'Bản ghi'}
            rows={rows}
            rowKey={(row) => `${row.recordId}-${row.part}`}
            rowHref={(row) => recordPath(row.recordId)}
            columns={columnsOf(asked, names)}
            wide
            id="rows"
            downloads={{ csv: withQuery(request.url, { tai: 'csv' }), xlsx: withQuery(request.url, { tai: 'xlsx' }) }}
            paging={{ nextHref: next }}
            empty={{
              title:
                asked.sources.length === 0 ? 'Chưa có nguồn dữ liệu nào trong phạm vi' : 'Không có bản ghi nào khớp',
              words: 'Bỏ bớt bộ lọc, hoặc chọn loại dữ liệu khác. Bản ghi xuất hiện ở đây ngay khi tệp được xử lý.',
            }}
          />
        </div>
      ),
    })
  },
})

interface Asked {
  kind: KindName | undefined
  sources: SourceRow[]
  names: ReadonlyMap<string, string>
  /** Columns that hold personal data, by canonical field. */
  secret: ReadonlySet<string>
  records: RecordQuery
  timeZone: string
  wrongDates: string[]
}

/** Kinds whose records all bear a date are listed by it; of the others the latest received comes first. */
const datedKinds: readonly KindName[] = ['case', 'case-event', 'citizen-report', 'observation']

async function askedOf(ctx: Context, query: Query): Promise<Asked> {
  const all = await listSources(ctx.sql)
  const chosen = all.find(({ code }) => code === query.nguon)
  const kind =
    chosen?.kind ?? query.loai ?? kindNames.find((name) => all.some((source) => source.kind === name)) ?? 'case'
  const sources = chosen ? [chosen] : all.filter((source) => source.kind === kind)
  const reach = await reachOfSources(ctx)
  const { organisations } = await allCodes(ctx.sql)
  const [from, to] = [readDateInput(query, 'tu'), readDateInput(query, 'den')]
  const dated = datedKinds.includes(kind) || from !== undefined || to !== undefined
  const range = { from: isoOr(from, '0001-01-01'), to: isoOr(to, '9999-12-31') }
  const codes = [...organisations].filter((code) => reach === 'all' || reach.has(code))
  const { card } = await getHomePack(ctx.sql)
  const names = new Map<string, string>()
  const secret = new Set<string>()
  for (const source of all) {
    const body = (await findCurrentContract(ctx.sql, source.code))?.body
    names.set(source.code, body?.name ?? source.code)
    if (!body || !sources.includes(source)) continue
    for (const [field, of] of Object.entries(body.map))
      if (
        ('column' in of && body.personal.includes(of.column)) ||
        ('cel' in of && body.personal.some((name) => of.cel.includes(name)))
      )
        secret.add(field)
  }
  return {
    kind,
    sources: all.filter((source) => codes.length > 0 && source.kind !== undefined),
    names,
    secret,
    timeZone: card.timeZone,
    wrongDates: [...(from === 'invalid' ? ['tu'] : []), ...(to === 'invalid' ? ['den'] : [])],
    records: {
      kind,
      sources: sources.map(({ code }) => code),
      at: dated ? kindOf(kind).datedBy[0] : undefined,
      where: [],
      organisations: codes
        .filter((code) => !query['don-vi'] || code === query['don-vi'])
        .map((code) => ({ code, ...range })),
      asked: { today: localDate(ctx.now, card.timeZone), timeZone: card.timeZone },
    },
  }
}

const isoOr = (date: string | undefined, otherwise: string): string =>
  date === undefined || date === 'invalid' ? otherwise : date

function Filters({ query, asked }: { query: Query; asked: Asked }) {
  const kinds = kindNames.filter((kind) => asked.sources.some((source) => source.kind === kind))
  const ofKind = asked.sources.filter((source) => source.kind === asked.kind)
  const date = (name: 'tu' | 'den') => ({
    day: query[`${name}-day`],
    month: query[`${name}-month`],
    year: query[`${name}-year`],
  })
  const wrong = (name: string) =>
    asked.wrongDates.includes(name) ? 'Ngày phải có đủ ngày, tháng, năm, ví dụ 01/10/2026.' : undefined
  const [from, to] = [readDateInput(query, 'tu'), readDateInput(query, 'den')]
  return (
    <FilterBar
      names={['q', 'loai', 'nguon', 'don-vi', 'tu-day', 'tu-month', 'tu-year', 'den-day', 'den-month', 'den-year']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Khóa: ${query.q}` }] : []),
        ...(query.nguon ? [{ name: 'nguon', label: asked.names.get(query.nguon) ?? query.nguon }] : []),
        ...(query['don-vi'] ? [{ name: 'don-vi', label: `Đơn vị: ${query['don-vi']}` }] : []),
        ...(from && from !== 'invalid' ? [{ name: 'tu-year', label: `Từ ${formatDate(from)}` }] : []),
        ...(to && to !== 'invalid' ? [{ name: 'den-year', label: `Đến ${formatDate(to)}` }] : []),
      ]}
    >
      <TextInput name="q" type="search" label="Khóa bản ghi bắt đầu bằng" value={query.q} />
      <Select
        name="loai"
        label="Loại dữ liệu"
        options={kinds.map((kind) => ({ value: kind, label: kindOf(kind).label }))}
        value={asked.kind}
      />
      <Select
        name="nguon"
        label="Nguồn"
        empty="Tất cả"
        options={ofKind
          .map(({ code }) => ({ value: code, label: asked.names.get(code) ?? code }))
          .sort((a, b) => compareText(a.label, b.label))}
        value={query.nguon}
      />
      <DateInput name="tu" label="Từ ngày" value={date('tu')} error={wrong('tu')} />
      <DateInput name="den" label="Đến ngày" value={date('den')} error={wrong('den')} />
    </FilterBar>
  )
}

const plainFields: Partial<Record<KindName, readonly string[]>> = {
  case: ['caseType', 'channel', 'state', 'startedAt', 'dueAt', 'endedAt'],
  'case-event': ['caseId', 'activity', 'occurredAt', 'resource'],
  'citizen-report': ['category', 'channel', 'status', 'openedAt', 'dueAt', 'closedAt'],
  observation: ['series', 'property', 'observedAt', 'value', 'unit'],
  project: ['name', 'category', 'phase', 'plannedAmount', 'spentAmount'],
  'budget-movement': ['projectId', 'category', 'movement', 'occurredOn', 'amount'],
  'indicator-value': ['indicator', 'period', 'value', 'unit'],
}

function columnsOf(asked: Asked, names: ReadonlyMap<string, string>): Column<FoundRecord>[] {
  const kind: Kind = kindOf(asked.kind ?? 'case')
  const shown = (plainFields[asked.kind ?? 'case'] ?? Object.keys(kind.fields)).flatMap((name) => {
    const field = kind.fields[name]
    return field ? [{ name, field }] : []
  })
  return [
    { key: 'key', title: 'Khóa', cell: (row) => row.key },
    ...shown.map(
      ({ name, field }, index): Column<FoundRecord> => ({
        key: name,
        title: field.label,
        kind: field.type === 'number' ? 'number' : field.type === 'instant' ? 'nowrap' : 'text',
        phone: index < 3,
        cell: (row) =>
          asked.secret.has(name) ? (
            <span class="muted">đã che</span>
          ) : (
            showField(numeric(row.fields[name], field.type), field, asked.timeZone)
          ),
      }),
    ),
    { key: 'organisation', title: 'Cơ quan', cell: (row) => names.get(row.organisation) ?? row.organisation },
    ...(asked.records.sources.length > 1
      ? [{ key: 'source', title: 'Nguồn', cell: (row: FoundRecord) => asked.names.get(row.source) ?? row.source }]
      : []),
    { key: 'line', title: 'Dòng', kind: 'number', cell: (row) => formatNumber(row.line) },
  ]
}

/** Exact numbers come from the database as text. */
const numeric = (value: unknown, type: string): unknown =>
  type === 'number' && typeof value === 'string' ? Number(value) : value

function exportOf(ctx: Context, asked: Asked) {
  const kind: Kind = kindOf(asked.kind ?? 'case')
  const fields = Object.entries(kind.fields).filter(([name]) => !asked.secret.has(name))
  const rows = async function* () {
    let after: RecordMark | undefined
    for (;;) {
      const batch = await listRecords(ctx.sql, asked.records, { after, limit: exportBatch })
      for (const row of batch) {
        yield [
          row.source,
          row.key,
          row.line,
          row.organisation,
          ...fields.map(([name, { type }]) => exportValue(row.fields[name], type)),
        ]
      }
      after = batch.at(-1)
      if (batch.length < exportBatch) return
    }
  }
  return {
    name: `ban-ghi-${asked.kind}`,
    titles: ['Mã nguồn', 'Khóa', 'Dòng', 'Mã cơ quan', ...fields.map(([, { label }]) => label)],
    rows: rows(),
  }
}

function exportValue(value: unknown, type: string): string | number | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  return type === 'number' ? Number(value) : String(value)
}

interface KeyPage {
  query: Query
  asked: Asked
  key: string
}

async function keyPage(ctx: Context, { query, asked, key }: KeyPage) {
  const matches = await findByKey(ctx, { key, source: query.nguon, limit: pageSize })
  return page({
    title: 'Bản ghi',
    lead: 'Tìm theo khóa trong mọi nguồn thuộc phạm vi.',
    islands: ['table'],
    body: (
      <div class="stack">
        <Filters query={query} asked={asked} />
        <Table
          caption={`Bản ghi có khóa bắt đầu bằng “${key}”`}
          rows={matches}
          rowKey={({ recordId }) => String(recordId)}
          rowHref={({ recordId }) => recordPath(recordId)}
          id="rows"
          columns={[
            { key: 'key', title: 'Khóa', cell: (match: KeyMatch) => match.key },
            { key: 'kind', title: 'Loại', phone: true, cell: ({ kind }) => kindOf(kind).label },
            { key: 'source', title: 'Nguồn', phone: true, cell: ({ source }) => asked.names.get(source) ?? source },
            { key: 'line', title: 'Dòng', kind: 'number', cell: ({ line }) => formatNumber(line) },
          ]}
          empty={{
            title: 'Không có bản ghi nào có khóa như vậy',
            words: 'Khóa phân biệt chữ hoa, chữ thường; gõ ít ký tự hơn để thấy nhiều hơn.',
          }}
        />
      </div>
    ),
  })
}
