// Locking figures at their cut-off (chốt số liệu), and reopening them by a document. Both figures stay: the one that was locked, and
// the one that replaced it.

import { getCalendarOf, lastPeriodDue, periodDueAt, periodRange } from '#calendar'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { isTyped, type StoredDefinition } from '../computation/plan.ts'
import { lockPasses, rebuildFacts, tellChanged } from '../computation/process.ts'
import type { Definition } from '../model.ts'
import { getDefinition } from '../reading/facts.ts'
import { closeTypedFacts, listDefinitions } from '../store.ts'
import { requireKey } from './keys.ts'

export interface PeriodLock {
  id: number
  indicator: string
  organisation: string
  period: string
  lockedBy: string
  lockedAt: Date
  reopenedBy: string | null
  reopenedAt: Date | null
  reopenedBasis: string | null
}

interface LockKey {
  indicator: string
  organisation: string
  period: string
}

/** Locks of a period at an organisation or above it, the newest first; reopened ones stay in the list. */
export function listLocks(sql: Sql, { indicator, organisation, period }: LockKey): Promise<PeriodLock[]> {
  return sql<PeriodLock[]>`
    select l.id, l.indicator, l.organisation, l.period, l.locked_by, l.locked_at, l.reopened_by, l.reopened_at, l.reopened_basis
    from indicators.period_lock l
    where l.indicator = ${indicator} and l.period = ${period} and exists (
      select from indicators.organisation_scope s where s.organisation = ${organisation} and s.ancestor = l.organisation)
    order by l.locked_at desc, l.id desc`
}

/** Fixes a period's figures of an organisation and all below it. Nothing happens where they are fixed already. */
export function lockPeriod(ctx: Context, key: LockKey): Promise<boolean> {
  return ctx.transaction(async (inner) => {
    const { body } = await getDefinition(inner, key.indicator)
    if (inner.actor.account !== 'system') inner.require('indicator:lock', body.owner.organisation)
    await requireKey(inner.sql, key)
    await lockPasses(inner.sql)
    return insertLock(inner, key)
  })
}

async function insertLock(ctx: Context, { indicator, organisation, period }: LockKey): Promise<boolean> {
  const by = ctx.actor.account ?? 'system'
  const { count } = await ctx.sql`
    insert into indicators.period_lock (indicator, organisation, period, locked_by, locked_at)
    values (${indicator}, ${organisation}, ${period}, ${by}, ${ctx.now})
    on conflict do nothing`
  if (count === 0) return false
  await ctx.sql`
    update indicators.fact f set locked_at = ${ctx.now}
    where f.indicator = ${indicator} and f.period = ${period} and f.superseded_at is null and f.locked_at is null
      and exists (select from indicators.organisation_scope s
        where s.organisation = f.organisation and s.ancestor = ${organisation})`
  await appendEntry(ctx, {
    action: 'figures.locked',
    subject: `indicator:${indicator}:${period}`,
    organisation,
    body: { period },
  })
  return true
}

/** Opens a locked period by a document (number and date); what records say by now is taken over, and the locked figure stays. */
export function reopenPeriod(ctx: Context, key: LockKey, basis: string): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { indicator, organisation, period } = key
    const { body } = await getDefinition(inner, indicator)
    inner.require('indicator:lock', body.owner.organisation)
    await requireKey(inner.sql, key)
    if (basis.trim().length < 5)
      throw invalid('Mở khóa số liệu phải nêu số, ngày của văn bản cho phép.', [
        { path: 'basis', message: 'Nêu số và ngày văn bản, ví dụ 123/UBND-TH ngày 05/11/2026.' },
      ])
    await lockPasses(inner.sql)
    const { count } = await inner.sql`
      update indicators.period_lock
      set reopened_by = ${inner.actor.account ?? 'system'}, reopened_at = ${inner.now}, reopened_basis = ${basis.trim()}
      where indicator = ${indicator} and organisation = ${organisation} and period = ${period} and reopened_at is null`
    if (count === 0) throw notFound('period-lock', `${indicator} ${organisation} ${period}`)
    await copyUnlocked(inner, key)
    // What was typed before the indicator was computed stood only because it was locked.
    if (!isTyped(body)) await closeTypedFacts(inner.sql, indicator, inner.now)
    const below = await inner.sql<{ organisation: string }[]>`
      select distinct organisation from indicators.organisation_scope where ancestor = ${organisation}`
    const { from, to } = periodRange(period)
    await rebuildFacts(inner, [indicator], { period, from, to, organisations: below.map((row) => row.organisation) })
    await appendEntry(inner, {
      action: 'figures.reopened',
      subject: `indicator:${indicator}:${period}`,
      organisation,
      body: { period, basis: basis.trim() },
    })
    await tellChanged(inner, [indicator])
  })
}

