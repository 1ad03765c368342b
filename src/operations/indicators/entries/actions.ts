import { findPeriod, parsePeriod, periodRange } from '#calendar'
import { partiesOf } from '#identity'
import { appendEntry } from '#ledger'
import type { Actor, Context } from '#platform/context'
import { conflict, type FieldFault, forbidden, invalid, notFound } from '#platform/errors'
import { localDay } from '../computation/days.ts'
import { isTyped, type StoredDefinition } from '../computation/plan.ts'
import { lockPasses } from '../computation/process.ts'
import { canMoveEntry } from '../model.ts'
import { listDefinitions } from '../store.ts'
import { listUnknownPlaces } from './keys.ts'
import { refuseLocked } from './locks.ts'
import { publishFigures } from './publish.ts'
import { isPlausible, plausibleBand } from './rules.ts'
import {
  type Entry,
  listEarlierValues,
  listEntriesOf,
  lockEntries,
  markPublished,
  setEntryState,
  upsertEntry,
} from './store.ts'

export interface TypedFigure {
  indicator: string
  organisation: string
  area?: string
  period: string
  /** Absent value: there is none, for the reason given. */
  value: number | null
  reason?: string
  basis?: string
  note?: string
}

const mostFigures = 200
const comparedPeriods = 12

/** Who types or approves for an organisation; figures of the whole belong to the indicator's owner. */
export function mayHandle(
  ctx: Context,
  permission: 'entry:write' | 'entry:approve' | 'entry:publish',
  { body, rootOrganisation }: StoredDefinition,
  organisation: string,
): boolean {
  if (ctx.can(permission, organisation)) return true
  return organisation === rootOrganisation && ctx.can(permission, body.owner.organisation)
}

/**
 * Saves up to 200 figures at once, as drafts or (`submit`) on their way to the unit's leader: all of them or none. What lies outside
 * the usual of earlier periods is submitted only with a reason.
 * @throws Problem with a fault for each figure that cannot be taken, at `entries.N.…`.
 */
export function saveEntries(
  ctx: Context,
  figures: readonly TypedFigure[],
  options: { submit: boolean; origin?: 'typed' | 'form' },
): Promise<number[]> {
  if (figures.length === 0 || figures.length > mostFigures)
    throw invalid(`Mỗi lần nhập từ 1 đến ${mostFigures} số liệu.`, [
      { path: 'entries', message: 'Chia thành nhiều lần.' },
    ])
  return ctx.transaction(async (inner) => {
    const definitions = await findTyped(inner, figures)
    const faults = await findFaults(inner, figures, { definitions, submit: options.submit })
    if (faults.length > 0) throw invalid('Có số liệu chưa nhận được; xin xem từng ô.', faults)
    const ids: number[] = []
    for (const figure of figures) {
      const id = await upsertEntry(inner.sql, {
        ...figure,
        area: figure.area ?? '',
        reason: figure.reason?.trim() || null,
        basis: figure.basis?.trim() || null,
        note: figure.note?.trim() || null,
        origin: options.origin ?? 'typed',
        state: options.submit ? 'submitted' : 'draft',
        typedBy: inner.actor.account ?? 'system',
        typedFor: inner.actor.onBehalfOf?.account ?? null,
        typedAt: inner.now,
      })
      ids.push(id)
    }
    if (options.submit) await record(inner, 'figures.submitted', figures)
    return ids
  })
}

async function findTyped(
  ctx: Context,
  figures: readonly { indicator: string }[],
): Promise<Map<string, StoredDefinition>> {
  const codes = [...new Set(figures.map(({ indicator }) => indicator))]
  return new Map((await listDefinitions(ctx.sql, codes)).map((definition) => [definition.code, definition]))
}

interface Checking {
  definitions: ReadonlyMap<string, StoredDefinition>
  submit: boolean
}

