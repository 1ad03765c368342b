// Changes of structure. Each cites the deciding document, holds from a day, and writes history: the version that held is
// closed as known and written again in two halves, before the day and from it.
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { organisationChanged } from './events.ts'
import { type Change, citeDecision, type Decision, dayBefore, type NewOrganisation } from './model.ts'
import {
  type AreaSuccession,
  closeRows,
  insertAreaSuccessions,
  insertOrganisationCodes,
  insertOrganisationVersions,
  insertSuccessions,
  listAreaSuccessions,
  listEndsAfter,
  listOrganisationVersions,
  listOwners,
  lockStructure,
  type Organisation,
  type Recorded,
  type Stamp,
  touchStructure,
} from './store.ts'
import { organisationTree } from './tree/read.ts'

export const managePermission = 'organisation:manage'

const deeds = {
  create: 'organisation.created',
  rename: 'organisation.renamed',
  move: 'organisation.moved',
  merge: 'organisation.merged',
  split: 'organisation.split',
  dissolve: 'organisation.dissolved',
  correct: 'organisation.corrected',
} as const

interface Deed {
  effectiveOn: string
  decision: Decision
}

interface End extends Deed {
  /** It takes the place of an end already recorded for a later day, which then did not come. */
  replaces?: boolean
}

type Version = Organisation & Recorded

/** Opens the transaction of a change, holds the structure, and tells of it at the end. */
async function change(
  ctx: Context,
  deed: Deed,
  how: keyof typeof deeds,
  codes: string[],
  work: (ctx: Context, stamp: Stamp) => Promise<void>,
) {
  ctx.require(managePermission)
  return ctx.transaction(async (ctx) => {
    await lockStructure(ctx.sql)
    await work(ctx, { origin: 'edit', recordedFrom: ctx.now, recordedBy: ctx.actor.account ?? 'system' })
    await touchStructure(ctx.sql, ctx.now)
    await appendEntry(ctx, {
      action: deeds[how],
      subject: `organisation:${codes[0]}`,
      organisation: codes[0],
      body: { codes, effectiveOn: deed.effectiveOn, decision: citeDecision(deed.decision) },
    })
    await ctx.publish(organisationChanged, { codes, how, effectiveOn: deed.effectiveOn })
  })
}

/** The version known now that holds on a day. @throws Problem 404 or 409 */
async function versionOn(sql: Sql, code: string, day: string): Promise<Version> {
  const versions = (await listOrganisationVersions(sql, code)).filter((row) => row.recordedTo === null)
  if (versions.length === 0) throw notFound('organisation', code)
  const found = versions.find((row) => (row.validFrom ?? '') <= day && day <= (row.validTo ?? '9999-12-31'))
  if (!found) throw conflict('organisation.not-valid', `Đơn vị ${code} không hoạt động vào ngày ${day}.`, { code, day })
  return found
}

const contentOf = ({
  id: _id,
  origin: _origin,
  recordedFrom: _from,
  recordedTo: _to,
  recordedBy: _by,
  ...content
}: Version): Organisation => content

/** Writes a version again: as it was up to the day before, and as `after` says from the day (not at all when undefined). */
async function rewrite(
  ctx: Context,
  stamp: Stamp,
  held: Version,
  day: string,
  after: Partial<Organisation> | undefined,
) {
  const content = contentOf(held)
  const startsHere = held.validFrom === day
  const before = startsHere ? [] : [{ ...content, validTo: dayBefore(day) }]
  const next = after ? [{ ...content, ...after, validFrom: day, validTo: held.validTo }] : []
  await closeRows(ctx.sql, 'organisation_version', [held.id], ctx.now)
  await insertOrganisationVersions(ctx.sql, [...before, ...next], stamp)
}

export interface Rename extends Deed {
  code: string
  name: string
  shortName?: string
}

