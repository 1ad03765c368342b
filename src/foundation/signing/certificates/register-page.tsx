import { z } from 'zod'
import { listDescendantCodes, listOrganisations, searchKey, today } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { tableFile } from '#platform/table-file'
import {
  Button,
  type Column,
  DateText,
  FilterBar,
  Select,
  Table,
  Tabs,
  Tag,
  TextInput,
  type Tone,
  withQuery,
} from '#ui'
import { type CertificateMeans, type CertificateState, certificateMeans, certificateStates, stateOf } from './model.ts'
import { type CertificateRow, countByState, listCertificates, type RegisterQuestion } from './store.ts'
import { certificatePath, manageCertificates, readCertificates, registerPath } from './watch.ts'

export const stateWords: Record<CertificateState, { word: string; tone: Tone }> = {
  valid: { word: 'Còn hiệu lực', tone: 'neutral' },
  ending: { word: 'Sắp hết hạn', tone: 'warning' },
  ended: { word: 'Đã hết hạn', tone: 'danger' },
  revoked: { word: 'Đã thu hồi', tone: 'danger' },
  coming: { word: 'Chưa hiệu lực', tone: 'info' },
}

export const meansWords: Record<CertificateMeans, string> = {
  token: 'USB token',
  remote: 'ký số từ xa',
  seal: 'con dấu trên máy chủ',
  unknown: 'chưa rõ',
}

export const kindWords = { person: 'Cá nhân', organisation: 'Cơ quan, tổ chức' } as const
const kinds = ['person', 'organisation'] as const

