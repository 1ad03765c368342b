import type { ComponentChildren } from 'preact'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, Checkbox, DateInput, ErrorSummary, Form, type FormError, Notice, Section, TextInput } from '#ui'
import {
  correctOrganisation,
  dissolveOrganisation,
  managePermission,
  mergeOrganisations,
  moveOrganisation,
  renameOrganisation,
  splitOrganisation,
} from '../actions.ts'
import type { Organisation } from '../store.ts'
import { getOrganisation, organisationTree, today } from '../tree/read.ts'
import {
  CorrectFields,
  DissolveFields,
  MergeFields,
  MoveFields,
  RenameFields,
  SplitFields,
  splitSlots,
} from './fields.tsx'
import { type Deed, listOf, readCode, readDeed, readName, readSuccessor, textOf, type Values } from './forms.ts'
import { listPath, pathOf, type Work, workPath, works } from './words.ts'

const Params = z.strictObject({ code: z.string().max(35), work: z.string().max(20) })
const Body = z.record(z.string().max(60), z.union([z.string().max(1000), z.array(z.string().max(100)).max(200)]))

const isWork = (word: string): word is Work => Object.hasOwn(works, word)

const hints: Record<Work, string> = {
  'doi-ten': 'Tên cũ được giữ cho thời gian trước ngày hiệu lực.',
  chuyen: 'Đơn vị và các đơn vị trực thuộc chuyển cùng nhau.',
  'hop-nhat':
    'Đơn vị được hợp nhất kết thúc vào ngày liền trước ngày hiệu lực; đơn vị trực thuộc chuyển về đơn vị kế tục.',
  'chia-tach': 'Đơn vị kết thúc vào ngày liền trước ngày hiệu lực; nêu nơi tiếp nhận từng đơn vị trực thuộc.',
  'giai-the': 'Đơn vị kết thúc vào ngày liền trước ngày hiệu lực, không có đơn vị kế tục.',
  'dinh-chinh':
    'Sửa thông tin ghi sai trong cả thời kỳ có chứa ngày hiệu lực; thông tin trước khi sửa vẫn xem lại được.',
}

interface Sheet {
  organisation: Organisation
  work: Work
  values: Values
  errors: FormError[]
}

export const changeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${listPath}/:code/thay-doi/:work`,
    access: managePermission,
    params: Params,
    async handle(ctx, { params }) {
      if (!isWork(params.work)) throw notFound('page', params.work)
      const organisation = await getOrganisation(ctx.sql, params.code)
      const values: Values = {
        ten: organisation.name,
        'ten-ngan': organisation.shortName ?? '',
        'ghi-chu': organisation.note ?? '',
      }
      return sheet(ctx, { organisation, work: params.work, values, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/thay-doi/:work`,
    access: managePermission,
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const { work } = params
      if (!isWork(work)) throw notFound('page', work)
      const organisation = await getOrganisation(ctx.sql, params.code)
      const errors: FormError[] = []
      const deed = readDeed(body, errors)
      const perform = performers[work](organisation, body, deed, errors)
      if (errors.length === 0) {
        const fault = await tryTo(() => perform(ctx))
        if (!fault) return redirect(`${pathOf(organisation.code)}?xong=${work}`)
        errors.push(fault)
      }
      return sheet(ctx, { organisation, work, values: body, errors })
    },
  }),
]

/** The form then asks whether that end is to be replaced. */
const endDecided = 'organisation.end-decided'

/** A refusal of the rules comes back to the form; being forbidden and faults of the program do not. */
export async function tryTo(perform: () => Promise<void>): Promise<FormError | undefined> {
  try {
    await perform()
  } catch (error) {
    if (error instanceof Problem && [404, 409, 422].includes(error.status))
      return { field: error.code === endDecided ? 'thay' : 'so', message: error.message }
    throw error
  }
}

type Performer = (row: Organisation, values: Values, deed: Deed, errors: FormError[]) => (ctx: Context) => Promise<void>