/** The same agency under another name from a day on. */
export function renameOrganisation(ctx: Context, rename: Rename): Promise<void> {
  return change(ctx, rename, 'rename', [rename.code], async (ctx, stamp) => {
    const held = await versionOn(ctx.sql, rename.code, rename.effectiveOn)
    const decision = citeDecision(rename.decision)
    const names = { name: rename.name, shortName: rename.shortName ?? null, decision }
    await rewrite(ctx, stamp, held, rename.effectiveOn, names)
    await insertSuccessions(ctx.sql, [succession(rename.code, rename.code, 'rename', rename)], stamp)
  })
}

const succession = (successor: string | null, predecessor: string, how: Change, deed: Deed) => ({
  successor,
  predecessor,
  predecessorName: null,
  how,
  effectiveOn: deed.effectiveOn,
  decision: citeDecision(deed.decision),
})

export interface Move extends Deed {
  code: string
  parent: string
}

/** Under another superior from a day on. */
export function moveOrganisation(ctx: Context, move: Move): Promise<void> {
  return change(ctx, move, 'move', [move.code], async (ctx, stamp) => {
    await placeUnder(ctx, stamp, move.code, move.parent, move)
    await insertSuccessions(ctx.sql, [succession(move.code, move.code, 'move', move)], stamp)
  })
}

async function placeUnder(ctx: Context, stamp: Stamp, code: string, parent: string, deed: Deed): Promise<void> {
  await versionOn(ctx.sql, parent, deed.effectiveOn)
  const tree = await organisationTree(ctx.sql, { asOf: deed.effectiveOn })
  if (tree.find(parent)?.path.includes(code))
    throw conflict('organisation.circle', 'Không thể chuyển đơn vị vào dưới chính nó hoặc đơn vị cấp dưới của nó.', {
      code,
      parent,
    })
  const held = await versionOn(ctx.sql, code, deed.effectiveOn)
  await rewrite(ctx, stamp, held, deed.effectiveOn, { parent, decision: citeDecision(deed.decision) })
  await touchStructure(ctx.sql, ctx.now)
}

/** An agency that was not there before. */
export function createOrganisation(ctx: Context, created: Deed & { organisation: NewOrganisation }): Promise<void> {
  return change(ctx, created, 'create', [created.organisation.code], (ctx, stamp) =>
    found(ctx, stamp, created.organisation, created),
  )
}

async function found(ctx: Context, stamp: Stamp, organisation: NewOrganisation, deed: Deed): Promise<void> {
  const { code, parent, area } = organisation
  if ((await listOwners(ctx.sql, 'organisation')).has(code))
    throw conflict('organisation.code-taken', `Mã ${code} đã được dùng cho một đơn vị khác.`, { code })
  if (area && !(await listOwners(ctx.sql, 'area')).has(area)) throw notFound('area', area)
  if (parent) await versionOn(ctx.sql, parent, deed.effectiveOn)
  await insertOrganisationCodes(ctx.sql, [code], null)
  const version: Organisation = {
    code,
    name: organisation.name,
    shortName: organisation.shortName ?? null,
    nameEn: null,
    kind: organisation.kind,
    line: organisation.line,
    parent: parent ?? null,
    area: area ?? null,
    peerGroup: organisation.peerGroup ?? null,
    localCode: false,
    unverified: false,
    decision: citeDecision(deed.decision),
    note: null,
    validFrom: deed.effectiveOn,
    validTo: null,
  }
  await insertOrganisationVersions(ctx.sql, [version], stamp)
}

