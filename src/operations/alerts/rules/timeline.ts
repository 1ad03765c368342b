/**
 * Conditions over time, pure. A condition turns the points of one thing, in the order of their event time, into a timeline: from which
 * instant on it holds, does not, or cannot be told. Timelines are joined by and/or; of the joined one `episodesOf` makes what is said: an
 * episode begins when the condition does, is said when it has held for the pending time, and ends when it does no longer. No clock is read:
 * `until` is how far is known. Any order of arrival gives the same points, and so the same episodes.
 */
import type { Leaf, Step, When } from './model.ts'
import { msOf } from './model.ts'

export interface Point {
  /** Event time in ms. */
  at: number
  /** Absent value: known to be missing. */
  value: number | null
  /** Orders points of one instant. */
  id: string
  fields?: Readonly<Record<string, unknown>>
}

/** What holds from an instant on; `undefined`: cannot be told. */
export interface Mark {
  at: number
  on: boolean | undefined
  /** It cannot be told because not all points were read: what was so before stays so, whatever is said of absent values. */
  unread?: boolean
}

export interface Surroundings {
  /** How far is known. */
  until: number
  /** Since when it is watched: nothing ever is silence from then on. */
  since: number
  /** Values of the like at the same instant, this one's among them. */
  peersAt?(at: number): readonly number[]
  /** Points of another indicator of the same unit. */
  pointsOf?(indicator: string): readonly Point[]
  /** Steps from one point to the like one before: 7 for days, whose weekdays are alike. */
  season: number
  /** The condition has held since: of a value that was changed since then, the clearing level counts. */
  heldFrom?: number
  /** Not all points were read: of those before this instant some are missing. */
  readFrom?: number
}

export const sortPoints = (points: readonly Point[]): Point[] =>
  points.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

/** The timeline of a tree of conditions over sorted points. */
export function timelineOf(when: When, points: readonly Point[], around: Surroundings): Mark[] {
  if (!('of' in when)) return timelineOfLeaf(when, points, around)
  const parts = when.of.map((one) => timelineOf(one, points, around))
  return joinTimelines(parts, when.type)
}

function timelineOfLeaf(leaf: Leaf, points: readonly Point[], around: Surroundings): Mark[] {
  const own = 'indicator' in leaf && leaf.indicator ? (around.pointsOf?.(leaf.indicator) ?? []) : points
  switch (leaf.type) {
    case 'threshold':
      return cross(own, leaf, around.heldFrom)
    case 'rate':
      return cross(changes(own, leaf), leaf, around.heldFrom)
    case 'count':
      return asFarAsRead(cross(counts(points, leaf.window, leaf.where, around.since), leaf), leaf, around.readFrom)
    case 'sequence':
      return sequences(points, leaf)
    case 'absence':
      return leaf.longerThan === 'cadence' ? [] : silences(points, msOf(leaf.longerThan), around.since)
    case 'state':
      return points.map(({ at, fields }) => ({ at, on: leaf.is.includes(String(fields?.to)) }))
    case 'peers':
      return cross(
        own.map((point) => ({ ...point, value: scoreOf(point.value, around.peersAt?.(point.at) ?? []) })),
        leaf,
        around.heldFrom,
      )
    case 'anomaly':
      return cross(usual(own, around.season), leaf, around.heldFrom)
  }
}

interface Against {
  op: '>' | '>=' | '<' | '<='
  value: number
  clear?: number
}

function meets(value: number, op: Against['op'], level: number): boolean {
  if (op === '>') return value > level
  if (op === '>=') return value >= level
  return op === '<' ? value < level : value <= level
}

/** Once on, it stays on until the value lies on the safe side of `clear`. */
function cross(points: readonly Point[], { op, value: level, clear }: Against, heldFrom?: number): Mark[] {
  let isOn = false
  let isHeld = heldFrom === undefined
  return points.map(({ at, value }) => {
    if (value === null) return { at, on: undefined }
    if (!isHeld && heldFrom !== undefined && at >= heldFrom) {
      isOn = true
      isHeld = true
    }
    isOn = meets(value, op, isOn && clear !== undefined ? clear : level)
    return { at, on: isOn }
  })
}

