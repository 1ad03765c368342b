import { z } from 'zod'
import type { Context } from '#platform/context'
import { forbidden, notFound } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Select, TextArea } from '#ui'
import { rosterPath } from '../model.ts'
import { askSwap, getShift, listRosterPeople } from '../roster/assignments.ts'
import { sayShift } from '../roster/on-duty.ts'
import { readSettings } from '../roster/settings.ts'
import { findAssignment } from '../roster/store.ts'
import { errorAt, faultsOf } from './words.ts'

const path = `${rosterPath}/doi-ca/:id`
const Params = z.object({
  id: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 50),
})
const Body = z.object({ nguoi: z.string().max(80).default(''), 'ly-do': z.string().max(500).default('') })

const show = route({
  method: 'GET',
  path,
  access: 'incident:read',
  params: Params,
  handle: (ctx, { params }) => swapPage(ctx, params.id, { nguoi: '', 'ly-do': '' }, []),
})

const ask = route({
  method: 'POST',
  path,
  access: 'incident:read',
  params: Params,
  body: Body,
  async handle(ctx, { params, body }) {
    try {
      await askSwap(ctx, params.id, { to: body.nguoi, reason: body['ly-do'] })
    } catch (error) {
      return swapPage(ctx, params.id, body, faultsOf(error, 'nguoi'))
    }
    return redirect(`${rosterPath}#doi-ca`)
  },
})

async function swapPage(
  ctx: Context,
  id: number,
  values: z.infer<typeof Body>,
  errors: readonly FormError[],
): Promise<Reply> {
  const settings = await readSettings(ctx)
  const found = await findAssignment(ctx.sql, id)
  if (!found) throw notFound('assignment', String(id))
  if (found.account !== ctx.actor.account) throw forbidden('shift:lead', settings.organisation)
  const people = await listRosterPeople(ctx, settings)
  return page({
    title: `Đổi ${sayShift(getShift(settings, found.day, found.shift))}`,
    crumbs: [{ label: 'Ca trực', href: rosterPath }],
    status: errors.length > 0 ? 422 : 200,
    lead: 'Ca chỉ chuyển khi đồng nghiệp đồng ý; đến lúc đó ông/bà vẫn là người trực.',
    body: (
      <Form action={`${rosterPath}/doi-ca/${id}`} label="Đổi ca">
        <ErrorSummary errors={errors} title="Chưa đề nghị được" />
        <Select
          name="nguoi"
          label="Đề nghị ai nhận ca"
          empty="Chọn đồng nghiệp"
          value={values.nguoi}
          error={errorAt(errors, 'nguoi')}
          options={people
            .filter(({ account }) => account !== found.account)
            .map(({ account, name, position }) => ({
              value: account,
              label: position ? `${name}, ${position}` : name,
            }))}
        />
        <TextArea
          name="ly-do"
          label="Lý do"
          rows={2}
          value={values['ly-do']}
          maxLength={500}
          error={errorAt(errors, 'ly-do')}
        />
        <Button kind="primary">Gửi đề nghị</Button>
      </Form>
    ),
  })
}

export const rosterSwapRoutes: readonly Route[] = [show, ask]
