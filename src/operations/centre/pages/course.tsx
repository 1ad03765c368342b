// The course of an indicator: one line a territory, cut at every merger, with target, outlook and what is usual.

import { findPeriod, listPeriods, periodOf, periodRange, shiftPeriod } from '#calendar'
import {
  accumulates,
  type Card,
  type Definition,
  daysLearned,
  elapsedShare,
  isAdditive,
  listSeries,
  type PeriodKind,
  type ReadFact,
  resolveTarget,
  usualBandOf,
} from '#indicators'
import { getHomePack, organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import { LineChart, type LineChartProps, type LineSeries } from '#ui'
import { findingOfCourse } from './findings.ts'
import type { View } from './view.tsx'
import { capital, sayFigure, sayPeriod, tickOf } from './words.ts'

/** How many periods a chart shows. */
const lengths: Record<PeriodKind, number> = {
  day: 45,
  week: 26,
  month: 24,
  quarter: 12,
  half: 8,
  year: 8,
  'R-month': 24,
  'R-quarter': 12,
  'R-half': 8,
  'R-year': 8,
}

interface Former {
  organisation: string
  name: string
  validTo: string
}

export interface Course {
  kind: PeriodKind
  periods: string[]
  own: (ReadFact | undefined)[]
  former: (Former & { facts: (ReadFact | undefined)[] })[]
  /** How many authorities were merged into this one, whether or not anything is known of them. */
  formerCount: number
  /** Days before the first one shown, for what is usual. */
  earlier: { day: string; value: number | null }[]
}

/** Reads the course that ends at a period; periods before the first number are left out. */
export async function readCourse(
  ctx: Context,
  view: View,
  { code, kind, last }: { code: string; kind: PeriodKind; last: string },
): Promise<Course> {
  const former = await listFormer(ctx, view)
  const learned = kind === 'day' ? daysLearned : 0
  const first = shiftPeriod(last, 1 - lengths[kind] - learned)
  const rows = await listSeries(ctx, {
    indicator: code,
    organisations: [view.organisation.code, ...former.map(({ organisation }) => organisation)],
    kind,
    first,
    last,
    asOf: view.asOf,
  })
  const byKey = new Map(rows.map((row) => [`${row.organisation} ${row.period}`, row]))
  const all = listPeriods(kind, periodRange(first).from, periodRange(last).from)
  const shown = all.slice(learned)
  const has = (period: string) =>
    [view.organisation.code, ...former.map((one) => one.organisation)].some((one) => byKey.has(`${one} ${period}`))
  const begins = Math.max(0, Math.min(shown.findIndex(has), shown.length - 4))
  const periods = shown.slice(begins)
  const of = (organisation: string) => periods.map((period) => byKey.get(`${organisation} ${period}`))
  return {
    kind,
    periods,
    own: of(view.organisation.code),
    formerCount: former.length,
    former: former
      .map((one) => ({ ...one, facts: of(one.organisation) }))
      .filter(({ facts }) => facts.some((fact) => fact !== undefined)),
    earlier: all
      .slice(0, learned + begins)
      .map((day) => ({ day, value: byKey.get(`${view.organisation.code} ${day}`)?.value ?? null })),
  }
}

async function listFormer(ctx: Context, view: View): Promise<Former[]> {
  const { card } = await getHomePack(ctx.sql)
  const merged = card.formerRoots.filter(({ mergedInto }) => mergedInto === view.organisation.code)
  return Promise.all(
    merged.map(async ({ organisation, validTo }) => ({
      organisation,
      validTo,
      name: `${await readFormerName(ctx, organisation, validTo)} cũ`,
    })),
  )
}

// What stood before a merger is in the tree of its own last day; its name may say that day in brackets, which "cũ" says shorter.
async function readFormerName(ctx: Context, organisation: string, validTo: string): Promise<string> {
  const row = (await organisationTree(ctx.sql, { asOf: validTo })).find(organisation)?.row
  return (row?.shortName ?? row?.name ?? organisation).replace(/\s*\([^)]*\)$/, '')
}

/** Names of those whose numbers stand on the page of the one they were merged into. */
export async function readFormerNames(ctx: Context, view: View): Promise<ReadonlyMap<string, string>> {
  return new Map((await listFormer(ctx, view)).map(({ organisation, name }) => [organisation, name]))
}

const valuesOf = (facts: readonly (ReadFact | undefined)[]) =>
  facts.map((fact) => (fact?.state === 'value' ? fact.value : null))

