/**
 * Calling people until somebody answers. A call is a row: who was called when, and when the next is called. The job only wakes it; the
 * row, locked, decides. So nobody is called early, or twice in a round, whichever workers wake it, however late, after whatever kill.
 */
import { listPeople, partiesOf } from '#identity'
import { appendEntry } from '#ledger'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { conflict, forbidden, notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { callAnswered } from '../events.ts'
import { rosterPath } from '../model.ts'
import { rosterTopic } from './assignments.ts'
import * as store from './call-store.ts'
import { callLadder } from './on-duty.ts'
import { readSettings } from './settings.ts'

export const callPath = (id: number): string => `${rosterPath}/goi/${id}`

export interface CallWish {
  /** What it is about: "Cảnh báo CB-2026-0012". */
  about: string
  /** Where what happened is seen. */
  url: string
  text: string
  /** One call for one key, for ever. */
  key: string
  /** Who is called first; operators where nothing is said. */
  duty?: 'lead' | 'operator'
}

/**
 * Calls the first on duty at once, the next after the pack's minutes without an answer, deputies, the head, and round again, until
 * somebody presses `Tôi nhận` or the matter ends (`endCallOut`). The same key again changes nothing.
 */
export function callOut(ctx: Context, { duty = 'operator', ...wish }: CallWish): Promise<void> {
  return ctx.transaction(async (inner) => {
    const made = await store.insertCallOut(inner.sql, { ...wish, duty, at: inner.now })
    if (made) await callNext(inner, made)
  })
}

/** The matter is over before anybody answered: nobody more is called. */
export function endCallOut(ctx: Context, key: string, reason: string): Promise<void> {
  return ctx.transaction(async (inner) => {
    const found = await store.lockCallOut(inner.sql, { key })
    if (found?.state !== 'calling') return
    await store.setEnded(inner.sql, found.id, reason)
    await announce(inner.sql, [rosterTopic])
  })
}

export interface CallStanding {
  state: store.CallOut['state']
  /** How many people were called so far. */
  attempts: number
  lastCalled?: string
  answeredName?: string
  url: string
}

/** How a call-out stands, for the page of what it is about. */
export async function findCallStanding({ sql }: Pick<Context, 'sql'>, key: string): Promise<CallStanding | undefined> {
  const call = await store.findCallOutOf(sql, key)
  if (!call) return undefined
  const attempts = await store.listAttempts(sql, call.id)
  return {
    state: call.state,
    attempts: attempts.length,
    lastCalled: attempts.at(-1)?.name,
    answeredName: call.answeredName ?? undefined,
    url: callPath(call.id),
  }
}

const callsAtOnce = 50

/** Goes on with every call whose time has come. */
export async function watchCalls(ctx: Context): Promise<void> {
  for (let count = callsAtOnce; count === callsAtOnce; ) {
    count = await ctx.transaction(async (inner) => {
      const due = await store.lockDue(inner.sql, inner.now, callsAtOnce)
      for (const one of due) await callNext(inner, one)
      return due.length
    })
  }
}

/** The row is locked by the caller. */
async function callNext(ctx: Context, call: store.CallOut): Promise<void> {
  const { callOut: rule } = await readSettings(ctx)
  const nextAt = new Date(ctx.now.getTime() + rule.answerMinutes * 60_000)
  const ladder = await callLadder(ctx, call.duty)
  const tried = (await store.listAttempts(ctx.sql, call.id)).filter(({ round }) => round === call.round)
  const fresh = ladder.find((account) => !tried.some((one) => one.account === account))
  const account = fresh ?? ladder[0]
  // With nobody at all to call it is tried again: the roster may be filled meanwhile, and the page shows the gap.
  if (!account) {
    ctx.log.error({ callOut: call.id }, 'nobody is on duty to be called')
    await store.setNext(ctx.sql, call.id, { round: call.round, nextAt })
    return
  }
  const round = fresh ? call.round : call.round + 1
  const position = fresh ? tried.length + 1 : 1
  const [person] = await listPeople(ctx, [account])
  await store.insertAttempt(ctx.sql, call.id, {
    round,
    position,
    account,
    name: person?.name ?? account,
    calledAt: ctx.now,
  })
  await store.setNext(ctx.sql, call.id, { round, nextAt })
  await notify(ctx, {
    notice: 'roster.call-out',
    to: [{ account }],
    values: { about: call.about, text: call.text },
    url: callPath(call.id),
    urgency: 'grave',
    dedupeKey: `call-out ${call.id}/${round}/${position}`,
  })
  await announce(ctx.sql, [rosterTopic])
}

/** "Tôi nhận": stops the calls. Who was called may, and whoever commands at the centre. */
export async function answerCall(ctx: Context, id: number): Promise<void> {
  const { organisation } = await readSettings(ctx)
  await ctx.transaction(async (inner) => {
    const call = await store.lockCallOut(inner.sql, { id })
    if (!call) throw notFound('call-out', String(id))
    const parties = partiesOf(inner.actor)
    if (!(await maySee(inner, call, organisation))) throw forbidden('incident:command', organisation)
    if (call.answeredBy && parties.includes(call.answeredBy)) return
    if (call.state === 'answered') throw conflict('call-out.answered', `${call.answeredName} đã nhận việc này rồi.`)
    if (call.state === 'ended') throw conflict('call-out.ended', 'Việc này đã kết thúc nên không cần nhận nữa.')
    const account = inner.actor.account ?? 'system'
    await store.setAnswered(inner.sql, id, {
      account,
      name: inner.actor.name,
      parties: [account, ...parties],
      at: inner.now,
    })
    await appendEntry(inner, {
      action: 'call-out.answered',
      subject: `call-out:${id}`,
      organisation,
      body: { waitedSeconds: Math.round((inner.now.getTime() - call.startedAt.getTime()) / 1000), about: call.about },
    })
    await inner.publish(callAnswered, { key: call.key, account, name: inner.actor.name })
    await announce(inner.sql, [rosterTopic])
  })
}

export async function maySee(ctx: Context, call: Pick<store.CallOut, 'id'>, organisation: string): Promise<boolean> {
  if (ctx.can('incident:command', organisation)) return true
  const parties = partiesOf(ctx.actor)
  return (await store.listAttempts(ctx.sql, call.id)).some(({ account }) => parties.includes(account))
}