function changes(points: readonly Point[], { over, as }: Leaf & { type: 'rate' }): Point[] {
  const known = points.filter(({ value }) => value !== null)
  return points.map((point) => {
    const base = over === 'previous' ? lastBefore(known, point.at) : lastAtOrBefore(known, point.at - msOf(over))
    if (point.value === null || base?.value === null || base === undefined) return { ...point, value: null }
    const change = point.value - base.value
    const value = as === 'value' ? change : base.value === 0 ? null : (100 * change) / Math.abs(base.value)
    return { ...point, value }
  })
}

const lastBefore = (points: readonly Point[], at: number) => points.findLast((point) => point.at < at)
const lastAtOrBefore = (points: readonly Point[], at: number) => points.findLast((point) => point.at <= at)

/** How many lie in the window that ends at each instant at which the number changes. */
function counts(points: readonly Point[], window: string, where: readonly Step[], since: number): Point[] {
  const ms = msOf(window)
  const steps = points
    .filter((point) => where.every((step) => isStep(point, step)))
    .flatMap(({ at }) => [
      { at, by: 1 },
      { at: at + ms, by: -1 },
    ])
    .sort((a, b) => a.at - b.at)
  const marks: Point[] = [{ at: since, value: 0, id: '' }]
  let count = 0
  for (const [index, { at, by }] of steps.entries()) {
    count += by
    if (steps[index + 1]?.at !== at) marks.push({ at, value: count, id: '' })
  }
  return marks
}

/** A window that reaches back to what was not read holds at least what is there: enough to say that it is many, never that it is few. */
function asFarAsRead(marks: readonly Mark[], { window, op }: Leaf & { type: 'count' }, readFrom?: number): Mark[] {
  if (readFrom === undefined) return [...marks]
  const wholeFrom = readFrom + msOf(window)
  const isTold = ({ at, on }: Mark) => at >= wholeFrom || (on === true && op.startsWith('>'))
  const told = marks.map((mark): Mark => (isTold(mark) ? mark : { at: mark.at, on: undefined, unread: true }))
  const last = marks.findLast(({ at }) => at <= wholeFrom)
  const after = told.findIndex(({ at }) => at > wholeFrom)
  const whole: Mark[] = last ? [{ at: wholeFrom, on: last.on }] : []
  return after === -1 ? [...told, ...whole] : [...told.slice(0, after), ...whole, ...told.slice(after)]
}

function isStep({ fields }: Point, { field, equals }: Step): boolean {
  const value = fields?.[field]
  return value !== undefined && value !== null && equals.includes(String(value))
}

/** All steps in their order, the last within the time of the first. Of several beginnings the latest counts. */
function sequences(points: readonly Point[], { steps, within, hold }: Leaf & { type: 'sequence' }): Mark[] {
  const ms = msOf(within)
  const begun: (number | undefined)[] = steps.map(() => undefined)
  const marks: Mark[] = []
  for (const point of points) {
    // From the last step down, so that one point is not two steps.
    for (let step = steps.length - 1; step >= 0; step -= 1) {
      const wanted = steps[step]
      if (!wanted || !isStep(point, wanted)) continue
      const first = step === 0 ? point.at : begun[step - 1]
      if (first === undefined || point.at - first > ms) continue
      begun[step] = first
      if (step === steps.length - 1)
        marks.push({ at: point.at, on: true }, { at: point.at + msOf(hold ?? within), on: false })
    }
  }
  return overlaid(marks)
}

/** Of several stretches that lie over each other one is made. */
function overlaid(marks: readonly Mark[]): Mark[] {
  const sorted = marks.toSorted((a, b) => a.at - b.at || Number(b.on) - Number(a.on))
  let depth = 0
  return sorted.map(({ at, on }) => {
    depth += on ? 1 : -1
    return { at, on: depth > 0 }
  })
}

function silences(points: readonly Point[], ms: number, since: number): Mark[] {
  const heard = [since, ...points.filter(({ value }) => value !== null).map(({ at }) => at)].sort((a, b) => a - b)
  return heard.flatMap((at, index) => {
    const next = heard[index + 1]
    const mark: Mark = { at, on: false }
    return next !== undefined && next - at <= ms ? [mark] : [mark, { at: at + ms, on: true }]
  })
}

const leastPeers = 4
const leastKnown = 4
const seasonsBefore = 8

/** Distance from the middle of the others in spreads; median and median deviation, so that one outlier does not hide another. */
function scoreOf(value: number | null, known: readonly number[]): number | null {
  if (value === null || known.length < leastPeers) return null
  const middle = medianOf(known)
  const spread = Math.max(1.4826 * medianOf(known.map((one) => Math.abs(one - middle))), Math.abs(middle) * 0.05)
  return spread === 0 ? (value === middle ? 0 : null) : (value - middle) / spread
}

