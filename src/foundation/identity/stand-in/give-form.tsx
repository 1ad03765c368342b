import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, redirect, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { Button, DateInput, ErrorSummary, Form, type FormError, readDateInput, Select, TextInput } from '#ui'
import { ownPerson } from '../actions/accounts.ts'
import { NewStandIn } from '../model.ts'
import { findAccount } from '../store.ts'
import { type Colleague, giveStandIn, listAbsentChoices, listSubstituteChoices } from './actions.ts'

export const standInPath = '/xu-ly-thay'

type Typed = Partial<Record<string, string>>

const optionOf = ({ account, name, position }: Colleague) => ({
  value: account,
  label: position ? `${name} – ${position}` : name,
})

const dateOf = (typed: Typed, name: 'tu' | 'den') => ({
  day: typed[`${name}-day`],
  month: typed[`${name}-month`],
  year: typed[`${name}-year`],
})

interface FormProps {
  typed: Typed
  errors: readonly FormError[]
  own: { account: string; name: string }
  absent: readonly Colleague[]
  substitutes: readonly Colleague[]
}

function GiveForm({ typed, errors, own, absent, substitutes }: FormProps) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const others = absent.filter(({ account }) => account !== own.account)
  return (
    <Form action={`${standInPath}/giao`} label="Giao xử lý thay">
      <ErrorSummary errors={errors} title="Chưa giao được" />
      <Select
        name="absent"
        label="Người đi vắng"
        value={typed.absent ?? own.account}
        error={errorOf('absent')}
        options={[{ value: own.account, label: `${own.name} (tôi)` }, ...others.map(optionOf)]}
      />
      <Select
        name="substitute"
        label="Người xử lý thay"
        hint="Người này dùng quyền của người đi vắng, không hơn; không giao tiếp được cho ai khác."
        empty="Chọn đồng nghiệp"
        value={typed.substitute}
        error={errorOf('substitute')}
        options={substitutes.map(optionOf)}
      />
      <DateInput name="tu" label="Từ ngày" value={dateOf(typed, 'tu')} error={errorOf('tu')} />
      <DateInput name="den" label="Đến hết ngày" value={dateOf(typed, 'den')} error={errorOf('den')} />
      <TextInput
        name="reason"
        label="Lý do"
        hint="Ví dụ: nghỉ phép, đi công tác, nghỉ ốm."
        value={typed.reason}
        maxLength={300}
        error={errorOf('reason')}
      />
      <Button kind="primary">Giao xử lý thay</Button>
    </Form>
  )
}

async function showForm(ctx: Context, shown: { typed?: Typed; errors?: FormError[]; status?: number }) {
  const name = ownPerson(ctx)
  const account = await findAccount(ctx.sql, name)
  const today = dayOf(ctx.now)
  const start = { 'tu-day': today.slice(8), 'tu-month': today.slice(5, 7), 'tu-year': today.slice(0, 4) }
  const colleagues = await listSubstituteChoices(ctx, account?.organisation ?? undefined)
  const absent = await listAbsentChoices(ctx)
  // Who looks after other organisations finds their people too.
  const all = new Map([...colleagues, ...absent].map((one) => [one.account, one]))
  return page({
    title: 'Giao xử lý thay',
    crumbs: [{ label: 'Xử lý thay', href: standInPath }],
    status: shown.status,
    body: (
      <GiveForm
        typed={shown.typed ?? start}
        errors={shown.errors ?? []}
        own={{ account: name, name: account?.personName ?? ctx.actor.name }}
        absent={absent}
        substitutes={[...all.values()].filter(({ account: one }) => absent.length > 0 || one !== name)}
      />
    ),
  })
}

const fieldOf: Record<string, string> = { validFrom: 'tu', validTo: 'den' }

function readForm(body: Typed): { wanted?: NewStandIn; errors: FormError[] } {
  const day = (name: 'tu' | 'den') => readDateInput(body, name) ?? ''
  const { absent, substitute, reason } = body
  const wanted = NewStandIn.safeParse({
    absent: absent ?? '',
    substitute: substitute ?? '',
    validFrom: day('tu'),
    validTo: day('den'),
    reason: reason ?? '',
  })
  if (wanted.success) return { wanted: wanted.data, errors: [] }
  const errors = wanted.error.issues.map(({ path: [name], message }) => {
    const field = fieldOf[String(name)] ?? String(name)
    return { field, message: field === 'substitute' ? 'Xin chọn người xử lý thay.' : message }
  })
  return { errors }
}

export const giveRoutes = [
  route({
    method: 'GET',
    path: `${standInPath}/giao`,
    access: 'signed-in',
    handle: (ctx) => showForm(ctx, {}),
  }),
  route({
    method: 'POST',
    path: `${standInPath}/giao`,
    access: 'signed-in',
    body: z.record(z.string(), z.string().max(1000)),
    async handle(ctx, { body }) {
      ownPerson(ctx)
      const { wanted, errors } = readForm(body)
      if (!wanted) return showForm(ctx, { typed: body, errors, status: 422 })
      try {
        await giveStandIn(ctx, wanted)
        return redirect(`${standInPath}?xong=giao`)
      } catch (error) {
        if (!(error instanceof Problem) || (error.fields.length === 0 && error.status !== 409)) throw error
        const faults =
          error.fields.length > 0
            ? error.fields.map(({ path, message }) => ({ field: path, message }))
            : [{ field: 'substitute', message: error.message }]
        return showForm(ctx, { typed: body, errors: faults, status: error.status })
      }
    },
  }),
]
