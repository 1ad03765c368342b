import { z } from 'zod'
import { listDefinitions } from '#indicators'
import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  AsOfQuestion,
  Button,
  type Column,
  compareText,
  DescriptionList,
  FilterBar,
  formatNumber,
  formatPercent,
  Notice,
  Section,
  Select,
  SeverityMark,
  searchKey,
  Table,
  Tag,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { readPermission } from '../actions.ts'
import { type Severity, severities } from '../model.ts'
import { definePermission } from '../rules/actions.ts'
import {
  findRule,
  listRecords,
  listRules,
  listRulesAt,
  listRuleVersions,
  type RuleRecord,
  type StoredRule,
} from '../rules/store.ts'
import { tryRule } from '../rules/trial.ts'
import { inputWords, sayInput, sayTerms, sayWhen } from '../rules/words.ts'
import { AlertTabs } from './parts.tsx'
import { PastNotice } from './past.tsx'
import { TrialResult } from './rule-trial.tsx'
import { listPath, rulePath, rulesPath, severityWords } from './words.ts'

export const ruleCrumbs = [
  { label: 'Cảnh báo', href: listPath },
  { label: 'Quy tắc', href: rulesPath },
]
const dayMs = 86_400_000
export const trialDays = 90

type Row = StoredRule & { record: RuleRecord | undefined }

const Query = z.object({
  q: z.string().max(200).optional(),
  tu: z.enum(['fact', 'record', 'source', 'duty', 'directive']).optional().catch(undefined),
  muc: z.enum(severities).optional().catch(undefined),
  sort: z.enum(['name', '-name', 'severity', '-severity', 'raised', '-raised', 'false', '-false']).catch('severity'),
  after: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
})
type Query = z.infer<typeof Query>

/** Share of what was judged that was no matter at all. */
const falseShare = (record: RuleRecord | undefined): number | undefined => {
  const judged = (record?.judgedTrue ?? 0) + (record?.judgedFalse ?? 0)
  return record && judged > 0 ? (100 * record.judgedFalse) / judged : undefined
}

/** How rules fared in the days before now, or before the moment that is asked. */
const recordsOf = (ctx: Context, at: AsOf | undefined) =>
  listRecords(ctx.sql, new Date((at?.knownAt ?? ctx.now).getTime() - trialDays * dayMs), at?.knownAt)

async function listRows(ctx: Context, at: AsOf | undefined): Promise<Row[]> {
  const [rules, records] = await Promise.all([
    at ? listRulesAt(ctx.sql, at.knownAt) : listRules(ctx.sql),
    recordsOf(ctx, at),
  ])
  const byRule = new Map(records.map((record) => [record.rule, record]))
  return rules.map((rule) => ({ ...rule, record: byRule.get(rule.code) }))
}

function findRows(all: readonly Row[], { q, tu, muc, sort }: Query): Row[] {
  const words = searchKey(q ?? '')
    .split(' ')
    .filter(Boolean)
  const found = all.filter(({ code, body }) => {
    if (tu && body.input.from !== tu) return false
    if (muc && body.severity !== muc) return false
    const key = searchKey(`${body.name} ${code}`)
    return words.every((word) => key.includes(word))
  })
  const turn = sort.startsWith('-') ? -1 : 1
  const order = {
    name: (a: Row, b: Row) => compareText(a.body.name, b.body.name),
    severity: (a: Row, b: Row) =>
      severities.indexOf(a.body.severity) - severities.indexOf(b.body.severity) ||
      compareText(a.body.name, b.body.name),
    raised: (a: Row, b: Row) => (a.record?.raised ?? 0) - (b.record?.raised ?? 0),
    false: (a: Row, b: Row) => (falseShare(a.record) ?? -1) - (falseShare(b.record) ?? -1),
  }[sort.replace('-', '') as 'name' | 'severity' | 'raised' | 'false']
  return found.toSorted((a, b) => turn * order(a, b))
}

