import { z } from 'zod'
import type { Context } from '#platform/context'
import { type FieldFault, Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, type FormError, Section } from '#ui'
import { type FormValues, formText } from '#warehouse'
import { listBenchmarks, setBenchmark } from '../benchmarks.ts'
import type { StoredDefinition } from '../computation/plan.ts'
import { changedForm } from '../definition-form/change.ts'
import { choicesOf } from '../definition-form/choose.ts'
import { definitionError, readDefinitionForm } from '../definition-form/read.ts'
import { DefinitionSheet } from '../definition-form/sheet.tsx'
import { definitionForm } from '../definition-form/write.ts'
import { editDefinition } from '../definitions.ts'
import { lockPeriod, reopenPeriod } from '../entries/locks.ts'
import { getDefinition } from '../reading/facts.ts'
import { listOpenLocks } from '../reading/locks.ts'
import { findDefinition, listDefinitions, listDefinitionVersions } from '../store.ts'
import { setTarget } from '../targets.ts'
import { Benchmarks } from './definition-benchmarks.tsx'
import { Locks } from './definition-locks.tsx'
import { namesOfTargets, Targets } from './definition-targets.tsx'
import { Versions } from './definition-versions.tsx'
import { readFigure } from './figures.ts'
import { definitionListPath, definitionPath, indicatorPath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(100) })
/** A form of any length; what it holds is read by name. */
export const DefinitionBody = z.record(
  z.string().max(40),
  z.union([z.string().max(3000), z.array(z.string().max(300))]),
)

const path = `${definitionListPath}/:code`

interface Showing {
  /** What stands in the form of the definition instead of the definition itself. */
  edited?: FormValues
  /** What was typed into the small forms. */
  typed?: FormValues
  errors: FormError[]
}

export const definitionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: 'indicator:define',
    params: Params,
    handle: async (ctx, { params }) => show(ctx, await getDefinition(ctx, params.code), { errors: [] }),
  }),
  route({
    method: 'POST',
    path,
    access: 'indicator:define',
    params: Params,
    body: DefinitionBody,
    async handle(ctx, { params, body }) {
      const definition = await getDefinition(ctx, params.code)
      const changed = changedForm(body)
      if (changed) return show(ctx, definition, { edited: changed, errors: [] })
      const errors = await save(ctx, params.code, body)
      if (errors.length > 0) return show(ctx, definition, { edited: body, errors })
      return redirect(definitionPath(params.code))
    },
  }),
  route({
    method: 'POST',
    path: `${path}/ke-hoach`,
    access: 'target:write',
    params: Params,
    body: DefinitionBody,
    async handle(ctx, { params, body }) {
      const definition = await getDefinition(ctx, params.code)
      const text = formText(body, 'gia-tri')
      const value = text === '' ? null : readFigure(text)
      const errors: FormError[] =
        value === undefined
          ? [{ field: 'gia-tri', message: 'Kế hoạch giao phải là số, ví dụ 95 hoặc 1.234,5.' }]
          : await attempt(targetError, () =>
              setTarget(ctx, {
                indicator: params.code,
                organisation: formText(body, 'don-vi') || definition.rootOrganisation,
                period: formText(body, 'ky-giao'),
                value,
                basis: formText(body, 'can-cu-giao'),
              }),
            )
      if (errors.length > 0) return show(ctx, definition, { typed: body, errors })
      return redirect(`${definitionPath(params.code)}#ke-hoach`)
    },
  }),
  route({
    method: 'POST',
    path: `${path}/ca-nuoc`,
    access: 'target:write',
    params: Params,
    body: DefinitionBody,
    async handle(ctx, { params, body }) {
      const definition = await getDefinition(ctx, params.code)
      const errors = await typeBenchmark(ctx, params.code, body)
      if (errors.length > 0) return show(ctx, definition, { typed: body, errors })
      return redirect(`${definitionPath(params.code)}#ca-nuoc`)
    },
  }),
  route({
    method: 'POST',
    path: `${path}/chot`,
    access: 'indicator:lock',
    params: Params,
    body: DefinitionBody,
    async handle(ctx, { params, body }) {
      const definition = await getDefinition(ctx, params.code)
      const key = {
        indicator: params.code,
        organisation: formText(body, 'don-vi-chot') || definition.rootOrganisation,
        period: formText(body, 'ky-chot'),
      }
      const reopens = formText(body, 'viec') === 'mo'
      const errors = await attempt(lockError, () =>
        reopens ? reopenPeriod(ctx, key, formText(body, 'van-ban')) : lockPeriod(ctx, key).then(() => undefined),
      )
      if (errors.length > 0) return show(ctx, definition, { typed: body, errors })
      return redirect(`${definitionPath(params.code)}#chot`)
    },
  }),
]

