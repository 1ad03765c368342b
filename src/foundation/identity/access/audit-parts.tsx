// What the pages of auditors share: their addresses, the page with its question and answer, the day that is asked about, the columns of
// who may.
import type { ComponentChildren } from 'preact'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import { page, type Reply } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { Button, type Column, DateInput, ErrorSummary, errorOf, type FormError, readDateInput, Tabs, Tag } from '#ui'
import { WorkField, type WorkQuery } from './asked.tsx'
import type { HolderFound, WhoAsked } from './audit.ts'
import { type Names, sayWhere, sayWhy } from './words.tsx'

export const auditPath = '/kiem-tra-quyen'
export const personPath = `${auditPath}/nguoi`
export const seeingPath = `${auditPath}/noi-dung`

const part = z.string().trim().max(4).optional()
export const day = { 'ngay-day': part, 'ngay-month': part, 'ngay-year': part }
export type DayQuery = { [Field in keyof typeof day]?: string | undefined }

/** The day that is asked about: today where none is named. */
export function readOn(ctx: Context, query: DayQuery): string {
  const date = readDateInput(query, 'ngay')
  if (date === 'invalid') {
    const message = 'Ngày phải có đủ ngày, tháng, năm, ví dụ 05/09/2026.'
    throw invalid(message, [{ path: 'ngay', message }])
  }
  return date ?? dayOf(ctx.now)
}

export const sentDay = (query: DayQuery): Record<string, string> =>
  Object.fromEntries(
    (['ngay-day', 'ngay-month', 'ngay-year'] as const).flatMap((name) => (query[name] ? [[name, query[name]]] : [])),
  )

const Ways = ({ current }: { current: string }) => (
  <Tabs
    label="Ba cách hỏi"
    items={[
      { label: 'Ai được làm?', href: auditPath, current: current === auditPath },
      { label: 'Ai xem được nội dung này?', href: seeingPath, current: current === seeingPath },
      { label: 'Người này được làm gì?', href: personPath, current: current === personPath },
    ]}
  />
)

export interface AskingProps {
  /** Which of the ways to ask. */
  at: string
  lead?: string
  query: DayQuery & WorkQuery
  /** What the question is called, and what its button says. */
  label: string
  button: string
  fields: ComponentChildren
  help?: ComponentChildren
  errors?: readonly FormError[]
  status?: number
  answer: ComponentChildren
}

/** A way of asking: its question in a panel, and under it the answer. */
export const asking = ({
  at,
  lead,
  query,
  label,
  button,
  fields,
  help,
  errors = [],
  status,
  answer,
}: AskingProps): Reply =>
  page({
    title: 'Kiểm tra quyền',
    crumbs: at === auditPath ? undefined : [{ label: 'Kiểm tra quyền', href: auditPath }],
    lead,
    status,
    body: (
      <div class="stack-large">
        <Ways current={at} />
        <ErrorSummary errors={errors} title="Chưa hỏi được, cần sửa các chỗ sau" />
        <form class="panel stack" method="get" action={at} aria-label={label}>
          <div class="columns columns-2">
            {fields}
            <DayField query={query} error={errorOf(errors, 'ngay')} />
            <WorkField query={query} />
          </div>
          <div>
            <Button kind="primary">{button}</Button>
          </div>
          {help}
        </form>
        {answer}
      </div>
    ),
  })

interface Wrong {
  errors: readonly FormError[]
  status: number
}

/** What is wrong with a question is told where it was asked. */
export async function askAgain(answer: () => Promise<Reply>, again: (wrong: Wrong) => Promise<Reply>): Promise<Reply> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof Problem) || error.fields.length === 0) throw error
    const errors = error.fields.map(({ path: field, message }) => ({ field, message }))
    return again({ errors, status: error.status })
  }
}

const DayField = ({ query, error }: { query: DayQuery; error: string | undefined }) => (
  <DateInput
    error={error}
    name="ngay"
    label="Vào ngày"
    hint="Để trống là hôm nay."
    value={{ day: query['ngay-day'], month: query['ngay-month'], year: query['ngay-year'] }}
    optional
  />
)

/** The last person of the page before: account, then name. */
export function readPlace(text: string | undefined): WhoAsked['after'] {
  const cut = text?.indexOf(' ') ?? -1
  return text && cut > 0 ? { account: text.slice(0, cut), name: text.slice(cut + 1) } : undefined
}
export const writePlace = ({ account, name }: HolderFound) => `${account} ${name}`

export const whoColumns = (query: DayQuery, names: Names, why = 'Được làm vì'): Column<HolderFound>[] => [
  {
    key: 'name',
    title: 'Người',
    cell: ({ account, name, machine }) => (
      <>
        <a href={`${personPath}?${new URLSearchParams({ 'tai-khoan': account, ...sentDay(query) })}`}>{name}</a>{' '}
        <span class="muted code">{account}</span>
        {machine && (
          <>
            {' '}
            <Tag>Tài khoản máy</Tag>
          </>
        )}
      </>
    ),
  },
  { key: 'organisation', title: 'Đơn vị', phone: true, cell: ({ organisation }) => names.place(organisation) },
  {
    key: 'why',
    title: why,
    phone: true,
    cell: ({ grounds }) => (
      <ul class="plain-list stack-small">
        {grounds.map((ground) => {
          const words = `${sayWhy(ground, names)}; phạm vi: ${sayWhere(ground, names)}`
          return <li key={words}>{words}</li>
        })}
      </ul>
    ),
  },
]
