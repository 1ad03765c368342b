import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { findOrganisation, getHomePack, PackCard, today } from '#organisations'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { conflict, type FieldFault, invalid, notFound, Problem } from '#platform/errors'
import { closeComputedFacts } from './computation/facts.ts'
import { isComputed, isTyped, type StoredDefinition } from './computation/plan.ts'
import { computeMissing, lockPasses, rebuildFacts, tellChanged } from './computation/process.ts'
import { refreshScopes } from './computation/trees.ts'
import { loadPackFigures } from './entries/pack-figures.ts'
import { publishFigures } from './entries/publish.ts'
import { listPublishedEntries } from './entries/store.ts'
import { Definition } from './model.ts'
import { readDefinitions } from './pack-files.ts'
import {
  closeFactsOf,
  closeTypedFacts,
  findDefinition,
  insertDefinition,
  listDefinitions,
  retireDefinition,
} from './store.ts'
import { checkDefinition, findCompositeCircle } from './validation.ts'

export interface PackOutcome {
  /** Codes with a new version. */
  changed: string[]
  retired: string[]
  /** Decided on the page and no longer overwritten by the files. */
  kept: string[]
}

/** Brings the definitions of a pack folder into the database, and computes what is new. Quick when nothing changed. */
export async function loadDefinitions(ctx: Context, packDir: string): Promise<PackOutcome> {
  const card = PackCard.parse(parse(await readFile(join(packDir, 'pack.yaml'), 'utf8')))
  const definitions = await readFolder(join(packDir, 'indicators'))
  const outcome = await ctx.transaction(async (inner) => {
    await lockPasses(inner.sql)
    const scopesChanged = await refreshScopes(inner)
    const saved = await savePackDefinitions(inner, card, definitions)
    if (scopesChanged) await rebuildFacts(inner)
    return saved
  })
  await loadPackFigures(ctx, packDir, card.code)
  await computeMissing(ctx)
  return outcome
}

async function readFolder(folder: string): Promise<Definition[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const definitions: Definition[] = []
  for (const name of names.filter((one) => /\.ya?ml$/.test(one)).sort()) {
    for (const definition of readNamed(join(folder, name), await readFile(join(folder, name), 'utf8'))) {
      checkDefinition(definition)
      if (definitions.some(({ code }) => code === definition.code))
        throw invalid(`Chỉ tiêu ${definition.code} được định nghĩa hai lần (${basename(name)}).`)
      definitions.push(definition)
    }
  }
  return definitions
}

