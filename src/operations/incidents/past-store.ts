// How rows of this room stood at an earlier moment. Whoever changes a row keeps it, in the same transaction; whoever asks as of a moment
// reads the last that was kept by then instead of the table, under the same columns.

import type { Fragment, Sql } from '#platform/sql'

interface Kept {
  table: Fragment
  /** The type of the row. */
  none: Fragment
  key: Fragment
  /** Rows of a scope. */
  within(scope: string): Fragment
}

const things = {
  incident: (sql: Sql): Kept => ({
    table: sql`incidents.incident`,
    none: sql`null::incidents.incident`,
    key: sql`t.code`,
    within: (code) => sql`t.code = ${code}`,
  }),
  task: (sql: Sql): Kept => ({
    table: sql`incidents.task`,
    none: sql`null::incidents.task`,
    key: sql`t.id::text`,
    within: (incident) => sql`t.incident = ${incident}`,
  }),
  bulletin: (sql: Sql): Kept => ({
    table: sql`incidents.bulletin`,
    none: sql`null::incidents.bulletin`,
    key: sql`t.id::text`,
    within: (incident) => sql`t.incident = ${incident}`,
  }),
  quick_report: (sql: Sql): Kept => ({
    table: sql`incidents.quick_report`,
    none: sql`null::incidents.quick_report`,
    key: sql`t.version::text`,
    within: (incident) => sql`t.incident = ${incident}`,
  }),
  assignment: (sql: Sql): Kept => ({
    table: sql`incidents.assignment`,
    none: sql`null::incidents.assignment`,
    key: sql`t.id::text`,
    within: (day) => sql`t.day = ${day}::date`,
  }),
  absence: (sql: Sql): Kept => ({
    table: sql`incidents.absence`,
    none: sql`null::incidents.absence`,
    key: sql`t.id::text`,
    within: (lastDay) => sql`t.to_day = ${lastDay}::date`,
  }),
  hand_over: (sql: Sql): Kept => ({
    table: sql`incidents.hand_over`,
    none: sql`null::incidents.hand_over`,
    key: sql`t.shift`,
    within: (day) => sql`t.day = ${day}::date`,
  }),
  playbook_version: (sql: Sql): Kept => ({
    table: sql`incidents.playbook_version`,
    none: sql`null::incidents.playbook_version`,
    key: sql`t.version::text`,
    within: (playbook) => sql`t.playbook = ${playbook}`,
  }),
}
export type Thing = keyof typeof things

/** Keeps what has changed of a scope since it was kept last; what is no longer there too. */
export async function keep(sql: Sql, thing: Thing, scope: string, at: Date): Promise<void> {
  const { table, key, within } = things[thing](sql)
  await sql`
    insert into incidents.kept (thing, scope, key, at, row)
    select ${thing}, ${scope}, key, ${at}, present.row
    from (select ${key} as key, to_jsonb(t) as row from ${table} t where ${within(scope)}) present
    full join (
      select distinct on (k.key) k.key, k.row from incidents.kept k where k.thing = ${thing} and k.scope = ${scope}
      order by k.key, k.at desc, k.id desc) former using (key)
    where present.row is distinct from former.row`
}

/** The table itself, or as it stood at a moment; `scope` says of which `k.scope`. */
export function rowsAt(sql: Sql, thing: Thing, at: Date | undefined, scope?: Fragment): Fragment {
  const { table, none } = things[thing](sql)
  if (!at) return table
  return sql`(
    select stood.* from (
      select distinct on (k.scope, k.key) k.row from incidents.kept k
      where k.thing = ${thing} ${scope ? sql`and ${scope}` : sql``} and k.at <= ${at}
      order by k.scope, k.key, k.at desc, k.id desc) last
    cross join lateral jsonb_populate_record(${none}, last.row) stood
    where last.row is not null)`
}

/** Since when rows are kept; nothing where there never was any. */
export async function findKeptSince(sql: Sql, thing: Thing): Promise<Date | undefined> {
  const [row] = await sql<{ since: Date | null }[]>`select min(at) as since from incidents.kept where thing = ${thing}`
  return row?.since ?? undefined
}
