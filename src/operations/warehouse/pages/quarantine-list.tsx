import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { page, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  Button,
  type Column,
  DecisionBar,
  FilterBar,
  Form,
  formatDateTime,
  formatNumber,
  More,
  Notice,
  Radios,
  Select,
  Table,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { dismissMany, mostAtOnce, replayMany, returnMany } from '../mending/many.ts'
import { handlePermission } from '../quarantine.ts'
import {
  countByRule,
  listQuarantine,
  listQuarantineIds,
  type QuarantineQuery,
  type QuarantineRow,
  type RuleCount,
} from '../reading/quarantine.ts'
import { reachOfSources } from '../reading/scope.ts'
import { findCurrentContract } from '../store.ts'
import { QuarantineState } from './quarantine-parts.tsx'
import { isOwnRule, landingPath, nameRule, quarantinePath, quarantineRowPath, quarantineStates } from './words.ts'

const pageSize = 50

const states = ['open', 'returned', 'replayed', 'dismissed'] as const
const Query = z.object({
  nguon: z.string().max(64).optional(),
  loi: z.string().max(64).optional(),
  'trang-thai': z.enum(states).default('open').catch('open'),
  sort: z.string().max(10).optional(),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  xong: z.string().max(20).optional(),
  con: z.string().max(20).optional(),
})
type Query = z.infer<typeof Query>

const Body = z.object({
  viec: z.enum(['nhan-lai', 'nhan-lai-het', 'tra-lai', 'bo-qua']),
  chon: z.union([z.string(), z.array(z.string()).max(pageSize)]).optional(),
  'ly-do': z.string().max(500).optional(),
  'pham-vi': z.enum(['chon', 'het']).default('chon').catch('chon'),
  nguon: z.string().max(64).optional(),
  loi: z.string().max(64).optional(),
  'trang-thai': z.enum(['open', 'returned']).default('open').catch('open'),
})

export const quarantineListRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: quarantinePath,
    access: 'source:read',
    query: Query,
    async handle(ctx, { query, request }) {
      const reach = await reachOfSources(ctx)
      const asked: Omit<QuarantineQuery, 'limit'> = {
        state: query['trang-thai'],
        source: query.nguon,
        rule: query.loi,
        oldestFirst: query.sort !== '-age',
      }
      if (query.tai) return tableFile(query.tai, exportOf(ctx, asked))
      const rows = await listQuarantine(ctx.sql, reach, { ...asked, after: query.after, limit: pageSize + 1 })
      const counts = await countByRule(ctx.sql, reach, query['trang-thai'])
      const names = await namesOf(ctx, counts)
      const total = counts
        .filter(({ source, rule }) => (!query.nguon || source === query.nguon) && (!query.loi || rule === query.loi))
        .reduce((sum, { count }) => sum + count, 0)
      return page({
        title: 'Bản ghi cách ly',
        lead: 'Bản ghi không đạt hợp đồng dữ liệu được để riêng, không mất: sửa tại chỗ rồi nhận lại, hoặc trả lại nơi gửi.',
        islands: ['table'],
        body: (
          <div class="stack">
            <Done query={query} />
            <Filters query={query} counts={counts} names={names} />
            <Rows
              rows={rows}
              query={query}
              names={names}
              address={request.url}
              total={total}
              canManage={ctx.can(handlePermission)}
            />
          </div>
        ),
      })
    },
  }),
  route({
    method: 'POST',
    path: quarantinePath,
    access: handlePermission,
    body: Body,
    async handle(ctx, { body }) {
      const back = withQuery(quarantinePath, { nguon: body.nguon, loi: body.loi })
      const replays = body.viec === 'nhan-lai' || body.viec === 'nhan-lai-het'
      const all = body.viec === 'nhan-lai-het' || (!replays && body['pham-vi'] === 'het')
      const ids = all ? await idsOf(ctx, body) : chosenOf(body.chon)
      if (ids.length === 0) throw invalid('Chưa chọn bản ghi nào. Hãy đánh dấu ít nhất một dòng rồi bấm lại.')
      if (replays) {
        const { passed, failed } = await replayMany(ctx, ids)
        return redirect(withQuery(back, { xong: String(passed), con: String(failed) }))
      }
      const reason = body['ly-do'] ?? ''
      const count = await (body.viec === 'tra-lai' ? returnMany : dismissMany)(ctx, ids, reason)
      return redirect(
        withQuery(back, { 'trang-thai': body.viec === 'tra-lai' ? 'returned' : 'dismissed', xong: String(count) }),
      )
    },
  }),
]

const chosenOf = (chosen: string | string[] | undefined): number[] =>
  (Array.isArray(chosen) ? chosen : chosen ? [chosen] : [])
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0)

