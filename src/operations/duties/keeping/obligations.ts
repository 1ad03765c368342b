// Who owes what: made of the definitions of typed indicators and of the sources, and kept up with them.

import { isDeepStrictEqual } from 'node:util'
import { listDefinitions, listTypedEver, type StoredDefinition, typesForWhole } from '#indicators'
import {
  branchOf,
  getHomePack,
  listLoadedPacks,
  type Organisation,
  type OrganisationTree,
  organisationTree,
  today,
} from '#organisations'
import type { Context } from '#platform/context'
import { listFreshness, listLastArrivals } from '#warehouse'
import type { Owing, Settings } from '../model.ts'
import { getSettings } from '../settings.ts'
import {
  endObligations,
  insertObligations,
  listObligations,
  lockObligations,
  type NewObligation,
  noteArrivals,
  type Obligation,
  type ObligationChange,
  updateObligations,
} from '../store.ts'
import { calendarsOf, firstPeriodOwed, kindOfCadence, opensAt } from './schedule.ts'

/** Brings the obligations in line with definitions, sources and the directory. Safe to call at any time. */
export function syncObligations(ctx: Context): Promise<void> {
  return ctx.transaction(async (inner) => {
    await lockObligations(inner.sql)
    const owed = await listOwings(inner)
    const known = new Map((await listObligations(inner.sql)).map((row) => [keyOf(row), row]))
    const fresh = owed.filter((row) => !known.has(keyOf(row)))
    const changed = owed.flatMap((row) => {
      const before = known.get(keyOf(row))
      return before && (before.endedAt || !saysSame(before, row)) ? [{ row, before }] : []
    })
    const kept = new Set(owed.map(keyOf))
    const gone = [...known.values()].filter((row) => !row.endedAt && !kept.has(keyOf(row)))
    if (fresh.length > 0) await insertObligations(inner.sql, await begin(inner, fresh))
    if (changed.length > 0) await updateObligations(inner.sql, await goOn(inner, changed), inner.now)
    if (gone.length > 0)
      await endObligations(
        inner.sql,
        gone.map(({ id }) => id),
        inner.now,
      )
    await followArrivals(inner, [...known.values()])
  })
}

/** What came outside of any row that waited for it counts, too: the source is not silent. */
async function followArrivals(ctx: Context, known: readonly Obligation[]): Promise<void> {
  const arrived = new Map((await listLastArrivals(ctx.sql)).map((row) => [row.source, row.at]))
  const news = known.flatMap(({ id, subjectKind, subject, lastArrivalAt }) => {
    const at = subjectKind === 'source' ? arrived.get(subject) : undefined
    return at && (!lastArrivalAt || lastArrivalAt < at) ? [{ obligationId: id, at, hasValue: true }] : []
  })
  if (news.length > 0) await noteArrivals(ctx.sql, news, ctx.now)
}

/** A figure of another period than those that are owed says that there are figures. */
export async function followFigures(ctx: Context, indicators: readonly string[]): Promise<void> {
  const known = (await listObligations(ctx.sql, indicators)).filter((row) => !row.hasValue && !row.endedAt)
  if (known.length === 0) return
  const typed = new Map(
    (await listTypedEver(ctx.sql, indicators)).map((row) => [`${row.indicator} ${row.organisation}`, row.at]),
  )
  const news = known.flatMap(({ id, subject, figureOf }) => {
    const at = typed.get(`${subject} ${figureOf}`)
    return at ? [{ obligationId: id, at, hasValue: true }] : []
  })
  if (news.length > 0) await noteArrivals(ctx.sql, news, ctx.now)
}

const keyOf = ({ subjectKind, subject, organisation }: Pick<Owing, 'subjectKind' | 'subject' | 'organisation'>) =>
  `${subjectKind} ${subject} ${organisation}`

const partsOf = ({ subjectName, agency, isOutside, figureOf, cadence }: Owing) => [
  subjectName,
  agency,
  isOutside,
  figureOf,
  cadence,
]
const saysSame = (before: Owing, after: Owing): boolean => isDeepStrictEqual(partsOf(before), partsOf(after))

