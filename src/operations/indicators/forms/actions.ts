import { createHash } from 'node:crypto'
import { findPeriod, getCalendarOf, periodOf, previousPeriod, workingDaysLate } from '#calendar'
import { appendEntry } from '#ledger'
import { getOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { forbidden, invalid, notFound, Problem } from '#platform/errors'
import { localDay } from '../computation/days.ts'
import { saveEntries } from '../entries/actions.ts'
import { getEntrySheet } from '../entries/sheet.ts'
import type { FormDefinition } from './definition.ts'
import { type FormUpload, findForm, findUpload, insertUpload, listForms } from './form-store.ts'
import { type CellFault, columnOf } from './layout.ts'
import { findFormFaults, markFaults, openWorkbook, type ReadForm, readForm, readStamp } from './read-workbook.ts'
import { type Issue, writeWorkbook } from './workbook.ts'

export const formLimitBytes = 5 * 1024 * 1024

export interface FormPlace {
  form: string
  organisation: string
  period: string
}

/** The form with the figures of an organisation and a period. @throws Problem where there is nothing for it to type. */
async function getIssue(ctx: Context, { form: code, organisation: unit, period }: FormPlace): Promise<Issue> {
  const form = await findForm(ctx.sql, code)
  if (!form) throw notFound('form', code)
  if (findPeriod(period)?.kind !== form.period)
    throw invalid(`“${period}” không phải kỳ của biểu này.`, [{ path: 'ky', message: 'Chọn kỳ của biểu.' }])
  if (!ctx.can('entry:write', unit)) throw forbidden('entry:write', unit)
  const organisation = await getOrganisation(ctx.sql, unit)
  const wanted = new Set(form.groups.flatMap(({ rows }) => rows))
  const rows = (await getEntrySheet(ctx, { organisation: unit, period })).filter(({ definition }) =>
    wanted.has(definition.code),
  )
  if (!form.for.includes(organisation.kind) || rows.length === 0) throw notFound('form', code)
  return { form, organisation, period, rows }
}

export interface FormDue {
  form: FormDefinition
  period: string
  rows: number
  done: number
  dueAt: Date | undefined
  /** Working days until then, or since. */
  remaining: number
}

/** The forms an organisation owes for the period just ended. */
export async function listFormsDue(ctx: Context, organisation: string, timeZone: string): Promise<FormDue[]> {
  const due: FormDue[] = []
  for (const form of await listForms(ctx.sql)) {
    const period = previousPeriod(periodOf(form.period, localDay(ctx.now, timeZone)))
    const issue = await getIssue(ctx, { form: form.code, organisation, period }).catch((error: unknown) => {
      if (error instanceof Problem && error.status === 404) return undefined
      throw error
    })
    if (!issue) continue
    const done = issue.rows.filter(
      ({ entry, published }) => published || (entry && entry.state !== 'draft' && entry.state !== 'returned'),
    )
    const dates = issue.rows.flatMap(({ dueAt }) => (dueAt ? [dueAt.getTime()] : []))
    const dueAt = dates.length > 0 ? new Date(Math.min(...dates)) : undefined
    due.push({
      form,
      period,
      rows: issue.rows.length,
      done: done.length,
      dueAt,
      remaining: dueAt ? await countWorkingDays(ctx, organisation, dueAt) : 0,
    })
  }
  return due
}

/** Working days from today to the day, less than 0 when it has passed. */
async function countWorkingDays(ctx: Context, organisation: string, dueAt: Date): Promise<number> {
  const compiled = await getCalendarOf(ctx, organisation)
  return dueAt < ctx.now
    ? -Math.max(workingDaysLate(compiled, dueAt, ctx.now), 1)
    : workingDaysLate(compiled, ctx.now, dueAt)
}

export async function issueWorkbook(ctx: Context, place: FormPlace): Promise<{ name: string; bytes: Buffer }> {
  const issue = await getIssue(ctx, place)
  const bytes = await writeWorkbook(ctx, issue)
  return { name: `${issue.form.code}_${place.organisation}_${place.period}.xlsx`, bytes }
}

/**
 * Takes a workbook that came back. It is kept as it came; without a fault its figures are on their way to the unit's leader, with one
 * none is taken, and a copy tells each fault in its cell.
 */
export async function takeWorkbook(
  ctx: Context,
  place: FormPlace,
  { fileName, bytes }: { fileName: string; bytes: Buffer },
): Promise<number> {
  const issue = await getIssue(ctx, place)
  const book = await openWorkbook(bytes)
  const stamp = await readStamp(ctx, book)
  const wrong = findFormFaults(stamp, issue)
  const read: ReadForm = wrong.length > 0 || !stamp ? { faults: wrong, figures: [] } : readForm(book, stamp, issue)
  const saved =
    read.faults.length > 0 ? { faults: read.faults, entries: [] } : await saveFigures(ctx, changedOnly(read, issue))
  const { faults, entries } = saved
  const marked = faults.length > 0 ? await markFaults(book, faults) : null
  const sha256 = createHash('sha256').update(bytes).digest()
  return ctx.transaction(async (ctx) => {
    const id = await insertUpload(ctx.sql, {
      ...place,
      formVersion: issue.form.version,
      fileName: fileName.slice(0, 200),
      bytes,
      sha256,
      uploadedBy: ctx.actor.account ?? 'system',
      uploadedAt: ctx.now,
      state: faults.length > 0 ? 'faulty' : 'accepted',
      faults,
      marked,
      entries,
    })
    await appendEntry(ctx, {
      action: faults.length > 0 ? 'form.refused' : 'form.accepted',
      subject: `form:${place.form}`,
      organisation: place.organisation,
      body: {
        upload: id,
        period: place.period,
        sha256: sha256.toString('hex'),
        faults: faults.length,
        figures: entries.length,
      },
    })
    return id
  })
}

/** What waits for approval or stands already with this value is not sent again. */
function changedOnly({ figures, faults }: ReadForm, { rows }: Issue): ReadForm {
  const stands = (figure: ReadForm['figures'][number]) => {
    const row = rows.find(({ definition }) => definition.code === figure.indicator)
    const under =
      row?.entry && row.entry.state !== 'draft' && row.entry.state !== 'returned' ? row.entry : row?.published
    return under !== undefined && under.value === figure.value
  }
  return { faults, figures: figures.filter((figure) => !stands(figure)) }
}

/** Sends the figures on; what entry itself finds wrong is told at the cell it came from. */
async function saveFigures(ctx: Context, { figures }: ReadForm): Promise<{ faults: CellFault[]; entries: number[] }> {
  if (figures.length === 0) return { faults: [], entries: [] }
  try {
    const entries = await saveEntries(
      ctx,
      figures.map(({ row: _, ...figure }) => figure),
      { submit: true, origin: 'form' },
    )
    return { faults: [], entries }
  } catch (error) {
    if (!(error instanceof Problem) || error.fields.length === 0) throw error
    return { faults: error.fields.flatMap(({ path, message }) => cellFaultOf(figures, path, message)), entries: [] }
  }
}

function cellFaultOf(figures: ReadForm['figures'], path: string, message: string): CellFault[] {
  const [, index, field] = /^entries\.(\d+)\.(\w+)$/.exec(path) ?? []
  const figure = figures[Number(index)]
  if (!figure) return [{ cell: 'A1', label: 'Cả biểu', value: '', rule: 'entry', message }]
  const column = field === 'reason' ? columnOf.reason : columnOf.value
  const value = field === 'reason' ? (figure.reason ?? '') : String(figure.value ?? '')
  return [
    {
      cell: `${column}${figure.row}`,
      label: figure.indicator,
      value,
      rule: field === 'reason' ? 'reason' : 'entry',
      message,
    },
  ]
}

/** An upload of an organisation for which the actor types. @throws Problem 404 */
export async function getUpload(ctx: Context, id: number): Promise<FormUpload> {
  const upload = await findUpload(ctx.sql, id)
  if (!upload || !ctx.can('entry:write', upload.organisation)) throw notFound('form-upload', String(id))
  return upload
}
