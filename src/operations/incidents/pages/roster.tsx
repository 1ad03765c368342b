import { z } from 'zod'
import { getCalendarOf, isDate, isWorkingDay, localDate, nameOfWeekday, toDay } from '#calendar'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { file, page, type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  type Column,
  ErrorSummary,
  type FormError,
  formatDate,
  Notice,
  readDateInput,
  Section,
  Table,
  Tag,
  withQuery,
} from '#ui'
import { rosterPath as path } from '../model.ts'
import {
  answerSwap,
  assign,
  copyWeek,
  enterAbsence,
  listRosterPeople,
  removeAbsence,
  rosterTopic,
  unassign,
} from '../roster/assignments.ts'
import { rosterFeed } from '../roster/calendar-feed.ts'
import { type RosterSettings, readSettings } from '../roster/settings.ts'
import { dutyNames, mondayOf, shiftDay, shiftOf } from '../roster/shifts.ts'
import { type Assignment, listAbsences, listAssignments, listOpenSwaps } from '../roster/store.ts'
import { emptyPage, keptNotice, Moment, type Past, readPast } from './past.tsx'
import { AbsenceSection, AssignForm, CopyForm, Person, SwapSection } from './roster-forms.tsx'
import { Now, readNow } from './roster-now.tsx'
import { faultsOf } from './words.ts'

const Query = z.object({
  tuan: z.string().max(10).optional(),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: Moment,
  chep: z.string().max(10).optional(),
})

const show = route({
  method: 'GET',
  path,
  access: 'incident:read',
  query: Query,
  async handle(asker, { query }) {
    const past = await readPast(asker, query.tai)
    if (query.tep) return download(past, query.tep, query.tuan)
    return rosterPage(past, {
      week: query.tuan,
      errors: [],
      values: {},
      done: query.chep === undefined ? undefined : `Đã chép ${Number(query.chep) || 0} phân công`,
    })
  },
})

async function download({ ctx, at }: Past, format: 'csv' | 'xlsx', week: string | undefined): Promise<Reply> {
  const settings = await readSettings(ctx)
  const monday = weekOf(ctx, settings, week)
  const people = await listAssignments(ctx.sql, monday, shiftDay(monday, 6), at?.knownAt)
  const nameOf = (code: string) => settings.shifts.find((one) => one.code === code)?.name ?? code
  return tableFile(format, {
    name: `ca-truc-${monday}`,
    titles: ['Ngày', 'Ca', 'Vai trò', 'Người', 'Vắng'],
    rows: people.map((one) => [formatDate(one.day), nameOf(one.shift), dutyNames[one.duty], one.name, one.absent]),
  })
}

const feed = route({
  method: 'GET',
  path: `${path}/lich.ics`,
  access: 'incident:read',
  query: z.object({ toi: z.literal('1').optional().catch(undefined) }),
  async handle(ctx, { query, request }) {
    const origin = ctx.config.publicUrl ?? `http://${request.headers.host ?? 'localhost'}`
    const text = await rosterFeed(ctx, { account: query.toi ? ctx.actor.account : undefined, origin })
    return file('ca-truc.ics', 'text/calendar; charset=utf-8', text, true)
  },
})

const text = z.string().max(400).default('')
const Values = z.looseObject({ tuan: z.string().max(10).optional() })
type Body = Record<string, string | undefined>

/** Forms of the roster's page: each does its deed and comes back to the same week. */
const deeds: {
  name: string
  access: string
  field: string
  act(ctx: Context, body: Body): Promise<string | undefined>
}[] = [
  {
    name: 'phan-cong',
    access: 'shift:lead',
    field: 'nguoi',
    act: async (ctx, body) => {
      await assign(ctx, {
        day: dateOf(body.ngay),
        shift: body.ca ?? '',
        duty: body.viec ?? '',
        account: body.nguoi ?? '',
      })
      return undefined
    },
  },
  {
    name: 'bo',
    access: 'shift:lead',
    field: 'lich',
    act: async (ctx, body) => {
      await unassign(ctx, Number(body.so) || 0)
      return undefined
    },
  },
  {
    name: 'chep-tuan',
    access: 'shift:lead',
    field: 'sang',
    act: async (ctx, body) => {
      const count = await copyWeek(ctx, mondayOrEmpty(body.tuan), mondayOrEmpty(body.sang))
      return withQuery(path, { tuan: mondayOrEmpty(body.sang), chep: String(count) })
    },
  },
  {
    name: 'vang',
    access: 'incident:read',
    field: 'ly-do',
    act: async (ctx, body) => {
      await enterAbsence(ctx, {
        account: body['nguoi-vang'] || (ctx.actor.account ?? ''),
        from: readDateInput(body, 'tu') ?? '',
        to: readDateInput(body, 'den') ?? readDateInput(body, 'tu') ?? '',
        reason: body['ly-do'] ?? '',
      })
      return undefined
    },
  },
  {
    name: 'bo-vang',
    access: 'incident:read',
    field: 'vang',
    act: async (ctx, body) => {
      await removeAbsence(ctx, Number(body.so) || 0)
      return undefined
    },
  },
  {
    name: 'tra-loi-doi',
    access: 'incident:read',
    field: 'doi-ca',
    act: async (ctx, body) => {
      const answers = { nhan: 'agreed', khong: 'refused', rut: 'withdrawn' } as const
      const answer = Object.entries(answers).find(([key]) => key === body.tra)?.[1] ?? 'refused'
      await answerSwap(ctx, Number(body.so) || 0, answer)
      return undefined
    },
  },
]

