import { z } from 'zod'
import { getHomePack, organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Notice, Radios, Select, TextInput } from '#ui'
import { type Contract, type Field, getReadableSource, type Kind, kindOf, sourceListPath, sourcePath } from '#warehouse'
import { createDefinition } from '../definitions.ts'
import { IndicatorCode } from '../model.ts'

const Params = z.strictObject({ code: z.string().max(64) })
const text = z.string().max(300).default('')
const Body = z.object({
  ten: text,
  ma: text,
  phep: z.enum(['count', 'sum', 'average']).catch('count'),
  cua: text,
  ngay: text,
  'don-vi-tinh': text,
  'co-quan': text,
  'chuc-danh': text,
})
type Body = z.infer<typeof Body>

const path = `${sourceListPath}/:code/chi-tieu/tao-moi`
const pathOf = (code: string) => `${sourcePath(code)}/chi-tieu/tao-moi`

/** The first number over a source that has just been described: counted or summed, without a formula to be written. */
export const firstIndicatorRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: 'source:read',
    params: Params,
    async handle(ctx, { params }) {
      const { source, contract } = await getReadableSource(ctx, params.code)
      if (!ctx.can('indicator:define')) return redirect(sourcePath(params.code))
      const body = contract.body
      const dates = datesOf(body)
      return sheet(ctx, body, {
        values: {
          ten: `Số bản ghi ${body.name.charAt(0).toLowerCase()}${body.name.slice(1)}`,
          ma: `${body.code.replaceAll('.', '-')}.so-ban-ghi`,
          phep: 'count',
          cua: '',
          ngay: dates[0]?.value ?? '',
          'don-vi-tinh': 'bản ghi',
          'co-quan': source.organisation,
          'chuc-danh': body.custodian,
        },
        errors: [],
      })
    },
  }),
  route({
    method: 'POST',
    path,
    access: 'indicator:define',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const { contract } = await getReadableSource(ctx, params.code)
      const errors = findErrors(contract.body, body)
      if (errors.length === 0) {
        const fault = await create(ctx, contract.body, body)
        if (!fault) return redirect(`${sourcePath(params.code)}/chi-tieu`)
        errors.push(fault)
      }
      return sheet(ctx, contract.body, { values: body, errors })
    },
  }),
]

const fieldsOf = ({ kind }: Contract): [string, Field][] => {
  const { fields }: Kind = kindOf(kind)
  return Object.entries(fields)
}

/** Days by which records of the source can be placed in time: those that the contract fills. */
function datesOf(contract: Contract): { value: string; label: string }[] {
  const { datedBy }: Kind = kindOf(contract.kind)
  return fieldsOf(contract).flatMap(([name, field]) =>
    datedBy.includes(name) && (name in contract.map || (field.dayOf && field.dayOf in contract.map))
      ? [{ value: name, label: field.label }]
      : [],
  )
}

