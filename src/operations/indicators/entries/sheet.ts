// The sheet of a custodian: what his organisation types for a period, with the last figures beside each cell.

import {
  findPeriod,
  getCalendarOf,
  periodDueAt,
  periodOf,
  periodRange,
  previousPeriod,
  samePeriodLastYear,
} from '#calendar'
import { getOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { localDay } from '../computation/days.ts'
import type { StoredDefinition } from '../computation/plan.ts'
import type { PeriodKind } from '../model.ts'
import { listDefinitions } from '../reading/definitions.ts'
import { mayHandle } from './actions.ts'
import { type Band, plausibleBand, typesForWhole } from './rules.ts'
import { type Entry, listEarlierValues, listEntriesIn, listEntriesOf } from './store.ts'

export interface SheetRow {
  definition: StoredDefinition
  /** Whose figure it is: the organisation's own, or the whole's, for which it answers. */
  organisation: string
  period: string
  /** On its way, and what stands. */
  entry: Entry | undefined
  published: Entry | undefined
  previous: number | null
  lastYear: number | null
  band: Band | undefined
  dueAt: Date | undefined
  isLocked: boolean
}

const comparedPeriods = 13

/** What an organisation has to type in the period of a kind in which a day lies; the latest that has begun where nothing is said. */
export async function getEntrySheet(
  ctx: Context,
  query: { organisation: string; period?: string },
): Promise<SheetRow[]> {
  const { organisation } = await getOrganisation(ctx.sql, query.organisation).then(({ code, kind }) => ({
    organisation: { code, kind },
  }))
  const asked = query.period === undefined ? undefined : findPeriod(query.period)
  if (query.period !== undefined && !asked)
    throw invalid(`“${query.period}” không phải mã kỳ.`, [{ path: 'period', message: 'Dùng mã kỳ như 2026-03.' }])
  const rows = (await listDefinitions(ctx.sql)).flatMap((definition) => {
    const { body, rootOrganisation, timeZone } = definition
    if (body.formula.type !== 'typed') return []
    // What comes once is owed in no period; it is typed where its period is asked for.
    if (!asked && body.cadence.every === 'once') return []
    const at = typesForWhole(body) ? rootOrganisation : organisation.code
    const isOwn = typesForWhole(body)
      ? body.owner.organisation === organisation.code
      : body.expected.length === 0 || body.expected.includes(organisation.kind)
    const kind = asked ? body.periods.find((one) => one === asked.kind) : body.mainPeriod
    if (!isOwn || !kind || !mayHandle(ctx, 'entry:write', definition, at)) return []
    return [{ definition, organisation: at, period: asked?.code ?? openPeriod(kind, localDay(ctx.now, timeZone)) }]
  })
  return fillRows(ctx, rows)
}

// A figure is typed after its period has ended; in the first days the one just ended is open, and it is still the one to type.
const openPeriod = (kind: PeriodKind, today: string) => previousPeriod(periodOf(kind, today))

type Bare = Pick<SheetRow, 'definition' | 'organisation' | 'period'>

async function fillRows(ctx: Context, rows: readonly Bare[]): Promise<SheetRow[]> {
  const keys = rows.map(({ definition, organisation, period }) => ({
    indicator: definition.code,
    organisation,
    area: '',
    period,
  }))
  const entries = await listEntriesOf(ctx.sql, keys)
  const earlier = await listEarlierValues(
    ctx.sql,
    rows.map(({ definition, organisation, period }) => ({
      indicator: definition.code,
      organisation,
      kind: findPeriod(period)?.kind ?? 'month',
      before: periodRange(period).from,
    })),
    comparedPeriods,
  )
  const locked = await listLocked(ctx, keys)
  const filled: SheetRow[] = []
  for (const row of rows) {
    const { code, body } = row.definition
    const own = entries.filter((one) => one.indicator === code && one.organisation === row.organisation)
    const past = earlier.filter((one) => one.indicator === code && one.organisation === row.organisation)
    const valueIn = (period: string) => past.find((one) => one.period === period)?.value ?? null
    filled.push({
      ...row,
      entry: own.find(({ state }) => state !== 'published'),
      published: own.find(({ state }) => state === 'published'),
      previous: valueIn(previousPeriod(row.period)),
      lastYear: valueIn(samePeriodLastYear(row.period)),
      band: plausibleBand(past.slice(0, 12).map(({ value }) => value)),
      dueAt: await findDueAt(ctx, body.owner.organisation, row.period, body.cadence),
      isLocked: locked.has(`${code} ${row.organisation} ${row.period}`),
    })
  }
  return filled
}

async function findDueAt(
  ctx: Context,
  organisation: string,
  period: string,
  { dueWorkingDays, dueTime }: { dueWorkingDays: number; dueTime: string },
): Promise<Date | undefined> {
  const compiled = await getCalendarOf(ctx, organisation).catch(() => undefined)
  return compiled && periodDueAt(compiled, period, { workingDays: dueWorkingDays, time: dueTime })
}

async function listLocked(
  ctx: Context,
  keys: readonly { indicator: string; organisation: string; period: string }[],
): Promise<Set<string>> {
  const rows = await ctx.sql<{ indicator: string; organisation: string; period: string }[]>`
    select k.indicator, k.organisation, k.period
    from unnest(${keys.map((key) => key.indicator)}::text[], ${keys.map((key) => key.organisation)}::text[],
      ${keys.map((key) => key.period)}::text[]) as k (indicator, organisation, period)
    where exists (select from indicators.period_lock l
      join indicators.organisation_scope s on s.ancestor = l.organisation and s.organisation = k.organisation
      where l.indicator = k.indicator and l.period = k.period and l.reopened_at is null
        -- What never came may still come: only what stands is fixed from above.
        and (l.organisation = k.organisation or exists (select from indicators.entry e where e.indicator = k.indicator
          and e.organisation = k.organisation and e.area = '' and e.period = k.period and e.state = 'published')))`
  return new Set(rows.map(({ indicator, organisation, period }) => `${indicator} ${organisation} ${period}`))
}

/** Figures that wait for this actor to approve or to publish. */
export async function listWaiting(ctx: Context, limit: number): Promise<{ toApprove: Entry[]; toPublish: Entry[] }> {
  const listOf = (permission: 'entry:approve' | 'entry:publish', state: 'submitted' | 'approved') => {
    const reach = ctx.reach(permission)
    return listEntriesIn(ctx.sql, { states: [state], organisations: reach === 'all' ? 'all' : [...reach], limit })
  }
  return { toApprove: await listOf('entry:approve', 'submitted'), toPublish: await listOf('entry:publish', 'approved') }
}