/** Everything that is owed today. */
export async function listOwings(ctx: Context): Promise<Owing[]> {
  const { card } = await getHomePack(ctx.sql)
  const fictitious = new Set(
    (await listLoadedPacks(ctx.sql))
      .filter((pack) => pack.card.fictitious && !pack.isHome)
      .map((pack) => pack.card.code),
  )
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const place = (organisation: string) => placeOf(tree, card.rootOrganisation, organisation)
  const sources = (await listFreshness(ctx.sql))
    .filter(({ pack, cadence }) => !fictitious.has(pack) && cadence.every !== 'once')
    .map(
      ({ code, name, organisation, cadence }): Owing => ({
        subjectKind: 'source',
        subject: code,
        subjectName: name,
        organisation,
        ...place(organisation),
        figureOf: organisation,
        cadence,
      }),
    )
  const settings = await getSettings(ctx)
  const typed = (await listDefinitions(ctx.sql))
    .filter((one) => !one.retiredAt && !fictitious.has(one.pack) && isOwed(one, settings))
    .flatMap((one) =>
      owersOf(one, settings, tree).map(
        (organisation): Owing => ({
          subjectKind: 'indicator',
          subject: one.code,
          subjectName: one.body.name,
          organisation,
          ...place(organisation),
          figureOf: typesForWhole(one.body) ? one.rootOrganisation : organisation,
          cadence: one.body.cadence,
        }),
      ),
    )
  return [...sources, ...typed]
}

function isOwed({ code, body }: StoredDefinition, { notOwed }: Settings): boolean {
  if (body.formula.type !== 'typed') return false
  const kind = kindOfCadence(body.cadence)
  return (
    kind !== undefined &&
    body.periods.some((one) => one === kind) &&
    !notOwed?.value.some((beginning) => code.startsWith(beginning))
  )
}

/** A figure of the whole is its owner's; others are those of the organisations that should report, and the owner's where nobody is named. */
function owersOf(
  { code, body, rootOrganisation }: StoredDefinition,
  settings: Settings,
  tree: OrganisationTree,
): string[] {
  const named = settings.owed?.value.find(({ indicator }) => indicator === code)
  const kinds = typesForWhole(body) ? [] : [...body.expected, ...(named?.kinds ?? [])]
  const byKind = branchOf(tree, rootOrganisation)
    .filter(({ row, path }) => path.length === 2 && kinds.includes(row.kind))
    .map(({ row }) => row.code)
  const owers = new Set([...byKind, ...(named?.organisations ?? []).filter((one) => tree.find(one))])
  return owers.size > 0 ? [...owers] : [body.owner.organisation]
}

/** Whose head answers: the agency right below the root; outside the province's line each for itself. */
function placeOf(tree: OrganisationTree, root: string, organisation: string): { agency: string; isOutside: boolean } {
  const node = tree.find(organisation)
  if (!node) return { agency: organisation, isOutside: false }
  const isOutside = node.path[0] !== root || isExternal(node.row)
  return { agency: isOutside ? organisation : (node.path[1] ?? organisation), isOutside }
}

const isExternal = ({ line, kind }: Organisation): boolean =>
  line === 'external' || kind === 'external' || kind === 'national'

async function begin(ctx: Context, rows: readonly Owing[]): Promise<NewObligation[]> {
  const typed = new Map((await listTypedEver(ctx.sql)).map((row) => [`${row.indicator} ${row.organisation}`, row.at]))
  const arrived = new Map((await listLastArrivals(ctx.sql)).map((row) => [row.source, row.at]))
  const nexts = await nextOf(ctx, rows, ctx.now)
  return rows.map((row, index) => {
    const lastArrivalAt =
      (row.subjectKind === 'source' ? arrived.get(row.subject) : typed.get(`${row.subject} ${row.figureOf}`)) ?? null
    return {
      ...row,
      sinceAt: ctx.now,
      ...(nexts[index] ?? never),
      lastArrivalAt,
      hasValue: lastArrivalAt !== null,
    }
  })
}

/** Where the cadence stayed, the next period stays too. */
async function goOn(ctx: Context, rows: readonly { row: Owing; before: Obligation }[]): Promise<ObligationChange[]> {
  const nexts = await nextOf(
    ctx,
    rows.map(({ row }) => row),
    ctx.now,
  )
  return rows.map(({ row, before }, index) => {
    const isSame = !before.endedAt && kindOfCadence(before.cadence) === kindOfCadence(row.cadence)
    const { nextPeriod, nextOpensAt } = isSame ? before : (nexts[index] ?? never)
    return { ...row, id: before.id, nextPeriod, nextOpensAt }
  })
}

interface Next {
  nextPeriod: string | null
  nextOpensAt: Date | null
}
const never: Next = { nextPeriod: null, nextOpensAt: null }

/** The first period each owes from an instant on. */
export async function nextOf(ctx: Context, rows: readonly Owing[], since: Date): Promise<Next[]> {
  const calendarOf = calendarsOf(ctx)
  const nexts: Next[] = []
  for (const row of rows) {
    const kind = kindOfCadence(row.cadence)
    const calendar = kind && (await calendarOf(row.organisation))
    if (!kind || !calendar) {
      nexts.push(never)
      continue
    }
    const nextPeriod = firstPeriodOwed(calendar, kind, since)
    nexts.push({ nextPeriod, nextOpensAt: opensAt(calendar, nextPeriod) })
  }
  return nexts
}
