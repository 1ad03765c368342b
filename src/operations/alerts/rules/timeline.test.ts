import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { When } from './model.ts'
import { episodesOf, type Outlook, type Point, sortPoints, type Terms, timelineOf } from './timeline.ts'

const hour = 3_600_000
const point = (hours: number, value: number | null, fields?: Record<string, string>): Point => ({
  at: hours * hour,
  value,
  id: `${hours} ${value} ${JSON.stringify(fields ?? {})}`,
  fields,
})
const terms = (until: number, more: Partial<Terms> = {}): Terms => ({
  pendingMs: 0,
  noData: { policy: 'keep', afterMs: 0 },
  until: until * hour,
  ...more,
})

const judge = (when: When, points: readonly Point[], until: number, more: Partial<Terms> = {}): Outlook =>
  episodesOf(timelineOf(when, sortPoints(points), { until: until * hour, since: 0, season: 1 }), terms(until, more))

/** Beginnings and ends in hours; an open end is absent. */
const spans = ({ episodes }: Outlook) =>
  episodes.map(({ startsAt, endsAt }) => [startsAt / hour, endsAt === undefined ? undefined : endsAt / hour])

const high: When = { type: 'threshold', op: '>=', value: 10, clear: 8 }

test('a threshold goes off only beyond its clearing value, so that a value on the edge says one thing', () => {
  const points = [5, 10, 9, 10, 9, 7, 9].map((value, index) => point(index, value))
  assert.deepEqual(spans(judge(high, points, 10)), [[1, 5]])
  assert.deepEqual(spans(judge({ type: 'threshold', op: '>=', value: 10 }, points, 10)), [
    [1, 2],
    [3, 4],
  ])
})

test('the pending time is honoured: what passes sooner is not said, what holds is said when it is out', () => {
  const points = [point(0, 5), point(1, 12), point(2, 5), point(3, 12)]
  const soon = judge(high, points, 4, { pendingMs: 2 * hour })
  assert.deepEqual(soon.episodes, [])
  assert.equal(soon.nextAt, 5 * hour, 'it must be looked at again when the time is out')
  assert.deepEqual(spans(judge(high, points, 5, { pendingMs: 2 * hour })), [[3, undefined]])
})

test('no data keeps what was, counts as well, or is said after its own pending time', () => {
  const points = [point(0, 12), point(1, null), point(5, 12)]
  assert.deepEqual(spans(judge(high, points, 6)), [[0, undefined]])
  assert.deepEqual(spans(judge(high, points, 3, { noData: { policy: 'clear', afterMs: 0 } })), [[0, 1]])
  const waits = { noData: { policy: 'alert' as const, afterMs: 3 * hour } }
  assert.deepEqual(spans(judge(high, points, 3, waits)), [[0, 1]], 'not yet')
  const told = judge(high, points, 4, waits)
  assert.deepEqual(
    told.episodes.map(({ kind }) => kind),
    ['condition', 'no-data'],
  )
  assert.deepEqual(spans(judge(high, [point(0, 5), point(1, null), point(2, 5)], 6, waits)), [])
})

test('a rate compares with the value before, or with the one some time ago', () => {
  const points = [10, 11, 20, 21].map((value, index) => point(index, value))
  assert.deepEqual(spans(judge({ type: 'rate', over: 'previous', as: 'percent', op: '>=', value: 50 }, points, 9)), [
    [2, 3],
  ])
  assert.deepEqual(spans(judge({ type: 'rate', over: '2h', as: 'value', op: '>=', value: 10 }, points, 9)), [
    [2, undefined],
  ])
  assert.deepEqual(
    spans(judge({ type: 'rate', over: 'previous', as: 'percent', op: '>=', value: 1 }, [point(0, 0), point(1, 5)], 2)),
    [],
  )
})

test('a count looks at the window that ends now, and goes off when it runs out though nothing comes', () => {
  const points = [0, 1, 2, 9].map((at) => point(at, 1))
  const count: When = { type: 'count', window: '4h', op: '>=', value: 3, where: [] }
  const outlook = judge(count, points, 3)
  assert.deepEqual(spans(outlook), [[2, undefined]])
  assert.equal(outlook.nextAt, 4 * hour)
  assert.deepEqual(spans(judge(count, points, 10)), [[2, 4]])
})

