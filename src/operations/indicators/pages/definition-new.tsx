import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { ErrorSummary, type FormError, Notice } from '#ui'
import { type FormValues, formText } from '#warehouse'
import { changedForm } from '../definition-form/change.ts'
import { choicesOf } from '../definition-form/choose.ts'
import { definitionError, readDefinitionForm } from '../definition-form/read.ts'
import { DefinitionSheet } from '../definition-form/sheet.tsx'
import { definitionForm } from '../definition-form/write.ts'
import { createDefinition } from '../definitions.ts'
import { IndicatorCode } from '../model.ts'
import { findDefinition } from '../store.ts'
import { attempt, DefinitionBody } from './definition.tsx'
import { definitionListPath, definitionPath, newDefinitionPath } from './words.ts'

/** An indicator from nothing: refused, with words at each field, until it has owner, cadence and basis. */
export const newDefinitionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: newDefinitionPath,
    access: 'indicator:define',
    handle: (ctx) => show(ctx, definitionForm({}), []),
  }),
  route({
    method: 'POST',
    path: newDefinitionPath,
    access: 'indicator:define',
    body: DefinitionBody,
    async handle(ctx, { body }) {
      const changed = changedForm(body)
      if (changed) return show(ctx, changed, [])
      const code = formText(body, 'ma')
      const errors = await create(ctx, code, body)
      return errors.length > 0 ? show(ctx, body, errors) : redirect(definitionPath(code))
    },
  }),
]

async function create(ctx: Context, code: string, values: FormValues): Promise<FormError[]> {
  const { raw, errors } = readDefinitionForm(values, { code, targets: [] })
  const reason = formText(values, 'ly-do')
  if (reason.length < 5) errors.push({ field: 'ly-do', message: 'Nêu lý do lập chỉ tiêu, ít nhất vài chữ.' })
  if (IndicatorCode.safeParse(code).success && (await findDefinition(ctx.sql, code)))
    errors.push({ field: 'ma', message: `Đã có chỉ tiêu mang mã “${code}”. Hãy chọn mã khác.` })
  return errors.length > 0
    ? errors
    : attempt(
        (fault) => definitionError(fault, values),
        () => createDefinition(ctx, raw, reason),
      )
}

async function show(ctx: Context, values: FormValues, errors: FormError[]): Promise<Reply> {
  return page({
    title: 'Chỉ tiêu mới',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Định nghĩa chỉ tiêu', href: definitionListPath }],
    lead: 'Con số chỉ được hiện khi có chủ trì, định kỳ và căn cứ.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa tạo được, cần sửa các chỗ sau" />
        {errors.length === 0 && (
          <Notice>Kế hoạch giao theo năm và đơn vị được nhập ở trang của chỉ tiêu, sau khi tạo.</Notice>
        )}
        <DefinitionSheet
          action={newDefinitionPath}
          values={values}
          errors={errors}
          choices={await choicesOf(ctx)}
          isNew
        />
      </div>
    ),
  })
}
