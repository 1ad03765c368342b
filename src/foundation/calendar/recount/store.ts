import type { ClockMove } from '#platform/capability'
import type { Sql } from '#platform/sql'

export interface Recount {
  id: number
  calendar: string
  since: Date
  deed: string
  citation: string | null
  askedBy: string
  askedAt: Date
  finishedAt: Date | null
  seen: number | null
  moved: number | null
  sha256: string | null
}

const columns = (sql: Sql) => sql`
  id, calendar, since, deed, citation, asked_by, asked_at, finished_at, seen, moved, sha256`

export async function insertRecount(
  sql: Sql,
  one: Pick<Recount, 'calendar' | 'since' | 'deed' | 'citation' | 'askedBy' | 'askedAt'>,
): Promise<void> {
  await sql`
    insert into calendar.recount (calendar, since, deed, citation, asked_by, asked_at)
    values (${one.calendar}, ${one.since}, ${one.deed}, ${one.citation}, ${one.askedBy}, ${one.askedAt})`
}

/** Those under way, the earliest first. */
export const listOpenRecounts = (sql: Sql): Promise<Recount[]> => sql<Recount[]>`
  select ${columns(sql)} from calendar.recount where finished_at is null order by id`

const knownBy = (sql: Sql, at: Date | undefined) => (at ? sql`asked_at <= ${at}` : sql`true`)

/** One that had not ended by a moment had no result yet. */
const asOf = (row: Recount, at: Date | undefined): Recount =>
  at && row.finishedAt && row.finishedAt > at
    ? { ...row, finishedAt: null, seen: null, moved: null, sha256: null }
    : row

export async function listRecounts(sql: Sql, calendar: string, limit: number, at?: Date): Promise<Recount[]> {
  const rows = await sql<Recount[]>`
    select ${columns(sql)} from calendar.recount
    where calendar = ${calendar} and ${knownBy(sql, at)} order by id desc limit ${limit}`
  return rows.map((row) => asOf(row, at))
}

export async function findRecount(
  sql: Sql,
  { calendar, id, at }: { calendar: string; id: number; at?: Date | undefined },
): Promise<Recount | undefined> {
  const [row] = await sql<Recount[]>`
    select ${columns(sql)} from calendar.recount where calendar = ${calendar} and id = ${id} and ${knownBy(sql, at)}`
  return row && asOf(row, at)
}

/** Held until the transaction ends. */
export async function lockRecount(sql: Sql, id: number): Promise<Recount | undefined> {
  const [row] = await sql<Recount[]>`select ${columns(sql)} from calendar.recount where id = ${id} for update`
  return row
}

/** Recounts in which this book has not come to its end. */
export const listUnsettled = (sql: Sql, book: string): Promise<Recount[]> => sql<Recount[]>`
  select ${columns(sql)} from calendar.recount where finished_at is null and not exists (
    select from calendar.recount_book b where b.recount = recount.id and b.book = ${book} and b.finished_at is not null)
  order by id`

export interface BookProgress {
  book: string
  lastKey: string | null
  seen: number
  finishedAt: Date | null
}

/** How far a book has come, held until the transaction ends: who comes second waits, and goes on from there. */
export async function lockProgress(sql: Sql, recount: number, book: string): Promise<BookProgress> {
  await sql`
    insert into calendar.recount_book (recount, book) values (${recount}, ${book}) on conflict (recount, book) do nothing`
  const [row] = await sql<BookProgress[]>`
    select book, last_key, seen, finished_at from calendar.recount_book
    where recount = ${recount} and book = ${book} for update`
  if (!row) throw new Error(`The progress of ${book} in recount ${recount} is gone`)
  return row
}

export const listProgress = (sql: Sql, recount: number): Promise<BookProgress[]> => sql<BookProgress[]>`
  select book, last_key, seen, finished_at from calendar.recount_book where recount = ${recount} order by book`

export async function setProgress(sql: Sql, recount: number, progress: BookProgress): Promise<void> {
  await sql`
    update calendar.recount_book
    set last_key = ${progress.lastKey}, seen = ${progress.seen}, finished_at = ${progress.finishedAt}
    where recount = ${recount} and book = ${progress.book}`
}

const instants = (dates: readonly (Date | null)[]) => dates.map((date) => date?.toISOString() ?? null)

export async function insertMoved(sql: Sql, recount: number, book: string, moves: readonly ClockMove[]): Promise<void> {
  await sql`
    insert into calendar.moved_clock (recount, book, key, code, url, organisation, before, after)
    select ${recount}, ${book}, m.* from unnest(${moves.map(({ key }) => key)}::text[], ${moves.map(({ code }) => code)}::text[],
      ${moves.map(({ url }) => url)}::text[], ${moves.map(({ organisation }) => organisation)}::text[],
      ${instants(moves.map(({ before }) => before))}::timestamptz[], ${instants(moves.map(({ after }) => after))}::timestamptz[]) m`
}

export interface MovedClock extends Omit<ClockMove, 'key'> {
  book: string
}

/** Everything that moved, a piece at a time, in the order in which it is hashed. */
export function readMoved(sql: Sql, recount: number): AsyncIterable<MovedClock[]> {
  return sql<MovedClock[]>`
    select book, code, url, organisation, before, after from calendar.moved_clock
    where recount = ${recount} order by book, key`.cursor(5000)
}

export const listMoved = (sql: Sql, recount: number, limit: number): Promise<MovedClock[]> => sql<MovedClock[]>`
  select book, code, url, organisation, before, after from calendar.moved_clock
  where recount = ${recount} order by book, key limit ${limit}`

export interface Shift {
  book: string
  /** Later is positive; null where a due time came or went. */
  ms: number | null
  clocks: number
}

/** How far they moved: by book and by length. */
export const summariseMoved = (sql: Sql, recount: number): Promise<Shift[]> => sql<Shift[]>`
  select book, round(extract(epoch from after - before) * 1000)::bigint as ms, count(*)::int as clocks
  from calendar.moved_clock where recount = ${recount} group by 1, 2 order by 1, 2`

export async function finishRecount(
  sql: Sql,
  id: number,
  end: { at: Date; seen: number; moved: number; sha256: string },
): Promise<void> {
  await sql`
    update calendar.recount set finished_at = ${end.at}, seen = ${end.seen}, moved = ${end.moved}, sha256 = ${end.sha256}
    where id = ${id}`
}
