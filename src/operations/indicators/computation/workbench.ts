// Temporary tables in which one pass lays out its work; they live with the connection and are empty after each transaction.

import type { Sql } from '#platform/sql'

const tables = `
  create temp table if not exists touched_cell (
    organisation text not null, area text not null, day date not null
  ) on commit delete rows;
  create temp table if not exists fresh_cell (
    group_id int not null, organisation text not null, area text not null, day date not null,
    amounts numeric[] not null, counts bigint[] not null, base_count bigint not null,
    observed_at timestamptz, received_at timestamptz
  ) on commit delete rows;
  create temp table if not exists changed_cell (
    indicator text not null, organisation text not null, area text not null, day date not null,
    numerator numeric not null, denominator numeric not null, record_count bigint not null,
    numerator_count bigint not null, base_count bigint not null,
    observed_at timestamptz, received_at timestamptz, shrunk_from timestamptz
  ) on commit delete rows;
  create temp table if not exists asked_definition (
    indicator text not null, version int not null, type text not null, per numeric not null,
    is_stock boolean not null, grain text not null
  ) on commit delete rows;
  create temp table if not exists asked_kind (indicator text not null, kind text not null) on commit delete rows;
  create temp table if not exists reached_cell (
    organisation text not null, area text not null, at_organisation text not null, at_area text not null,
    valid_from date not null, valid_to date not null
  ) on commit delete rows;
  create temp table if not exists own_sum (
    indicator text not null, is_stock boolean not null, organisation text not null, area text not null,
    day date not null, first_day date not null, numerator numeric not null, denominator numeric not null,
    record_count bigint not null, numerator_count bigint not null, base_count bigint not null, observed_at timestamptz,
    received_at timestamptz
  ) on commit delete rows;
  create temp table if not exists leaf_sum (
    indicator text not null, organisation text not null, area text not null, day date not null, numerator numeric not null,
    denominator numeric not null, record_count bigint not null, numerator_count bigint not null, base_count bigint not null,
    observed_at timestamptz, received_at timestamptz
  ) on commit delete rows;
  create temp table if not exists next_fact (
    indicator text not null, organisation text not null, area text not null, period_kind text not null, period text not null,
    period_on date not null, to_on date not null, numerator numeric not null, denominator numeric not null, record_count bigint not null,
    numerator_count bigint not null, base_count bigint not null, observed_at timestamptz, received_at timestamptz,
    value numeric, state text not null, definition_version int not null, has_changed boolean not null, is_locked boolean not null,
    has_shrunk boolean not null
  ) on commit delete rows;`

const names = [
  'touched_cell',
  'fresh_cell',
  'changed_cell',
  'asked_definition',
  'asked_kind',
  'reached_cell',
  'own_sum',
  'leaf_sum',
  'next_fact',
] as const
type WorkTable = (typeof names)[number]

export async function openWorkbench(sql: Sql): Promise<void> {
  await sql.unsafe(tables)
}

/** Empties tables within the transaction: a pass may have several rounds. */
export async function clearTables(sql: Sql, which: readonly WorkTable[] = names): Promise<void> {
  await sql.unsafe(which.map((name) => `delete from pg_temp.${name}`).join(';'))
}

/** Tells the planner what has been laid out; worth its time for large work only. */
export async function measureTable(sql: Sql, name: WorkTable): Promise<void> {
  await sql.unsafe(`analyze pg_temp.${name}`)
}
