/**
 * Kept contents are read again in rounds, some minutes of each hour: a round begins a day after the last began, goes on where the run before
 * stopped, and takes as many days as there is to read. What is not as its entry says is written to the ledger and stays listed until it is
 * whole again.
 */
import type { KeptBytes } from '#platform/capability'
import type { Context } from '#platform/context'
import { appendEntry } from '../actions.ts'
import { faultMoved } from '../events.ts'
import { type CheckedContent, checkContents } from './check.ts'
import {
  beginRound,
  deleteFault,
  findTelling,
  finishRound,
  insertFault,
  listFaults,
  listReadings,
  listTelling,
  moveOn,
} from './store.ts'

const roundEveryMs = 20 * 3_600_000
const entriesAPage = 100
const faultsAgain = 100
/** So many in a row that cannot be read: it is the store that does not answer, not they. */
const mostUnreadable = 3

interface RunBounds {
  bytes: number
  milliseconds: number
}

/** Goes on reading until the round is over or a bound is reached. */
export async function readOn(ctx: Context, books: readonly KeptBytes[], bounds: RunBounds): Promise<void> {
  const endsAt = Date.now() + bounds.milliseconds
  let left = bounds.bytes
  await lookAgain(ctx, books)
  for (const book of books) {
    left -= await readBook(ctx, book, { bytes: left, endsAt })
    if (left <= 0 || Date.now() >= endsAt) return
  }
}

/** @returns how many bytes it read. */
async function readBook(ctx: Context, book: KeptBytes, bounds: { bytes: number; endsAt: number }): Promise<number> {
  const { action } = book
  const reading = (await listReadings(ctx.sql)).find((one) => one.action === action)
  const isOver = !reading || (reading.finishedAt !== null && reading.finishedAt >= reading.begunAt)
  if (reading && isOver && ctx.now.getTime() - reading.begunAt.getTime() < roundEveryMs) return 0
  if (isOver) await beginRound(ctx.sql, action, ctx.now)
  let after = isOver ? null : reading.after
  let bytes = 0
  // Gone through and not written yet, as nothing in them could be read.
  let held: CheckedContent[][] = []
  for (;;) {
    const entries = await listTelling(ctx.sql, action, after, entriesAPage)
    for (const entry of entries) {
      if (bytes >= bounds.bytes || Date.now() >= bounds.endsAt) return bytes
      const checked = await checkContents(ctx, book, entry)
      held.push(checked)
      bytes += sumOf(checked)
      after = entry.id
      if (checked.length > 0 && checked.every(({ fault }) => fault === 'unreadable')) {
        if (held.length < mostUnreadable) continue
        ctx.log.warn({ action }, 'Kept contents cannot be read: their store does not answer')
        return bytes
      }
      for (const one of held) await writeDown(ctx, one)
      held = []
    }
    if (entries.length < entriesAPage) break
  }
  for (const one of held) await writeDown(ctx, one)
  await finishRound(ctx.sql, action, ctx.now)
  return bytes
}

const sumOf = (checked: readonly CheckedContent[]) => checked.reduce((sum, { bytes }) => sum + bytes, 0)

/** Faults of one entry, and that it was gone through. */
function writeDown(ctx: Context, checked: readonly CheckedContent[]): Promise<void> {
  return ctx.transaction(async (ctx) => {
    for (const one of checked) if (one.fault) await writeFault(ctx, one)
    const entry = checked[0]?.entry
    if (entry) await moveOn(ctx.sql, entry.action, entry.id, { contents: checked.length, bytes: sumOf(checked) })
  })
}

async function writeFault(ctx: Context, { content, entry, fault, found }: CheckedContent): Promise<void> {
  if (!fault) return
  const { subject, name, source, sha256 } = content
  const isNew = await insertFault(ctx.sql, {
    subject,
    entryId: entry.id,
    action: entry.action,
    code: fault,
    name,
    source: source ?? null,
    expected: sha256,
    found: found ?? null,
    keptAt: entry.at,
    foundAt: ctx.now,
  })
  if (!isNew) return
  ctx.log.error({ subject, fault }, 'A kept content is not as the ledger says')
  const body = { fault, name, expected: sha256, ...(found ? { found } : {}), ...(source ? { source } : {}) }
  await appendEntry(ctx, { action: 'content.found-faulty', subject, body })
  await ctx.publish(faultMoved, { what: 'content', key: subject, name, isOver: false })
}

/** What was faulty and has been brought back is no longer listed. */
async function lookAgain(ctx: Context, books: readonly KeptBytes[]): Promise<void> {
  for (const fault of await listFaults(ctx.sql, faultsAgain)) {
    const book = books.find(({ action }) => action === fault.action)
    const entry = book && (await findTelling(ctx.sql, fault.entryId))
    const checked = entry && (await checkContents(ctx, book, entry))
    const one = checked?.find(({ content }) => content.subject === fault.subject)
    if (!one || one.fault) continue
    await ctx.transaction(async (ctx) => {
      if (!(await deleteFault(ctx.sql, fault.subject))) return
      await appendEntry(ctx, { action: 'content.found-whole', subject: fault.subject, body: { name: fault.name } })
      await ctx.publish(faultMoved, { what: 'content', key: fault.subject, name: fault.name, isOver: true })
    })
  }
}

/** Everything at once, writing nothing: for who asks by command. */
export async function* readAll(ctx: Context, books: readonly KeptBytes[]): AsyncGenerator<CheckedContent> {
  for (const book of books) {
    for (let after: string | null = null; ; ) {
      const entries: Awaited<ReturnType<typeof listTelling>> = await listTelling(
        ctx.sql,
        book.action,
        after,
        entriesAPage,
      )
      for (const entry of entries) yield* await checkContents(ctx, book, entry)
      after = entries.at(-1)?.id ?? after
      if (entries.length < entriesAPage) break
    }
  }
}
