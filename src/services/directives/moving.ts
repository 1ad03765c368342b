// The one way by which a part changes: the whole is held, the form's version is compared, the hop is written down, the clock and its
// timers follow, whoever must act next finds it in his list, and the event goes out; all in one transaction.
import { pauseClock, resumeClock } from '#calendar'
import { appendEntry, type Json } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { placeOf } from './clock/ladder.ts'
import { calendarFor, dueOf, pauseWords } from './clock/terms.ts'
import { planTimers, replaceTimers } from './clock/timers.ts'
import { directiveMoved } from './events.ts'
import type { Held, Key } from './held.ts'
import { canDo, type Deed, leadsTo, type State, stateNames, stateOfWhole } from './model.ts'
import { maySee } from './rights.ts'
import { getSettings, type PauseReason } from './settings.ts'
import {
  type Directive,
  findPart,
  insertHops,
  listHops,
  listParts,
  lockDirective,
  type Part,
  readPauses,
  setWhole,
  updatePart,
} from './store.ts'
import { syncItems } from './waiting.ts'

/** Holds a part and works on it in one transaction. @throws Problem 404 for whoever may not see it, 409 when it has changed meanwhile. */
export function changePart<T>(ctx: Context, key: Key, work: (held: Held) => Promise<T>): Promise<T> {
  return ctx.transaction(async (inner) => {
    const known = await findPart(inner.sql, key.code)
    const directive = known && (await lockDirective(inner.sql, known.directive))
    // Read again: it may have changed while somebody else held the whole.
    const part = directive && (await findPart(inner.sql, key.code))
    if (!part || !maySee(inner, directive, part)) throw notFound('directive', key.code)
    if (key.version !== undefined && key.version !== part.version) throw await overtaken(inner, part)
    return work(await hold(inner, directive, part))
  })
}

export async function hold(ctx: Context, directive: Directive, part: Part): Promise<Held> {
  const settings = await getSettings(ctx.sql)
  const compiled = await calendarFor(ctx, directive, part)
  const { line } = await placeOf(ctx, part.organisation)
  return { ctx, directive, part, settings, compiled, line }
}

async function overtaken(ctx: Context, part: Part) {
  const [last] = await listHops(ctx.sql, part.code)
  const who = last ? ` ${last.actorName} vừa cập nhật nhiệm vụ này.` : ''
  return conflict(
    'directive.changed',
    `Nhiệm vụ đã thay đổi sau khi ông/bà mở trang.${who} Trạng thái hiện nay: ${stateNames[part.state]}. Xin xem lại trước khi làm tiếp.`,
    { state: part.state, version: part.version },
  )
}

export interface Change {
  /** What was done, as it stands in the timeline and in the ledger. */
  deed: string
  to?: State
  patch?: Partial<Part>
  note?: string | undefined
  details?: Record<string, Json>
  /** The clock stands still from now on, or goes on. */
  pause?: PauseReason
  resume?: boolean
}

/** Moves a part by a deed of the state machine. @throws Problem 409 where the deed is not allowed in its state. */
export function move(held: Held, deed: Deed, change: Omit<Change, 'deed' | 'to'> = {}): Promise<Part> {
  if (!canDo(held.part.state, deed)) {
    throw conflict(
      'directive.illegal-transition',
      `Nhiệm vụ đang ở trạng thái “${stateNames[held.part.state]}” nên không làm được việc này.`,
      { state: held.part.state, deed },
    )
  }
  return apply(held, { ...change, deed, to: leadsTo(deed) })
}

