import { z } from 'zod'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  formatDate,
  formatNumber,
  formatPercent,
  Notice,
  Section,
  Table,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { declareAreaWeights, managePermission } from '../actions.ts'
import { lastOf, readAsOf } from '../as-of.ts'
import { type Area, type AreaSuccession, listAreaSuccessions } from '../store.ts'
import { areaAncestorsOf, areaTree, findArea, today } from '../tree/read.ts'
import { AreaTable, areaListRoute } from './area-list.tsx'
import { DeedFields, tryTo } from './change.tsx'
import { readDecision, textOf, type Values } from './forms.ts'
import { areaKindWords, areaListPath, areaPathOf, changeWords } from './words.ts'

const Params = z.strictObject({ code: z.string().max(35) })
const Body = z.record(z.string().max(60), z.union([z.string().max(1000), z.array(z.string().max(100)).max(200)]))

export const areaRoutes: readonly Route[] = [
  areaListRoute,
  route({
    method: 'GET',
    path: `${areaListPath}/:code`,
    access: 'signed-in',
    params: Params,
    query: z.object({ tai: z.string().max(30).optional() }),
    handle: (ctx, { params, query }) => detail(ctx, { code: params.code, tai: query.tai, values: {}, errors: [] }),
  }),
  route({
    method: 'POST',
    path: `${areaListPath}/:code/ty-le`,
    access: managePermission,
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const errors: FormError[] = []
      const decision = readDecision(body, errors)
      const weights = readWeights(body, errors)
      if (errors.length === 0) {
        const fault = await tryTo(() => declareAreaWeights(ctx, { predecessor: params.code, weights, decision }))
        if (!fault) return redirect(areaPathOf(params.code))
        errors.push(fault)
      }
      return detail(ctx, { code: params.code, values: body, errors })
    },
  }),
]

/** Percentages as people write them (62,5), kept as shares of one. */
function readWeights(values: Values, errors: FormError[]): Record<string, number> {
  const fields = Object.keys(values).filter((name) => name.startsWith('tl-'))
  const pairs = fields.map((field) => {
    const text = textOf(values, field).replace(',', '.')
    const percent = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN
    if (!(percent > 0 && percent <= 100)) errors.push({ field, message: 'Tỷ lệ là số từ trên 0 đến 100, ví dụ 62,5.' })
    return [field.slice(3), percent / 100] as const
  })
  return Object.fromEntries(pairs)
}

interface Asked {
  code: string
  tai?: string
  values: Values
  errors: FormError[]
}

async function detail(ctx: Context, { code, tai, values, errors }: Asked): Promise<Reply> {
  const past = await readAsOf(ctx, tai)
  const at = past ?? { asOf: await today(ctx) }
  // One that was not there then says so by its present form.
  const area = (await findArea(ctx.sql, code, at)) ?? (await findArea(ctx.sql, code))
  if (!area) throw notFound('area', code)
  const above = await areaAncestorsOf(ctx.sql, area.code, lastOf(area, at))
  const successions = await listAreaSuccessions(ctx.sql, past?.knownAt)
  const pathThen = (one: string) => withQuery(areaPathOf(one), { tai: past?.text })
  const before = successions.filter((row) => row.successor === area.code)
  const after = successions.filter((row) => row.predecessor === area.code)
  const names = new Map<string, string>()
  for (const other of new Set([...before.map((row) => row.predecessor), ...after.map((row) => row.successor)]))
    names.set(other, (await findArea(ctx.sql, other))?.name ?? other)
  const tree = await areaTree(ctx.sql, at)
  const children = tree.nodes.filter((node) => node.row.parent === area.code).map((node) => node.row)
  const divided = after.length > 1 && !past && ctx.can(managePermission)
  return page({
    title: area.name,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Địa bàn', href: withQuery(areaListPath, { tai: past?.text }) },
      ...above.map((row) => ({ label: row.name, href: pathThen(row.code) })),
    ],
    lead: `${areaKindWords[area.kind]} · mã ${area.officialCode ?? area.code}`,
    body: (
      <div class="stack">
        <AsOfNotice at={past} what="địa bàn" />
        <ErrorSummary errors={errors} />
        {area.validTo && area.validTo < at.asOf && (
          <Notice tone="warning" title={`Đơn vị hành chính này kết thúc sau ngày ${formatDate(area.validTo)}`} />
        )}
        {area.validFrom && area.validFrom > at.asOf && (
          <Notice tone="warning" title={`Đơn vị hành chính này chưa có vào ngày ${formatDate(at.asOf)}`}>
            Dưới đây là thông tin từ ngày {formatDate(area.validFrom)}.
          </Notice>
        )}
        <AreaFacts area={area} />
        <Successions title="Hình thành từ" rows={before} other="predecessor" names={names} pathOf={pathThen} />
        <Successions title="Được sắp xếp vào" rows={after} other="successor" names={names} pathOf={pathThen} />
        {divided && <Weights area={area} rows={after} names={names} values={values} errors={errors} />}
        {children.length > 0 && (
          <AreaTable
            caption="Địa bàn trực thuộc"
            tree={tree}
            rows={children}
            list={{ address: withQuery(areaListPath, { thuoc: area.code, dang: 'bang', tai: past?.text }), limit: 20 }}
            tai={past?.text}
          />
        )}
        <AsOfQuestion at={past} what="địa bàn" />
      </div>
    ),
  })
}

