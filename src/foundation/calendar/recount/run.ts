/**
 * What a changed calendar does to the clocks that run by it. The change itself leaves a recount behind; book by book and batch by batch,
 * each a transaction that also says how far it has come, the rooms reckon their clocks anew. Whoever wakes timers calls `settleClocks`
 * first, so that no timer goes off by a calendar that no longer holds. Doing it twice moves nothing the second time.
 */
import { createHash } from 'node:crypto'
import { appendEntry } from '#ledger'
import type { ClockBook, ClockMove } from '#platform/capability'
import type { Context } from '#platform/context'
import { calendarFinder } from '../actions.ts'
import type { CompiledCalendar } from '../rules/working-time.ts'
import { findHead } from '../store.ts'
import * as store from './store.ts'

/** A book as a room of clocks writes it. */
export type CalendarBook<Move extends ClockMove = ClockMove> = ClockBook<CompiledCalendar, Move>

const clocksAtOnce = 2000

/** Brings the clocks of one book up to the calendars as they are: nothing to do costs one look. */
export async function settleClocks(ctx: Context, book: CalendarBook): Promise<void> {
  for (const recount of await store.listUnsettled(ctx.sql, book.name)) await settleBook(ctx, recount, book)
}

async function settleBook(ctx: Context, recount: store.Recount, book: CalendarBook): Promise<void> {
  for (let more = true; more; ) more = await ctx.transaction((inner) => settleBatch(inner, recount, book))
}

async function settleBatch(ctx: Context, { id, since }: store.Recount, book: CalendarBook): Promise<boolean> {
  const { sql, now } = ctx
  const progress = await store.lockProgress(sql, id, book.name)
  if (progress.finishedAt) return false
  const calendarOf = await calendarFinder(ctx)
  const after = progress.lastKey ?? undefined
  const { seen, last, moves } = await book.reckon(ctx, { since, calendarOf, after, limit: clocksAtOnce, hold: true })
  const shifted = moves.filter(isShifted)
  await Promise.all([
    moves.length > 0 && book.move(ctx, moves),
    shifted.length > 0 && store.insertMoved(sql, id, book.name, shifted),
  ])
  await store.setProgress(sql, id, {
    book: book.name,
    lastKey: last ?? progress.lastKey,
    seen: progress.seen + seen,
    finishedAt: last === undefined ? now : null,
  })
  return last !== undefined
}

/** A move may also be one of what follows from a due time that stays, such as a step of escalation. */
const isShifted = ({ before, after }: ClockMove): boolean => before?.getTime() !== after?.getTime()

/** Brings every recount under way to its end. @returns how many ended. */
export async function runRecounts(ctx: Context, books: readonly CalendarBook[]): Promise<number> {
  let ended = 0
  for (const recount of await store.listOpenRecounts(ctx.sql)) {
    for (const book of books) await settleBook(ctx, recount, book)
    ended += (await ctx.transaction((inner) => finish(inner, recount.id))) ? 1 : 0
  }
  return ended
}

/** One entry of the ledger for the whole list: how many, and the hash of its lines. */
async function finish(ctx: Context, id: number): Promise<boolean> {
  const { sql, now } = ctx
  const recount = await store.lockRecount(sql, id)
  if (!recount || recount.finishedAt) return false
  const hash = createHash('sha256')
  let moved = 0
  for await (const piece of store.readMoved(sql, id))
    for (const one of piece) {
      hash.update(`${lineOf(one)}\n`)
      moved += 1
    }
  const books = await store.listProgress(sql, id)
  const seen = books.reduce((sum, book) => sum + book.seen, 0)
  const sha256 = hash.digest('hex')
  await store.finishRecount(sql, id, { at: now, seen, moved, sha256 })
  const head = await findHead(sql, recount.calendar)
  await appendEntry(ctx, {
    action: 'calendar.clocks-recounted',
    subject: `calendar:${recount.calendar}`,
    organisation: head?.owner,
    body: {
      recount: id,
      since: recount.since.toISOString(),
      deed: recount.deed,
      seen,
      moved,
      shifts: (await store.summariseMoved(sql, id)).slice(0, 200).map(({ book, ms, clocks }) => ({ book, ms, clocks })),
      sha256,
    },
  })
  return true
}

const lineOf = ({ book, code, organisation, before, after }: store.MovedClock): string =>
  [book, code, organisation, before?.toISOString() ?? '', after?.toISOString() ?? ''].join('\t')

/** What would move by a calendar that is not in force yet, piece by piece; nothing is changed. */
export async function* foresee(
  ctx: Context,
  books: readonly CalendarBook[],
  { since, calendar }: { since: Date; calendar: CompiledCalendar },
): AsyncGenerator<store.MovedClock[]> {
  const calendarOf = await calendarFinder(ctx, { instead: calendar })
  for (const book of books) {
    for (let after: string | undefined, more = true; more; ) {
      const batch = await book.reckon(ctx, { since, calendarOf, after, limit: clocksAtOnce, hold: false })
      yield batch.moves.filter(isShifted).map((move) => ({ ...move, book: book.name }))
      after = batch.last
      more = after !== undefined
    }
  }
}