async function findFaults(
  ctx: Context,
  figures: readonly TypedFigure[],
  { definitions, submit }: Checking,
): Promise<FieldFault[]> {
  const faults: FieldFault[] = []
  const seen = new Set<string>()
  for (const [index, figure] of figures.entries()) {
    const key = [figure.indicator, figure.organisation, figure.area ?? '', figure.period].join(' ')
    const message = seen.has(key)
      ? 'Số liệu này được nhập hai lần.'
      : findFault(ctx, figure, definitions.get(figure.indicator))
    seen.add(key)
    if (message) faults.push({ path: `entries.${index}.value`, message })
  }
  if (faults.length > 0) return faults
  const unknown = await listUnknownPlaces(ctx.sql, {
    organisations: figures.map(({ organisation }) => organisation),
    areas: figures.map(({ area }) => area ?? ''),
  })
  for (const [index, { organisation, area }] of figures.entries()) {
    if (unknown.organisations.has(organisation))
      faults.push({ path: `entries.${index}.organisation`, message: `Không có đơn vị mang mã “${organisation}”.` })
    if (area && unknown.areas.has(area))
      faults.push({ path: `entries.${index}.area`, message: `Không có địa bàn mang mã “${area}”.` })
  }
  const known = await listEntriesOf(
    ctx.sql,
    figures.map((figure) => ({ ...figure, area: figure.area ?? '' })),
  )
  for (const [index, figure] of figures.entries()) {
    await refuseLocked(ctx, figure)
    const waiting = known.find(
      (entry) => isSame(entry, figure) && (entry.state === 'submitted' || entry.state === 'approved'),
    )
    if (waiting)
      faults.push({
        path: `entries.${index}.value`,
        message: 'Số liệu đã gửi lãnh đạo duyệt; chờ duyệt hoặc trả lại rồi sửa.',
      })
    const isCorrection = known.some((entry) => isSame(entry, figure) && entry.state === 'published')
    if (submit && isCorrection && !figure.reason?.trim())
      faults.push({ path: `entries.${index}.reason`, message: 'Số liệu đã công bố; sửa phải nêu lý do.' })
  }
  return submit ? [...faults, ...(await findUnusual(ctx, figures))] : faults
}

const isSame = (entry: Entry, figure: TypedFigure) =>
  entry.indicator === figure.indicator &&
  entry.organisation === figure.organisation &&
  entry.area === (figure.area ?? '') &&
  entry.period === figure.period

function findFault(ctx: Context, figure: TypedFigure, definition: StoredDefinition | undefined): string | undefined {
  if (!definition) return `Không có chỉ tiêu ${figure.indicator}.`
  const { body, timeZone } = definition
  if (body.formula.type !== 'typed') return 'Chỉ tiêu này được tính từ hồ sơ, không nhập tay.'
  if (!mayHandle(ctx, 'entry:write', definition, figure.organisation))
    throw forbidden('entry:write', figure.organisation)
  const period = findPeriod(figure.period)
  if (!period || !body.periods.some((kind) => kind === period.kind)) return `Chỉ tiêu không có kỳ ${figure.period}.`
  if (periodRange(figure.period).from > localDay(ctx.now, timeZone)) return 'Kỳ này chưa bắt đầu.'
  if (figure.value === null && !figure.reason?.trim()) return 'Không có số liệu thì phải nêu lý do.'
  if (figure.value !== null && !Number.isFinite(figure.value)) return 'Giá trị phải là số.'
  return undefined
}

async function findUnusual(ctx: Context, figures: readonly TypedFigure[]): Promise<FieldFault[]> {
  const earlier = await listEarlierValues(
    ctx.sql,
    figures.map(({ indicator, organisation, period }) => ({
      indicator,
      organisation,
      kind: parsePeriod(period).kind,
      before: periodRange(period).from,
    })),
    comparedPeriods,
  )
  return figures.flatMap((figure, index) => {
    const values = earlier
      .filter((one) => one.indicator === figure.indicator && one.organisation === figure.organisation)
      .map(({ value }) => value)
    const band = plausibleBand(values)
    if (figure.value === null || isPlausible(figure.value, band) || figure.reason?.trim()) return []
    const range = band ? `${vietnamese(band.low)} đến ${vietnamese(band.high)}` : ''
    return [
      {
        path: `entries.${index}.reason`,
        message: `Khác thường so với các kỳ trước (${range}); xin nêu lý do hoặc sửa lại.`,
      },
    ]
  })
}

const vietnamese = (value: number) => new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 2 }).format(value)

