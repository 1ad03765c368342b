// The forms by which a person takes or leaves a position; they belong to the page of the position.
import type { ComponentChildren } from 'preact'
import { z } from 'zod'
import {
  DeedFields,
  getOrganisation,
  listDescendantCodes,
  listOffices,
  listPath,
  managePositions,
  officesPath,
  positionPath,
  readDeed,
  today,
} from '#organisations'
import type { Context } from '#platform/context'
import { forbidden, notFound, Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, Checkbox, DateInput, ErrorSummary, Form, type FormError, readDateInput, Select } from '#ui'
import { listColleagues } from '../stand-in/store.ts'
import { findAccount } from '../store.ts'
import { leavePosition, takePosition } from './actions.ts'

type Values = Record<string, string | string[]>

const Body = z.record(z.string().max(60), z.union([z.string().max(1000), z.array(z.string().max(200)).max(50)]))
const Params = z.strictObject({ code: z.string().max(35), key: z.string().max(20) })
const LeaveParams = Params.extend({ account: z.string().max(63) })
const mostChoices = 500

const textOf = (values: Values, name: string): string => {
  const value = values[name]
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim()
}

interface Place {
  organisation: string
  /** Code of the position. */
  position: string
  title: string
  isHead: boolean
}

async function findPlace(ctx: Context, { code, key }: z.infer<typeof Params>): Promise<Place> {
  const organisation = await getOrganisation(ctx.sql, code)
  if (!ctx.can(managePositions, organisation.code)) throw forbidden(managePositions, organisation.code)
  const offices = await listOffices(ctx.sql, organisation.code, { asOf: await today(ctx) })
  const position = `${organisation.code}:${key}`
  const found = offices.find((office) => office.position.code === position)?.position
  if (!found) throw notFound('position', position)
  return { organisation: organisation.code, position, title: found.title, isHead: found.rank === 'head' }
}

interface Sheet {
  place: Place
  title: string
  action: string
  values: Values
  errors: FormError[]
}

async function showTake(ctx: Context, { place, values, errors }: Pick<Sheet, 'place' | 'values' | 'errors'>) {
  const reach = ctx.reach(managePositions)
  const own = await listDescendantCodes(ctx.sql, place.organisation, { asOf: await today(ctx) })
  const near = await listColleagues(ctx.sql, new Set(own), mostChoices)
  const far = await listColleagues(ctx.sql, reach, mostChoices)
  const people = new Map([...near, ...far].map((one) => [one.account, one]))
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const date = (name: string) => ({
    day: textOf(values, `${name}-day`),
    month: textOf(values, `${name}-month`),
    year: textOf(values, `${name}-year`),
  })
  const title = `Ghi người giữ chức danh: ${place.title}`
  const fields = (
    <>
      <Select
        name="nguoi"
        label="Người giữ chức danh"
        hint="Người của đơn vị đứng trước."
        empty="Chọn người"
        value={textOf(values, 'nguoi')}
        error={errorOf('nguoi')}
        options={[...people.values()].map(({ account, name }) => ({ value: account, label: `${name} (${account})` }))}
      />
      {place.isHead && (
        <Checkbox
          name="quyen"
          label="Giao quyền (ký là Q.), chưa bổ nhiệm"
          checked={textOf(values, 'quyen') === 'yes'}
          error={errorOf('quyen')}
        />
      )}
      <DateInput name="den" label="Đến hết ngày" value={date('den')} error={errorOf('den')} optional />
    </>
  )
  return sheet({ place, title, action: `${positionPath(place.position)}/bo-nhiem`, values, errors }, fields)
}

function sheet({ place, title, action, values, errors }: Sheet, fields: ComponentChildren): Reply {
  return page({
    title,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Đơn vị', href: listPath },
      { label: 'Chức danh', href: officesPath(place.organisation) },
      { label: place.title, href: positionPath(place.position) },
    ],
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={action} label={title}>
          {fields}
          <DeedFields values={values} errors={errors} />
          <div class="row">
            <Button kind="primary">Ghi thay đổi</Button>
            <Button href={positionPath(place.position)}>Không thay đổi</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

async function attempt(errors: FormError[], perform: () => Promise<void>): Promise<boolean> {
  if (errors.length > 0) return false
  try {
    await perform()
    return true
  } catch (error) {
    if (!(error instanceof Problem && [404, 409, 422].includes(error.status))) throw error
    if (error.fields.length === 0) errors.push({ field: 'so', message: error.message })
    errors.push(...error.fields.map(({ path, message }) => ({ field: path, message })))
    return false
  }
}

async function showLeave(ctx: Context, place: Place, account: string, shown: Pick<Sheet, 'values' | 'errors'>) {
  const person = await findAccount(ctx.sql, account)
  if (!person) throw notFound('account', account)
  const title = `Thôi giữ chức danh: ${place.title}`
  const action = `${positionPath(place.position)}/thoi-giu/${encodeURIComponent(account)}`
  const fields = <p>{`${person.personName} thôi giữ chức danh ${place.title} từ ngày hiệu lực ghi dưới đây.`}</p>
  return sheet({ place, title, action, ...shown }, fields)
}

export const appointRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${listPath}/:code/chuc-danh/:key/bo-nhiem`,
    access: managePositions,
    params: Params,
    handle: async (ctx, { params }) => showTake(ctx, { place: await findPlace(ctx, params), values: {}, errors: [] }),
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/chuc-danh/:key/bo-nhiem`,
    access: managePositions,
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const place = await findPlace(ctx, params)
      const errors: FormError[] = []
      const until = readDateInput(body, 'den')
      if (until === 'invalid')
        errors.push({ field: 'den', message: 'Ngày phải có đủ ngày, tháng, năm, ví dụ 31/12/2026.' })
      const account = textOf(body, 'nguoi')
      if (!account) errors.push({ field: 'nguoi', message: 'Chọn người giữ chức danh.' })
      const deed = readDeed(body, errors)
      const acting = textOf(body, 'quyen') === 'yes'
      const validTo = until === 'invalid' ? undefined : until
      const taking = { position: place.position, account, acting, validTo }
      if (await attempt(errors, () => takePosition(ctx, taking, deed)))
        return redirect(`${positionPath(place.position)}?xong=bo-nhiem`)
      return showTake(ctx, { place, values: body, errors })
    },
  }),
  route({
    method: 'GET',
    path: `${listPath}/:code/chuc-danh/:key/thoi-giu/:account`,
    access: managePositions,
    params: LeaveParams,
    handle: async (ctx, { params: { account, ...params } }) =>
      showLeave(ctx, await findPlace(ctx, params), account, { values: {}, errors: [] }),
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/chuc-danh/:key/thoi-giu/:account`,
    access: managePositions,
    params: LeaveParams,
    body: Body,
    async handle(ctx, { params: { account, ...params }, body }) {
      const place = await findPlace(ctx, params)
      const errors: FormError[] = []
      const deed = readDeed(body, errors)
      if (await attempt(errors, () => leavePosition(ctx, { position: place.position, account }, deed)))
        return redirect(`${positionPath(place.position)}?xong=thoi-giu`)
      return showLeave(ctx, place, account, { values: body, errors })
    },
  }),
]
