import { localDate } from '#calendar'
import type { Context } from '#platform/context'
import { formatDate, formatTime, Notice, Tag, withQuery } from '#ui'
import { rosterPath as path } from '../model.ts'
import { callPath } from '../roster/call-out.ts'
import { listCallOuts } from '../roster/call-store.ts'
import { handOverPath, stateNames } from '../roster/hand-over.ts'
import { listHandOversSince } from '../roster/hand-over-store.ts'
import { listGaps } from '../roster/on-duty.ts'
import type { RosterSettings } from '../roster/settings.ts'
import { listShifts, mondayOf, type Shift, shiftAfter, shiftAt, shiftDay, shiftOf } from '../roster/shifts.ts'
import { type Assignment, listAssignments, listShiftAssignments } from '../roster/store.ts'

interface NowFacts {
  shift: Shift | undefined
  people: Assignment[]
  next: Shift | undefined
  nextPeople: Assignment[]
  gaps: Awaited<ReturnType<typeof listGaps>>
  waiting: { href: string; words: string }[]
  calls: Awaited<ReturnType<typeof listCallOuts>>
}

/** @param at as of an earlier moment, at which the clock stands: without the calls of then, which are not kept */
export async function readNow(ctx: Context, settings: RosterSettings, at?: Date): Promise<NowFacts> {
  const shift = shiftAt(settings.shifts, ctx.now, settings.timeZone)
  const next = shift && shiftAfter(settings.shifts, shift, settings.timeZone)
  const of = (one: Shift | undefined) => (one ? listShiftAssignments(ctx.sql, one, at) : [])
  const seesAll = ctx.can('incident:read', settings.organisation)
  return {
    shift,
    people: await of(shift),
    next,
    nextPeople: await of(next),
    gaps: await listGaps(ctx, settings, at),
    waiting: seesAll ? await listWaiting(ctx, settings, at) : [],
    calls: at
      ? []
      : await listCallOuts(ctx.sql, {
          account: seesAll ? undefined : (ctx.actor.account ?? ''),
          state: 'calling',
          limit: 10,
        }),
  }
}

/** Hand-overs of the last two days that lack a signature. */
async function listWaiting(
  ctx: Context,
  settings: RosterSettings,
  at: Date | undefined,
): Promise<{ href: string; words: string }[]> {
  const today = localDate(ctx.now, settings.timeZone)
  const since = shiftDay(today, -2)
  const kept = await listHandOversSince(
    ctx.sql,
    shiftOf(settings.shifts[0] ?? emptyRule, since, settings.timeZone).startsAt,
    at,
  )
  const assigned = await listAssignments(ctx.sql, since, today, at)
  return listShifts(settings.shifts, since, 3, settings.timeZone)
    .filter(({ endsAt }) => endsAt <= ctx.now)
    .flatMap((shift) => {
      const state = kept.find((one) => one.day === shift.day && one.shift === shift.code)?.state ?? 'none'
      const isKept = assigned.some((one) => one.day === shift.day && one.shift === shift.code)
      if (state === 'taken' || (state === 'none' && !isKept)) return []
      return [
        {
          href: handOverPath({ day: shift.day, shift: shift.code }),
          words: `${shift.name} ${formatDate(shift.day)}: ${stateNames[state].toLowerCase()}`,
        },
      ]
    })
}

const emptyRule = { code: '', name: '', from: '00:00', to: '00:00' }

/** What runs now: calls first, then the shift, hand-overs without a signature, and gaps ahead. */
export function Now({ now, settings, tai }: { now: NowFacts; settings: RosterSettings; tai: string | undefined }) {
  const { shift, people, next, nextPeople, gaps, waiting, calls } = now
  const lead = people.find(({ duty, absent }) => duty === 'lead' && absent === null)
  return (
    <>
      {calls.map((call) => (
        <Notice key={call.id} tone="danger" title={`Đang gọi trực: ${call.about}`}>
          <p>
            {call.text} <a href={callPath(call.id)}>Mở và bấm Tôi nhận</a>
          </p>
        </Notice>
      ))}
      {shift && (
        <section class="panel stack-small" aria-label={tai ? 'Ca khi đó' : 'Ca hiện tại'}>
          <h2>
            {shift.name}, đến {formatTime(shift.endsAt, settings.timeZone)}
          </h2>
          <p>Trưởng ca: {lead ? <strong>{lead.name}</strong> : <Tag tone="danger">Chưa có trưởng ca</Tag>}</p>
          <p>
            Trực điều hành:{' '}
            {people
              .filter(({ duty, absent }) => duty === 'operator' && absent === null)
              .map((one) => one.name)
              .join(', ') || 'chưa có người'}
          </p>
          <p class="muted">
            Dự bị:{' '}
            {people
              .filter(({ duty }) => duty === 'deputy')
              .map((one) => one.name)
              .join(', ') || 'không có'}
            {next &&
              ` · Tiếp theo: ${next.name} lúc ${formatTime(next.startsAt, settings.timeZone)}, trưởng ca ${nextPeople.find(({ duty }) => duty === 'lead')?.name ?? 'chưa có'}`}
          </p>
          <p>
            <a href={withQuery(handOverPath({ day: shift.day, shift: shift.code }), { tai })}>
              Biên bản bàn giao của ca này
            </a>
          </p>
        </section>
      )}
      {waiting.length > 0 && (
        <Notice tone="warning" title={`${waiting.length} ca chưa bàn giao xong`}>
          <ul>
            {waiting.map(({ href, words }) => (
              <li key={href}>
                <a href={withQuery(href, { tai })}>{words}</a>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {tai && <p class="muted">Cuộc gọi trực và đề nghị đổi ca chỉ xem được ở trang hiện nay.</p>}
      {gaps.length > 0 && <Gaps gaps={gaps} tai={tai} />}
    </>
  )
}

const gapsShown = 5

function Gaps({ gaps, tai }: { gaps: NowFacts['gaps']; tai: string | undefined }) {
  const rest = gaps.length - gapsShown
  return (
    <Notice tone="warning" title="Ca sắp tới còn thiếu">
      <ul>
        {gaps.slice(0, gapsShown).map(({ shift, words }) => (
          <li key={words}>
            <a href={`${withQuery(path, { tuan: mondayOf(shift.day), tai })}#lich`}>{words}</a>
          </li>
        ))}
      </ul>
      {rest > 0 && <p>và {rest} ca khác.</p>}
    </Notice>
  )
}
