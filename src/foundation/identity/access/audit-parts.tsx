// What the pages of auditors share: their addresses and tabs, the day that is asked about, the columns of who may.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { type Column, DateInput, readDateInput, Tabs, Tag } from '#ui'
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

export const Ways = ({ current }: { current: string }) => (
  <Tabs
    label="Ba cách hỏi"
    items={[
      { label: 'Ai được làm?', href: auditPath, current: current === auditPath },
      { label: 'Ai xem được nội dung này?', href: seeingPath, current: current === seeingPath },
      { label: 'Người này được làm gì?', href: personPath, current: current === personPath },
    ]}
  />
)

export const DayField = ({ query }: { query: DayQuery }) => (
  <DateInput
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