function idsOf(ctx: Context, body: z.infer<typeof Body>): Promise<number[]> {
  return listQuarantineIds(ctx.sql, ctx.reach(handlePermission), {
    state: body['trang-thai'],
    source: body.nguon,
    rule: body.loi,
    limit: mostAtOnce,
  })
}

async function namesOf(ctx: Context, counts: readonly RuleCount[]): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const source of new Set(counts.map((one) => one.source)))
    names.set(source, (await findCurrentContract(ctx.sql, source))?.body.name ?? source)
  return names
}

function Done({ query }: { query: Query }) {
  if (query.xong === undefined) return null
  const left = Number(query.con ?? 0)
  if (query['trang-thai'] !== 'open')
    return <Notice tone="done" role="status" title={`Đã xử lý ${formatNumber(Number(query.xong))} bản ghi`} />
  return (
    <Notice
      tone={left > 0 ? 'warning' : 'done'}
      role="status"
      title={`Đã nhận lại ${formatNumber(Number(query.xong))} bản ghi`}
    >
      {left > 0 && `${formatNumber(left)} bản ghi vẫn chưa đạt nên còn ở đây; mở từng bản ghi để sửa.`}
    </Notice>
  )
}

const ruleText = ({ rule, message }: Pick<RuleCount, 'rule' | 'message'>): string => {
  const text = isOwnRule(rule) ? message : nameRule(rule)
  return text.length > 70 ? `${text.slice(0, 68)}…` : text
}

interface FiltersProps {
  query: Query
  counts: readonly RuleCount[]
  names: ReadonlyMap<string, string>
}

function Filters({ query, counts, names }: FiltersProps) {
  const sum = (match: (one: RuleCount) => boolean) =>
    counts.filter(match).reduce((total, { count }) => total + count, 0)
  const rules = [
    ...new Map(
      counts.filter(({ source }) => !query.nguon || source === query.nguon).map((one) => [one.rule, one]),
    ).values(),
  ]
  const rule = counts.find((one) => one.rule === query.loi)
  return (
    <FilterBar
      names={['nguon', 'loi', 'trang-thai', 'xong', 'con']}
      active={[
        ...(query.nguon ? [{ name: 'nguon', label: names.get(query.nguon) ?? query.nguon }] : []),
        ...(query.loi ? [{ name: 'loi', label: rule ? ruleText(rule) : nameRule(query.loi) }] : []),
        ...(query['trang-thai'] !== 'open'
          ? [{ name: 'trang-thai', label: quarantineStates[query['trang-thai']].label }]
          : []),
      ]}
    >
      <Select
        name="nguon"
        label="Nguồn"
        empty="Tất cả"
        value={query.nguon}
        options={[...names].map(([value, name]) => ({
          value,
          label: `${name} (${formatNumber(sum(({ source }) => source === value))})`,
        }))}
      />
      <Select
        name="loi"
        label="Lỗi"
        empty="Tất cả"
        value={query.loi}
        options={rules.map((one) => ({
          value: one.rule,
          label: `${ruleText(one)} (${formatNumber(sum(({ rule, source }) => rule === one.rule && (!query.nguon || source === query.nguon)))})`,
        }))}
      />
      <Select
        name="trang-thai"
        label="Trạng thái"
        value={query['trang-thai']}
        options={states.map((value) => ({ value, label: quarantineStates[value].label }))}
      />
    </FilterBar>
  )
}

interface RowsProps {
  rows: readonly QuarantineRow[]
  query: Query
  names: ReadonlyMap<string, string>
  address: string
  total: number
  canManage: boolean
}

function Rows({ rows, query, names, address, total, canManage }: RowsProps) {
  const shown = rows.slice(0, pageSize)
  const next = rows.length > pageSize ? withQuery(address, { after: shown.at(-1)?.id }) : undefined
  const isWaiting = query['trang-thai'] === 'open' || query['trang-thai'] === 'returned'
  const choosing = canManage && isWaiting && shown.length > 0
  const table = (
    <Table
      caption={quarantineStates[query['trang-thai']].label}
      rows={shown}
      rowKey={({ id }) => String(id)}
      rowHref={({ id }) => quarantineRowPath(id)}
      sort={query.sort ?? 'age'}
      columns={columnsOf(names, choosing)}
      id="rows"
      downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
      paging={{ nextHref: next, total }}
      empty={{
        title:
          query['trang-thai'] === 'open' ? 'Không có bản ghi nào chờ xử lý' : 'Không có bản ghi nào ở trạng thái này',
        words: 'Bản ghi không đạt hợp đồng dữ liệu sẽ hiện ở đây cùng lỗi ở từng ô và cách sửa.',
      }}
    />
  )
  if (!choosing) return table
  return (
    <Form action={quarantinePath} class="stack" label="Xử lý nhiều bản ghi">
      <input type="hidden" name="nguon" value={query.nguon ?? ''} />
      <input type="hidden" name="loi" value={query.loi ?? ''} />
      <input type="hidden" name="trang-thai" value={query['trang-thai']} />
      {table}
      <BulkBar total={total} />
    </Form>
  )
}

