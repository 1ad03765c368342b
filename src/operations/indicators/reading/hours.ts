// An indicator over observations by the hour: the formula of its definition asked of each local hour, with what is usual for that hour
// of the week. Hours are read from the records when they are asked for; no facts are kept of them.

import { toDate, toDay } from '#calendar'
import type { Context } from '#platform/context'
import { type Condition, groupRecords, hasHours, sumByHour } from '#warehouse'
import { listMeasures, type StoredDefinition } from '../computation/plan.ts'
import type { Definition } from '../model.ts'
import { askMeasures } from './behind.ts'
import { requireReading } from './reach.ts'
import { daysLearned, hourNumber, type UsualBand, usualHoursOf } from './usual-band.ts'

const mostSeries = 60

export interface HourlyQuery {
  organisation: string
  /** First and last local day, both whole. */
  from: string
  to: string
  /** Only the observations of one series: a station, a counting point. */
  series?: string
  /** As it was known then. */
  asOf?: Date
}

export interface HourlyCourse {
  /** Local hours such as `2026-11-20T08`: those of the day at which observations come, up to now. */
  hours: string[]
  values: (number | null)[]
  /** Records behind each value. */
  counts: number[]
  usual: UsualBand
}

/** Whether the numbers of a definition can be had by the hour: all its measures are over observations that say their hour. */
export function isHourly(body: Definition): boolean {
  const measures = listMeasures(body)
  return (
    measures.length > 0 && measures.every(({ measure: { kind, at } }) => kind === 'observation' && hasHours(kind, at))
  )
}

/** @throws Problem 403 unless the actor may read the numbers of the organisation. */
export async function listHours(ctx: Context, definition: StoredDefinition, query: HourlyQuery): Promise<HourlyCourse> {
  await requireReading(ctx, query.organisation)
  const first = toDate(toDay(query.from) - daysLearned)
  const sums = await sumParts(ctx, definition, { ...query, from: first })
  const all = hoursOf(first, query.to, nowIn(query.asOf ?? ctx.now, definition.timeZone))
  const hours = all.filter(isSent(all, sums))
  const values = hours.map((hour) => valueAt(definition.body, sums.get(hour)))
  const from = hours.findIndex((hour) => hour >= query.from)
  if (from < 0) return { hours: [], values: [], counts: [], usual: { low: [], high: [], outside: [] } }
  return {
    hours: hours.slice(from),
    values: values.slice(from),
    counts: hours.slice(from).map((hour) => sums.get(hour)?.count ?? 0),
    usual: usualHoursOf(hours, values, hours.length - from),
  }
}

/** A source that sends four times a day lacks nothing in the hours between: only hours of the day at which it ever sends are asked of it. */
function isSent(hours: readonly string[], sums: ReadonlyMap<string, unknown>): (hour: string) => boolean {
  const sent = new Set(hours.filter((hour) => sums.has(hour)).map((hour) => hour.slice(11)))
  return (hour) => sent.has(hour.slice(11))
}

/** Whether the observations of these days come at more than one hour of the day: a source that sends once a day has no course by hour. */
export async function sendsByHour(ctx: Context, definition: StoredDefinition, query: HourlyQuery): Promise<boolean> {
  if (!isHourly(definition.body)) return false
  await requireReading(ctx, query.organisation)
  const sums = await sumParts(ctx, definition, query)
  return new Set([...sums.keys()].map((hour) => hour.slice(11))).size > 1
}

/** Names of the series that the observations of these days belong to, the largest first. */
export async function listHourlySeries(
  ctx: Context,
  definition: StoredDefinition,
  query: HourlyQuery,
): Promise<string[]> {
  await requireReading(ctx, query.organisation)
  const names = new Set<string>()
  for (const { query: asked } of await askMeasures(ctx, definition, query)) {
    const groups = await groupRecords(ctx.sql, asked, { field: 'series', limit: mostSeries })
    for (const { value } of groups) if (value) names.add(value)
  }
  return [...names].slice(0, mostSeries)
}

interface HourParts {
  numerator: number
  denominator: number
  /** Records that count. */
  count: number
}

/** Sums of the hour by their roles in the formula; an hour of which the sources know nothing is absent. */
async function sumParts(
  ctx: Context,
  definition: StoredDefinition,
  query: HourlyQuery,
): Promise<Map<string, HourParts>> {
  const found = new Map<string, HourParts>()
  const within: Condition[] = query.series === undefined ? [] : [{ field: 'series', op: 'eq', value: query.series }]
  for (const { role, measure, query: asked } of await askMeasures(ctx, definition, query)) {
    const of = measure.aggregate === 'count' ? undefined : measure.of
    for (const { hour, amount, count } of await sumByHour(ctx.sql, asked, { of, within })) {
      const parts = found.get(hour) ?? { numerator: 0, denominator: 0, count: 0 }
      if (role === 'denominator') parts.denominator += measure.scale * amount
      else parts.numerator += measure.scale * amount
      if (role === 'average') parts.denominator += count
      if (role !== 'numerator') parts.count += count
      found.set(hour, parts)
    }
  }
  return found
}

function valueAt({ formula }: Definition, parts: HourParts | undefined): number | null {
  if (!parts) return null
  const isRatio = formula.type === 'ratio'
  const isMean = formula.type === 'measure' && formula.measures.some(({ aggregate }) => aggregate === 'average')
  if (!isRatio && !isMean) return parts.numerator
  return parts.denominator === 0 ? null : ((isRatio ? formula.per : 1) * parts.numerator) / parts.denominator
}

function hoursOf(from: string, to: string, now: number): string[] {
  const first = hourNumber(`${from}T00`)
  const end = Math.min(hourNumber(`${to}T23`), now)
  return Array.from({ length: Math.max(0, end - first + 1) }, (_, index) => {
    const number = first + index
    return `${toDate(Math.floor(number / 24))}T${String(number % 24).padStart(2, '0')}`
  })
}

function nowIn(now: Date, timeZone: string): number {
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(now)
  return hourNumber(text.replace(' ', 'T'))
}