function readNamed(name: string, text: string): Definition[] {
  try {
    return readDefinitions(text)
  } catch (error) {
    if (error instanceof Problem) throw invalid(`${name}: ${error.message}`, error.fields)
    throw new ConfigFault(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function savePackDefinitions(
  ctx: Context,
  card: PackCard,
  definitions: readonly Definition[],
): Promise<PackOutcome> {
  const all = await listDefinitions(ctx.sql)
  const outcome: PackOutcome = { changed: [], retired: [], kept: [] }
  refuseCircle([
    ...all.map(({ body }) => body).filter(({ code }) => definitions.every((one) => one.code !== code)),
    ...definitions,
  ])
  for (const body of definitions) {
    const known = all.find(({ code }) => code === body.code)
    if (known && known.pack !== card.code)
      throw conflict('indicator.other-pack', `Chỉ tiêu ${body.code} đã thuộc gói dữ liệu ${known.pack}.`, {
        code: body.code,
      })
    if (known && saysSame(known.body, body)) continue
    if (known?.origin === 'edit') {
      outcome.kept.push(body.code)
      continue
    }
    await putInForce(ctx, known, {
      pack: card.code,
      rootOrganisation: card.rootOrganisation,
      timeZone: card.timeZone,
      body,
      origin: 'pack',
      reason: null,
    })
    outcome.changed.push(body.code)
  }
  for (const { code, pack, origin } of all) {
    if (pack !== card.code || origin !== 'pack' || definitions.some((one) => one.code === code)) continue
    await retireDefinition(ctx.sql, code, { at: ctx.now, by: 'pack', reason: 'Không còn trong gói dữ liệu.' })
    outcome.retired.push(code)
  }
  return outcome
}

type InForce = Pick<StoredDefinition, 'pack' | 'rootOrganisation' | 'timeZone' | 'body' | 'origin' | 'reason'>

async function putInForce(ctx: Context, known: StoredDefinition | undefined, next: InForce): Promise<number> {
  const version = await insertDefinition(ctx.sql, {
    ...next,
    madeBy: next.origin === 'pack' ? 'pack' : (ctx.actor.account ?? 'system'),
    madeAt: ctx.now,
  })
  if (known) await leaveFormula(ctx, known.body, next.body)
  if (known) await followPeriods(ctx, known.body, next.body)
  return version
}

/** Ends the facts that the formula now in force neither makes nor compares with its own. */
async function leaveFormula(ctx: Context, before: Definition, body: Definition): Promise<void> {
  if (isDeepStrictEqual(before.formula, body.formula)) return
  if (isTyped(before) && !isTyped(body)) await closeTypedFacts(ctx.sql, body.code, ctx.now)
  // Sums over records are compared with all that stands; what is typed or combined of others is not.
  if (!isTyped(before) && !isComputed(body)) await closeComputedFacts(ctx.sql, body.code, ctx.now)
}

/** Facts of periods no longer counted are closed; what typed figures make of the periods that are new is made at once. */
async function followPeriods(ctx: Context, before: Definition, body: Definition): Promise<void> {
  const { code } = body
  const dropped = before.periods.filter((kind) => !body.periods.includes(kind))
  if (dropped.length > 0) await closeFactsOf(ctx.sql, code, dropped, ctx.now)
  if (!isTyped(body) || isDeepStrictEqual([before.periods, before.formula], [body.periods, body.formula])) return
  const stored = await findDefinition(ctx.sql, code)
  const entries = await listPublishedEntries(ctx.sql, code)
  if (stored && entries.length > 0) await publishFigures(ctx, new Map([[code, stored]]), entries)
}

function refuseCircle(definitions: readonly Definition[]): void {
  const circle = findCompositeCircle(definitions)
  if (circle)
    throw conflict('indicator.circle', `Các chỉ số tổng hợp chứa lẫn nhau: ${circle.join(' → ')}.`, { circle })
}

/** Saves a definition from the page as a new version, with the reason of the change, and computes it anew. */
export async function editDefinition(ctx: Context, input: unknown, reason: string): Promise<number> {
  const body = readDefinition(input)
  const version = await ctx.transaction(async (inner) => {
    await lockPasses(inner.sql)
    const known = await findDefinition(inner.sql, body.code)
    if (!known) throw notFound('indicator', body.code)
    inner.require('indicator:define', known.body.owner.organisation)
    inner.require('indicator:define', body.owner.organisation)
    if (reason.trim().length < 5)
      throw invalid('Phải nêu lý do thay đổi định nghĩa.', [{ path: 'reason', message: 'Nêu lý do.' }])
    await checkPlace(inner, body)
    if (saysSame(known.body, body)) return known.version
    const { pack, rootOrganisation, timeZone } = known
    return putInForce(inner, known, { pack, rootOrganisation, timeZone, body, origin: 'edit', reason: reason.trim() })
  })
  await computeMissing(ctx)
  return version
}

/** Takes a new definition into force, with the pack at home, and computes it. */
export async function createDefinition(ctx: Context, input: unknown, reason: string): Promise<number> {
  const body = readDefinition(input)
  const { card } = await getHomePack(ctx.sql)
  const version = await ctx.transaction(async (inner) => {
    inner.require('indicator:define', body.owner.organisation)
    await lockPasses(inner.sql)
    if (await findDefinition(inner.sql, body.code))
      throw conflict('indicator.exists', `Đã có chỉ tiêu mang mã “${body.code}”. Hãy chọn mã khác.`, {
        code: body.code,
      })
    if (reason.trim().length < 5)
      throw invalid('Phải nêu lý do lập chỉ tiêu.', [{ path: 'reason', message: 'Nêu lý do.' }])
    await checkPlace(inner, body)
    const { code: pack, rootOrganisation, timeZone } = card
    return putInForce(inner, undefined, { pack, rootOrganisation, timeZone, body, origin: 'edit', reason })
  })
  await computeMissing(ctx)
  return version
}

/** A definition in itself, its owner among the organisations of today, and its parts among the other definitions. */
async function checkPlace(ctx: Context, body: Definition): Promise<void> {
  checkDefinition(body)
  const others = (await listDefinitions(ctx.sql)).map((one) => one.body).filter(({ code }) => code !== body.code)
  const faults: FieldFault[] = []
  if (!(await findOrganisation(ctx.sql, body.owner.organisation, { asOf: await today(ctx) })))
    faults.push({
      path: 'owner.organisation',
      message: 'Không có cơ quan này. Hãy chọn cơ quan chủ trì trong danh mục.',
    })
  if (body.formula.type === 'composite')
    for (const [index, { indicator }] of body.formula.of.entries())
      if (indicator !== body.code && others.every(({ code }) => code !== indicator))
        faults.push({ path: `formula.of.${index}`, message: `Không có chỉ tiêu “${indicator}” đang dùng.` })
  if (faults.length > 0) throw invalid(`Định nghĩa chỉ tiêu ${body.code} chưa đúng.`, faults)
  refuseCircle([...others, body])
}

// As they are stored: what is left out and what is undefined say the same.
const saysSame = (one: Definition, other: Definition): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)))

function readDefinition(input: unknown): Definition {
  const parsed = Definition.safeParse(input)
  if (parsed.success) return parsed.data
  throw invalid(
    'Định nghĩa chỉ tiêu chưa đúng; xin sửa các chỗ được nêu.',
    parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
  )
}

/** Takes a definition out of force; its facts stay readable as of the days before. */
export async function retireIndicator(ctx: Context, code: string, reason: string): Promise<void> {
  await ctx.transaction(async (inner) => {
    const known = await findDefinition(inner.sql, code)
    if (!known) throw notFound('indicator', code)
    inner.require('indicator:define', known.body.owner.organisation)
    if (reason.trim().length < 5)
      throw invalid('Phải nêu lý do ngừng chỉ tiêu.', [{ path: 'reason', message: 'Nêu lý do.' }])
    const usedBy = (await listDefinitions(inner.sql)).filter(
      ({ body }) => body.formula.type === 'composite' && body.formula.of.some(({ indicator }) => indicator === code),
    )
    if (usedBy.length > 0)
      throw conflict('indicator.in-use', 'Chỉ tiêu đang là thành phần của chỉ số tổng hợp khác.', {
        composites: usedBy.map((one) => one.code),
      })
    await retireDefinition(inner.sql, code, {
      at: inner.now,
      by: inner.actor.account ?? 'system',
      reason: reason.trim(),
    })
    await tellChanged(inner, [code])
  })
}