/** Ends an agency on the day before; its direct subordinates go where `children` says. */
async function end(ctx: Context, stamp: Stamp, code: string, deed: End, children: ReadonlyMap<string, string>) {
  const tree = await organisationTree(ctx.sql, { asOf: deed.effectiveOn })
  const below = tree.nodes.filter((node) => node.row.parent === code).map((node) => node.row.code)
  const homeless = below.filter((child) => !children.has(child))
  if (homeless.length > 0)
    throw conflict('organisation.has-children', `Cần nêu nơi tiếp nhận ${homeless.length} đơn vị trực thuộc ${code}.`, {
      children: homeless,
    })
  for (const child of below) {
    const parent = children.get(child)
    if (parent) await placeUnder(ctx, stamp, child, parent, deed)
  }
  const held = await versionOn(ctx.sql, code, deed.effectiveOn)
  const later = (await listOrganisationVersions(ctx.sql, code)).filter(
    (row) => row.recordedTo === null && (row.validFrom ?? '') > deed.effectiveOn,
  )
  if (later.length > 0)
    throw conflict('organisation.later-change', `Đơn vị ${code} đã có thay đổi sau ngày ${deed.effectiveOn}.`, { code })
  if (held.validFrom === deed.effectiveOn)
    throw conflict('organisation.starts-that-day', `Đơn vị ${code} mới hoạt động từ chính ngày này.`, { code })
  await replaceLaterEnd(ctx, code, deed)
  await rewrite(ctx, stamp, held, deed.effectiveOn, undefined)
}

/** An organisation ends once: an end recorded for a later day is closed as known, or stands in the way. */
async function replaceLaterEnd(ctx: Context, code: string, { effectiveOn, replaces }: End): Promise<void> {
  const decided = await listEndsAfter(ctx.sql, code, effectiveOn)
  const [first] = decided
  if (!first) return
  if (!replaces)
    throw conflict(
      'organisation.end-decided',
      `Đơn vị ${code} đã được ghi ${endWords[first.how]} từ ngày ${first.effectiveOn?.split('-').reverse().join('/')} theo ${first.decision ?? 'văn bản chưa rõ'}. Một đơn vị không kết thúc hai lần: nếu việc này mới đúng, hãy ghi là thay cho việc đó.`,
      { code, on: first.effectiveOn },
    )
  await closeRows(
    ctx.sql,
    'organisation_succession',
    decided.map(({ id }) => id),
    ctx.now,
  )
}

const endWords: Partial<Record<Change, string>> = { merge: 'hợp nhất', split: 'chia tách', dissolve: 'giải thể' }

export interface Merge extends End {
  codes: string[]
  /** A new agency, or the code of one that goes on. */
  into: NewOrganisation | string
}

/** Several agencies become one; their subordinates go with them. */
export function mergeOrganisations(ctx: Context, merge: Merge): Promise<void> {
  const heir = typeof merge.into === 'string' ? merge.into : merge.into.code
  return change(ctx, merge, 'merge', [...merge.codes, heir], async (ctx, stamp) => {
    const ending = [...new Set(merge.codes)].filter((code) => code !== heir)
    if (ending.length === 0) throw invalid('Chọn ít nhất một đơn vị được hợp nhất.')
    if (typeof merge.into === 'string') await versionOn(ctx.sql, heir, merge.effectiveOn)
    else await found(ctx, stamp, merge.into, merge)
    await touchStructure(ctx.sql, ctx.now)
    const before = await organisationTree(ctx.sql, { asOf: merge.effectiveOn })
    // The lowest first, so that none ends while another of them still hangs below it.
    ending.sort((a, b) => (before.find(b)?.depth ?? 0) - (before.find(a)?.depth ?? 0))
    for (const code of ending) {
      const tree = await organisationTree(ctx.sql, { asOf: merge.effectiveOn })
      const children = tree.nodes.filter((node) => node.row.parent === code && !ending.includes(node.row.code))
      await end(ctx, stamp, code, merge, new Map(children.map((node) => [node.row.code, heir])))
      await touchStructure(ctx.sql, ctx.now)
    }
    await insertSuccessions(
      ctx.sql,
      ending.map((code) => succession(heir, code, 'merge', merge)),
      stamp,
    )
  })
}

export interface Split extends End {
  code: string
  into: NewOrganisation[]
  /** Subordinate → its new superior, one of `into` or any other. */
  children?: Record<string, string>
}