async function lockFor(
  ctx: Context,
  ids: readonly number[],
  move: { to: 'approved' | 'returned' | 'published'; permission: 'entry:approve' | 'entry:publish' },
): Promise<{ entries: Entry[]; definitions: Map<string, StoredDefinition> }> {
  const entries = await lockEntries(ctx.sql, ids)
  if (entries.length !== new Set(ids).size) throw notFound('entry', ids.join(', '))
  const definitions = await findTyped(ctx, entries)
  for (const entry of entries) {
    const definition = definitions.get(entry.indicator)
    if (!definition) throw notFound('indicator', entry.indicator)
    if (!mayHandle(ctx, move.permission, definition, entry.organisation))
      throw forbidden(move.permission, entry.organisation)
    if (!canMoveEntry(entry.state, move.to))
      throw conflict('entry.illegal-transition', 'Số liệu không còn ở bước này; xin tải lại trang.', {
        id: entry.id,
        from: entry.state,
        to: move.to,
      })
    if (!isTyped(definition.body) && move.to !== 'returned')
      throw conflict(
        'entry.computed',
        `Chỉ tiêu “${definition.body.name}” nay không nhập tay nữa; hãy trả lại số liệu.`,
        {
          indicator: entry.indicator,
        },
      )
    await refuseLocked(ctx, entry)
  }
  return { entries, definitions }
}

/** Typed by one of the accounts that an act of the actor counts for, or for one of them. */
export function isOwnEntry(actor: Actor, { typedBy, typedFor }: Pick<Entry, 'typedBy' | 'typedFor'>): boolean {
  const parties = partiesOf(actor)
  return parties.includes(typedBy) || (typedFor !== null && parties.includes(typedFor))
}

/** The leader of the unit approves; nobody approves what he typed himself. What needs nobody else to publish it is public at once. */
export function approveEntries(ctx: Context, ids: readonly number[]): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { entries, definitions } = await lockFor(inner, ids, { to: 'approved', permission: 'entry:approve' })
    const by = inner.actor.account ?? 'system'
    if (entries.some((entry) => isOwnEntry(inner.actor, entry)))
      throw conflict('entry.own-entry', 'Người nhập không tự duyệt số liệu của mình.')
    await setEntryState(inner.sql, ids, { state: 'approved', by, at: inner.now, reason: null })
    await record(inner, 'figures.approved', entries)
    const atOnce = entries.filter(({ indicator }) => {
      const formula = definitions.get(indicator)?.body.formula
      return formula?.type === 'typed' && formula.publication === 'on-approval'
    })
    await publish(
      inner,
      definitions,
      atOnce.map((entry) => ({ ...entry, approvedBy: by, approvedAt: inner.now })),
    )
  })
}

/** Sends figures back to who typed them, saying what to mend. */
export function returnEntries(ctx: Context, ids: readonly number[], reason: string): Promise<void> {
  return ctx.transaction(async (inner) => {
    if (reason.trim().length < 5)
      throw invalid('Trả lại phải nêu lý do.', [{ path: 'reason', message: 'Nêu chỗ cần sửa.' }])
    const { entries } = await lockFor(inner, ids, { to: 'returned', permission: 'entry:approve' })
    await setEntryState(inner.sql, ids, {
      state: 'returned',
      by: inner.actor.account ?? 'system',
      at: inner.now,
      reason: reason.trim(),
    })
    await record(inner, 'figures.returned', entries)
  })
}

/** Publishes approved figures whose indicator waits for it. */
export function publishEntries(ctx: Context, ids: readonly number[]): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { entries, definitions } = await lockFor(inner, ids, { to: 'published', permission: 'entry:publish' })
    if (entries.some(({ state }) => state !== 'approved'))
      throw conflict('entry.not-approved', 'Chỉ công bố số liệu lãnh đạo đơn vị đã duyệt.')
    await publish(inner, definitions, entries)
  })
}

async function publish(
  ctx: Context,
  definitions: ReadonlyMap<string, StoredDefinition>,
  entries: readonly Entry[],
): Promise<void> {
  if (entries.length === 0) return
  await lockPasses(ctx.sql)
  const by = ctx.actor.account ?? 'system'
  await markPublished(
    ctx.sql,
    entries.map(({ id }) => id),
    by,
    ctx.now,
  )
  await publishFigures(
    ctx,
    definitions,
    entries.map((entry) => ({ ...entry, publishedBy: by, publishedAt: ctx.now })),
  )
  await record(ctx, 'figures.published', entries)
}

/** One entry of the ledger for each organisation whose figures moved together. */
async function record(
  ctx: Context,
  action: string,
  figures: readonly { indicator: string; organisation: string; period: string; value: number | null }[],
): Promise<void> {
  const organisations = [...new Set(figures.map(({ organisation }) => organisation))]
  for (const organisation of organisations) {
    const own = figures.filter((one) => one.organisation === organisation)
    await appendEntry(ctx, {
      action,
      subject: `figures:${organisation}`,
      organisation,
      body: { figures: own.map(({ indicator, period, value }) => ({ indicator, period, value })) },
    })
  }
}