const listRoute = route({
  method: 'GET',
  path: rulesPath,
  access: readPermission,
  query: Query,
  async handle(ctx, { query, request }) {
    const at = await readAsOf(ctx, query.tai)
    const all = await listRows(ctx, at)
    const found = findRows(all, query)
    if (query.tep) return download(query.tep, found)
    const start = query.after ? found.findIndex(({ code }) => code === query.after) + 1 : 0
    const rows = found.slice(start, start + query.limit)
    const next = start + query.limit < found.length ? withQuery(request.url, { after: rows.at(-1)?.code }) : undefined
    const active: ActiveFilter[] = [
      ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
      ...(query.tu ? [{ name: 'tu', label: inputWords[query.tu] }] : []),
      ...(query.muc ? [{ name: 'muc', label: severityWords[query.muc] }] : []),
    ]
    return page({
      title: 'Quy tắc cảnh báo',
      crumbs: ruleCrumbs.slice(0, 1),
      lead: `${all.filter(({ body }) => body.enabled).length} quy tắc đang chạy trên số liệu, bản ghi, nguồn, nghĩa vụ và nhiệm vụ.`,
      actions: !at && ctx.can(definePermission) && (
        <Button href={`${rulesPath}/moi`} kind="primary">
          Quy tắc mới
        </Button>
      ),
      islands: ['table'],
      body: (
        <div class="stack-large">
          <AlertTabs current="rules" tai={at?.text} />
          <PastNotice at={at} what="quy tắc" />
          <FilterBar names={['q', 'tu', 'muc']} active={active}>
            <TextInput name="q" type="search" label="Tên hoặc mã" value={query.q} optional />
            <Select
              name="tu"
              label="Theo dõi"
              empty="Tất cả"
              value={query.tu}
              options={Object.entries(inputWords).map(([value, label]) => ({ value, label }))}
            />
            <Select
              name="muc"
              label="Mức"
              empty="Tất cả"
              value={query.muc}
              options={severities.map((value) => ({ value, label: severityWords[value] }))}
            />
          </FilterBar>
          <Table
            caption={`Quy tắc, số lần báo trong ${trialDays} ngày`}
            rows={rows}
            rowKey={({ code }) => code}
            rowHref={({ code }) => withQuery(rulePath(code), { tai: at?.text })}
            id="rows"
            sort={query.sort}
            paging={{ nextHref: next, total: found.length, size: query.limit, sizes: [20, 50, 100] }}
            downloads={{ csv: withQuery(request.url, { tep: 'csv' }), xlsx: withQuery(request.url, { tep: 'xlsx' }) }}
            columns={columns}
            empty={{ title: 'Không có quy tắc nào khớp', words: 'Bỏ bớt bộ lọc; có thể gõ không dấu.' }}
          />
          <AsOfQuestion at={at} what="quy tắc" />
        </div>
      ),
    })
  },
})

const columns: Column<Row>[] = [
  { key: 'name', title: 'Quy tắc', sortable: true, cell: ({ body }) => body.name },
  {
    key: 'severity',
    title: 'Mức',
    sortable: true,
    phone: true,
    kind: 'nowrap',
    cell: ({ body }) => <SeverityMark severity={body.severity} />,
  },
  { key: 'from', title: 'Theo dõi', cell: ({ body }) => inputWords[body.input.from] },
  {
    key: 'raised',
    title: 'Đã báo',
    kind: 'number',
    sortable: true,
    phone: true,
    cell: ({ record }) => formatNumber(record?.raised ?? 0),
  },
  { key: 'open', title: 'Đang mở', kind: 'number', cell: ({ record }) => formatNumber(record?.open ?? 0) },
  {
    key: 'false',
    title: 'Báo sai',
    kind: 'number',
    sortable: true,
    phone: true,
    cell: ({ record }) => {
      const share = falseShare(record)
      return share === undefined ? 'chưa đánh giá' : formatPercent(share, 0)
    },
  },
  {
    key: 'enabled',
    title: 'Tình trạng',
    cell: ({ body }) => (body.enabled ? 'Đang chạy' : <Tag>Đã tắt</Tag>),
  },
]

const titles = [
  'Mã',
  'Quy tắc',
  'Mức',
  'Theo dõi',
  'Điều kiện',
  'Đã báo',
  'Đúng',
  'Báo sai',
  'Trùng',
  'Đang mở',
  'Bản',
  'Đang chạy',
]

const download = (format: 'csv' | 'xlsx', found: readonly Row[]) =>
  tableFile(format, {
    name: 'quy-tac-canh-bao',
    titles,
    rows: found.map(({ code, version, body, record }) => [
      code,
      body.name,
      severityWords[body.severity],
      sayInput(body.input),
      sayWhen(body.when),
      record?.raised ?? 0,
      record?.judgedTrue ?? 0,
      record?.judgedFalse ?? 0,
      record?.duplicate ?? 0,
      record?.open ?? 0,
      version,
      body.enabled ? 'có' : 'không',
    ]),
  })

