import { performance } from 'node:perf_hooks'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import type { Sql } from '#platform/sql'
import { takeTouches } from '#warehouse'
import { factsChanged } from '../events.ts'
import { getPass, keepPass, keepProgress, keepRolledOn, listDefinitions, listUncomputed } from '../store.ts'
import {
  type ChangedCells,
  keepCells,
  listCellDays,
  noteDifferences,
  sumAll,
  sumTouched,
  type TouchedGroup,
  takeFewCells,
} from './cells.ts'
import { combineParts } from './composites.ts'
import { ensureDays, localDay } from './days.ts'
import {
  addDifferences,
  addFewDifferences,
  askDefinitions,
  type ChangedFacts,
  type FactPass,
  freshenShrunk,
  keepFacts,
  type Stretch,
  sumFacts,
} from './facts.ts'
import { extendLayout, readLayout } from './layout.ts'
import { isComputed, isStock, orderComposites, type Place, type StoredDefinition, touchesOf } from './plan.ts'
import { ensureScopes, ensureScopesOf, ensureScopesOfCells } from './scopes.ts'
import { clearTables, measureTable, openWorkbench } from './workbench.ts'

const lockKey = 7_314_002
const touchesAPass = 20_000
const manyCells = 2000
const fewTouches = 200

// A small pass would spend more on planning its statements anew than on running them, and all of its look-ups go by an index, whatever
// the statistics of the moment say. What follows in the same transaction is planned as ever.
const plansOfFew = { plan_cache_mode: 'force_generic_plan', enable_hashjoin: 'off', enable_mergejoin: 'off' }
const plansOfMany = { plan_cache_mode: 'auto', enable_hashjoin: 'on', enable_mergejoin: 'on' }

const setPlans = (sql: Sql, plans: typeof plansOfFew) => sql`
  select set_config(name, setting, true) from jsonb_each_text(${sql.json(plans)}) as plan (name, setting)`

export interface PassResult {
  touches: number
  cells: number
  facts: number
  indicators: string[]
}

const nothing: PassResult = { touches: 0, cells: 0, facts: 0, indicators: [] }

/** Only one pass at a time, whichever program runs it; the lock goes with the transaction. */
export const lockPasses = (sql: Sql) => sql`select pg_advisory_xact_lock(${lockKey})`

/** An instant that runs on from `ctx.now` while the pass works, so that versions begin when they become known. */
function clockOf(ctx: Context): () => Date {
  const begun = performance.now()
  return () => new Date(ctx.now.getTime() + (performance.now() - begun))
}

/**
 * Takes what the warehouse says has changed and brings cells and facts up to it, one batch a transaction, until nothing is left. A
 * batch of at most `few` goes the short way; both end in the same facts.
 */
export async function processTouches(ctx: Context, { few = fewTouches } = {}): Promise<PassResult> {
  const total: PassResult = { ...nothing }
  for (let more = true; more; ) {
    const { isAll, ...pass } = await ctx.transaction((inner) => processBatch(inner, few))
    more = !isAll
    total.touches += pass.touches
    total.cells += pass.cells
    total.facts += pass.facts
    total.indicators = [...new Set([...total.indicators, ...pass.indicators])]
  }
  return total
}

async function processBatch(ctx: Context, few: number): Promise<PassResult & { isAll: boolean }> {
  const { sql } = ctx
  const clock = clockOf(ctx)
  await lockPasses(sql)
  const { touches, isAll } = await takeTouches(sql, touchesAPass)
  if (touches.length === 0) return { ...nothing, isAll }
  const definitions = await listDefinitions(sql)
  await rollStocks(ctx, definitions)
  const { groups, places } = await readLayout(sql, definitions)
  const touched = groups
    .map((group) => ({ group, touches: touchesOf(group, touches) }))
    .filter((one) => one.touches.length > 0)
  const ids = new Set(touched.map(({ group }) => group.id))
  const concerned = places.filter(({ groupId }) => ids.has(groupId))
  const pass = passOf(ctx, definitions, { places: concerned, knownAt: clock() })
  const compute = touches.length <= few ? computeFew : computeMany
  const { cells, facts } = await compute(ctx, pass, touched)
  const indicators = await followUp(ctx, definitions, facts.indicators, pass.knownAt)
  const codes = pass.definitions.map(({ code }) => code)
  const finishedAt = clock()
  await keepPass(sql, { codes, knownAt: pass.knownAt, finishedAt, tookMs: finishedAt.getTime() - ctx.now.getTime() })
  return { touches: touches.length, cells, facts: facts.count, indicators, isAll }
}