async function typeBenchmark(ctx: Context, indicator: string, values: FormValues): Promise<FormError[]> {
  const errors: FormError[] = []
  const number = (name: string) => {
    const text = formText(values, name)
    const value = text === '' ? null : readFigure(text)
    if (value === undefined) errors.push({ field: name, message: 'Nhập một số, ví dụ 95 hoặc 93,5.' })
    return value ?? null
  }
  const benchmark = {
    indicator,
    period: formText(values, 'ky-ca-nuoc'),
    mean: number('binh-quan'),
    rank: number('thu-hang'),
    ofUnits: number('tong-so'),
    basis: formText(values, 'can-cu-ca-nuoc'),
  }
  return errors.length > 0 ? errors : attempt(benchmarkError, () => setBenchmark(ctx, benchmark))
}

async function save(ctx: Context, code: string, values: FormValues): Promise<FormError[]> {
  // Without the targets that were set beside the definition: those stay what they are.
  const stored = await findDefinition(ctx.sql, code)
  const { raw, errors } = readDefinitionForm(values, { code, targets: stored?.body.targets ?? [] })
  const reason = formText(values, 'ly-do')
  if (reason.length < 5) errors.push({ field: 'ly-do', message: 'Nêu lý do sửa, ít nhất vài chữ.' })
  return errors.length > 0
    ? errors
    : attempt(
        (fault) => definitionError(fault, values),
        () => editDefinition(ctx, raw, reason),
      )
}

const targetError = ({ path, message }: FieldFault): FormError => ({
  field: path === 'basis' ? 'can-cu-giao' : 'ky-giao',
  message,
})
const benchmarkFields: Record<string, string> = { rank: 'thu-hang', basis: 'can-cu-ca-nuoc' }
const benchmarkError = ({ path, message }: FieldFault): FormError => ({
  field: benchmarkFields[path] ?? 'ky-ca-nuoc',
  message,
})
const lockError = ({ path, message }: FieldFault): FormError => ({
  field: path === 'basis' ? 'van-ban' : 'ky-chot',
  message,
})

/** The faults of a piece of work, each led to its field; what is not the typist's fault is thrown on. */
export async function attempt(
  fieldOf: (fault: FieldFault) => FormError,
  work: () => Promise<unknown>,
): Promise<FormError[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 403) throw error
    return error.fields.length > 0 ? error.fields.map(fieldOf) : [fieldOf({ path: '', message: error.message })]
  }
}

async function show(ctx: Context, definition: StoredDefinition, showing: Showing): Promise<Reply> {
  const { body, code } = definition
  const versions = await listDefinitionVersions(ctx.sql, code)
  const locks = await listOpenLocks(ctx.sql, code)
  const choices = await choicesOf(ctx, code)
  const { units } = choices
  const all = await listDefinitions(ctx.sql)
  return page({
    title: body.name,
    status: showing.errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Định nghĩa chỉ tiêu', href: definitionListPath }],
    lead: `Mã ${code} · bản ${definition.version}`,
    actions: <Button href={indicatorPath(code)}>Xem chỉ tiêu</Button>,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={showing.errors} />
        <nav class="row" aria-label="Các phần của trang">
          <a href="#ke-hoach">{`Kế hoạch giao (${body.targets.length})`}</a>
          <a href="#ca-nuoc">So với cả nước</a>
          {ctx.can('indicator:lock') && <a href="#chot">{`Chốt số liệu (${locks.length})`}</a>}
          <a href="#cac-ban">{`Các bản (${versions.length})`}</a>
        </nav>
        <DefinitionSheet
          action={definitionPath(code)}
          values={showing.edited ?? definitionForm(body)}
          errors={showing.errors}
          choices={choices}
          isNew={false}
        />
        <Targets definition={definition} showing={showing} units={units} names={await namesOfTargets(ctx, body)} />
        <Benchmarks definition={definition} rows={await listBenchmarks(ctx.sql, code)} showing={showing} />
        {ctx.can('indicator:lock') && <Locks definition={definition} locks={locks} showing={showing} units={units} />}
        <Section title={`Các bản (${versions.length})`} id="cac-ban">
          <Versions
            versions={versions}
            nameOf={(one) => all.find((other) => other.code === one)?.body.name ?? one}
            unitOf={(one) => units.find(({ value }) => value === one)?.label ?? one}
          />
        </Section>
      </div>
    ),
  })
}
