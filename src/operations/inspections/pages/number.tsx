import { z } from 'zod'
import { describeFormula, getDefinition, listFacts, type ReadFact } from '#indicators'
import { findOrganisation } from '#organisations'
import type { Context, SayPerson } from '#platform/context'
import { invalid } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import {
  Button,
  DateInput,
  DescriptionList,
  FilterBar,
  Form,
  formatNumber,
  Notice,
  readDateInput,
  Section,
  Select,
  Table,
  Tag,
  Time,
} from '#ui'
import { basisWords, readRecordMark, writeRecordMark } from '#warehouse'
import { type ReopenedNumber, recordsOf, reopenNumber } from '../actions.ts'
import { faultOfScope, inspect, look, requireInspection, requireScope } from '../right.ts'
import { evidencePath, homePath, indicatorPath, numberPath, originWords, showPeriod, showValue } from './words.ts'

const factsShown = 400
const recordsShown = 50

const part = z.string().trim().max(4).optional()
const ListQuery = z.object({
  'don-vi': z.string().trim().max(100).optional(),
  'luc-day': part,
  'luc-month': part,
  'luc-year': part,
})
type ListQuery = z.infer<typeof ListQuery>

const crumbs = [{ label: 'Thanh tra, kiểm tra', href: homePath }]

