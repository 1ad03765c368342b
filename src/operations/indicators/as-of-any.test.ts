// Whatever was reported, corrected, renamed, merged and divided, in whatever order of valid and record times: what is answered for a day,
// as known at a moment, is what a list of the events known then gives when it is walked through from the first to the last.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createOrganisation, mergeOrganisations, renameOrganisation, splitOrganisation } from '#organisations'
import { Problem } from '#platform/errors'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { refreshScopes } from './computation/trees.ts'
import { approveEntries, saveEntries } from './entries/actions.ts'
import { defineSample } from './sample.ts'

const typist = makeActor('nguoi-nhap', { 'entry:write': 'all' })
const leader = makeActor('lanh-dao', { 'entry:approve': 'all' })
const decision = { number: '1/QĐ-THU', issuedOn: '2025-01-02' }
const rules = ['sum', 'mean', 'not-comparable'] as const
const period = '2025-03'
const endedOn = '2025-03-31'
const dayMs = 86_400_000
const dayOf = (n: number) => new Date(Date.UTC(2025, 0, 1) + n * dayMs).toISOString().slice(0, 10)
const born = 4

type Event = { effectiveOn: string; at: Date } & (
  | { do: 'report'; unit: string; value: number }
  | { do: 'rename'; unit: string; name: string }
  | { do: 'merge'; units: string[]; into: string }
  | { do: 'split'; unit: string; into: string[] }
)

const pick = fc.nat({ max: 1000 })
const wish = fc.record({
  do: fc.constantFrom('report' as const, 'report' as const, 'rename' as const, 'merge' as const, 'split' as const),
  day: fc.integer({ min: 10, max: 300 }),
  a: pick,
  b: pick,
  value: fc.integer({ min: -50, max: 1000 }),
  goesOn: fc.boolean(),
})
type Wish = typeof wish extends fc.Arbitrary<infer T> ? T : never

/** A fresh authority with four units, and three indicators that differ only in how they are restated. */
async function found(t: DbTest, root: string): Promise<string[]> {
  const ctx = t.at(new Date('2025-01-02T02:00:00Z')).context()
  const make = (code: string, parent?: string) =>
    createOrganisation(ctx, {
      organisation: { code, name: `Đơn vị ${code}`, kind: parent ? 'commune' : 'province', line: 'own', parent },
      effectiveOn: '2024-01-01',
      decision,
    })
  const units = Array.from({ length: born }, (_, n) => `${root}.U${n}`)
  await make(root)
  for (const unit of units) await make(unit, root)
  await refreshScopes(ctx)
  for (const merger of rules)
    await defineSample(ctx, {
      code: `any.${root.toLowerCase()}-${merger}`,
      merger,
      formula: { type: 'typed', overOrganisations: 'none', overTime: 'none' },
      periods: ['month'],
    })
  return units
}

interface World {
  root: string
  units: string[]
  known: string[]
}

/** What a wish means among the units there are; nothing where it cannot be done. */
async function carryOut(t: DbTest, world: World, one: Wish, at: Date): Promise<Event | undefined> {
  const { root, known, units } = world
  const ctx = t.at(at).context()
  const effectiveOn = dayOf(one.day)
  const [a = '', b = ''] = [known[one.a % known.length], known[one.b % known.length]]
  const deed = { effectiveOn, decision }
  const fresh = () => {
    const code = `${root}.N${known.length}`
    known.push(code)
    return { code, name: `Đơn vị ${code}`, kind: 'commune' as const, line: 'own' as const, parent: root }
  }
  if (one.do === 'report') {
    const unit = units[one.a % units.length] ?? ''
    const figures = rules.map((merger) => ({
      indicator: `any.${root.toLowerCase()}-${merger}`,
      organisation: unit,
      period,
      value: one.value,
      reason: 'Theo sổ theo dõi',
    }))
    const ids = await saveEntries(t.at(at).context(typist), figures, { submit: true })
    await approveEntries(t.at(at).context(leader), ids)
    return { do: 'report', unit, value: one.value, effectiveOn, at }
  }
  if (one.do === 'rename') {
    const name = `Tên ${at.getTime() / dayMs}`
    await renameOrganisation(ctx, { ...deed, code: a, name })
    return { do: 'rename', unit: a, name, effectiveOn, at }
  }
  if (one.do === 'merge') {
    if (a === b) return undefined
    const into = one.goesOn ? b : fresh()
    await mergeOrganisations(ctx, { ...deed, codes: [a, b], into, replaces: true })
    const code = typeof into === 'string' ? into : into.code
    return { do: 'merge', units: [a, b].filter((unit) => unit !== code), into: code, effectiveOn, at }
  }
  const into = [fresh(), fresh()]
  await splitOrganisation(ctx, { ...deed, code: a, into, replaces: true })
  return { do: 'split', unit: a, into: into.map(({ code }) => code), effectiveOn, at }
}