/** What can be added up: numbers of the kind, and columns of numbers kept beside them. */
function numbersOf(contract: Contract): { value: string; label: string }[] {
  const used = new Set(Object.values(contract.map).flatMap((from) => ('column' in from ? [from.column] : [])))
  return [
    ...fieldsOf(contract).flatMap(([name, field]) =>
      field.type === 'number' && name in contract.map ? [{ value: name, label: field.label }] : [],
    ),
    ...contract.columns.flatMap(({ name, label, type }) =>
      (type === 'integer' || type === 'decimal') && !used.has(name) && /^[^'"\\]{1,80}$/.test(name)
        ? [{ value: `attributes.${name}`, label: label ?? name }]
        : [],
    ),
  ]
}

function findErrors(contract: Contract, body: Body): FormError[] {
  const errors: FormError[] = []
  const need = (field: string, fine: boolean, message: string) => {
    if (!fine) errors.push({ field, message })
  }
  need('ten', body.ten.trim() !== '', 'Nhập tên chỉ tiêu.')
  need(
    'ma',
    IndicatorCode.safeParse(body.ma.trim()).success,
    'Mã chỉ tiêu có dạng nhom.ten-chi-tieu, chữ thường không dấu.',
  )
  need(
    'cua',
    body.phep === 'count' || numbersOf(contract).some(({ value }) => value === body.cua),
    'Chọn cột số để cộng hoặc lấy bình quân.',
  )
  need('don-vi-tinh', body['don-vi-tinh'].trim() !== '', 'Nhập đơn vị tính, ví dụ lượt, người, triệu đồng.')
  need('co-quan', body['co-quan'] !== '', 'Chọn cơ quan chủ trì.')
  need('chuc-danh', body['chuc-danh'].trim() !== '', 'Nhập chức danh chịu trách nhiệm.')
  return errors
}

async function create(ctx: Context, contract: Contract, body: Body): Promise<FormError | undefined> {
  const at = datesOf(contract).find(({ value }) => value === body.ngay)?.value
  const isCount = body.phep === 'count'
  const definition = {
    code: body.ma.trim(),
    name: body.ten.trim(),
    nameEn: body.ma.trim(),
    description: `${isCount ? 'Đếm' : body.phep === 'sum' ? 'Cộng' : 'Bình quân'} trên bản ghi của nguồn “${contract.name}”.`,
    group: contract.name,
    unit: body['don-vi-tinh'].trim(),
    decimals: body.phep === 'average' ? 2 : 0,
    formula: {
      type: 'measure',
      measures: [
        { kind: contract.kind, sources: [contract.code], at, aggregate: body.phep, of: isCount ? undefined : body.cua },
      ],
    },
    direction: 'none',
    periods: ['day', 'month', 'quarter', 'half', 'year'],
    mainPeriod: 'month',
    owner: { organisation: body['co-quan'], position: body['chuc-danh'].trim() },
    basis: contract.basis,
    source: contract.name,
    cadence: contract.cadence,
    merger: 'sum',
  }
  try {
    await createDefinition(ctx, definition, `Chỉ tiêu đầu tiên của nguồn ${contract.code}.`)
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    const words = error.fields.map(({ message }) => message).join(' ')
    return { field: 'ma', message: words || error.message }
  }
}

interface Showing {
  values: Body
  errors: FormError[]
}

async function sheet(ctx: Context, contract: Contract, { values, errors }: Showing): Promise<Reply> {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const { card } = await getHomePack(ctx.sql)
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const numbers = numbersOf(contract)
  const dates = datesOf(contract)
  return page({
    title: 'Chỉ tiêu đầu tiên của nguồn',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: sourceListPath },
      { label: contract.name, href: sourcePath(contract.code) },
    ],
    lead: 'Đếm, cộng hoặc lấy bình quân bản ghi của nguồn; con số mở ra tới từng dòng của tệp.',
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        {errors.length === 0 && (
          <Notice>{`Tên và mã dưới đây là đề xuất; chỉ tiêu tính cho từng cơ quan và cả ${card.name}.`}</Notice>
        )}
        <Form action={pathOf(contract.code)} label="Chỉ tiêu đầu tiên">
          <TextInput name="ten" label="Tên chỉ tiêu" value={values.ten} error={errorOf('ten')} maxLength={200} />
          <TextInput name="ma" label="Mã" value={values.ma} error={errorOf('ma')} maxLength={80} />
          <Radios
            name="phep"
            label="Cách tính"
            value={values.phep}
            options={[
              { value: 'count', label: 'Đếm số bản ghi' },
              { value: 'sum', label: 'Cộng một cột số', disabled: numbers.length === 0 },
              { value: 'average', label: 'Bình quân một cột số', disabled: numbers.length === 0 },
            ]}
          />
          {numbers.length > 0 && (
            <Select
              name="cua"
              label="Cột số"
              empty="Không dùng khi đếm"
              optional
              options={numbers}
              value={values.cua}
              error={errorOf('cua')}
            />
          )}
          <Select
            name="ngay"
            label="Xếp theo ngày"
            empty="Không theo ngày: số hiện có"
            options={dates}
            value={values.ngay}
          />
          <TextInput
            name="don-vi-tinh"
            label="Đơn vị tính"
            width="10"
            value={values['don-vi-tinh']}
            error={errorOf('don-vi-tinh')}
            maxLength={40}
          />
          <Select
            name="co-quan"
            label="Cơ quan chủ trì"
            value={values['co-quan']}
            error={errorOf('co-quan')}
            options={tree.nodes.map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` }))}
          />
          <TextInput
            name="chuc-danh"
            label="Chức danh chịu trách nhiệm"
            value={values['chuc-danh']}
            error={errorOf('chuc-danh')}
            maxLength={200}
          />
          <div class="row">
            <Button kind="primary">Tạo chỉ tiêu và tính</Button>
            <Button href={sourcePath(contract.code)}>Để sau</Button>
          </div>
        </Form>
      </div>
    ),
  })
}
