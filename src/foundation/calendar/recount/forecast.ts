import type { ClockBook } from '#platform/capability'
import type { Context } from '#platform/context'
import type { CompiledCalendar } from '../rules/working-time.ts'
import { firstDifference } from './difference.ts'
import { foresee } from './run.ts'
import type { MovedClock, Shift } from './store.ts'

export interface Forecast {
  moved: number
  shifts: Shift[]
  /** The first of the list, for the page. */
  first: MovedClock[]
}

const rowsShown = 20

/** What would become of the open clocks, summed up. */
export async function forecast(
  ctx: Context,
  books: readonly ClockBook[],
  { before, after }: { before: CompiledCalendar; after: CompiledCalendar },
): Promise<Forecast> {
  const since = firstDifference(before, after)
  const shifts = new Map<string, Shift>()
  const first: MovedClock[] = []
  let moved = 0
  if (since)
    for await (const piece of foresee(ctx, books, { since, calendar: after }))
      for (const one of piece) {
        moved += 1
        if (first.length < rowsShown) first.push(one)
        const ms = one.before && one.after ? one.after.getTime() - one.before.getTime() : null
        const key = `${one.book} ${ms}`
        shifts.set(key, { book: one.book, ms, clocks: (shifts.get(key)?.clocks ?? 0) + 1 })
      }
  return { moved, shifts: [...shifts.values()], first }
}

/** The whole list of what would move. */
export async function* foreseeRows(
  ctx: Context,
  books: readonly ClockBook[],
  { before, after }: { before: CompiledCalendar; after: CompiledCalendar },
): AsyncGenerator<MovedClock> {
  const since = firstDifference(before, after)
  if (since) for await (const piece of foresee(ctx, books, { since, calendar: after })) yield* piece
}