test('of a window of which not all was read, many is many and few is nothing', () => {
  const points = [5, 6, 7, 8].map((at) => point(at, 1))
  const count: When = { type: 'count', window: '4h', op: '>=', value: 3, where: [] }
  const read = (until: number, rule: When = count) =>
    episodesOf(timelineOf(rule, points, { until: until * hour, since: 0, season: 1, readFrom: 5 * hour }), {
      pendingMs: 0,
      noData: { policy: 'alert', afterMs: 0 },
      until: until * hour,
    })
  assert.equal(read(6).isUnread, true)
  assert.deepEqual(spans(read(6)), [], 'neither few nor no data')
  assert.deepEqual(spans(read(8)), [[7, undefined]])
  assert.deepEqual(spans(read(11)), [[7, 10]], 'the window is whole again')
  assert.equal(read(11).isUnread, false)
  const few: When = { type: 'count', window: '4h', op: '<', value: 2, where: [] }
  assert.equal(read(8, few).isUnread, true)
  assert.equal(read(8, { type: 'all', of: [count, few] }).isUnread, true)
  assert.deepEqual(spans(read(8, { type: 'any', of: [count, few] })), [[7, undefined]])
})

test('a sequence asks for its steps in order and in time', () => {
  const [a, b] = [
    { field: 'to', equals: ['a'] },
    { field: 'to', equals: ['b'] },
  ]
  const rule: When = { type: 'sequence', steps: [a, b], within: '3h', hold: '1h' }
  const moves = (list: [number, string][]) => list.map(([at, to]) => point(at, 1, { to }))
  assert.deepEqual(
    spans(
      judge(
        rule,
        moves([
          [0, 'a'],
          [2, 'b'],
        ]),
        9,
      ),
    ),
    [[2, 3]],
  )
  assert.deepEqual(
    spans(
      judge(
        rule,
        moves([
          [0, 'b'],
          [2, 'a'],
        ]),
        9,
      ),
    ),
    [],
  )
  assert.deepEqual(
    spans(
      judge(
        rule,
        moves([
          [0, 'a'],
          [4, 'b'],
        ]),
        9,
      ),
    ),
    [],
  )
  assert.deepEqual(
    spans(
      judge(
        rule,
        moves([
          [0, 'a'],
          [3, 'a'],
          [5, 'b'],
        ]),
        9,
      ),
    ),
    [[5, 6]],
    'the latest beginning counts',
  )
  const twice: When = { type: 'sequence', steps: [a, a], within: '3h', hold: '1h' }
  assert.deepEqual(spans(judge(twice, moves([[0, 'a']]), 9)), [], 'one move is not two steps')
})

test('silence is said when it has lasted, also of what has never been heard', () => {
  const rule: When = { type: 'absence', longerThan: '3h' }
  assert.deepEqual(spans(judge(rule, [], 5)), [[3, undefined]])
  const heard = [point(1, 1), point(2, 1), point(8, 1)]
  assert.deepEqual(spans(judge(rule, heard, 9)), [[5, 8]])
  assert.equal(judge(rule, heard, 9).nextAt, 11 * hour)
})

test('peers: the one that stands apart is found whatever the scale, and few are no measure', () => {
  const peers = [10, 11, 9, 10, 12, 40]
  const rule: When = { type: 'peers', op: '>=', value: 5 }
  const around = { until: hour, since: 0, season: 1, peersAt: () => peers }
  const scoreOf = (value: number) => timelineOf(rule, [point(0, value)], around)[0]?.on
  assert.equal(scoreOf(40), true)
  assert.equal(scoreOf(12), false)
  assert.equal(timelineOf(rule, [point(0, 40)], { ...around, peersAt: () => [1, 40] })[0]?.on, undefined)
})