const deedRoutes = deeds.map(({ name, access, field, act }) =>
  route({
    method: 'POST',
    path: `${path}/${name}`,
    access,
    body: Values.catchall(text),
    async handle(ctx, { body }) {
      try {
        return redirect((await act(ctx, body)) ?? withQuery(path, { tuan: body.tuan }))
      } catch (error) {
        return rosterPage(
          { ctx, at: undefined },
          { week: body.tuan, errors: faultsOf(error, field), values: body, done: undefined },
        )
      }
    },
  }),
)

/** "2026-11-29" of a list of choices; anything else is no day. */
const dateOf = (day: string | undefined): string => day ?? ''
const mondayOrEmpty = (day: string | undefined): string => (day && isDate(day) ? mondayOf(day) : '')

function weekOf(ctx: Context, settings: RosterSettings, week: string | undefined): string {
  return mondayOf(week && isDate(week) ? week : localDate(ctx.now, settings.timeZone))
}

interface Showing {
  week: string | undefined
  errors: readonly FormError[]
  values: Body
  done: string | undefined
}

async function rosterPage(past: Past, { week, errors, values, done }: Showing): Promise<Reply> {
  const { ctx, at } = past
  const notice = await keptNotice(past, 'assignment')
  if (notice) return emptyPage(past, { title: 'Ca trực', what: 'lịch trực', notice })
  const settings = await readSettings(ctx)
  const monday = weekOf(ctx, settings, week)
  const keeps = ctx.can('shift:lead', settings.organisation)
  const today = localDate(ctx.now, settings.timeZone)
  const assigned = await listAssignments(ctx.sql, monday, shiftDay(monday, 6), at?.knownAt)
  const people = (await listRosterPeople(ctx, settings)).map(({ account, name, position }) => ({
    value: account,
    label: position ? `${name}, ${position}` : name,
  }))
  return page({
    title: 'Ca trực',
    status: errors.length > 0 ? 422 : 200,
    lead: 'Ai đang trực, ca nào còn thiếu người, bàn giao ca và gọi trực.',
    islands: ['table'],
    actions: (
      <>
        <Button href={withQuery(`${path}/ban-giao`, { tai: at?.text })}>Bàn giao ca</Button>
        {!at && (
          <>
            <Button href={`${path}/goi`}>Gọi trực</Button>
            <Button href={`${path}/lich.ics?toi=1`} icon="calendar">
              Lịch của tôi (.ics)
            </Button>
          </>
        )}
      </>
    ),
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa thực hiện được" />
        {done && <Notice tone="done" role="status" title={done} />}
        <AsOfNotice at={at} what="lịch trực" />
        <div id="hien-tai" class="stack" data-live={at ? undefined : rosterTopic} data-live-label="Ca trực hiện tại">
          <Now now={await readNow(ctx, settings, at?.knownAt)} settings={settings} tai={at?.text} />
        </div>
        <Week
          monday={monday}
          today={today}
          settings={settings}
          assigned={assigned}
          offs={await listOffDays(ctx, settings, monday)}
          account={at ? undefined : ctx.actor.account}
          keeps={keeps}
          now={ctx.now}
          tai={at?.text}
        />
        {!at && (
          <SwapSection swaps={await listOpenSwaps(ctx.sql, today)} account={ctx.actor.account} settings={settings} />
        )}
        {keeps && (
          <div class="columns columns-2">
            <div>
              <AssignForm
                monday={monday}
                from={today}
                settings={settings}
                people={people}
                values={values}
                errors={errors}
              />
            </div>
            <div>
              <CopyForm monday={monday} values={values} errors={errors} />
            </div>
          </div>
        )}
        <AbsenceSection
          absences={await listAbsences(ctx.sql, today, at?.knownAt)}
          account={ctx.actor.account}
          isPast={at !== undefined}
          keeps={keeps}
          people={people}
          monday={monday}
          values={values}
          errors={errors}
        />
        {errors.length === 0 && <AsOfQuestion at={at} what="lịch trực" />}
      </div>
    ),
  })
}

