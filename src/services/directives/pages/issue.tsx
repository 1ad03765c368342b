import { localDate } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, redirect } from '#platform/http'
import {
  Button,
  DateInput,
  DecisionBar,
  DescriptionList,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  Notice,
  readDateInput,
  Section,
  TextInput,
} from '#ui'
import { issueBatch, issueDirective, proposeNumber } from '../giving/issue.ts'
import { boardPath, partPath } from '../paths.ts'
import { getWhole, listBatch } from '../reading/find.ts'
import { demand, issuePermission, mayIssue } from '../rights.ts'
import type { Directive } from '../store.ts'
import { attempt, textOf, type Values, wholeOf } from './forms.ts'
import { dateOf } from './give-fields.tsx'
import { namer } from './parts.tsx'

/** The one deed that is done to the whole, by the office: it has its own sheet among those of the parts. */
export const issueSlug = 'ban-hanh'
export const issuePath = (code: string): string => `${partPath(code)}/viec/${issueSlug}`
const fieldOf = (path: string) => (path.endsWith('on') || path === 'dueOn' ? 'ngay' : 'so')

async function getIssuable(ctx: Context, code: string): Promise<Directive> {
  const { directive } = await getWhole(ctx, code)
  demand(mayIssue(ctx, directive), issuePermission, directive.office)
  return directive
}

export async function showIssue(ctx: Context, code: string): Promise<Reply> {
  const directive = await getIssuable(ctx, code)
  const { timeZone } = (await getHomePack(ctx.sql)).card
  const on = localDate(ctx.now, timeZone)
  const [year = '', month = '', day = ''] = on.split('-')
  const so = await proposeNumber(ctx, directive, on)
  return sheet(ctx, code, { so, 'ngay-day': day, 'ngay-month': month, 'ngay-year': year }, [])
}

export async function takeIssue(ctx: Context, code: string, body: Values): Promise<Reply> {
  const directive = await getIssuable(ctx, code)
  const on = readDateInput(body, 'ngay')
  if (on === undefined || on === 'invalid')
    return sheet(ctx, code, body, [
      { field: 'ngay', message: 'Ngày văn bản phải có đủ ngày, tháng, năm, ví dụ 25/11/2026.' },
    ])
  const document = { number: textOf(body, 'so'), on }
  const batch = textOf(body, 'ca-dot') === 'yes' && directive.batch
  let done = false
  const outcome = await attempt(async () => {
    if (batch) await issueBatch(ctx, await listBatch(ctx, batch), document)
    else await issueDirective(ctx, directive.code, document, wholeOf(body, 'phien-ban'))
    done = true
  }, fieldOf)
  if (done) return redirect(`${partPath(code)}?xong=${issueSlug}`)
  return sheet(ctx, code, body, outcome.errors, outcome.conflict)
}

async function sheet(
  ctx: Context,
  code: string,
  values: Values,
  errors: readonly FormError[],
  conflict?: string,
): Promise<Reply> {
  const { directive, parts, part } = await getWhole(ctx, code)
  const name = await namer(ctx)
  const batch = directive.batch ? await listBatch(ctx, directive.batch) : []
  return page({
    title: 'Ban hành nhiệm vụ',
    status: conflict ? 409 : errors.length > 0 ? 422 : 200,
    lead: directive.title,
    crumbs: [
      { label: 'Nhiệm vụ chỉ đạo', href: boardPath },
      { label: directive.code, href: partPath(directive.code) },
    ],
    body: (
      <div class="stack">
        {conflict && (
          <Notice tone="warning" role="alert" title="Chưa ban hành">
            {conflict}
          </Notice>
        )}
        <ErrorSummary errors={errors} title="Chưa ban hành được, cần sửa các chỗ sau" />
        <Section title="Nội dung chỉ đạo">
          <p class="prose">{directive.words}</p>
          <DescriptionList
            items={[
              { term: 'Người chỉ đạo', value: `${directive.giverPosition ?? ''} ${directive.giverName}`.trim() },
              { term: 'Cơ quan chủ trì', value: parts.map(({ organisation }) => name(organisation)).join('; ') },
              { term: 'Thời hạn', value: parts.map(sayBudget).join('; ') },
            ]}
          />
        </Section>
        <Form action={issuePath(code)} label="Ban hành nhiệm vụ">
          <input type="hidden" name="phien-ban" value={String(part.version)} />
          <TextInput
            name="so"
            label="Số, ký hiệu văn bản"
            hint="Số tiếp theo trong năm được điền sẵn; sửa theo sổ văn bản đi."
            width="20"
            value={textOf(values, 'so')}
            error={errorOf(errors, 'so')}
            maxLength={60}
          />
          <DateInput name="ngay" label="Ngày văn bản" value={dateOf(values, 'ngay')} error={errorOf(errors, 'ngay')} />
          {batch.length > 1 && (
            <div class="option">
              <input type="checkbox" id="ca-dot" name="ca-dot" value="yes" checked />
              <label for="ca-dot">Cùng một văn bản cho cả {batch.length} nhiệm vụ của đợt giao này</label>
            </div>
          )}
          <DecisionBar
            label="Ban hành"
            primary={{
              action: <Button kind="primary">Ban hành</Button>,
              consequence: 'Nhiệm vụ có hiệu lực, giao đến cơ quan chủ trì và bắt đầu tính hạn.',
            }}
            others={[{ action: <Button href={partPath(code)}>Chưa ban hành</Button> }]}
          />
        </Form>
      </div>
    ),
  })
}

const sayBudget = ({ budgetAmount, dueOn }: { budgetAmount: number; dueOn: string | null }): string =>
  dueOn ? `đến hết ngày ${dueOn.split('-').reverse().join('/')}` : `${budgetAmount} ngày làm việc`
