import {
  countRecordsBehind,
  factMoment,
  getDefinition,
  getFact,
  listLocks,
  listMeasuresBehind,
  listRecordsBehind,
  listVersions,
  type MeasureBehind,
  type PeriodLock,
  type ReadFact,
} from '#indicators'
import { listEntries } from '#ledger'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { dayOf } from '#platform/local-day'
import { daysOf, look, record, requireInspection, requireScope } from './right.ts'

type Definition = Awaited<ReturnType<typeof getDefinition>>
type Version = Awaited<ReturnType<typeof listVersions>>[number]

/** A number as it was shown. */
export interface ReopenedNumber {
  fact: ReadFact
  /** The version by which it was made. */
  definition: Definition
  /** The organisation as it was on the last day of the period. */
  organisationName: string
  approver: string
  versions: Version[]
  locks: PeriodLock[]
  measures: (MeasureBehind & { count: number })[]
}

/** Opens one version of a number, whatever became of it, and writes down that it was opened. @throws Problem 404, 403 */
export async function reopenNumber(ctx: Context, id: number): Promise<ReopenedNumber> {
  const fact = await findWithin(ctx, id)
  await record(ctx, 'inspection.number-opened', {
    fact: fact.id,
    indicator: fact.indicator,
    organisation: fact.organisation,
    period: fact.period,
    value: fact.value,
    knownAt: fact.knownAt.toISOString(),
  })
  return describe(ctx, fact)
}

async function findWithin(ctx: Context, id: number): Promise<ReadFact> {
  requireInspection(ctx)
  const fact = await look(ctx, { fact: id }, () => getFact(ctx, id))
  const { indicator, organisation, period } = fact
  await look(ctx, { fact: id, indicator, organisation, period }, () => requireScope(ctx, fact))
  return fact
}

/** The same for a bundle, without a word to the ledger of its own. */
export async function describeNumber(ctx: Context, id: number): Promise<ReopenedNumber> {
  return describe(ctx, await findWithin(ctx, id))
}

async function describe(ctx: Context, fact: ReadFact): Promise<ReopenedNumber> {
  const definition = await getDefinition(ctx, fact.indicator, fact.definitionVersion)
  const measures = await listMeasuresBehind(ctx, fact, { definition, asOf: factMoment(ctx, fact, definition) })
  const counted: ReopenedNumber['measures'] = []
  for (const measure of measures) counted.push({ ...measure, count: await countRecordsBehind(ctx, measure) })
  const then = await findOrganisation(ctx.sql, fact.organisation, { asOf: lastDayOf(ctx, fact) })
  const known = then ?? (await findOrganisation(ctx.sql, fact.organisation))
  return {
    fact,
    definition,
    organisationName: known?.name ?? fact.organisation,
    approver: await approverOf(ctx, fact),
    versions: await listVersions(ctx, fact),
    locks: await listLocks(ctx.sql, fact),
    measures: counted,
  }
}

/** Of a period under way, today. */
function lastDayOf(ctx: Context, { period }: ReadFact): string {
  const today = dayOf(ctx.now)
  const { to } = daysOf(period)
  return to < today ? to : today
}

/** By the position in which he approved. */
async function approverOf(ctx: Context, { approvedBy, origin, knownAt }: ReadFact): Promise<string> {
  if (!approvedBy)
    return origin === 'computed' ? 'tính tự động từ bản ghi, không qua duyệt tay' : 'chưa ghi người duyệt'
  return (await ctx.sayPeople([approvedBy], knownAt))(approvedBy)
}

export interface OpenedNumber {
  fact: number
  indicator: string
  organisation: string
  period: string
  at: Date
}

const mostOpened = 500

/** What was opened by this decision, the newest first: read from the ledger itself. */
export async function listOpened(ctx: Context): Promise<OpenedNumber[]> {
  const right = requireInspection(ctx)
  const entries = await listEntries(ctx.sql, {
    subject: `inspection:${right.id}`,
    action: 'inspection.number-opened',
    reach: 'all',
    limit: mostOpened,
  })
  const opened = new Map<number, OpenedNumber>()
  for (const { body, at } of entries) {
    const { fact, indicator, organisation, period } = (body ?? {}) as Partial<OpenedNumber>
    if (fact && indicator && organisation && period && !opened.has(fact))
      opened.set(fact, { fact, indicator, organisation, period, at })
  }
  return [...opened.values()]
}

export const recordsOf = listRecordsBehind
