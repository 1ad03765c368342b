import { z } from 'zod'
import { listDefinitions } from '#indicators'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, DecisionBar, ErrorSummary, Form, type FormError, TextArea, withQuery } from '#ui'
import { checkRule, definePermission, readRule, saveRule } from '../rules/actions.ts'
import { fieldOfFault, readForm, type Values, writeForm } from '../rules/form.ts'
import type { Input } from '../rules/model.ts'
import { findRule } from '../rules/store.ts'
import { type Trial, tryRule } from '../rules/trial.ts'
import { inputWords } from '../rules/words.ts'
import { Conditions } from './rule-form-conditions.tsx'
import { Naming, one, type Parts, Terms, Watching } from './rule-form-parts.tsx'
import { TrialResult } from './rule-trial.tsx'
import { ruleCrumbs, trialDays } from './rules.tsx'
import { rulePath, rulesPath } from './words.ts'

type From = Input['from']
const froms = Object.keys(inputWords) as From[]

const Body = z.record(z.string().max(40), z.union([z.string().max(5000), z.array(z.string().max(5000)).max(20)]))

const blank = (from: From): Values => ({
  tu: from,
  muc: 'medium',
  ky: 'month',
  cap: 'root',
  theo: from === 'record' ? 'organisation' : 'key',
  'keo-dai': '0m',
  'den-muon': '0m',
  thieu: 'keep',
  'thieu-sau': '0m',
  gop: ['key'],
  dung: 'yes',
  noi: 'all',
})

const newRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${rulesPath}/moi`,
    access: definePermission,
    query: z.object({ tu: z.enum(froms).optional().catch(undefined) }),
    handle: (ctx, { query }) => (query.tu ? show(ctx, { isNew: true, values: blank(query.tu) }) : choose()),
  }),
  route({
    method: 'POST',
    path: `${rulesPath}/moi`,
    access: definePermission,
    body: Body,
    handle: (ctx, { body }) => save(ctx, body, true),
  }),
]

const editRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${rulesPath}/:code/sua`,
    access: definePermission,
    params: z.strictObject({ code: z.string().max(80) }),
    async handle(ctx, { params }) {
      const rule = await findRule(ctx.sql, params.code)
      if (!rule) throw notFound('rule', params.code)
      return show(ctx, { isNew: false, values: writeForm(rule.body) })
    },
  }),
  route({
    method: 'POST',
    path: `${rulesPath}/:code/sua`,
    access: definePermission,
    params: z.strictObject({ code: z.string().max(80) }),
    body: Body,
    async handle(ctx, { params, body }) {
      if (!(await findRule(ctx.sql, params.code))) throw notFound('rule', params.code)
      return save(ctx, { ...body, ma: params.code }, false)
    },
  }),
]

export const ruleFormRoutes: readonly Route[] = [...newRoutes, ...editRoutes]

/** What a rule looks at decides what can be asked of it. */
function choose(): Reply {
  const about: Record<From, string> = {
    fact: 'Con số của một chỉ tiêu, theo ngày, tháng, năm; của tỉnh hoặc từng đơn vị.',
    record: 'Từng bản ghi khi đến: số đo của trạm, phản ánh, hồ sơ.',
    source: 'Nguồn dữ liệu im lặng hoặc gửi chậm.',
    duty: 'Nghĩa vụ cập nhật số liệu chuyển trạng thái.',
    directive: 'Nhiệm vụ chỉ đạo chuyển trạng thái.',
    project: 'Dự án của tỉnh giải ngân chậm hoặc chậm mốc, theo mức đặt ở danh mục dự án.',
  }
  return page({
    title: 'Quy tắc mới',
    crumbs: ruleCrumbs,
    lead: 'Chọn loại dữ liệu mà quy tắc theo dõi.',
    body: (
      <ul class="plain-list stack">
        {froms.map((from) => (
          <li key={from}>
            <a href={withQuery(`${rulesPath}/moi`, { tu: from })}>{inputWords[from]}</a>
            <p class="muted">{about[from]}</p>
          </li>
        ))}
      </ul>
    ),
  })
}

async function save(ctx: Context, values: Values, isNew: boolean): Promise<Reply> {
  try {
    const rule = readRule(readForm(values))
    if (values.viec === 'thu') {
      await checkRule(ctx, rule)
      return show(ctx, { isNew, values, trial: { found: await tryRule(ctx, rule, trialDays) } })
    }
    await saveRule(ctx, rule, { reason: String(values['ly-do'] ?? ''), isNew })
    return redirect(withQuery(rulePath(rule.code), { xong: 'luu' }))
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.status === 403) throw error
    const errors = error.fields.map(({ path, message }) => ({ field: fieldOfFault(path), message }))
    return show(ctx, { isNew, values, errors: errors.length > 0 ? errors : [{ field: 'ma', message: error.message }] })
  }
}

interface Showing {
  isNew: boolean
  values: Values
  errors?: readonly FormError[]
  trial?: { found: Trial | undefined }
}

async function show(ctx: Context, { isNew, values, errors = [], trial }: Showing): Promise<Reply> {
  const from = froms.find((one) => one === values.tu) ?? 'fact'
  const indicators = (await listDefinitions(ctx.sql)).map(({ code, body }) => ({
    value: code,
    label: `${body.name} (${body.unit})`,
  }))
  const code = one(values, 'ma') ?? ''
  const action = isNew ? `${rulesPath}/moi` : `${rulePath(code)}/sua`
  const parts: Parts = {
    values,
    from,
    indicators,
    fault: (name) => errors.find(({ field }) => field === name)?.message,
  }
  return page({
    title: isNew ? 'Quy tắc mới' : 'Sửa quy tắc',
    crumbs: isNew ? ruleCrumbs : [...ruleCrumbs, { label: code, href: rulePath(code) }],
    status: errors.length > 0 ? 422 : 200,
    lead: `Theo dõi: ${inputWords[from].toLowerCase()}.`,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} />
        {trial && <TrialResult trial={trial.found} />}
        <Form action={action} class="stack-large" label={isNew ? 'Quy tắc mới' : 'Sửa quy tắc'}>
          <input type="hidden" name="tu" value={from} />
          <Naming parts={parts} isNew={isNew} />
          <Watching parts={parts} />
          <Conditions parts={parts} />
          <Terms parts={parts} />
          <TextArea
            name="ly-do"
            label="Lý do của lần sửa"
            hint="Ghi vào nhật ký; chạy thử thì chưa cần."
            rows={2}
            value={one(values, 'ly-do')}
            error={parts.fault('ly-do')}
            maxLength={500}
          />
          <DecisionBar
            label="Quy tắc"
            primary={{
              action: (
                <Button name="viec" value="thu" kind="primary">
                  {`Chạy thử trên ${trialDays} ngày qua`}
                </Button>
              ),
              consequence: 'Chưa lưu; cho biết quy tắc sẽ báo bao nhiêu lần.',
            }}
            others={[
              {
                action: (
                  <Button name="viec" value="luu">
                    Lưu thành bản mới
                  </Button>
                ),
                consequence: 'Có hiệu lực ngay; tình trạng xấu đang có sẽ được báo một lần.',
              },
            ]}
          />
        </Form>
      </div>
    ),
  })
}