function BulkBar({ total }: { total: number }) {
  return (
    <>
      <DecisionBar
        label="Xử lý các bản ghi đã đánh dấu"
        primary={{
          action: (
            <Button kind="primary" name="viec" value="nhan-lai">
              Nhận lại các dòng đã đánh dấu
            </Button>
          ),
          consequence: 'Đọc lại theo hợp đồng hiện hành; dòng nào đạt thì vào kho và các con số được tính lại.',
        }}
        others={[
          {
            action: (
              <Button name="viec" value="nhan-lai-het">
                {`Nhận lại tất cả ${formatNumber(Math.min(total, mostAtOnce))} dòng đang lọc`}
              </Button>
            ),
            consequence: 'Dùng sau khi sửa hợp đồng dữ liệu.',
          },
        ]}
      />
      <More title="Trả lại nơi gửi hoặc bỏ qua">
        <div class="stack">
          <Radios
            name="pham-vi"
            label="Áp dụng cho"
            value="chon"
            options={[
              { value: 'chon', label: 'Các dòng đã đánh dấu' },
              { value: 'het', label: `Tất cả ${formatNumber(Math.min(total, mostAtOnce))} dòng đang lọc` },
            ]}
          />
          <TextInput name="ly-do" label="Lý do" hint="Nơi gửi đọc được lý do này." maxLength={500} />
          <div class="row">
            <Button name="viec" value="tra-lai">
              Trả lại nơi gửi
            </Button>
            <Button kind="danger" name="viec" value="bo-qua">
              Bỏ qua, không nhận
            </Button>
          </div>
        </div>
      </More>
    </>
  )
}

function columnsOf(names: ReadonlyMap<string, string>, choosing: boolean): Column<QuarantineRow>[] {
  const mark: Column<QuarantineRow> = {
    key: 'mark',
    title: 'Đánh dấu',
    phone: true,
    cell: ({ id, key, line }) => (
      <input type="checkbox" name="chon" value={String(id)} aria-label={`Đánh dấu ${key ?? `dòng ${line}`}`} />
    ),
  }
  return [
    { key: 'key', title: 'Bản ghi', cell: ({ key, line }) => key ?? `Dòng ${formatNumber(line)}` },
    ...(choosing ? [mark] : []),
    {
      key: 'faults',
      title: 'Lỗi và cách sửa',
      phone: true,
      cell: ({ faults }) => (
        <ul class="plain-list">
          {faults.slice(0, 3).map(({ field, message }) => (
            <li key={`${field}${message}`}>{message}</li>
          ))}
          {faults.length > 3 && <li class="muted">{`và ${faults.length - 3} lỗi nữa`}</li>}
        </ul>
      ),
    },
    { key: 'source', title: 'Nguồn', cell: ({ source }) => names.get(source) ?? source },
    {
      key: 'file',
      title: 'Tệp, dòng',
      cell: ({ source, landingId, fileName, line }) => (
        <>
          <a href={landingPath(source, landingId)}>{fileName ?? `đợt ${landingId}`}</a>, dòng {formatNumber(line)}
        </>
      ),
    },
    {
      key: 'age',
      title: 'Từ khi',
      kind: 'nowrap',
      phone: true,
      sortable: true,
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
    { key: 'state', title: 'Trạng thái', kind: 'nowrap', cell: ({ state }) => <QuarantineState state={state} /> },
  ]
}

const exportBatch = 1000

function exportOf(ctx: Context, asked: Omit<QuarantineQuery, 'limit'>) {
  const rows = async function* () {
    const reach = await reachOfSources(ctx)
    let after: number | undefined
    for (;;) {
      const batch = await listQuarantine(ctx.sql, reach, { ...asked, after, limit: exportBatch })
      for (const row of batch)
        for (const fault of row.faults)
          yield [row.source, row.fileName, row.line, row.key, fault.field, fault.message, formatDateTime(row.createdAt)]
      after = batch.at(-1)?.id
      if (batch.length < exportBatch) return
    }
  }
  return {
    name: 'ban-ghi-cach-ly',
    titles: ['Mã nguồn', 'Tệp', 'Dòng', 'Khóa', 'Cột', 'Lỗi và cách sửa', 'Từ khi'],
    rows: rows(),
  }
}
