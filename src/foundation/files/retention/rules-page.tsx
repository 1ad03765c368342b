import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  Checkbox,
  DateInput,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  formatDate,
  formatNumber,
  Notice,
  readDateInput,
  Section,
  Table,
  TextInput,
  Time,
} from '#ui'
import { FileUse } from '../model.ts'
import { manageFiles } from './actions.ts'
import { type Forecast, forecastChange, listChanges, type RuleChange } from './rule-store.ts'
import { changeRule, getRule, readWish, today, type WishedRule } from './rules.ts'

export const filesPath = '/quan-tri/tep'
export const rulePath = (use: string): string => `${filesPath}/thoi-han/${use}`
export const sayYears = (years: number | null): string => (years === null ? 'vĩnh viễn' : `${formatNumber(years)} năm`)

const words = z.string().max(600).optional()
const Body = z.object({
  viec: z.enum(['xem', 'luu']).default('xem'),
  nam: words,
  'vinh-vien': words,
  'can-cu': words,
  'tu-ngay-day': words,
  'tu-ngay-month': words,
  'tu-ngay-year': words,
})
type Body = z.infer<typeof Body>

const wishOf = (ctx: Context, body: Body): WishedRule =>
  readWish(ctx, {
    years: body['vinh-vien'] ? null : body.nam?.trim() || 'trống',
    citation: body['can-cu'] ?? '',
    fromOn: readDateInput(body, 'tu-ngay') ?? '',
  })

const fieldOf: Record<string, string> = { years: 'nam', citation: 'can-cu', fromOn: 'tu-ngay' }

interface Shown {
  typed?: Body
  errors?: readonly FormError[]
  forecast?: { wish: WishedRule; numbers: Forecast }
  isSaved?: boolean
}

async function show(ctx: Context, use: string, { typed, errors = [], forecast, isSaved }: Shown): Promise<Reply> {
  const rule = await getRule(ctx, use)
  const changes = await listChanges(ctx.sql, use, 50)
  const say = await ctx.sayPeople(changes.map(({ changedBy }) => changedBy))
  const [year, month, day] = today(ctx).split('-')
  const values: Body = typed ?? {
    viec: 'xem',
    nam: rule.years === null ? '' : String(rule.years),
    'can-cu': rule.verified ? rule.citation : '',
    'tu-ngay-day': day,
    'tu-ngay-month': month,
    'tu-ngay-year': year,
  }
  return page({
    title: `Thời hạn: ${rule.title}`,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Kho tệp', href: filesPath }],
    lead: `Đang áp dụng: ${sayYears(rule.years)}, tính từ hết năm tệp được lưu. Căn cứ: ${rule.citation}`,
    body: (
      <div class="stack-large">
        {isSaved && (
          <Notice tone="done" role="status">
            Đã lưu thời hạn.
          </Notice>
        )}
        <RuleForm use={use} values={values} errors={errors} forecast={forecast} />
        <Section title="Các lần thay đổi">
          <Changes changes={changes} say={say} />
        </Section>
      </div>
    ),
  })
}

function RuleForm({ use, values, errors, forecast }: Shown & { use: string; values: Body }) {
  const at = (name: string) => errorOf([...(errors ?? [])], name)
  return (
    <Form action={rulePath(use)} label="Đổi thời hạn" class="stack">
      <ErrorSummary errors={[...(errors ?? [])]} title="Chưa lưu được thời hạn" />
      <TextInput name="nam" label="Số năm bảo quản" value={values.nam} error={at('nam')} width="4" maxLength={3} />
      <Checkbox name="vinh-vien" label="Lưu vĩnh viễn" checked={Boolean(values['vinh-vien'])} />
      <TextInput
        name="can-cu"
        label="Căn cứ"
        hint="Số, ngày, điều, khoản của văn bản quy định thời hạn này."
        value={values['can-cu']}
        error={at('can-cu')}
        maxLength={500}
      />
      <DateInput
        name="tu-ngay"
        label="Áp dụng từ ngày"
        error={at('tu-ngay')}
        value={{ day: values['tu-ngay-day'], month: values['tu-ngay-month'], year: values['tu-ngay-year'] }}
      />
      {forecast && <ForecastNotice {...forecast} />}
      <div class="row">
        {forecast && (
          <Button kind="primary" name="viec" value="luu">
            Lưu thời hạn
          </Button>
        )}
        <Button name="viec" value="xem">
          Xem trước ảnh hưởng
        </Button>
      </div>
    </Form>
  )
}

function ForecastNotice({ wish, numbers }: { wish: WishedRule; numbers: Forecast }) {
  const { keepings, moved, dueBefore, dueAfter, held } = numbers
  return (
    <Notice
      tone={dueAfter > dueBefore ? 'warning' : 'info'}
      role="status"
      title={`Ngày ${formatDate(wish.fromOn)}: ${formatNumber(dueAfter)} lượt lưu hết thời hạn nếu lưu ${sayYears(wish.years)}, so với ${formatNumber(dueBefore)} theo quy định đang áp dụng`}
    >
      <p>
        {formatNumber(moved)} trong {formatNumber(keepings)} lượt lưu đổi ngày hết hạn.
        {held > 0 && ` ${formatNumber(held)} lượt có lệnh giữ không bị tiêu hủy.`} Hết thời hạn chưa phải là tiêu hủy:
        phải lập danh mục và có người khác duyệt.
      </p>
    </Notice>
  )
}

function Changes({ changes, say }: { changes: readonly RuleChange[]; say(account: string): string }) {
  return (
    <Table
      caption="Thời hạn đã đặt, mới nhất trước"
      hideCaption
      rows={changes}
      rowKey={({ id }) => String(id)}
      empty={{ title: 'Chưa đổi lần nào', words: 'Đang theo quy định của gói dữ liệu tỉnh.' }}
      columns={[
        { key: 'years', title: 'Thời hạn', phone: true, cell: (row) => sayYears(row.years) },
        { key: 'from', title: 'Từ ngày', phone: true, cell: (row) => formatDate(row.fromOn) },
        { key: 'citation', title: 'Căn cứ', cell: (row) => row.citation },
        { key: 'by', title: 'Người đặt', cell: (row) => say(row.changedBy) },
        { key: 'at', title: 'Lúc đặt', kind: 'nowrap', cell: (row) => <Time at={row.changedAt} exact /> },
        {
          key: 'state',
          title: 'Trạng thái',
          phone: true,
          cell: (row) => (row.appliedAt ? 'đã áp dụng' : 'chờ đến ngày'),
        },
      ]}
    />
  )
}

const Use = z.strictObject({ use: FileUse })

export const ruleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${filesPath}/thoi-han/:use`,
    access: manageFiles,
    params: Use,
    query: z.object({ xong: z.literal('1').optional().catch(undefined) }),
    handle: (ctx, { params, query }) => show(ctx, params.use, { isSaved: query.xong === '1' }),
  }),
  route({
    method: 'POST',
    path: `${filesPath}/thoi-han/:use`,
    access: manageFiles,
    params: Use,
    body: Body,
    async handle(ctx, { params: { use }, body }) {
      try {
        const wish = wishOf(ctx, body)
        if (body.viec === 'luu') {
          await changeRule(ctx, use, wish)
          return redirect(`${rulePath(use)}?xong=1`)
        }
        const numbers = await forecastChange(ctx.sql, { use, years: wish.years, on: wish.fromOn })
        return show(ctx, use, { typed: body, forecast: { wish, numbers } })
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        const errors = error.fields.map(({ path, message }) => ({ field: fieldOf[path] ?? path, message }))
        return show(ctx, use, { typed: body, errors })
      }
    },
  }),
]
