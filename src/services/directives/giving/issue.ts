import { getCalendarOf, instantOf, localDate, workingDaysBetween } from '#calendar'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { budgetUntil } from '../clock/terms.ts'
import { IssuedDocument } from '../model.ts'
import { hold, move } from '../moving.ts'
import { agencyOf, tell } from '../notices.ts'
import { demand, issuePermission, mayIssue } from '../rights.ts'
import { getSettings, officeOf } from '../settings.ts'
import {
  type Directive,
  findByDocument,
  listParts,
  lockDirective,
  type Part,
  peekNumber,
  raiseNumber,
  setDocument,
} from '../store.ts'

const seriesOf = (office: string, year: string) => `document:${office}:${year}`

/** The number the office's next document would bear, by the pack's pattern; the officer may type another. */
export async function proposeNumber(
  ctx: Context,
  directive: Pick<Directive, 'authority' | 'office'>,
  on: string,
): Promise<string> {
  const { pattern } = officeOf(await getSettings(ctx.sql), directive.authority)
  const year = on.slice(0, 4)
  return pattern
    .replace('{n}', String(await peekNumber(ctx.sql, seriesOf(directive.office, year))))
    .replace('{year}', year)
}

/** From now on it binds: it has a number and a date, the agencies have it, their clocks run. */
export function issueDirective(ctx: Context, code: string, document: IssuedDocument, version?: number): Promise<void> {
  ctx.require(issuePermission)
  const issued = IssuedDocument.parse(document)
  return ctx.transaction(async (inner) => {
    const directive = await lockDirective(inner.sql, code)
    if (!directive) throw notFound('directive', code)
    demand(mayIssue(inner, directive), issuePermission, directive.office)
    const parts = await listParts(inner.sql, code)
    const waiting = parts.filter(({ state }) => state === 'opinion')
    if (waiting.length === 0 || (version !== undefined && waiting[0]?.version !== version))
      throw conflict(
        'directive.issued',
        'Nhiệm vụ này đã được ban hành hoặc thay đổi sau khi ông/bà mở trang; xin xem lại.',
        {
          state: directive.state,
          documentNumber: directive.documentNumber,
        },
      )
    const settings = await getSettings(inner.sql)
    const compiled = await getCalendarOf(inner, directive.authority)
    const { timeZone } = compiled.calendar
    await checkDocument(inner, directive, issued, localDate(inner.now, timeZone))
    const enteredOn = localDate(directive.recordedAt, timeZone)
    await setDocument(inner.sql, code, {
      ...issued,
      by: inner.actor.account ?? 'system',
      byName: inner.actor.name,
      at: inner.now,
      enteredInTime: workingDaysBetween(compiled, issued.on, enteredOn) <= settings.deadlines.enterWithinDays,
    })
    const bound = { ...directive, documentNumber: issued.number, documentOn: issued.on }
    for (const part of waiting) await bind(inner, bound, part, issued)
  })
}

async function checkDocument(
  ctx: Context,
  directive: Directive,
  { number, on }: IssuedDocument,
  today: string,
): Promise<void> {
  const fault = (path: string, message: string) => invalid(message, [{ path, message }])
  if (on > today) throw fault('on', 'Ngày văn bản không được sau hôm nay.')
  if (on < `${Number(today.slice(0, 4)) - 1}-01-01`) throw fault('on', 'Ngày văn bản quá xa; xin kiểm tra lại năm.')
  const { office, batch } = directive
  const taken = await findByDocument(ctx.sql, { office, year: Number(on.slice(0, 4)), number, batch })
  if (taken)
    throw fault('number', `Số ${number} đã dùng trong năm cho nhiệm vụ ${taken.code}; xin kiểm tra lại sổ văn bản đi.`)
  const order = /^\d{1,6}/.exec(number)?.[0]
  if (order) await raiseNumber(ctx.sql, seriesOf(office, on.slice(0, 4)), Number(order))
}

async function bind(ctx: Context, directive: Directive, part: Part, issued: IssuedDocument): Promise<void> {
  const held = await hold(ctx, directive, part)
  const { timeZone } = held.compiled.calendar
  // A document entered later than its date binds from its date on.
  const startedAt = issued.on === localDate(ctx.now, timeZone) ? ctx.now : instantOf(issued.on, '08:00', timeZone)
  const budget = part.dueOn ? budgetUntil(held.compiled, startedAt, part.dueOn) : undefined
  await move(held, 'issue', { details: { number: issued.number, on: issued.on } })
  await move(held, 'assign', {
    patch: { startedAt, ...(budget ? { budgetAmount: budget.amount, budgetUnit: budget.unit, dueOn: null } : {}) },
  })
  await tell(held, 'issued', [agencyOf(part)])
}

/** One document for all that was given in one go. */
export async function issueBatch(ctx: Context, codes: readonly string[], document: IssuedDocument): Promise<void> {
  await ctx.transaction(async (inner) => {
    for (const code of codes.toSorted()) await issueDirective(inner, code, document)
  })
}
