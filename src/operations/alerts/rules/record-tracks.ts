/** Records as points: each stands at its own instant, whenever it came. Read newest first and no further back than the rule looks. */
import { instantOf, localDate, toDate, toDay } from '#calendar'
import { areaTree, getHomePack, organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import { formatNumber } from '#ui'
import { type FoundRecord, type Kind, kindOf, listFreshness, listRecords, recordPath } from '#warehouse'
import { leavesOf, msOf, type Rule } from './model.ts'
import { type Point, sortPoints } from './timeline.ts'
import type { Track } from './track.ts'

type RecordRule = Rule & { input: { from: 'record' } }
export const isRecordRule = (rule: Rule): rule is RecordRule => rule.input.from === 'record'

const dayMs = 86_400_000
const mostRecords = 5000
const mostTracks = 500
const seasonsBefore = 8
/** A thing may stay for long in the state that it moved into. */
const stateLasts = 366 * dayMs

/** How far back a rule looks: its windows, its pending time, and a day more. */
export function lookbackOf({ when, for: pending, lateness, noData }: Rule): number {
  const spans = leavesOf(when).map((leaf) => {
    if (leaf.type === 'count') return msOf(leaf.window)
    if (leaf.type === 'sequence') return msOf(leaf.within) + msOf(leaf.hold ?? leaf.within)
    if (leaf.type === 'absence') return leaf.longerThan === 'cadence' ? 0 : msOf(leaf.longerThan)
    if (leaf.type === 'state') return stateLasts
    if (leaf.type === 'rate') return leaf.over === 'previous' ? dayMs : msOf(leaf.over)
    return leaf.type === 'anomaly' ? (seasonsBefore + 1) * dayMs : 0
  })
  return 2 * Math.max(0, ...spans) + msOf(pending) + msOf(lateness) + msOf(noData.after) + 2 * dayMs
}

export interface RecordQuestion {
  from: Date
  limit: number
}

export async function readRecordTracks(ctx: Context, rule: RecordRule, question: RecordQuestion): Promise<Track[]> {
  const { card } = await getHomePack(ctx.sql)
  const records = await listOf(ctx, rule, { ...question, timeZone: card.timeZone })
  return tracksOf(ctx, rule, { ...question, records, timeZone: card.timeZone })
}

/** Rules that ask for the same records share one reading, as far back as the one of them that looks furthest. */
export function shareReading(ctx: Context, rules: readonly RecordRule[]): (rule: RecordRule) => Promise<Track[]> {
  const limit = mostRecords
  const keyOf = ({ input: { kind, sources, at, where } }: RecordRule) => JSON.stringify([kind, sources, at, where])
  const startOf = (lookback: number) => new Date(ctx.now.getTime() - lookback)
  const furthest = new Map<string, number>()
  for (const rule of rules) furthest.set(keyOf(rule), Math.max(furthest.get(keyOf(rule)) ?? 0, lookbackOf(rule)))
  const read = new Map<string, FoundRecord[]>()
  return async (rule) => {
    const { timeZone } = (await getHomePack(ctx.sql)).card
    const key = keyOf(rule)
    const all = read.get(key) ?? (await listOf(ctx, rule, { from: startOf(furthest.get(key) ?? 0), timeZone, limit }))
    read.set(key, all)
    const from = startOf(lookbackOf(rule))
    const records = all.filter(({ day }) => day >= localDate(from, timeZone))
    return tracksOf(ctx, rule, { records, from, timeZone, limit })
  }
}

interface Reading extends RecordQuestion {
  records: readonly FoundRecord[]
  timeZone: string
}

async function tracksOf(ctx: Context, rule: RecordRule, { records, from, timeZone, limit }: Reading): Promise<Track[]> {
  const asOf = localDate(ctx.now, timeZone)
  const [organisations, areas] = [await organisationTree(ctx.sql, { asOf }), await areaTree(ctx.sql, { asOf })]
  const placeOf = (key: string) => {
    const row = organisations.find(key)?.row ?? areas.find(key)?.row
    return row ? ('shortName' in row && row.shortName) || row.name : key
  }
  const byKey = new Map<string, FoundRecord[]>()
  for (const record of records) {
    const key = String(valueOfField(record, rule.input.by) ?? '')
    if (key === '') continue
    const list = byKey.get(key)
    if (list) list.push(record)
    else if (byKey.size < mostTracks) byKey.set(key, [record])
  }
  const last = records.length >= limit ? records.at(-1) : undefined
  const readFrom = last && instantOfRecord(rule, last, timeZone).getTime()
  return [...byKey].map(([key, own]) =>
    trackOf(rule, { key, place: placeOf(key), records: own, from, readFrom, timeZone }),
  )
}

async function listOf(
  ctx: Context,
  { input }: RecordRule,
  { from, timeZone, limit }: { from: Date; timeZone: string; limit: number },
): Promise<FoundRecord[]> {
  const today = localDate(ctx.now, timeZone)
  const sources = input.sources ?? (await listFreshness(ctx.sql)).map(({ code }) => code)
  const tree = await organisationTree(ctx.sql, { asOf: today })
  const day = (at: Date) => localDate(at, timeZone)
  const organisations = tree.nodes.map(({ row }) => ({ code: row.code, from: day(from), to: toDate(toDay(today) + 1) }))
  return listRecords(
    ctx.sql,
    { kind: input.kind, sources, at: input.at, where: input.where, organisations, asked: { today, timeZone } },
    { limit },
  )
}

function valueOfField(record: FoundRecord, name: string): unknown {
  if (name === 'organisation') return record.organisation
  if (name === 'area') return record.area
  return record.fields[name]
}

interface Group {
  key: string
  place: string
  records: readonly FoundRecord[]
  from: Date
  /** Since when all records were read, where there are more than are read at once. */
  readFrom: number | undefined
  timeZone: string
}

function instantOfRecord({ input }: RecordRule, record: FoundRecord, timeZone: string): Date {
  const { fields }: Kind = kindOf(input.kind)
  const field = fields[input.at]?.dayOf
  const instant = field ? record.fields[field] : undefined
  return instant instanceof Date ? instant : instantOf(record.day, '00:00', timeZone)
}

function trackOf(rule: RecordRule, { key, place, records, from, readFrom, timeZone }: Group): Track {
  const { input } = rule
  const byId = new Map<string, FoundRecord>()
  const points = records.flatMap((record): Point[] => {
    const at = instantOfRecord(rule, record, timeZone)
    const raw = input.of === undefined ? 1 : Number(valueOfField(record, input.of) ?? Number.NaN)
    const id = `${record.source} ${record.key} ${record.part}`
    byId.set(id, record)
    if (at < from) return []
    return [{ at: at.getTime(), value: Number.isFinite(raw) ? raw : null, id, fields: record.fields }]
  })
  const sorted = sortPoints(points)
  const lastAt = (at: number) => sorted.findLast((point) => point.at <= at)
  const recordAt = (at: number) => byId.get(lastAt(at)?.id ?? '')
  const last = recordAt(Number.POSITIVE_INFINITY)
  const place2 = pointOf(last)
  return {
    key,
    organisation: last?.organisation ?? '',
    area: last?.area ?? undefined,
    point: place2,
    place,
    points: sorted,
    around: { since: from.getTime(), season: 1, readFrom },
    subjectAt(at) {
      const record = recordAt(at)
      if (!record) return undefined
      return {
        kind: 'record',
        code: String(record.recordId),
        title: `Bản ghi ${record.key}`,
        url: recordPath(record.recordId),
      }
    },
    wordsAt(at) {
      const value = lastAt(at)?.value
      return {
        'gia-tri': value === null || value === undefined ? '' : formatNumber(value, 1),
        'chi-tieu': place,
        ky: '',
      }
    },
  }
}

function pointOf(record: FoundRecord | undefined): readonly [number, number] | undefined {
  const [east, north] = [Number(record?.fields.longitude ?? Number.NaN), Number(record?.fields.latitude ?? Number.NaN)]
  return Number.isFinite(east) && Number.isFinite(north) ? [east, north] : undefined
}