const oneRoute = route({
  method: 'GET',
  path: `${rulesPath}/:code`,
  access: readPermission,
  params: z.strictObject({ code: z.string().max(80) }),
  query: z.object({ xong: z.string().max(10).optional(), tai: z.string().max(30).optional() }),
  async handle(ctx, { params, query }) {
    const at = await readAsOf(ctx, query.tai)
    const rule = await findRule(ctx.sql, params.code, at?.knownAt)
    if (!rule) throw notFound('rule', params.code)
    const [versions, records, trial, names] = await Promise.all([
      listRuleVersions(ctx.sql, rule.code, at?.knownAt),
      recordsOf(ctx, at),
      at ? undefined : tryRule(ctx, rule.body, trialDays),
      readIndicatorNames(ctx),
    ])
    return page({
      title: rule.body.name,
      crumbs: ruleCrumbs.map(({ label, href }) => ({ label, href: withQuery(href, { tai: at?.text }) })),
      lead: rule.body.description || undefined,
      actions: !at && ctx.can(definePermission) && <Button href={`${rulePath(rule.code)}/sua`}>Sửa quy tắc</Button>,
      body: (
        <div class="stack-large">
          <PastNotice at={at} what="quy tắc" />
          {query.xong && <Notice tone="done" role="status" title="Đã lưu quy tắc thành bản mới" />}
          {rule.body.illustrative && (
            <Notice>Ngưỡng của quy tắc này là cấu hình minh họa, chưa được cơ quan có thẩm quyền quyết định.</Notice>
          )}
          <RuleFacts rule={rule} names={names} record={records.find((one) => one.rule === rule.code)} at={at} />
          {!at && <TrialResult trial={trial} />}
          <Versions versions={versions} />
          <AsOfQuestion at={at} what="quy tắc" />
        </div>
      ),
    })
  },
})

/** Names of indicators by their codes. */
export async function readIndicatorNames(ctx: Context): Promise<(code: string) => string> {
  const names = new Map((await listDefinitions(ctx.sql)).map(({ code, body }) => [code, body.name]))
  return (code) => names.get(code) ?? code
}

interface RuleFactsProps {
  rule: StoredRule
  names: (code: string) => string
  record: RuleRecord | undefined
  at: AsOf | undefined
}

function RuleFacts({ rule: { code, version, body, retiredAt }, names, record, at }: RuleFactsProps) {
  const share = falseShare(record)
  const judged = record
    ? `${formatNumber(record.raised)} lần; đúng ${formatNumber(record.judgedTrue)}, sai ${formatNumber(record.judgedFalse)}, trùng ${formatNumber(record.duplicate)}`
    : 'chưa báo lần nào'
  return (
    <DescriptionList
      items={[
        { term: 'Mức', value: <SeverityMark severity={body.severity satisfies Severity} /> },
        { term: 'Theo dõi', value: sayInput(body.input, names) },
        { term: 'Báo khi', value: sayWhen(body.when, names) },
        { term: 'Thời gian', value: sayTerms(body) },
        { term: 'Câu báo', value: body.headline },
        { term: 'Gộp theo', value: body.groupBy.map((one) => groupWords[one]).join(', ') },
        {
          term: 'Tình trạng',
          value: (
            <Tag tone={body.enabled && !retiredAt ? 'done' : 'neutral'}>
              {body.enabled && !retiredAt ? 'Đang chạy' : 'Đã tắt'}
            </Tag>
          ),
        },
        {
          term: at ? `Trong ${trialDays} ngày trước lúc đó` : `Trong ${trialDays} ngày qua`,
          value: <a href={withQuery(listPath, { hop: 'da-dong', 'quy-tac': code, tai: at?.text })}>{judged}</a>,
        },
        { term: 'Tỷ lệ báo sai', value: share === undefined ? 'chưa có đánh giá' : formatPercent(share, 0) },
        { term: 'Mã, bản', value: `${code}, bản ${version}` },
      ]}
    />
  )
}

export const groupWords = { rule: 'quy tắc', organisation: 'đơn vị', area: 'địa bàn', key: 'từng đối tượng' } as const

function Versions({ versions }: { versions: readonly StoredRule[] }) {
  return (
    <Section title="Các bản">
      <Table
        caption="Mỗi lần sửa là một bản mới"
        plain
        rows={versions}
        rowKey={({ version }) => String(version)}
        columns={[
          { key: 'version', title: 'Bản', cell: ({ version }) => version },
          { key: 'when', title: 'Điều kiện', phone: true, cell: ({ body }) => sayWhen(body.when) },
          { key: 'by', title: 'Người sửa', cell: ({ origin, madeBy }) => (origin === 'pack' ? 'gói dữ liệu' : madeBy) },
          { key: 'at', title: 'Lúc', kind: 'nowrap', phone: true, cell: ({ madeAt }) => <Time at={madeAt} exact /> },
          { key: 'reason', title: 'Lý do', cell: ({ reason }) => reason },
        ]}
      />
    </Section>
  )
}

export const ruleRoutes: readonly Route[] = [listRoute, oneRoute]