const performers: Record<Work, Performer> = {
  'doi-ten': ({ code }, values, deed, errors) => {
    const name = readName(values, errors)
    const shortName = textOf(values, 'ten-ngan') || undefined
    return (ctx) => renameOrganisation(ctx, { ...deed, code, name, shortName })
  },
  chuyen: ({ code }, values, deed, errors) => {
    const parent = readCode(values, errors, 'cap-tren')
    return (ctx) => moveOrganisation(ctx, { ...deed, code, parent })
  },
  'hop-nhat': (row, values, deed, errors) => {
    const codes = [...listOf(values, 'cung'), row.code]
    if (codes.length < 2) errors.push({ field: 'cung', message: 'Chọn ít nhất một đơn vị cùng hợp nhất.' })
    const into = textOf(values, 'vao') === 'moi' ? readSuccessor(values, errors, row, '-moi') : row.code
    return (ctx) => mergeOrganisations(ctx, { ...deed, codes, into })
  },
  'chia-tach': (row, values, deed, errors) => {
    const used = splitSlots.filter((slot) => slot <= 2 || textOf(values, `ma-${slot}`) || textOf(values, `ten-${slot}`))
    const into = used.map((slot) => readSuccessor(values, errors, row, `-${slot}`))
    const children = readChildren(values, (slot) => into[Number(slot) - 1]?.code)
    return (ctx) => splitOrganisation(ctx, { ...deed, code: row.code, into, children })
  },
  'giai-the': ({ code }, values, deed) => {
    const children = readChildren(values, (parent) => parent)
    return (ctx) => dissolveOrganisation(ctx, { ...deed, code, children })
  },
  'dinh-chinh': ({ code }, values, deed, errors) => {
    const correction = {
      name: readName(values, errors),
      shortName: textOf(values, 'ten-ngan') || null,
      note: textOf(values, 'ghi-chu') || null,
      ...(textOf(values, 'doi-chieu') === 'yes' ? { unverified: false } : {}),
    }
    return (ctx) => correctOrganisation(ctx, { ...deed, code, ...correction })
  },
}

/** Fields `con-<code>` say where each subordinate goes. */
function readChildren(values: Values, target: (chosen: string) => string | undefined): Record<string, string> {
  const pairs = Object.keys(values).flatMap((name) => {
    const parent = name.startsWith('con-') ? target(textOf(values, name)) : undefined
    return parent ? [[name.slice(4), parent] as const] : []
  })
  return Object.fromEntries(pairs)
}

async function sheet(ctx: Context, { organisation, work, values, errors }: Sheet): Promise<Reply> {
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const rows = tree.nodes.map((node) => node.row)
  const children = rows.filter((row) => row.parent === organisation.code)
  const siblings = rows.filter(
    (row) => row.parent === organisation.parent && row.kind === organisation.kind && row.code !== organisation.code,
  )
  const own = { organisation, values, errors, children, siblings, rows }
  const fields: Record<Work, () => ComponentChildren> = {
    'doi-ten': () => <RenameFields {...own} />,
    chuyen: () => <MoveFields {...own} />,
    'hop-nhat': () => <MergeFields {...own} />,
    'chia-tach': () => <SplitFields {...own} />,
    'giai-the': () => <DissolveFields {...own} />,
    'dinh-chinh': () => <CorrectFields {...own} />,
  }
  return page({
    title: `${works[work]}: ${organisation.shortName ?? organisation.name}`,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Đơn vị', href: listPath },
      { label: organisation.shortName ?? organisation.name, href: pathOf(organisation.code) },
    ],
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Notice>{hints[work]}</Notice>
        <Form action={workPath(organisation.code, work)} label={works[work]}>
          {fields[work]()}
          <Replaces values={values} errors={errors} />
          <DeedFields values={values} errors={errors} />
          <div class="row">
            <Button kind={work === 'giai-the' ? 'danger' : 'primary'}>Ghi thay đổi</Button>
            <Button href={pathOf(organisation.code)}>Không thay đổi</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

/** Asked only of who met an end that is already recorded for a later day. */
function Replaces({ values, errors }: Pick<Sheet, 'values' | 'errors'>) {
  const error = errors.find(({ field }) => field === 'thay')?.message
  const isSet = textOf(values, 'thay') === '1'
  if (!error && !isSet) return null
  return <Checkbox name="thay" value="1" label="Ghi việc này thay cho việc đã ghi" error={error} checked={isSet} />
}

/** The document that decides, and the day from which it holds. */
export function DeedFields({
  values,
  errors,
  withoutDay,
}: Pick<Sheet, 'values' | 'errors'> & { withoutDay?: boolean }) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const dateOf = (name: string) => ({
    day: textOf(values, `${name}-day`),
    month: textOf(values, `${name}-month`),
    year: textOf(values, `${name}-year`),
  })
  return (
    <Section title="Văn bản quyết định">
      <div class="form">
        <TextInput
          name="so"
          label="Số, ký hiệu"
          value={textOf(values, 'so')}
          error={errorOf('so')}
          width="20"
          maxLength={100}
        />
        <DateInput name="ngay" label="Ngày văn bản" value={dateOf('ngay')} error={errorOf('ngay')} />
        <TextInput name="trich-yeu" label="Trích yếu" value={textOf(values, 'trich-yeu')} optional maxLength={500} />
        {!withoutDay && (
          <DateInput name="hieu-luc" label="Hiệu lực từ ngày" value={dateOf('hieu-luc')} error={errorOf('hieu-luc')} />
        )}
      </div>
    </Section>
  )
}