// The locked version ends and an open one of the same number begins, so that what was shown as locked can be shown again.
async function copyUnlocked(ctx: Context, { indicator, organisation, period }: LockKey): Promise<void> {
  await ctx.sql`
    with closed as (
      update indicators.fact f set superseded_at = ${ctx.now}
      where f.indicator = ${indicator} and f.period = ${period} and f.superseded_at is null and f.locked_at is not null
        and exists (select from indicators.organisation_scope s
          where s.organisation = f.organisation and s.ancestor = ${organisation})
      returning f.*
    )
    select count(*) from closed`
  await ctx.sql`
    insert into indicators.fact (indicator, definition_version, organisation, area, period_kind, period, period_on, state, value,
      numerator, denominator, record_count, numerator_count, base_count, origin, observed_at, received_at, known_at, approved_by,
      entry_id, note)
    select indicator, definition_version, organisation, area, period_kind, period, period_on, state, value, numerator, denominator,
      record_count, numerator_count, base_count, origin, observed_at, received_at, ${ctx.now}, approved_by, entry_id, note
    from indicators.fact
    where indicator = ${indicator} and period = ${period} and superseded_at = ${ctx.now} and locked_at is not null`
}

/**
 * A figure that never came may still come after the period was fixed above it: what was fixed there stays as it is, and the unit has
 * delivered, late. What stands is changed by a document only.
 */
async function comesLate(ctx: Context, { indicator, organisation, period }: LockKey): Promise<boolean> {
  const [row] = await ctx.sql<{ late: boolean }[]>`
    select not exists (select from indicators.period_lock where indicator = ${indicator} and organisation = ${organisation}
        and period = ${period} and reopened_at is null)
      and not exists (select from indicators.entry where indicator = ${indicator} and organisation = ${organisation}
        and period = ${period} and area = '' and state = 'published') as late`
  return row?.late ?? false
}

/** @throws Problem 409 where the period's figures are fixed. */
export async function refuseLocked(ctx: Context, key: LockKey): Promise<void> {
  const lock = (await listLocks(ctx.sql, key)).find(({ reopenedAt }) => reopenedAt === null)
  if (lock && !(await comesLate(ctx, key)))
    throw conflict('period.locked', `Số liệu kỳ ${key.period} đã chốt; muốn sửa phải có văn bản cho phép mở khóa.`, {
      indicator: key.indicator,
      period: key.period,
      lockedAt: lock.lockedAt,
    })
}

const openOrAdded = 40

/**
 * Locks what has reached its cut-off: the last due period of each kind a definition counts, by its cadence in the owner's working
 * time, and as many before it as have figures and no lock.
 */
export async function lockDuePeriods(ctx: Context): Promise<number> {
  let locked = 0
  for (const definition of await listDefinitions(ctx.sql)) locked += await lockDue(ctx, definition)
  return locked
}

const locksItself = ({ lock, formula, cadence }: Definition) =>
  cadence.every !== 'once' && (lock ?? (formula.type === 'typed' ? 'at-cut-off' : 'by-hand')) === 'at-cut-off'

async function lockDue(ctx: Context, { code, rootOrganisation, body }: StoredDefinition): Promise<number> {
  if (!locksItself(body)) return 0
  const compiled = await getCalendarOf(ctx, body.owner.organisation).catch(() => undefined)
  if (!compiled) return 0
  const { dueWorkingDays: workingDays, dueTime: time } = body.cadence
  let locked = 0
  for (const kind of body.periods) {
    // Days and weeks run into their month: they are fixed with it.
    if (kind === 'day' || kind === 'week') continue
    const last = lastPeriodDue(compiled, kind, { workingDays, time }, ctx.now)
    const periods = await ctx.sql<{ period: string }[]>`
      select distinct f.period, f.period_on from indicators.fact f
      where f.indicator = ${code} and f.period_kind = ${kind} and f.superseded_at is null and f.locked_at is null
        and f.organisation = ${rootOrganisation} and f.area = '' and f.period_on <= ${periodRange(last).from}::date
        and not exists (select from indicators.period_lock l where l.indicator = ${code}
          and l.organisation = ${rootOrganisation} and l.period = f.period)
      order by f.period_on desc limit ${openOrAdded}`
    for (const { period } of periods) {
      if (periodDueAt(compiled, period, { workingDays, time }) > ctx.now) continue
      if (await lockPeriod(ctx, { indicator: code, organisation: rootOrganisation, period })) locked += 1
    }
  }
  return locked
}