/** Writes a change down, whether or not the state moves. @returns the part as it now is. */
export async function apply(held: Held, change: Change): Promise<Part> {
  const { ctx, directive, part: before, settings, compiled } = held
  const state = change.to ?? before.state
  // Whoever waited for the part may have begun earlier than the one before him: history only goes forward.
  const movedAt = ctx.now < before.movedAt ? before.movedAt : ctx.now
  const next: Part = { ...before, ...change.patch, state, movedAt, pauses: pausesAfter(held, change) }
  next.dueAt = dueOf(compiled, next, settings)
  await updatePart(ctx.sql, next)
  const part = { ...next, version: before.version + 1 }
  await writeHop(held, change, part)
  const line = part.organisation === before.organisation ? held.line : (await placeOf(ctx, part.organisation)).line
  await replaceTimers(ctx.sql, part, planTimers(compiled, part, settings, line))
  const whole = stateOfWhole((await listParts(ctx.sql, directive.code)).map((one) => one.state))
  await setWhole(ctx.sql, directive.code, whole)
  const now = { ...held, directive: { ...directive, state: whole }, part, line }
  await syncItems(now, before.state)
  // Told too when only the deadline moved: those who count by it must know.
  if (state !== before.state || part.dueAt?.getTime() !== before.dueAt?.getTime()) {
    const { code, organisation } = part
    await ctx.publish(directiveMoved, {
      code,
      from: before.state,
      to: state,
      organisation,
      title: directive.title,
    })
  }
  await announce(ctx.sql, [`directive:${directive.code}`, 'directive'])
  Object.assign(held, now)
  return part
}

/** A pause opens only where the pack says that the clock stands still for this. */
function pausesAfter({ ctx, part, settings }: Held, { pause, resume, patch }: Change): Part['pauses'] {
  const own = patch?.pauses ?? part.pauses
  const pauses = readPauses({ ...part, pauses: own })
  const stands = pauses.some(({ to }) => to === undefined)
  let changed = pauses
  if (resume && stands) changed = resumeClock(pauses, ctx.now)
  else if (pause && !stands && settings.clock.pausesWhile.includes(pause))
    changed = pauseClock(pauses, ctx.now, pauseWords[pause])
  return changed.map(({ from, to, reason }) => ({
    from: from.toISOString(),
    ...(to ? { to: to.toISOString() } : {}),
    reason,
  }))
}

async function writeHop({ ctx, directive, part: before }: Held, change: Change, part: Part): Promise<void> {
  const { actor } = ctx
  await insertHops(ctx.sql, [
    {
      part: part.code,
      deed: change.deed,
      fromState: before.state,
      toState: part.state,
      at: part.movedAt,
      account: actor.account ?? 'system',
      actorName: actor.name,
      onBehalfOf: actor.onBehalfOf?.account ?? null,
      onBehalfName: actor.onBehalfOf?.name ?? null,
      note: change.note ?? null,
      details: change.details ?? {},
    },
  ])
  await appendEntry(ctx, {
    action: `directive.${ledgerDeeds[change.deed] ?? change.deed}`,
    subject: `directive:${part.code}`,
    organisation: part.organisation,
    body: {
      directive: directive.code,
      from: before.state,
      to: part.state,
      round: part.round,
      version: part.version,
      dueAt: part.dueAt?.toISOString() ?? null,
      ...(change.note ? { note: change.note } : {}),
      ...(actor.onBehalfOf ? { onBehalfOf: actor.onBehalfOf.account } : {}),
      ...change.details,
    },
  })
}

/** Deeds of the state machine as the ledger says them: a noun and what was done to it. */
export const ledgerDeeds: Record<string, string> = {
  issue: 'promulgated',
  assign: 'assigned',
  accept: 'accepted',
  'ask-adjustment': 'adjustment-asked',
  'settle-adjustment': 'adjustment-decided',
  report: 'reported',
  submit: 'result-submitted',
  verify: 'verified',
  return: 'returned',
  withdraw: 'withdrawn',
  reopen: 'reopened',
  'ask-extension': 'extension-asked',
  'settle-extension': 'extension-decided',
  'add-evidence': 'evidence-added',
  escalate: 'escalated',
  late: 'overdue',
  'due-soon': 'due-soon',
  remind: 'reminded',
  recount: 'recounted',
  record: 'recorded',
  'hand-over-verification': 'verifier-set',
}