/** Events that the rules of the house refuse (a unit that is not there that day) have not happened. */
async function happen(t: DbTest, world: World, wishes: readonly Wish[]): Promise<Event[]> {
  const events: Event[] = []
  for (const [index, one] of wishes.entries()) {
    const at = new Date(Date.UTC(2025, 3, 1, 2) + index * 3 * dayMs)
    const before = [...world.known]
    try {
      const event = await carryOut(t, world, one, at)
      if (event) events.push(event)
      else world.known = before
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      world.known = before
    }
  }
  return events
}

/** The events that were known, in the order in which they took effect. */
const knownBy = (events: readonly Event[], at: Date) =>
  events.filter((event) => event.at <= at).toSorted((x, y) => x.effectiveOn.localeCompare(y.effectiveOn))

/** Which of the units of the period's end each unit of a day holds, walking forward; null is a share that nobody can tell. */
function walk(units: readonly string[], events: readonly Event[], until: string) {
  const alive = new Map<string, Map<string, number | null>>(units.map((unit) => [unit, new Map([[unit, 1]])]))
  const reset = () => {
    for (const unit of alive.keys()) alive.set(unit, new Map([[unit, 1]]))
  }
  const ended = new Set<string>()
  let isThere = false
  for (const event of events) {
    if (event.effectiveOn > until) break
    if (!isThere && event.effectiveOn > endedOn) {
      reset()
      isThere = true
    }
    if (event.do === 'merge') {
      const held = new Map(alive.get(event.into))
      for (const unit of event.units) {
        for (const [old, share] of alive.get(unit) ?? []) {
          const had = held.get(old)
          held.set(old, had === undefined ? share : had === null || share === null ? null : had + share)
        }
        alive.delete(unit)
        ended.add(unit)
      }
      // One that had itself ended by then, as a later decision says, takes nobody in.
      if (!ended.has(event.into)) alive.set(event.into, held)
    }
    if (event.do === 'split') {
      const parts = [...(alive.get(event.unit)?.keys() ?? [])]
      alive.delete(event.unit)
      ended.add(event.unit)
      for (const heir of event.into) alive.set(heir, new Map(parts.map((old) => [old, null])))
    }
  }
  if (!isThere) reset()
  return alive
}

function nameOn(events: readonly Event[], unit: string, day: string): string {
  const names = events.flatMap((one) =>
    one.do === 'rename' && one.unit === unit && one.effectiveOn <= day ? [one.name] : [],
  )
  return names.at(-1) ?? `Đơn vị ${unit}`
}

function figureOf(events: readonly Event[], unit: string): number | undefined {
  const all = events.flatMap((one) => (one.do === 'report' && one.unit === unit ? [one] : []))
  return all.toSorted((x, y) => x.at.getTime() - y.at.getTime()).at(-1)?.value
}

interface Told {
  code: string
  name: string
  value: number | null
  how: string
  parts: { code: string; name: string; share: number | null; value: number | null }[]
}

function tellNaively(
  events: readonly Event[],
  alive: ReturnType<typeof walk>,
  rule: (typeof rules)[number],
  day: string,
): Told[] {
  return [...alive].flatMap(([code, held]) => {
    if ([...held.keys()].every((old) => old === code)) return []
    const parts = [...held].map(([old, share]) => ({
      code: old,
      name: nameOn(events, old, endedOn),
      share,
      value: figureOf(events, old) ?? null,
    }))
    const values = parts.map(({ value }) => value)
    const sum = values.reduce<number>((total, value) => total + (value ?? 0), 0)
    const how =
      rule === 'not-comparable'
        ? rule
        : parts.some(({ share }) => share === null)
          ? 'divided'
          : values.includes(null)
            ? 'incomplete'
            : rule
    const value = how === 'sum' ? sum : how === 'mean' ? sum / values.length : null
    return [{ code, name: nameOn(events, code, day), value, how, parts: sortByCode(parts) }]
  })
}