interface Computed {
  cells: number
  facts: ChangedFacts
}

const noFacts: ChangedFacts = { count: 0, indicators: [] }

/** Few changes travel as parameters: two statements, no table laid out. */
async function computeFew(ctx: Context, pass: FactPass, touched: readonly TouchedGroup[]): Promise<Computed> {
  const { sql } = ctx
  await setPlans(sql, plansOfFew)
  const changed = await takeFewCells(sql, { groups: touched, places: pass.places, now: ctx.now })
  let facts = noFacts
  if (changed.length > 0) {
    await ensureDays(sql, [...new Set(changed.map(({ day }) => day)), pass.today])
    await ensureScopesOf(sql, changed)
    facts = await addFewDifferences(sql, pass, changed)
  }
  await setPlans(sql, plansOfMany)
  return { cells: changed.length, facts }
}

/** Many are laid out in temporary tables, each step over all of them. */
async function computeMany(ctx: Context, pass: FactPass, touched: readonly TouchedGroup[]): Promise<Computed> {
  const { sql } = ctx
  await openWorkbench(sql)
  for (const one of touched) await sumTouched(sql, one, ctx.now)
  const changed = await noteDifferences(sql, pass.places)
  await keepCells(sql)
  const facts = changed.count > 0 ? await carryDifferences(sql, pass, changed) : noFacts
  await clearTables(sql)
  return { cells: changed.count, facts }
}

async function carryDifferences(sql: Sql, pass: FactPass, changed: ChangedCells): Promise<ChangedFacts> {
  const isLarge = changed.count > manyCells
  if (isLarge) await measureTable(sql, 'changed_cell')
  await ensureDays(sql, [...changed.days, pass.today])
  await ensureScopes(sql)
  await askDefinitions(sql, pass.definitions)
  await addDifferences(sql, pass)
  if (changed.hasShrunk) await freshenShrunk(sql, pass)
  return keepFacts(sql, pass, isLarge)
}

/** The part of the definitions that lies at these places. */
function passOf(
  ctx: Context,
  definitions: readonly StoredDefinition[],
  { places, knownAt }: { places: readonly Place[]; knownAt: Date },
): FactPass {
  const codes = new Set(places.map(({ indicator }) => indicator))
  return {
    definitions: definitions.filter(({ code }) => codes.has(code)),
    places,
    knownAt,
    today: localDay(ctx.now, definitions[0]?.timeZone ?? 'UTC'),
  }
}

/** Composites on top of what changed, then the word to screens and subscribers. Returns every indicator that changed. */
async function followUp(
  ctx: Context,
  definitions: readonly StoredDefinition[],
  indicators: readonly string[],
  knownAt: Date,
): Promise<string[]> {
  const changed = new Set(indicators)
  if (changed.size === 0) return []
  for (const composite of orderComposites(definitions, changed)) {
    const count = await combineParts(ctx.sql, composite, { knownAt, everywhere: false })
    if (count > 0) changed.add(composite.code)
  }
  await tellChanged(ctx, [...changed])
  return [...changed]
}

/** Tells open screens and subscribers that numbers of these indicators changed. */
export async function tellChanged(ctx: Context, indicators: readonly string[]): Promise<void> {
  if (indicators.length === 0) return
  await announce(
    ctx.sql,
    indicators.map((code) => `indicator:${code}`),
  )
  await ctx.publish(factsChanged, { indicators: [...indicators] })
}

/**
 * Once a day: stocks get their facts of the periods that hold today; the last fact of a period that is over stays its number.
 * Conditions that name today are asked anew.
 */
export async function rollStocks(ctx: Context, definitions: readonly StoredDefinition[]): Promise<void> {
  const { sql } = ctx
  const today = localDay(ctx.now, definitions[0]?.timeZone ?? 'UTC')
  if ((await getPass(sql)).rolledOn >= today) return
  const stocks = definitions.filter(({ body }) => isStock(body))
  await keepRolledOn(sql, today)
  await openWorkbench(sql)
  if (stocks.length > 0) await computeFromScratch(ctx, definitions, stocks)
}

