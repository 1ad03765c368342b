import { z } from 'zod'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  DecisionBar,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  Notice,
  Radios,
  Select,
  TextArea,
  TextInput,
} from '#ui'
import { type AgencyGroup, listAgencies } from '../giving/choices.ts'
import { boardPath, partPath } from '../paths.ts'
import { getWhole } from '../reading/find.ts'
import { readPermission } from '../rights.ts'
import type { Part } from '../store.ts'
import { Transition, transition } from '../transitions.ts'
import { findOpenRequest } from '../working/request-store.ts'
import { type DeedSheet, findSheet, type SheetField, sheetFieldOf, sheetPath } from './deeds.ts'
import { attempt, Body, textOf, type Values, wholeOf } from './forms.ts'
import { issueSlug, showIssue, takeIssue } from './issue.tsx'

const Params = z.strictObject({ code: z.string().max(40), deed: z.string().max(40) })

export const deedRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/nhiem-vu/:code/viec/:deed',
    access: readPermission,
    params: Params,
    async handle(ctx, { params }) {
      if (params.deed === issueSlug) return showIssue(ctx, params.code)
      const { part } = await getWhole(ctx, params.code)
      const request = await findOpenRequest(ctx.sql, part.code)
      const values: Values = {
        'phan-tram': String(part.progress),
        'so-ngay': request?.days ? String(request.days) : '',
        'quyet-dinh': 'dong-y',
      }
      return sheet(ctx, getSheet(params.deed), { code: params.code, values, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: '/nhiem-vu/:code/viec/:deed',
    access: readPermission,
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      if (params.deed === issueSlug) return takeIssue(ctx, params.code, body)
      const deed = getSheet(params.deed)
      const version = wholeOf(body, 'phien-ban')
      let done = false
      const outcome = await attempt(async () => {
        await transition(ctx, { code: params.code, version }, Transition.parse(deed.read(body)))
        done = true
      }, sheetFieldOf)
      if (done) return redirect(`${partPath(params.code)}?xong=${deed.slug}`)
      return sheet(ctx, deed, { code: params.code, values: body, ...outcome })
    },
  }),
]

function getSheet(slug: string): DeedSheet {
  const found = findSheet(slug)
  if (!found) throw notFound('directive.deed', slug)
  return found
}

interface Shown {
  code: string
  values: Values
  errors: readonly FormError[]
  conflict?: string
}

async function sheet(ctx: Context, deed: DeedSheet, { code, values, errors, conflict }: Shown): Promise<Reply> {
  const { directive, part } = await getWhole(ctx, code)
  const agencies = deed.fields.some(({ kind }) => kind === 'agency') ? await listAgencies(ctx) : []
  return page({
    title: deed.title,
    status: conflict ? 409 : errors.length > 0 ? 422 : 200,
    lead: directive.title,
    crumbs: [
      { label: 'Nhiệm vụ chỉ đạo', href: boardPath },
      { label: part.code, href: partPath(part.code) },
    ],
    body: (
      <div class="stack">
        {conflict && (
          <Notice tone="warning" role="alert" title="Chưa ghi">
            {conflict}
          </Notice>
        )}
        <ErrorSummary errors={errors} />
        <DeedForm deed={deed} part={part} values={values} errors={errors} agencies={agencies} />
      </div>
    ),
  })
}

function DeedForm(props: {
  deed: DeedSheet
  part: Part
  values: Values
  errors: readonly FormError[]
  agencies: readonly AgencyGroup[]
}) {
  const { deed, part, values, errors, agencies } = props
  return (
    <Form action={sheetPath(part.code, deed.slug)} label={deed.title}>
      <input type="hidden" name="phien-ban" value={String(part.version)} />
      {deed.fields.map((field) => (
        <SheetControl key={field.name} field={field} values={values} errors={errors} agencies={agencies} />
      ))}
      <DecisionBar
        label={deed.title}
        primary={{
          action: <Button kind={deed.danger ? 'danger' : 'primary'}>{deed.button}</Button>,
          consequence: deed.consequence,
        }}
        others={[{ action: <Button href={partPath(part.code)}>Không làm nữa</Button> }]}
      />
    </Form>
  )
}

interface ControlProps {
  field: SheetField
  values: Values
  errors: readonly FormError[]
  agencies: readonly AgencyGroup[]
}

function SheetControl({ field, values, errors, agencies }: ControlProps) {
  const { name, label, hint, optional } = field
  const same = { name, label, hint, optional, value: textOf(values, name), error: errorOf(errors, name) }
  switch (field.kind) {
    case 'words':
      return <TextArea {...same} rows={5} maxLength={4000} />
    case 'choice':
      return <Radios {...same} options={field.options ?? []} inline />
    case 'agency':
      return (
        <Select
          {...same}
          empty="Giữ cơ quan hiện nay"
          options={[]}
          groups={agencies.map((group) => ({
            label: group.label,
            options: group.agencies.map((agency) => ({ value: agency.code, label: agency.name })),
          }))}
        />
      )
    default:
      return <TextInput {...same} inputMode="numeric" width="4" unit={field.kind === 'percent' ? '%' : 'ngày'} />
  }
}
