/** Projects of a source, taken in by sets: what stands there is brought to stand here, and nothing is written twice. */
import type { Fragment, Sql } from '#platform/sql'
import type { FedProject } from './model.ts'

export async function upsertSource(
  sql: Sql,
  { code, name, isHome }: { code: string; name: string; isHome: boolean },
  at: Date,
): Promise<void> {
  await sql`
    insert into portfolio.source (code, name, kind, is_home, fed_at) values (${code}, ${name}, 'fed', ${isHome}, ${at})
    on conflict (code) do update set name = excluded.name, is_home = excluded.is_home, fed_at = excluded.fed_at`
}

/** One taking of a source at a time, to the end of the transaction. */
export async function lockSource(sql: Sql, code: string): Promise<void> {
  await sql`select from portfolio.source where code = ${code} for update`
}

/** What a source says of a project besides its capital. */
const said = (sql: Sql, of: 'p' | 'excluded'): Fragment => {
  const row = sql(of)
  return sql`(${row}.name, ${row}.organisation, ${row}.category, ${row}.state, ${row}.currency, ${row}.start_on, ${row}.finish_on,
    ${row}.slip_days, ${row}.fed_url, ${row}.reported_on)`
}

/** Ids by key. */
export async function upsertFed(
  sql: Sql,
  source: string,
  rows: readonly (FedProject & { code: string; search: string })[],
  at: Date,
): Promise<Map<string, number>> {
  const body = rows.map((row) => ({
    code: row.code,
    key: row.key,
    name: row.name,
    search: row.search,
    organisation: row.organisation,
    category: row.category ?? null,
    state: row.state ?? 'Không nêu',
    currency: row.currency,
    start: row.startOn ?? null,
    finish: row.finishOn ?? null,
    slip: Math.max(0, row.slipDays ?? 0),
    url: row.url ?? null,
    reported: row.reportedOn ?? null,
  }))
  const found = await sql<{ id: number; fedKey: string }[]>`
    insert into portfolio.project as p (code, source, nature, name, search, organisation, category, state, currency, start_on,
      finish_on, slip_days, fed_key, fed_url, reported_on, changed_at, known_from)
    select r.code, ${source}, 'project', r.name, r.search, r.organisation, r.category, r.state, r.currency, r.start, r.finish,
      r.slip, r.key, r.url, r.reported, ${at}, ${at}
    from jsonb_to_recordset(${sql.json(body)}) as r (code text, key text, name text, search text, organisation text, category text,
      state text, currency text, start date, finish date, slip int, url text, reported date)
    on conflict (source, fed_key) do update
    set name = excluded.name, search = excluded.search, organisation = excluded.organisation, category = excluded.category,
      state = excluded.state, currency = excluded.currency, start_on = excluded.start_on, finish_on = excluded.finish_on,
      slip_days = excluded.slip_days, fed_url = excluded.fed_url, reported_on = excluded.reported_on,
      changed_at = excluded.changed_at, withdrawn_at = null,
      known_from = case
        when ${said(sql, 'p')} is distinct from ${said(sql, 'excluded')} or p.withdrawn_at is not null
        then greatest(p.known_from, excluded.known_from) else p.known_from end
    returning id, fed_key`
  return new Map(found.map(({ id, fedKey }) => [fedKey, id]))
}

export interface Level {
  project: number
  key: string
  kind: string
  year: number | null
  amount: string
  on: string
}

/**
 * Brings the fed movements of these projects to what is said now: the difference is a movement of its own, also where a figure is no
 * longer said at all. Returns the projects whose capital moved.
 */
export async function levelMovements(
  sql: Sql,
  projects: readonly number[],
  levels: readonly Level[],
  { by, at, day }: { by: string; at: Date; day: string },
): Promise<number[]> {
  const rows = await sql<{ project: number }[]>`
    with said as (
      select project, key, kind, coalesce(year, 0) as year, amount::numeric as amount, "on"
      from jsonb_to_recordset(${sql.json(levels as never)})
        as r (project bigint, key text, kind text, year int, amount text, "on" date)
    ), known as (
      select project, fed_key as key, kind, coalesce(year, 0) as year, sum(amount) as amount
      from portfolio.movement where project = any(${[...projects]}::bigint[]) and fed_key is not null
      group by 1, 2, 3, 4
    ), difference as (
      select project, key, kind, year, coalesce(s.amount, 0) - coalesce(k.amount, 0) as amount, coalesce(s."on", ${day}::date) as "on"
      from said s full join known k using (project, key, kind, year)
    )
    insert into portfolio.movement (project, kind, fund, year, amount, occurred_on, fed_key, entered_by, entered_at)
    select project, kind, 'unstated', nullif(year, 0), amount, "on", key, ${by}, ${at} from difference where amount <> 0
    returning project`
  return [...new Set(rows.map(({ project }) => project))]
}

/** Those that the source no longer holds; they come back when it holds them again. */
export async function withdrawMissing(sql: Sql, source: string, keys: readonly string[], at: Date): Promise<number> {
  const { count } = await sql`
    update portfolio.project set withdrawn_at = ${at}, known_from = greatest(known_from, ${at})
    where source = ${source} and withdrawn_at is null and not exists (select from unnest(${[...keys]}::text[]) as held (key) where held.key = fed_key)`
  return count
}