/** One agency becomes several and ends. */
export function splitOrganisation(ctx: Context, split: Split): Promise<void> {
  const heirs = split.into.map((organisation) => organisation.code)
  return change(ctx, split, 'split', [split.code, ...heirs], async (ctx, stamp) => {
    if (heirs.length < 2) throw invalid('Chia tách cần ít nhất hai đơn vị mới.')
    for (const organisation of split.into) await found(ctx, stamp, organisation, split)
    await touchStructure(ctx.sql, ctx.now)
    await end(ctx, stamp, split.code, split, new Map(Object.entries(split.children ?? {})))
    await insertSuccessions(
      ctx.sql,
      heirs.map((heir) => succession(heir, split.code, 'split', split)),
      stamp,
    )
  })
}

export interface Dissolution extends End {
  code: string
  children?: Record<string, string>
}

/** An agency ends without an heir. */
export function dissolveOrganisation(ctx: Context, dissolution: Dissolution): Promise<void> {
  return change(ctx, dissolution, 'dissolve', [dissolution.code], async (ctx, stamp) => {
    await end(ctx, stamp, dissolution.code, dissolution, new Map(Object.entries(dissolution.children ?? {})))
    await insertSuccessions(ctx.sql, [succession(null, dissolution.code, 'dissolve', dissolution)], stamp)
  })
}

export interface Correction extends Deed {
  code: string
  name?: string
  shortName?: string | null
  nameEn?: string | null
  area?: string | null
  peerGroup?: string | null
  localCode?: boolean
  unverified?: boolean
  note?: string | null
}

/** What was written wrongly is written right, for the whole time of that version; what was known before stays readable. */
export function correctOrganisation(ctx: Context, correction: Correction): Promise<void> {
  const { code, effectiveOn, decision, ...fields } = correction
  return change(ctx, correction, 'correct', [code], async (ctx, stamp) => {
    const held = await versionOn(ctx.sql, code, effectiveOn)
    if (fields.area && !(await listOwners(ctx.sql, 'area')).has(fields.area)) throw notFound('area', fields.area)
    await closeRows(ctx.sql, 'organisation_version', [held.id], ctx.now)
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
    const right = { ...contentOf(held), ...given, decision: citeDecision(decision) }
    await insertOrganisationVersions(ctx.sql, [right], stamp)
  })
}

/** How the figures of a divided area are shared out among its heirs: the shares add up to 1. */
export async function declareAreaWeights(
  ctx: Context,
  declared: { predecessor: string; weights: Record<string, number>; decision: Decision },
): Promise<void> {
  ctx.require(managePermission)
  return ctx.transaction(async (ctx) => {
    await lockStructure(ctx.sql)
    const rows = (await listAreaSuccessions(ctx.sql)).filter((row) => row.predecessor === declared.predecessor)
    if (rows.length === 0) throw notFound('area', declared.predecessor)
    const heirs = rows.map((row) => row.successor).sort()
    const sum = Object.values(declared.weights).reduce((total, weight) => total + weight, 0)
    if (heirs.join() !== Object.keys(declared.weights).sort().join() || Math.abs(sum - 1) > 1e-9)
      throw invalid(`Tỷ lệ phải nêu đủ ${heirs.length} đơn vị mới và cộng lại bằng 1.`)
    const weighed = rows.map(
      ({ id: _id, ...row }): AreaSuccession => ({
        ...row,
        weight: declared.weights[row.successor] ?? null,
        decision: citeDecision(declared.decision),
      }),
    )
    await closeRows(
      ctx.sql,
      'area_succession',
      rows.map((row) => row.id),
      ctx.now,
    )
    const recordedBy = ctx.actor.account ?? 'system'
    await insertAreaSuccessions(ctx.sql, weighed, { origin: 'edit', recordedFrom: ctx.now, recordedBy })
    await touchStructure(ctx.sql, ctx.now)
    await appendEntry(ctx, {
      action: 'area.shares-declared',
      subject: `area:${declared.predecessor}`,
      body: { weights: declared.weights, decision: citeDecision(declared.decision) },
    })
  })
}