export const numberRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${homePath}/chi-tieu/:code`,
    access: inspect,
    params: z.strictObject({ code: z.string().max(100) }),
    query: ListQuery,
    handle: (ctx, { params, query }) => showIndicator(ctx, params.code, query),
  }),
  route({
    method: 'GET',
    path: `${homePath}/so-lieu/:id`,
    access: inspect,
    params: z.strictObject({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) }),
    query: z.object({
      phan: z.coerce.number().int().min(0).max(20).optional().catch(undefined),
      sau: z.string().max(60).optional(),
    }),
    async handle(ctx, { params, query }) {
      const number = await reopenNumber(ctx, params.id)
      return showNumber(ctx, number, query)
    },
  }),
]

/** The end of the day, in Việt Nam: what was known by then. */
function readKnownBy(query: ListQuery): Date | undefined {
  const date = readDateInput(query, 'luc')
  if (date === 'invalid') {
    const message = 'Ngày phải có đủ ngày, tháng, năm, ví dụ 05/09/2026.'
    throw invalid(message, [{ path: 'query.luc', message }])
  }
  return date === undefined ? undefined : new Date(Date.parse(`${date}T00:00:00+07:00`) + 86_400_000 - 1)
}

async function showIndicator(ctx: Context, code: string, query: ListQuery) {
  const right = requireInspection(ctx)
  const organisation = query['don-vi'] || (right.organisations[0] ?? '')
  await look(ctx, { indicator: code, organisation }, () => requireScope(ctx, { indicator: code, organisation }))
  const { body } = await getDefinition(ctx, code)
  const asOf = readKnownBy(query)
  const { facts } = await listFacts(ctx, { indicator: code, organisation, asOf, limit: factsShown })
  const inScope = facts.filter(({ period }) => faultOfScope(right, { indicator: code, period }) === undefined).reverse()
  return page({
    title: body.name,
    crumbs,
    lead: asOf
      ? 'Con số như đã biết đến hết ngày được chọn.'
      : 'Con số đang hiệu lực; chọn ngày để xem như đã biết khi đó.',
    body: (
      <div class="stack-large">
        <FilterBar names={['don-vi', 'luc-day', 'luc-month', 'luc-year']} active={[]} submit="Xem">
          <Select name="don-vi" label="Đơn vị" value={organisation} options={await organisationOptions(ctx)} />
          <DateInput
            name="luc"
            label="Như đã biết đến hết ngày"
            value={{ day: query['luc-day'], month: query['luc-month'], year: query['luc-year'] }}
            optional
          />
        </FilterBar>
        <Table
          caption="Con số trong thời kỳ được thanh tra, kỳ mới nhất trước"
          rows={inScope}
          rowKey={({ id }) => String(id)}
          rowHref={({ id }) => numberPath(id)}
          columns={[
            { key: 'period', title: 'Kỳ', cell: ({ period }) => showPeriod(period) },
            { key: 'value', title: 'Giá trị', kind: 'number', phone: true, cell: (fact) => showValue(fact, body) },
            {
              key: 'known',
              title: 'Biết từ',
              kind: 'nowrap',
              phone: true,
              cell: ({ knownAt }) => <Time at={knownAt} exact />,
            },
            { key: 'origin', title: 'Cách có số', cell: ({ origin }) => originWords[origin] },
            {
              key: 'locked',
              title: 'Chốt lúc',
              cell: ({ lockedAt }) => (lockedAt ? <Time at={lockedAt} exact /> : 'chưa chốt'),
            },
          ]}
          empty={{
            title: 'Không có con số nào trong thời kỳ được thanh tra',
            words: 'Chọn đơn vị khác, hoặc bỏ ngày để xem số đang hiệu lực.',
          }}
        />
      </div>
    ),
  })
}

const mostOptions = 400

async function organisationOptions(ctx: Context) {
  const reach = ctx.reach(inspect)
  const codes = reach === 'all' ? requireInspection(ctx).organisations : [...reach]
  return Promise.all(
    codes.slice(0, mostOptions).map(async (value) => {
      const name = (await findOrganisation(ctx.sql, value))?.name
      return { value, label: name ? `${name} (${value})` : value }
    }),
  )
}

async function showNumber(ctx: Context, number: ReopenedNumber, query: { phan?: number; sau?: string }) {
  const { fact, definition, versions } = number
  return page({
    title: `${definition.body.name}, ${showPeriod(fact.period)}`,
    crumbs: [...crumbs, { label: definition.body.name, href: indicatorPath(fact.indicator) }],
    lead: `${number.organisationName} · ${showValue(fact, definition.body)}`,
    body: (
      <div class="stack-large">
        {fact.supersededAt && (
          <Notice tone="info" title="Đây là con số đã được thay">
            Hiển thị từ lúc được biết đến lúc được thay; bản thay thế nằm trong danh sách các bản bên dưới.
          </Notice>
        )}
        <Facts number={number} />
        <Form action={evidencePath} class="row" label="Lấy hồ sơ bằng chứng">
          <input type="hidden" name="so" value={String(fact.id)} />
          <Button kind="primary">Tải hồ sơ bằng chứng của con số này</Button>
        </Form>
        <Versions versions={versions} number={number} />
        {number.locks.length > 0 && (
          <Locks number={number} say={await ctx.sayPeople(number.locks.map(({ lockedBy }) => lockedBy))} />
        )}
        {await recordsSection(ctx, number, query)}
      </div>
    ),
  })
}

function Facts({ number }: { number: ReopenedNumber }) {
  const { fact, definition, organisationName, approver } = number
  const { body } = definition
  return (
    <DescriptionList
      items={[
        { term: 'Giá trị', value: <strong>{showValue(fact, body)}</strong> },
        { term: 'Đơn vị', value: `${organisationName} (${fact.organisation})` },
        { term: 'Hiển thị', value: <Shown fact={fact} /> },
        { term: 'Người duyệt', value: approver },
        {
          term: 'Chốt số liệu',
          value: fact.lockedAt ? <Time at={fact.lockedAt} exact /> : 'chưa chốt khi có con số này',
        },
        { term: 'Cách có số', value: originWords[fact.origin] },
        {
          term: 'Cách tính',
          value: `${describeFormula(body).replace(/\.$/, '')} (phiên bản ${fact.definitionVersion} của định nghĩa)`,
        },
        { term: 'Căn cứ', value: basisWords(body.basis) },
        {
          term: 'Bản ghi khi tính',
          value: sayCounts(fact),
        },
        { term: 'Ghi chú', value: fact.note ?? 'không' },
      ]}
    />
  )
}

// Of a state at a moment the records there are counted another way: never more counted than there were.
const sayCounts = ({ recordCount, baseCount }: ReadFact): string =>
  baseCount < recordCount
    ? `${formatNumber(recordCount)} bản ghi được tính`
    : `${formatNumber(recordCount)} bản ghi được tính, trong ${formatNumber(baseCount)} bản ghi của nguồn`

const Shown = ({ fact }: { fact: Pick<ReadFact, 'knownAt' | 'supersededAt'> }) => (
  <>
    từ <Time at={fact.knownAt} exact />{' '}
    {fact.supersededAt ? (
      <>
        đến <Time at={fact.supersededAt} exact />
      </>
    ) : (
      'đến nay'
    )}
  </>
)

function Versions({
  versions,
  number: { fact, definition },
}: {
  versions: ReopenedNumber['versions']
  number: ReopenedNumber
}) {
  return (
    <Section title="Các bản của con số này">
      <Table
        caption="Các bản, mới nhất trước"
        hideCaption
        plain
        rows={versions}
        rowKey={({ id }) => String(id)}
        rowHref={({ id }) => numberPath(id)}
        columns={[
          { key: 'known', title: 'Biết từ', kind: 'nowrap', cell: ({ knownAt }) => <Time at={knownAt} exact /> },
          {
            key: 'value',
            title: 'Giá trị',
            kind: 'number',
            phone: true,
            cell: (one) => showValue(one, definition.body),
          },
          { key: 'version', title: 'Định nghĩa', cell: ({ definitionVersion }) => `phiên bản ${definitionVersion}` },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: ({ id, supersededAt }) => (
              <Tag tone={supersededAt ? 'neutral' : 'done'}>
                {`${supersededAt ? 'đã được thay' : 'đang hiệu lực'}${id === fact.id ? ', đang xem' : ''}`}
              </Tag>
            ),
          },
        ]}
      />
    </Section>
  )
}

function Locks({ number: { locks }, say }: { number: ReopenedNumber; say: SayPerson }) {
  return (
    <Section title="Chốt và mở khóa kỳ">
      <Table
        caption="Chốt và mở khóa kỳ"
        hideCaption
        plain
        rows={locks}
        rowKey={({ id }) => String(id)}
        columns={[
          { key: 'locked', title: 'Chốt lúc', cell: ({ lockedAt }) => <Time at={lockedAt} exact /> },
          {
            key: 'by',
            title: 'Người chốt',
            phone: true,
            cell: ({ lockedBy }) => (lockedBy === 'system' ? 'hệ thống, theo hạn' : say(lockedBy)),
          },
          {
            key: 'reopened',
            title: 'Mở khóa lúc',
            phone: true,
            cell: ({ reopenedAt }) => (reopenedAt ? <Time at={reopenedAt} exact /> : 'chưa mở'),
          },
          { key: 'basis', title: 'Văn bản cho phép', cell: ({ reopenedBasis }) => reopenedBasis ?? '' },
        ]}
      />
    </Section>
  )
}

/** Keys and places only: what a record says of persons is no part of a number. */
async function recordsSection(
  ctx: Context,
  { fact, measures }: ReopenedNumber,
  query: { phan?: number; sau?: string },
) {
  const chosen = measures.find(({ part }) => part === (query.phan ?? 0))
  if (!chosen) return <Section title="Bản ghi phía sau">Con số này không tính từ bản ghi.</Section>
  const rows = await recordsOf(ctx, chosen, { after: readRecordMark(query.sau), limit: recordsShown + 1 })
  const shown = rows.slice(0, recordsShown)
  const last = shown.at(-1)
  const address = `${numberPath(fact.id)}?phan=${chosen.part}`
  return (
    <Section title="Bản ghi phía sau">
      <p>
        Theo cách tính này, hiện có {formatNumber(chosen.count)} bản ghi; khi có con số là{' '}
        {formatNumber(fact.recordCount)}.
      </p>
      {measures.length > 1 && (
        <p class="row">
          {measures.map(({ part, count }) => (
            <a
              key={part}
              href={`${numberPath(fact.id)}?phan=${part}`}
              aria-current={part === chosen.part ? 'true' : undefined}
            >
              Phần {part + 1} ({formatNumber(count)})
            </a>
          ))}
        </p>
      )}
      <Table
        caption="Bản ghi, ngày mới nhất trước"
        rows={shown}
        rowKey={({ recordId, part }) => `${recordId}/${part}`}
        paging={{
          nextHref: rows.length > recordsShown && last ? `${address}&sau=${writeRecordMark(last)}` : undefined,
        }}
        columns={[
          { key: 'key', title: 'Mã bản ghi', cell: ({ key }) => <span class="code">{key}</span> },
          { key: 'source', title: 'Nguồn', phone: true, cell: ({ source }) => source },
          { key: 'organisation', title: 'Đơn vị', phone: true, cell: ({ organisation }) => organisation },
          {
            key: 'landing',
            title: 'Đợt nhận, dòng',
            kind: 'number',
            cell: ({ landingId, line }) => `${landingId}, ${line}`,
          },
        ]}
        empty={{
          title: 'Không còn bản ghi nào khớp cách tính',
          words: 'Bản ghi đã được thay hoặc rút sau khi có con số.',
        }}
      />
    </Section>
  )
}
