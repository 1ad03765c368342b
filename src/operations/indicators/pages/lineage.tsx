import { z } from 'zod'
import { findArea, findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { Button, EmptyState, formatNumber, More, Section, Table } from '#ui'
import {
  findRecordSubject,
  getReadableSource,
  openRecord,
  RecordTabs,
  recordListPath,
  recordPath,
  SourceTabs,
  sourceListPath,
  sourcePath,
} from '#warehouse'
import { isComputed, listMeasures, type StoredDefinition } from '../computation/plan.ts'
import { reachOfReader } from '../reading/reach.ts'
import { listLatestYears, listTouchedIndicators, type TouchedFact, type TouchedIndicator } from '../reading/touched.ts'
import { listDefinitions } from '../store.ts'
import { indicatorPath, showPeriod, showValue } from './words.ts'

/** The numbers behind which a record or a source stands. */
export const lineageRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${recordListPath}/:id/chi-tieu`,
    access: 'source:read',
    params: z.strictObject({ id: z.coerce.number().int().positive() }),
    async handle(ctx, { params }) {
      const { record, contract } = await openRecord(ctx, params.id)
      const subject = await findRecordSubject(ctx.sql, record.id)
      const standing = record.state === 'applied' && subject
      const touched = standing ? await listTouchedIndicators(ctx, subject) : []
      const reach = await reachOfReader(ctx)
      const visible = touched.map((one) => ({
        ...one,
        facts: one.facts.filter(({ organisation }) => reach === 'all' || reach.has(organisation)),
      }))
      const total = visible.reduce((sum, { facts }) => sum + facts.length, 0)
      return page({
        title: `Con số dùng bản ghi ${record.key}`,
        crumbs: [
          { label: 'Bản ghi', href: recordListPath },
          { label: contract.name, href: sourcePath(record.source) },
        ],
        lead: `${formatNumber(visible.length)} chỉ tiêu, ${formatNumber(total)} con số`,
        body: (
          <div class="stack-large">
            <RecordTabs id={record.id} current={`${recordPath(record.id)}/chi-tieu`} />
            {!standing && <NotCounted />}
            {standing && visible.length === 0 && <NoNumbers />}
            {await Promise.all(visible.map((one) => numbersOf(ctx, one)))}
          </div>
        ),
      })
    },
  }),
  route({
    method: 'GET',
    path: `${sourceListPath}/:code/chi-tieu`,
    access: 'source:read',
    params: z.strictObject({ code: z.string().max(64) }),
    async handle(ctx, { params }) {
      const { source, contract } = await getReadableSource(ctx, params.code)
      const fed = (await listDefinitions(ctx.sql)).filter((definition) => isFedBy(definition, source))
      const latest = await listLatestYears(ctx.sql, fed)
      return page({
        title: `Chỉ tiêu tính từ ${contract.body.name}`,
        crumbs: [
          { label: 'Nguồn dữ liệu', href: sourceListPath },
          { label: contract.body.name, href: sourcePath(params.code) },
        ],
        lead: `${formatNumber(fed.length)} chỉ tiêu đếm hoặc cộng bản ghi của nguồn này`,
        actions: ctx.can('indicator:define') && (
          <Button href={`${sourcePath(params.code)}/chi-tieu/tao-moi`} icon="add">
            Thêm chỉ tiêu
          </Button>
        ),
        islands: ['live'],
        body: (
          <div class="stack-large">
            <SourceTabs
              code={params.code}
              current={`${sourcePath(params.code)}/chi-tieu`}
              canImport={ctx.can('record:import', source.organisation)}
              canFetch={ctx.can('source:manage', source.organisation)}
            />
            <div id="con-so" data-live={fed.map(({ code }) => `indicator:${code}`).join(' ')} data-live-label="Con số">
              <Table
                caption="Chỉ tiêu tính từ nguồn này"
                hideCaption
                rows={fed}
                rowKey={({ code }) => code}
                rowHref={({ code }) => indicatorPath(code)}
                columns={[
                  { key: 'name', title: 'Chỉ tiêu', cell: ({ body }) => body.name },
                  { key: 'group', title: 'Nhóm', phone: true, cell: ({ body }) => body.group },
                  {
                    key: 'value',
                    title: 'Năm gần nhất',
                    kind: 'number',
                    phone: true,
                    cell: ({ code, body }) => latest.get(code) && showValue(latest.get(code)?.value ?? null, body),
                  },
                  {
                    key: 'period',
                    title: 'Kỳ',
                    kind: 'nowrap',
                    phone: true,
                    cell: ({ code }) => latest.get(code)?.period,
                  },
                  { key: 'code', title: 'Mã', cell: ({ code }) => <span class="code">{code}</span> },
                ]}
                empty={{
                  title: 'Chưa có chỉ tiêu nào dùng nguồn này',
                  words: 'Chỉ tiêu đếm hoặc cộng bản ghi của nguồn sẽ hiện ở đây.',
                }}
              />
            </div>
          </div>
        ),
      })
    },
  }),
]

const isFedBy = (definition: StoredDefinition, source: { code: string; pack: string; kind: string }): boolean =>
  isComputed(definition.body) &&
  listMeasures(definition.body).some(
    ({ measure }) =>
      (measure.kind === source.kind || (measure.kind === 'case' && source.kind === 'case-event')) &&
      (measure.sources ? measure.sources.includes(source.code) : definition.pack === source.pack),
  )

const NotCounted = () => (
  <EmptyState title="Bản ghi này không còn được tính">
    Đã có bản thay thế, hoặc nguồn đã rút; con số hiện nay không dựa vào bản này.
  </EmptyState>
)

const NoNumbers = () => (
  <EmptyState title="Chưa con số nào dùng bản ghi này">
    Không chỉ tiêu nào đếm hoặc cộng loại bản ghi này, hoặc bản ghi không thỏa điều kiện của chỉ tiêu nào.
  </EmptyState>
)

const roleWords: Record<string, string> = {
  measure: 'được đếm hoặc cộng',
  average: 'vào số bình quân',
  numerator: 'vào tử số',
  denominator: 'vào mẫu số',
}

async function numbersOf(ctx: Context, { definition, roles, facts }: TouchedIndicator) {
  const { body, code } = definition
  const names = await namesOf(ctx, facts)
  return (
    <Section key={code} title={body.name} aside={<a href={indicatorPath(code)}>Xem chỉ tiêu</a>}>
      <p class="muted">
        Bản ghi {roles.map((role) => roleWords[role] ?? role).join(', ')} · {formatNumber(facts.length)} con số
      </p>
      <More title="Xem các con số">
        <Table
          caption={`Con số của ${body.name}`}
          plain
          rows={facts}
          rowKey={({ id }) => String(id)}
          columns={[
            { key: 'period', title: 'Kỳ', cell: ({ period }) => showPeriod(period) },
            { key: 'organisation', title: 'Đơn vị', phone: true, cell: ({ organisation }) => names.get(organisation) },
            { key: 'area', title: 'Địa bàn', cell: ({ area }) => (area ? names.get(`area ${area}`) : 'tất cả') },
            {
              key: 'value',
              title: 'Giá trị',
              kind: 'number',
              phone: true,
              cell: ({ value, state }) => (state === 'value' ? showValue(value, body) : 'chưa đủ số liệu'),
            },
            { key: 'count', title: 'Số bản ghi', kind: 'number', cell: ({ recordCount }) => formatNumber(recordCount) },
          ]}
        />
      </More>
    </Section>
  )
}

async function namesOf(ctx: Context, facts: readonly TouchedFact[]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const code of new Set(facts.map(({ organisation }) => organisation)))
    names.set(code, (await findOrganisation(ctx.sql, code))?.name ?? code)
  for (const code of new Set(facts.map(({ area }) => area)))
    if (code) names.set(`area ${code}`, (await findArea(ctx.sql, code))?.name ?? code)
  return names
}
