import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, DecisionBar, ErrorSummary, errorOf, Form, type FormError, Select, withQuery } from '#ui'
import { listAgencies, listDeadlines } from '../giving/choices.ts'
import { fieldOf, readGiven } from '../giving/form.ts'
import { giveMany } from '../giving/give-many.ts'
import { boardPath, giveManyPath, listPath } from '../paths.ts'
import { givePermission } from '../rights.ts'
import { getSettings } from '../settings.ts'
import { attempt, Body, listOf, textOf, type Values } from './forms.ts'
import { AgencyBoxes, type Choices, DeadlineFields, ProofFields, WhatFields } from './give-fields.tsx'

export const giveManyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: giveManyPath,
    access: givePermission,
    async handle(ctx) {
      const { deadlines } = await getSettings(ctx.sql)
      return sheet(ctx, { 'so-ngay': String(deadlines.default.amount) }, [])
    },
  }),
  route({
    method: 'POST',
    path: giveManyPath,
    access: givePermission,
    body: Body,
    async handle(ctx, { body }) {
      const groups = await listAgencies(ctx)
      const whole = textOf(body, 'ca-nhom')
      const agencies = whole
        ? (groups.find(({ label }) => label === whole)?.agencies ?? []).map(({ code }) => code)
        : listOf(body, 'don-vi')
      const { given, errors } = readGiven({ ...body, 'chu-tri': agencies[0] ?? '', 'so-phan': '1' })
      const faults = errors.map((error) => (error.field === 'chu-tri' ? noAgency : error))
      if (!given) return sheet(ctx, body, faults)
      let batch = ''
      const outcome = await attempt(
        async () => {
          batch = await giveMany(ctx, given, agencies)
        },
        (path) => (path === 'agencies' ? 'ca-nhom' : fieldOf(path)),
      )
      if (batch) return redirect(withQuery(listPath, { dot: batch, xong: agencies.length }))
      return sheet(ctx, body, outcome.errors)
    },
  }),
]

const noAgency: FormError = { field: 'ca-nhom', message: 'Chọn một nhóm cơ quan, hoặc đánh dấu từng cơ quan.' }

async function sheet(ctx: Context, values: Values, errors: readonly FormError[]): Promise<Reply> {
  const settings = await getSettings(ctx.sql)
  const agencies = await listAgencies(ctx)
  const { choices: deadlines } = await listDeadlines(ctx, settings)
  const choices: Choices = { settings, agencies, deadlines, office: undefined, leaders: settings.leaders }
  return page({
    title: 'Giao cùng một việc cho nhiều cơ quan',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Nhiệm vụ chỉ đạo', href: boardPath }],
    lead: 'Mỗi cơ quan nhận một nhiệm vụ riêng với cùng nội dung, hạn và kết quả của mình; ban hành chung một văn bản được.',
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} title="Chưa ghi được, cần sửa các chỗ sau" />
        <Form action={giveManyPath} label="Giao nhiều cơ quan">
          <WhatFields values={values} errors={errors} />
          <DeadlineFields values={values} errors={errors} choices={choices} />
          <Select
            name="ca-nhom"
            label="Giao cho cả nhóm"
            empty="Không, chọn từng cơ quan ở dưới"
            value={textOf(values, 'ca-nhom')}
            error={errorOf(errors, 'ca-nhom')}
            options={agencies.map((group) => ({
              value: group.label,
              label: `${group.label} (${group.agencies.length} cơ quan)`,
            }))}
          />
          <AgencyBoxes name="don-vi" label="Chọn từng cơ quan" agencies={agencies} values={listOf(values, 'don-vi')} />
          <ProofFields values={values} errors={errors} />
          <DecisionBar
            label="Giao nhiều cơ quan"
            primary={{
              action: <Button kind="primary">Ghi ý kiến chỉ đạo</Button>,
              consequence: 'Mỗi cơ quan một nhiệm vụ, chờ ban hành; có hiệu lực và tính hạn từ lúc ban hành.',
            }}
          />
        </Form>
      </div>
    ),
  })
}
