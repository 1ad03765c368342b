import { listAreaParentage, listLoadedPacks, listOrganisationParentage, type Parentage } from '#organisations'
import type { Context } from '#platform/context'
import { type AreaScope, type OrganisationScope, replaceScopes } from './scopes.ts'

const ever = { from: '-infinity', to: 'infinity' } as const

interface Span {
  from: string
  to: string
}

// ISO dates order as text; the two infinities do not.
const later = (a: string, b: string) => (a === ever.from ? b : b === ever.from ? a : a > b ? a : b)
const earlier = (a: string, b: string) => (a === ever.to ? b : b === ever.to ? a : a < b ? a : b)
const isEmpty = ({ from, to }: Span) => from !== ever.from && to !== ever.to && from > to

/**
 * Who stands below whom, and when, from rows that each say it of one step. Each stands below itself at all times: a record is counted
 * at its own organisation whatever its date, and reaches only those above it on that date.
 */
export function closeTree(rows: readonly Parentage[]): OrganisationScope[] {
  const byCode = new Map<string, Parentage[]>()
  for (const row of rows) byCode.set(row.code, [...(byCode.get(row.code) ?? []), row])
  const scopes: OrganisationScope[] = []
  const climb = (organisation: string, at: string, span: Span, depth: number) => {
    for (const { parent, validFrom, validTo } of byCode.get(at) ?? []) {
      const met = { from: later(span.from, validFrom ?? ever.from), to: earlier(span.to, validTo ?? ever.to) }
      if (!parent || isEmpty(met) || depth > byCode.size) continue
      scopes.push({ organisation, ancestor: parent, depth, validFrom: met.from, validTo: met.to })
      climb(organisation, parent, met, depth + 1)
    }
  }
  for (const organisation of byCode.keys()) {
    scopes.push({ organisation, ancestor: organisation, depth: 0, validFrom: ever.from, validTo: ever.to })
    climb(organisation, organisation, ever, 1)
  }
  return mergeSpans(scopes)
}

// A new name without a new parent is a new version: spans that follow one another under one ancestor are one.
function mergeSpans(scopes: readonly OrganisationScope[]): OrganisationScope[] {
  const merged: OrganisationScope[] = []
  const ordered = scopes.toSorted((a, b) =>
    a.validFrom === ever.from ? -1 : b.validFrom === ever.from ? 1 : a.validFrom.localeCompare(b.validFrom),
  )
  const last = new Map<string, OrganisationScope>()
  for (const scope of ordered) {
    const key = `${scope.organisation} ${scope.ancestor}`
    const before = last.get(key)
    if (before && before.validTo !== ever.to && nextDay(before.validTo) >= scope.validFrom) {
      before.validTo = scope.validTo
      continue
    }
    const own = { ...scope }
    last.set(key, own)
    merged.push(own)
  }
  return merged
}

function nextDay(day: string): string {
  const next = new Date(`${day}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}

/**
 * Areas have no time here: a unit of before a merger carries a code of its own. An area that an authority fills wholly, or that lies
 * around it, is left out: its numbers would be the authority's own once more.
 */
function closeAreas(rows: readonly Parentage[], whole: ReadonlySet<string>): AreaScope[] {
  const pairs = new Map<string, AreaScope>()
  for (const { organisation: area, ancestor, depth } of closeTree(
    rows.map((row) => ({ ...row, validFrom: null, validTo: null })),
  ))
    if (depth === 0 || !whole.has(ancestor)) pairs.set(`${area} ${ancestor}`, { area, ancestor, depth })
  return [...pairs.values()]
}

async function listWholeAreas(ctx: Pick<Context, 'sql'>): Promise<Set<string>> {
  const cards = (await listLoadedPacks(ctx.sql)).map(({ card }) => card)
  const areas = cards.flatMap((card) => [card.area, card.nationalArea, ...card.formerRoots.map(({ area }) => area)])
  return new Set(areas.filter((area) => area !== undefined))
}

/** Both trees closed, as they are known now or were at a moment. */
export async function readScopes(
  ctx: Pick<Context, 'sql'>,
  knownAt?: Date,
): Promise<{ organisations: OrganisationScope[]; areas: AreaScope[] }> {
  const organisations = await listOrganisationParentage(ctx.sql, knownAt)
  const areas = await listAreaParentage(ctx.sql, knownAt)
  return { organisations: closeTree(organisations), areas: closeAreas(areas, await listWholeAreas(ctx)) }
}

/** Brings the closure of both trees up to the directory. Returns whether it differed. */
export async function refreshScopes(ctx: Context): Promise<boolean> {
  const { organisations, areas } = await readScopes(ctx)
  return replaceScopes(ctx.sql, organisations, areas)
}