export function CourseChart(props: { id?: string; card: Card; course: Course; view: View; source: string }) {
  const { card, course, view, source } = props
  const { body } = card.definition
  const { periods, own, former, kind } = course
  const values = valuesOf(own)
  const outlook = outlookOfLast(body, periods, values, view.today)
  const series: LineSeries[] = [
    {
      name: view.organisation.shortName ?? view.organisation.name,
      values: outlook ? [...values.slice(0, -1), outlook.atEnd] : values,
      forecastFrom: outlook ? values.length - 1 : undefined,
    },
    ...former.map(({ name, facts }) => ({ name, values: valuesOf(facts) })),
  ]
  const band = kind === 'day' && body.anomalies ? bandOf(course, values) : undefined
  const whole = outlook ? values.slice(0, -1) : values
  return (
    <LineChart
      id={props.id ?? 'dien-bien'}
      title={titleOf(body, course, { whole, band })}
      measure={`${body.unit}, theo ${kindWords[kind]}; chỗ đứt là kỳ chưa có số liệu`}
      unit={body.unit}
      decimals={body.decimals}
      periods={periods.map(tickOf)}
      series={series}
      target={targetOf(card, periods, view)}
      bands={band && [{ label: 'Khoảng thường thấy của cùng ngày trong tuần', low: band.low, high: band.high }]}
      anomalies={band?.outside.map((period) => ({
        period,
        series: 0,
        words: `${periods[period]}: ngoài khoảng thường thấy`,
      }))}
      breaks={breaksOf(course)}
      fromZero={isAdditive(body)}
      note={noteOf(body, course, outlook)}
      source={source}
      asOf={card.fact?.observedAt ?? undefined}
    />
  )
}

function titleOf(
  body: Definition,
  { periods, kind }: Course,
  { whole, band }: { whole: readonly (number | null)[]; band: { outside: number[] } | undefined },
): string {
  const points = whole.map((value, index) => ({ period: periods[index] ?? '', value }))
  const last = points.findLastIndex(({ value }) => value !== null)
  const point = points[last]
  if (kind !== 'day' || !band || !point || point.value === null) return findingOfCourse(body, points)
  // From one day to the next weekends rise and fall by themselves; what counts is whether the day is usual.
  const place = band.outside.includes(last) ? 'ngoài' : 'trong'
  const days =
    band.outside.length > 0 ? `; ${band.outside.length} ngày trong ${periods.length} ngày ở ngoài khoảng đó` : ''
  return `${body.name} ${sayPeriod(point.period)} là ${sayFigure(body, point.value)}, ${place} khoảng thường thấy${days}`
}

// A running sum is drawn where it will end at the present pace, dashed: the part so far would look like a fall.
function outlookOfLast(
  body: Definition,
  periods: readonly string[],
  values: readonly (number | null)[],
  today: string,
) {
  const last = periods.at(-1)
  const value = values.at(-1)
  if (!last || value === null || value === undefined || !isAdditive(body) || !accumulates(body)) return undefined
  const elapsed = elapsedShare(last, today)
  return elapsed > 0.1 && elapsed < 1 ? { period: last, soFar: value, atEnd: value / elapsed } : undefined
}

function bandOf({ earlier, periods }: Course, values: readonly (number | null)[]) {
  const days = [...earlier.map(({ day }) => day), ...periods]
  return usualBandOf(days, [...earlier.map(({ value }) => value), ...values], periods.length)
}

function targetOf({ definition }: Card, periods: readonly string[], view: View): LineChartProps['target'] {
  const ancestors = view.tree.find(view.organisation.code)?.path.slice(0, -1) ?? []
  const values = periods.map(
    (period) =>
      resolveTarget(definition.body, { organisation: view.organisation.code, ancestors, period })?.value ?? null,
  )
  return values.some((value) => value !== null) ? { label: 'Kế hoạch giao', values } : undefined
}

function breaksOf({ former, periods, kind }: Course): LineChartProps['breaks'] {
  const days = [...new Set(former.map(({ validTo }) => validTo))]
  return days.flatMap((day) => {
    const before = periods.indexOf(shiftPeriod(periodOf(kind, day), 1))
    return before > 0 ? [{ before, label: 'sáp nhập' }] : []
  })
}

function noteOf(body: Definition, { former }: Course, outlook: ReturnType<typeof outlookOfLast>): string | undefined {
  const notes = [
    outlook &&
      `${capital(sayPeriod(outlook.period))} đang diễn ra: đến nay ${sayFigure(body, outlook.soFar)}; nét đứt là ước cả kỳ ${sayFigure(body, Math.round(outlook.atEnd))} nếu giữ nhịp hiện tại.`,
    former.length > 0 &&
      'Số liệu trước ngày sáp nhập là của tỉnh cũ, không nối liền và không so sánh trực tiếp với số liệu sau sáp nhập.',
    body.note,
  ].filter(Boolean)
  return notes.length > 0 ? notes.join(' ') : undefined
}

export const kindWords: Record<PeriodKind, string> = {
  day: 'ngày',
  week: 'tuần',
  month: 'tháng',
  quarter: 'quý',
  half: 'nửa năm',
  year: 'năm',
  'R-month': 'tháng báo cáo',
  'R-quarter': 'quý báo cáo',
  'R-half': 'nửa năm báo cáo',
  'R-year': 'năm báo cáo',
}

/** The kind of the period asked for, when the indicator is counted by it; else the one named, else its main kind. */
export function chooseKind(body: Definition, asked: { kind?: string; period?: string }): PeriodKind {
  const byPeriod = asked.period === undefined ? undefined : findPeriod(asked.period)?.kind
  return (
    body.periods.find((kind) => kind === asked.kind) ??
    body.periods.find((kind) => kind === byPeriod) ??
    body.mainPeriod
  )
}