/** Days of the week that are off, by the working calendar: holidays by their names. */
async function listOffDays(ctx: Context, settings: RosterSettings, monday: string): Promise<Map<string, string>> {
  // A pack may have no working calendar: then no day is marked.
  const calendar = await getCalendarOf(ctx, settings.organisation).catch((error: unknown) => {
    if (error instanceof Problem && error.status === 404) return undefined
    throw error
  })
  if (!calendar) return new Map()
  const days = Array.from({ length: 7 }, (_, index) => shiftDay(monday, index))
  return new Map(
    days
      .filter((day) => !isWorkingDay(calendar, day))
      .map((day) => [day, calendar.exceptions.get(toDay(day))?.name ?? 'ngày nghỉ']),
  )
}

interface WeekProps {
  monday: string
  today: string
  settings: RosterSettings
  assigned: readonly Assignment[]
  offs: ReadonlyMap<string, string>
  account: string | undefined
  keeps: boolean
  now: Date
  tai: string | undefined
}

function Week({ monday, today, settings, assigned, offs, account, keeps, now, tai }: WeekProps) {
  const days = Array.from({ length: 7 }, (_, index) => shiftDay(monday, index))
  const columns: Column<string>[] = [
    {
      key: 'day',
      title: 'Ngày',
      cell: (day) => (
        <>
          {nameOfWeekday(day)} {formatDate(day).slice(0, 5)}{' '}
          {day === today && <Tag tone="info">{tai ? 'hôm đó' : 'hôm nay'}</Tag>}{' '}
          {offs.has(day) && <Tag>{offs.get(day)}</Tag>}
        </>
      ),
    },
    ...settings.shifts.map(
      (rule): Column<string> => ({
        key: rule.code,
        title: rule.name,
        unit: `${rule.from}–${rule.to}`,
        phone: true,
        cell: (day) => {
          const people = assigned.filter((one) => one.day === day && one.shift === rule.code)
          const isOver = shiftOf(rule, day, settings.timeZone).endsAt <= now
          return <Cell people={people} account={account} keeps={keeps && !isOver} isOver={isOver} monday={monday} />
        },
      }),
    ),
  ]
  return (
    <Section
      title={`Tuần ${formatDate(monday)} đến ${formatDate(shiftDay(monday, 6))}`}
      id="lich"
      aside={
        <span class="row">
          <a href={`${withQuery(path, { tuan: shiftDay(monday, -7), tai })}#lich`}>Tuần trước</a>
          <a href={`${withQuery(path, { tuan: shiftDay(monday, 7), tai })}#lich`}>Tuần sau</a>
        </span>
      }
    >
      <Table
        caption="Lịch trực"
        hideCaption
        rows={days}
        rowKey={(day) => day}
        columns={columns}
        downloads={{
          csv: withQuery(path, { tuan: monday, tai, tep: 'csv' }),
          xlsx: withQuery(path, { tuan: monday, tai, tep: 'xlsx' }),
        }}
      />
    </Section>
  )
}

interface CellProps {
  people: readonly Assignment[]
  account: string | undefined
  keeps: boolean
  isOver: boolean
  monday: string
}

function Cell({ people, account, keeps, isOver, monday }: CellProps) {
  const present = people.filter(({ absent, duty }) => absent === null && duty !== 'deputy')
  return (
    <div class="stack-small">
      {people.map((one) => (
        <Person key={one.id} one={one} account={account} keeps={keeps} isOver={isOver} monday={monday} />
      ))}
      {present.length === 0 &&
        (isOver ? <span class="muted">không có người</span> : <Tag tone="warning">chưa có người</Tag>)}
      {present.length > 0 && !present.some(({ duty }) => duty === 'lead') && !isOver && (
        <Tag tone="warning">chưa có trưởng ca</Tag>
      )}
    </div>
  )
}

export const rosterRoutes: readonly Route[] = [show, feed, ...deedRoutes]