const Query = z.object({
  q: z.string().max(200).optional(),
  'trang-thai': z.enum(certificateStates).optional().catch(undefined),
  loai: z.enum(kinds).optional().catch(undefined),
  'phuong-tien': z.enum(certificateMeans).optional().catch(undefined),
  'don-vi': z.string().max(35).optional(),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

async function questionOf(ctx: Context, query: Query): Promise<RegisterQuestion> {
  const unit = query['don-vi']?.trim()
  return {
    reach: ctx.reach(readCertificates),
    words: searchKey(query.q ?? ''),
    organisations: unit ? await listDescendantCodes(ctx.sql, unit, { asOf: await today(ctx) }) : undefined,
    state: query['trang-thai'],
    kind: query.loai,
    means: query['phuong-tien'],
    now: ctx.now,
  }
}

const columnsOf = (now: Date, nameOf: (code: string) => string): Column<CertificateRow>[] => [
  { key: 'holder', title: 'Chủ thể', cell: ({ holder }) => holder },
  { key: 'kind', title: 'Loại', cell: ({ holderKind }) => kindWords[holderKind] },
  { key: 'organisation', title: 'Đơn vị', cell: ({ organisation }) => nameOf(organisation) },
  { key: 'serial', title: 'Số hiệu', cell: ({ serial }) => <span class="code cell-code">{serial}</span> },
  { key: 'issuer', title: 'Nơi cấp', cell: ({ issuer }) => issuer },
  {
    key: 'state',
    title: 'Trạng thái',
    kind: 'nowrap',
    phone: true,
    cell: (row) => <Tag tone={stateWords[stateOf(row, now)].tone}>{stateWords[stateOf(row, now)].word}</Tag>,
  },
  {
    key: 'until',
    title: 'Hết hạn',
    kind: 'nowrap',
    phone: true,
    cell: ({ validTo }) => <DateText on={dayOf(validTo)} />,
  },
  { key: 'means', title: 'Phương tiện', cell: ({ means }) => meansWords[means] },
]

async function readNames(ctx: Context): Promise<(code: string) => string> {
  const nodes = await listOrganisations(ctx.sql, { asOf: await today(ctx) })
  const names = new Map(nodes.map(({ row }) => [row.code, row.name]))
  return (code) => names.get(code) ?? code
}

async function show(ctx: Context, query: Query, url: string): Promise<Reply> {
  const question = await questionOf(ctx, query)
  const found = await listCertificates(ctx.sql, { ...question, after: query.after, limit: query.limit + 1 })
  const rows = found.slice(0, query.limit)
  const counts = await countByState(ctx.sql, question)
  const nameOf = await readNames(ctx)
  const tab = (state: CertificateState | undefined, label: string, count: number) => ({
    label,
    count,
    href: withQuery(registerPath, { 'trang-thai': state }),
    current: query['trang-thai'] === state,
  })
  const total = certificateStates.reduce((sum, state) => sum + counts[state], 0)
  return page({
    title: 'Chứng thư số',
    lead: 'Ai giữ chứng thư nào, đến bao giờ. Hệ thống báo trước khi hết hạn 60, 30 và 7 ngày; chứng thư hết hạn hoặc bị thu hồi không ký được.',
    islands: ['table'],
    actions: ctx.can(manageCertificates) ? (
      <Button href={`${registerPath}/nhap`} icon="add">
        Nhập danh sách
      </Button>
    ) : undefined,
    body: (
      <div class="stack">
        <Tabs
          label="Trạng thái"
          items={[
            tab(undefined, 'Tất cả', total),
            ...certificateStates.map((state) => tab(state, stateWords[state].word, counts[state])),
          ]}
        />
        <Filters query={query} />
        <Table
          caption="Chứng thư số"
          hideCaption
          id="rows"
          rows={rows}
          rowKey={({ id }) => String(id)}
          rowHref={({ id }) => certificatePath(id)}
          columns={columnsOf(ctx.now, nameOf)}
          downloads={{ csv: withQuery(url, { tai: 'csv' }), xlsx: withQuery(url, { tai: 'xlsx' }) }}
          paging={{
            size: query.limit,
            sizes: [20, 50, 100],
            nextHref: found.length > query.limit ? withQuery(url, { after: String(rows.at(-1)?.id ?? '') }) : undefined,
          }}
          empty={{
            title: 'Không có chứng thư nào',
            words: 'Chứng thư được ghi khi nhập danh sách, khi khai báo con dấu số và khi người ký dùng lần đầu.',
          }}
        />
      </div>
    ),
  })
}

function Filters({ query }: { query: Query }) {
  const means = query['phuong-tien']
  const unit = query['don-vi']
  return (
    <FilterBar
      names={['q', 'don-vi', 'loai', 'phuong-tien']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(unit ? [{ name: 'don-vi', label: `Đơn vị: ${unit}` }] : []),
        ...(query.loai ? [{ name: 'loai', label: kindWords[query.loai] }] : []),
        ...(means ? [{ name: 'phuong-tien', label: meansWords[means] }] : []),
      ]}
      submit="Tìm"
    >
      <TextInput name="q" type="search" label="Chủ thể, số hiệu hoặc nơi cấp" value={query.q} />
      <TextInput name="don-vi" label="Mã đơn vị" hint="Gồm cả đơn vị trực thuộc" width="10" value={unit} />
      <Select
        name="loai"
        label="Loại"
        empty="Tất cả"
        value={query.loai}
        options={kinds.map((value) => ({ value, label: kindWords[value] }))}
      />
      <Select
        name="phuong-tien"
        label="Phương tiện"
        empty="Tất cả"
        value={means}
        options={certificateMeans.map((value) => ({ value, label: meansWords[value] }))}
      />
    </FilterBar>
  )
}

async function* exportRows(ctx: Context, query: Query) {
  const question = await questionOf(ctx, query)
  for (let after: number | undefined; ; ) {
    const piece = await listCertificates(ctx.sql, { ...question, after, limit: 1000 })
    for (const row of piece)
      yield [
        row.serial,
        row.issuer,
        row.holder,
        row.holderKind === 'person' ? 'ca-nhan' : 'to-chuc',
        row.organisation,
        row.account,
        row.means,
        dayOf(row.validFrom),
        dayOf(row.validTo),
        stateWords[stateOf(row, ctx.now)].word,
      ]
    after = piece.at(-1)?.id
    if (piece.length < 1000) return
  }
}

// The columns of an import, so that what was taken out can be brought in again.
const fileTitles = [
  'so_hieu',
  'noi_cap',
  'chu_the',
  'loai',
  'don_vi',
  'tai_khoan',
  'phuong_tien',
  'tu_ngay',
  'den_ngay',
  'trang_thai',
]

export const registerRoute = route({
  method: 'GET',
  path: registerPath,
  access: readCertificates,
  query: Query,
  handle: (ctx, { query, request }) =>
    query.tai
      ? tableFile(query.tai, { name: 'chung-thu-so', titles: fileTitles, rows: exportRows(ctx, query) })
      : show(ctx, query, request.url),
})