test('an anomaly is measured against the same weekday of the weeks before', () => {
  const weekend = (day: number) => day % 7 >= 5
  const points = Array.from({ length: 64 }, (_, day) => point(24 * day, (weekend(day) ? 10 : 100) + (day % 3)))
  const rule: When = { type: 'anomaly', op: '>=', value: 5 }
  const marks = (last: number) =>
    timelineOf(rule, [...points.slice(0, -1), point(24 * 63, last)], { until: 1e12, since: 0, season: 7 })
  assert.equal(marks(101).at(-1)?.on, false)
  assert.equal(marks(160).at(-1)?.on, true)
})

test('and, or: false decides an and, true decides an or, whatever cannot be told', () => {
  const low: When = { type: 'threshold', op: '<', value: 20 }
  const points = [point(0, 5), point(1, 15), point(2, 25)]
  assert.deepEqual(spans(judge({ type: 'all', of: [high, low] }, points, 9)), [[1, 2]])
  assert.deepEqual(spans(judge({ type: 'any', of: [high, low] }, points, 9)), [[0, undefined]])
  const rate: When = { type: 'rate', over: 'previous', as: 'value', op: '>', value: 100 }
  assert.deepEqual(spans(judge({ type: 'any', of: [rate, high] }, [point(0, 12)], 1)), [[0, undefined]])
  assert.deepEqual(spans(judge({ type: 'all', of: [rate, high] }, [point(0, 12)], 1)), [])
})

const leaf = fc.oneof(
  fc.record({
    type: fc.constant('threshold' as const),
    op: fc.constantFrom('>=' as const, '<' as const),
    value: fc.integer({ min: 0, max: 20 }),
  }),
  fc.record({
    type: fc.constant('rate' as const),
    over: fc.constantFrom('previous' as const, '2h'),
    as: fc.constant('value' as const),
    op: fc.constant('>=' as const),
    value: fc.integer({ min: 0, max: 5 }),
  }),
  fc.record({
    type: fc.constant('count' as const),
    window: fc.constantFrom('1h', '4h'),
    op: fc.constant('>=' as const),
    value: fc.integer({ min: 1, max: 4 }),
    where: fc.constant<{ field: string; equals: string[] }[]>([]),
  }),
  fc.record({ type: fc.constant('absence' as const), longerThan: fc.constantFrom('2h', '5h') }),
)
const tree: fc.Arbitrary<When> = fc.oneof(
  leaf,
  fc.record({
    type: fc.constantFrom('all' as const, 'any' as const),
    of: fc.array(leaf, { minLength: 1, maxLength: 3 }),
  }),
)
const somePoints = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.option(fc.integer({ min: 0, max: 20 }))), {
  maxLength: 30,
})

test('any order of arrival gives the same episodes', () => {
  fc.assert(
    fc.property(
      tree,
      somePoints,
      fc.integer({ min: 0, max: 3 }),
      fc.infiniteStream(fc.double({ noNaN: true })),
      (when, raw, pending, chance) => {
        const points = raw.map(([at, value], index) => ({ at: at * hour, value, id: String(index).padStart(3, '0') }))
        const shuffled = points
          .map((one) => ({ one, by: chance.next().value ?? 0 }))
          .sort((x, y) => x.by - y.by)
          .map(({ one }) => one)
        const more = { pendingMs: pending * hour }
        assert.deepEqual(judge(when, shuffled, 50, more), judge(when, points, 50, more))
      },
    ),
  )
})

test('what is known later only adds: an episode that is over stays as it was, one that goes on goes on or ends', () => {
  fc.assert(
    fc.property(
      tree,
      somePoints,
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 1, max: 45 }),
      (when, raw, pending, cut) => {
        const points = raw.map(([at, value], index) => ({ at: at * hour, value, id: String(index).padStart(3, '0') }))
        const more = { pendingMs: pending * hour }
        const early = judge(
          when,
          points.filter(({ at }) => at <= cut * hour),
          cut,
          more,
        ).episodes
        const late = judge(when, points, 50, more).episodes
        for (const [index, episode] of early.entries()) {
          assert.equal(late[index]?.startsAt, episode.startsAt)
          if (episode.endsAt !== undefined) assert.deepEqual(late[index], episode)
        }
      },
    ),
  )
})