function usual(points: readonly Point[], season: number): Point[] {
  return points.map((point, index) => {
    const before = Array.from(
      { length: seasonsBefore },
      (_, back) => points[index - season * (back + 1)]?.value ?? null,
    )
    const known = before.filter((value): value is number => value !== null)
    return { ...point, value: known.length < leastKnown ? null : scoreOf(point.value, known) }
  })
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = sorted.length % 2 ? [sorted[half], sorted[half]] : [sorted[half - 1], sorted[half]]
  return (low + high) / 2
}

/** At each instant at which a part changes: and holds where all hold and fails where one fails, or the other way round. */
function joinTimelines(parts: readonly (readonly Mark[])[], how: 'all' | 'any'): Mark[] {
  const states: (boolean | undefined)[] = parts.map(() => undefined)
  const unread = parts.map(() => false)
  const changes = parts
    .flatMap((marks, part) => marks.map((mark, order) => ({ ...mark, part, order })))
    .sort((a, b) => a.at - b.at || a.part - b.part || a.order - b.order)
  const joined: Mark[] = []
  for (const [index, { at, on, part, unread: isUnread }] of changes.entries()) {
    states[part] = on
    unread[part] = isUnread ?? false
    if (changes[index + 1]?.at === at) continue
    const whole = how === 'all' ? allOf(states) : anyOf(states)
    joined.push({ at, on: whole, ...(whole === undefined && unread.includes(true) ? { unread: true } : {}) })
  }
  return joined
}

function allOf(states: readonly (boolean | undefined)[]): boolean | undefined {
  if (states.includes(false)) return false
  return states.includes(undefined) ? undefined : true
}

function anyOf(states: readonly (boolean | undefined)[]): boolean | undefined {
  if (states.includes(true)) return true
  return states.includes(undefined) ? undefined : false
}

export interface Episode {
  kind: 'condition' | 'no-data'
  startsAt: number
  /** When it had held for the pending time. */
  saidAt: number
  /** Absent: it goes on. */
  endsAt?: number
}

export interface Outlook {
  episodes: Episode[]
  /** The condition holds at the end of what is known, whether said yet or not, since then. */
  since?: number
  /** When something changes although nothing new comes: pending time, silence, windows that run out. */
  nextAt?: number
  /** What holds at the end cannot be told: not all was read. */
  isUnread?: boolean
}

export interface Terms {
  pendingMs: number
  noData: { policy: 'keep' | 'clear' | 'alert'; afterMs: number }
  until: number
}

/** What is to be said of a timeline, as far as `until`. */
export function episodesOf(marks: readonly Mark[], terms: Terms): Outlook {
  const { until } = terms
  const episodes: Episode[] = []
  let open: { kind: Episode['kind']; startsAt: number } | undefined
  const pendingOf = (kind: Episode['kind']) => (kind === 'no-data' ? terms.noData.afterMs : terms.pendingMs)
  const close = (at: number) => {
    if (open && at - open.startsAt >= pendingOf(open.kind) && at > open.startsAt)
      episodes.push({ ...open, saidAt: open.startsAt + pendingOf(open.kind), endsAt: at })
    open = undefined
  }
  let isUnread = false
  for (const { at, on, unread = false } of marks) {
    if (at > until) break
    isUnread = unread
    if (unread) continue
    const kind = kindOf(on, terms)
    if (kind === 'same') continue
    if (open?.kind === kind) continue
    close(at)
    if (kind) open = { kind, startsAt: at }
  }
  const nextMark = marks.find(({ at }) => at > until)?.at
  if (!open) return { episodes, nextAt: nextMark, isUnread }
  const saidAt = open.startsAt + pendingOf(open.kind)
  if (saidAt <= until) episodes.push({ ...open, saidAt })
  const wakes = [nextMark, saidAt > until ? saidAt : undefined].filter((at): at is number => at !== undefined)
  return { episodes, since: open.startsAt, isUnread, nextAt: wakes.length > 0 ? Math.min(...wakes) : undefined }
}

function kindOf(on: boolean | undefined, { noData }: Terms): Episode['kind'] | undefined | 'same' {
  if (on === true) return 'condition'
  if (on === false || noData.policy === 'clear') return undefined
  return noData.policy === 'alert' ? 'no-data' : 'same'
}
