import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { followEnds } from '../intake/fold-store.ts'
import { fingerprintOf } from '../intake/labels.ts'
import type { Change, Known, State } from './change.ts'
import type { StoredRule } from './store.ts'

/** Holds the rules against other evaluations until the transaction ends. @returns since when each is in force here */
export async function lockPasses({ sql, now }: Context, rules: readonly StoredRule[]): Promise<Map<string, Date>> {
  const codes = rules.map(({ code }) => code)
  await sql`
    insert into alerts.rule_pass (rule, version, evaluated_at, first_at)
    select code, version, '-infinity', ${now}
    from unnest(${codes}::text[], ${rules.map(({ version }) => version)}::int[]) as r (code, version) order by code
    on conflict (rule) do nothing`
  const rows = await sql<{ rule: string; firstAt: Date }[]>`
    select rule, first_at from alerts.rule_pass where rule = any(${codes}::text[]) order by rule for update`
  return new Map(rows.map(({ rule, firstAt }) => [rule, firstAt]))
}

export async function keepPasses(sql: Sql, rules: readonly StoredRule[], at: Date): Promise<void> {
  await sql`
    update alerts.rule_pass p set evaluated_at = ${at}, version = r.version, is_dirty = false
    from unnest(${rules.map(({ code }) => code)}::text[], ${rules.map(({ version }) => version)}::int[]) as r (code, version)
    where p.rule = r.code`
}

/** How rules stood for what they watch, by rule and key. */
export async function listKnown(sql: Sql, codes: readonly string[]): Promise<Map<string, Map<string, Known>>> {
  const rows = await sql<State[]>`
    select rule, key, version, state, since, starts_at, firing, due_at from alerts.rule_state where rule = any(${[...codes]}::text[])`
  const known = new Map<string, Map<string, Known>>()
  for (const { rule, key, ...state } of rows) {
    const own = known.get(rule) ?? new Map<string, Known>()
    known.set(rule, own.set(key, state))
  }
  return known
}

const asText = (state: Known) =>
  [
    state.version,
    state.state,
    state.startsAt?.getTime(),
    state.firing,
    state.dueAt?.getTime(),
    state.startsAt ? state.since.getTime() : 0,
  ].join(' ')

/** Writes what changed; what is off and waits for nothing needs no row. */
export async function keepStates(sql: Sql, changes: readonly Change[]): Promise<void> {
  const gone = changes.filter(({ state, before }) => !state && before)
  const kept = changes.flatMap(({ state, before }) =>
    state && (!before || asText(state) !== asText(before)) ? [state] : [],
  )
  if (gone.length > 0)
    await sql`
      delete from alerts.rule_state s using unnest(${gone.map(({ rule }) => rule.code)}::text[], ${gone.map(({ track }) => track.key)}::text[])
        as g (rule, key) where s.rule = g.rule and s.key = g.key`
  if (kept.length === 0) return
  await sql`
    insert into alerts.rule_state (rule, key, version, state, since, starts_at, firing, due_at)
    select rule, key, version, state, since, "startsAt", firing, "dueAt"
    from jsonb_to_recordset(${sql.json(kept as never)}) as k (rule text, key text, version int, state text, since timestamptz,
      "startsAt" timestamptz, firing boolean, "dueAt" timestamptz)
    on conflict (rule, key) do update set version = excluded.version, state = excluded.state, since = excluded.since,
      starts_at = excluded.starts_at, firing = excluded.firing, due_at = excluded.due_at`
}

/** What was told of a thing. */
export interface Raised {
  startsAt: Date
  endsAt: Date | null
  isOver: boolean
}

export async function listRaised(sql: Sql, fingerprints: readonly string[]): Promise<Map<string, Raised[]>> {
  const rows = await sql<(Raised & { fingerprint: string })[]>`
    select fingerprint, starts_at, nullif(ends_at, 'infinity') as ends_at, resolved as is_over from alerts.signal
    where inlet = 'rule' and fingerprint = any(${[...fingerprints]}::text[]) order by fingerprint, starts_at desc`
  const raised = new Map<string, Raised[]>()
  for (const { fingerprint, ...one } of rows) raised.set(fingerprint, [...(raised.get(fingerprint) ?? []), one])
  return raised
}

/** Marks rules that must be looked at; several calls before they are cost one look. */
export async function markDirty({ sql, now }: Context, rules: readonly StoredRule[]): Promise<void> {
  await sql`
    insert into alerts.rule_pass as p (rule, version, evaluated_at, first_at, is_dirty)
    select code, version, '-infinity', ${now}, true
    from unnest(${rules.map(({ code }) => code)}::text[], ${rules.map(({ version }) => version)}::int[]) as r (code, version) order by code
    on conflict (rule) do update set is_dirty = true where not p.is_dirty`
}

/** Rules that were marked, that have never been evaluated in their present version, or for which a timer is out. */
export async function listWaitingRules({ sql, now }: Context): Promise<Set<string>> {
  const rows = await sql<{ rule: string }[]>`
    select r.code as rule from alerts.rule r
    left join alerts.rule_pass p on p.rule = r.code
    where r.retired_at is null and (p.rule is null or p.is_dirty or p.version <> r.version
      or exists (select from alerts.rule_state s where s.rule = r.code and s.due_at <= ${now}))`
  return new Set(rows.map(({ rule }) => rule))
}

/** All that a rule that is switched off has said is over. */
export async function endRule(sql: Sql, code: string, now: Date): Promise<void> {
  const states = await sql<{ key: string }[]>`delete from alerts.rule_state where rule = ${code} returning key`
  const rows = await sql<{ groupKey: string }[]>`
    update alerts.signal set ends_at = ${now}, resolved = true, updated_at = ${now}
    where inlet = 'rule' and fingerprint = any(${states.map(({ key }) => fingerprintOf({ rule: code, key }))}::text[]) and not resolved
    returning group_key`
  await followEnds(sql, [...new Set(rows.map(({ groupKey }) => groupKey))].sort(), now)
}