const sortByCode = <T extends { code: string }>(rows: readonly T[]): T[] =>
  rows.toSorted((a, b) => (a.code < b.code ? -1 : 1))

async function ask(t: DbTest, path: string) {
  const answer = await t.at(new Date('2026-02-01T02:00:00Z')).as('nguoi-xem', 'indicator:read').get(path)
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}

let authorities = 0

const plain = { b: 0, value: 0, goesOn: false }
/** A merger is decided, and afterwards that one of the merged had been divided before: it was not there to be merged. */
const endedEarlier: [Wish[], { day: number; step: number }[]] = [
  [
    { ...plain, do: 'merge', day: 127, a: 1, b: 2 },
    { ...plain, do: 'split', day: 113, a: 2 },
  ],
  [{ day: 145, step: 1 }],
]

async function check(
  t: DbTest,
  wishes: readonly Wish[],
  asks: readonly { day: number; step: number }[],
): Promise<void> {
  authorities += 1
  const root = `ANY${authorities}`
  const units = await found(t, root)
  const world = { root, units, known: [...units] }
  const all = await happen(t, world, wishes)
  for (const { day, step } of asks) {
    const known = new Date(Date.UTC(2025, 3, 1, 12) + step * 3 * dayMs)
    const [structureAt, asOf] = [dayOf(day), known.toISOString()]
    const events = knownBy(all, known)
    const alive = walk(units, events, structureAt)
    for (const rule of rules) {
      const url = `/api/v1/indicators/any.${root.toLowerCase()}-${rule}`
      const { units: told } = await ask(
        t,
        `${url}/restated?organisation=${root}&period=${period}&structureAt=${structureAt}&asOf=${asOf}`,
      )
      const plain = told.map(({ code, name, value, how, parts }: Told) => ({
        code,
        name,
        value,
        how,
        parts: sortByCode(parts.map(({ code, name, share, value }) => ({ code, name, share, value }))),
      }))
      const naive = structureAt > endedOn ? tellNaively(events, alive, rule, structureAt) : []
      assert.deepEqual(sortByCode(plain), sortByCode(naive), `${rule} of ${structureAt} as of ${asOf}`)
      if (rule === 'not-comparable') assert.ok(told.every(({ value }: Told) => value === null))
    }
    const facts = new Map<string, number | undefined>()
    for (const unit of units) {
      const url = `/api/v1/indicators/any.${root.toLowerCase()}-sum/facts?organisation=${unit}&period=${period}&asOf=${asOf}`
      facts.set(unit, (await ask(t, url)).facts[0]?.value)
      assert.equal(facts.get(unit), figureOf(events, unit), `${unit} as of ${asOf}`)
    }
    conserve({ alive, events, units, structureAt })
  }
}

/** Where nothing is divided and all have reported, the sum over the units of the later day is that of the former ones. */
function conserve(seen: {
  alive: ReturnType<typeof walk>
  events: readonly Event[]
  units: readonly string[]
  structureAt: string
}) {
  const { alive, events, structureAt } = seen
  if (structureAt <= endedOn) return
  const shares = [...alive.values()].flatMap((held) => [...held])
  const former = new Set(shares.map(([old]) => old))
  if (shares.some(([old, share]) => share === null || figureOf(events, old) === undefined)) return
  const total = [...former].reduce((sum, old) => sum + (figureOf(events, old) ?? 0), 0)
  const told = tellNaively(events, alive, 'sum', structureAt)
  const direct = [...alive.keys()].filter((code) => !told.some((one) => one.code === code))
  const sum =
    told.reduce((all, { value }) => all + (value ?? 0), 0) +
    direct.reduce((all, code) => all + (figureOf(events, code) ?? 0), 0)
  assert.equal(sum, total)
}

dbTest(
  'figures of any day as known at any moment are those of a naive walk through the events known then',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(wish, { minLength: 3, maxLength: 12 }),
        fc.array(fc.record({ day: fc.integer({ min: 60, max: 330 }), step: fc.nat({ max: 12 }) }), {
          minLength: 2,
          maxLength: 3,
        }),
        (wishes, asks) => check(t, wishes, asks),
      ),
      { numRuns: 5, endOnFailure: true, examples: [endedEarlier] },
    )
  },
)