/** Brings the stocks to today, before the first record of the day asks for it. */
export function startDay(ctx: Context): Promise<void> {
  return ctx.transaction(async (inner) => {
    await lockPasses(inner.sql)
    await rollStocks(inner, await listDefinitions(inner.sql))
  })
}

/**
 * Computes indicators from all records, as if nothing had been computed before; only facts that come out different get a new version.
 */
export function recomputeAll(ctx: Context, only: { indicators?: readonly string[] } = {}): Promise<PassResult> {
  return ctx.transaction(async (inner) => {
    await lockPasses(inner.sql)
    const definitions = await listDefinitions(inner.sql)
    const asked = definitions.filter(({ code }) => only.indicators?.includes(code) ?? true)
    await openWorkbench(inner.sql)
    return computeFromScratch(inner, definitions, asked)
  })
}

/** Everything from all records, in one pass: shorter than carrying the first records of an installation to their facts bit by bit. */
export function computeFirst(ctx: Context): Promise<PassResult> {
  return ctx.transaction(async (inner) => {
    const { sql } = inner
    await lockPasses(sql)
    // What has changed is among what is computed.
    for (let waits = true; waits; ) waits = !(await takeTouches(sql, touchesAPass)).isAll
    const [definition] = await listDefinitions(sql)
    await keepRolledOn(sql, localDay(inner.now, definition?.timeZone ?? 'UTC'))
    return recomputeAll(inner)
  })
}

/** Computes what the definitions in force have never been computed by: new ones, and those whose formula changed. */
export async function computeMissing(ctx: Context): Promise<PassResult> {
  const codes = (await listUncomputed(ctx.sql)).map(({ code }) => code)
  if (codes.length === 0) return nothing
  return recomputeAll(ctx, { indicators: codes })
}

/** Sums facts from the cells anew, without reading records: of everything after a change of the tree, or of a reopened period. */
export async function rebuildFacts(ctx: Context, indicators?: readonly string[], stretch?: Stretch): Promise<string[]> {
  const { sql } = ctx
  const definitions = await listDefinitions(sql)
  const asked = definitions.filter(({ code, body }) => isComputed(body) && (indicators?.includes(code) ?? true))
  await openWorkbench(sql)
  const { places } = await readLayout(sql, asked)
  const pass = passOf(ctx, asked, { places, knownAt: ctx.now })
  await ensureDays(sql, [pass.today])
  await askDefinitions(sql, pass.definitions)
  await sumFacts(sql, pass, stretch)
  const kept = await keepFacts(sql, pass, true)
  return followUp(ctx, definitions, kept.indicators, pass.knownAt)
}

async function computeFromScratch(
  ctx: Context,
  all: readonly StoredDefinition[],
  asked: readonly StoredDefinition[],
): Promise<PassResult> {
  const { sql } = ctx
  const clock = clockOf(ctx)
  const { groups } = await extendLayout(
    sql,
    asked.filter(({ body }) => isComputed(body)),
  )
  // Others whose measures lie in the same groups are summed along: their cells are written too.
  const { places } = await readLayout(sql, all)
  const written = new Set(groups.map(({ id }) => id))
  await sumAll(sql, groups, ctx.now)
  const cells = await keepCells(sql)
  await clearTables(sql)
  const along = new Set(places.filter(({ groupId }) => written.has(groupId)).map(({ indicator }) => indicator))
  const pass = passOf(ctx, all, { places: places.filter(({ indicator }) => along.has(indicator)), knownAt: clock() })
  await ensureDays(sql, [...(await listCellDays(sql, [...written])), pass.today])
  await ensureScopesOfCells(sql)
  await askDefinitions(sql, pass.definitions)
  await sumFacts(sql, pass)
  const kept = await keepFacts(sql, pass, true)
  const composites = asked.filter(({ body }) => body.formula.type === 'composite').map(({ code }) => code)
  for (const composite of orderComposites(all, new Set(composites)).filter(({ code }) => composites.includes(code)))
    if ((await combineParts(sql, composite, { knownAt: pass.knownAt, everywhere: true })) > 0)
      kept.indicators.push(composite.code)
  const indicators = await followUp(ctx, all, kept.indicators, pass.knownAt)
  await keepProgress(sql, asked, pass.knownAt)
  return { touches: 0, cells, facts: kept.count, indicators }
}