function AreaFacts({ area }: { area: Area }) {
  return (
    <DescriptionList
      items={[
        { term: 'Mã trong hệ thống', value: area.code },
        { term: 'Tên tiếng Anh', value: area.nameEn },
        { term: 'Diện tích', value: area.areaKm2 === null ? null : `${formatNumber(area.areaKm2)} km²` },
        { term: 'Dân số', value: area.population === null ? null : `${formatNumber(area.population)} người` },
        {
          term: 'Hiệu lực',
          value: `${area.validFrom ? `từ ${formatDate(area.validFrom)}` : 'từ trước khi có dữ liệu'}${area.validTo ? ` đến hết ${formatDate(area.validTo)}` : ''}`,
        },
        { term: 'Văn bản', value: area.decision },
        ...(area.unverified ? [{ term: 'Đối chiếu', value: <Tag tone="warning">Chưa đối chiếu văn bản</Tag> }] : []),
      ]}
    />
  )
}

interface SuccessionsProps {
  title: string
  rows: readonly AreaSuccession[]
  other: 'predecessor' | 'successor'
  names: ReadonlyMap<string, string>
  pathOf: (code: string) => string
}

function Successions({ title, rows, other, names, pathOf }: SuccessionsProps) {
  if (rows.length === 0) return null
  return (
    <Section title={title}>
      <Table
        caption={title}
        hideCaption
        plain
        rows={rows}
        rowKey={(row) => row[other]}
        rowHref={(row) => pathOf(row[other])}
        columns={[
          { key: 'name', title: 'Địa bàn', cell: (row) => names.get(row[other]) },
          { key: 'how', title: 'Việc', cell: (row) => changeWords[row.how] },
          { key: 'share', title: 'Phần', cell: (row) => (row.share === 'whole' ? 'Toàn bộ' : 'Một phần'), phone: true },
          {
            key: 'weight',
            title: 'Tỷ lệ số liệu',
            kind: 'number',
            phone: true,
            cell: (row) =>
              row.share === 'whole'
                ? formatPercent(100)
                : row.weight === null
                  ? 'chưa khai báo'
                  : formatPercent(row.weight * 100),
          },
          {
            key: 'on',
            title: 'Từ ngày',
            kind: 'nowrap',
            cell: (row) => (row.effectiveOn ? formatDate(row.effectiveOn) : 'chưa rõ'),
          },
        ]}
      />
    </Section>
  )
}

interface WeightsProps {
  area: Area
  rows: readonly AreaSuccession[]
  names: ReadonlyMap<string, string>
  values: Values
  errors: readonly FormError[]
}

/** How the figures of a divided unit are shared out, by a document that says so. */
function Weights({ area, rows, names, values, errors }: WeightsProps) {
  return (
    <Section title="Khai báo tỷ lệ phân chia số liệu">
      <Form action={`${areaPathOf(area.code)}/ty-le`} label="Khai báo tỷ lệ phân chia số liệu">
        {rows.map((row) => {
          const name = `tl-${row.successor}`
          const known = row.weight === null ? '' : String(row.weight * 100).replace('.', ',')
          return (
            <TextInput
              key={name}
              name={name}
              label={`Phần chuyển về ${names.get(row.successor)}`}
              value={textOf(values, name) || known}
              error={errors.find((error) => error.field === name)?.message}
              inputMode="decimal"
              width="10"
              unit="%"
            />
          )
        })}
        <DeedFields values={values} errors={[...errors]} withoutDay />
        <div class="row">
          <Button kind="primary">Ghi tỷ lệ</Button>
        </div>
      </Form>
    </Section>
  )
}
