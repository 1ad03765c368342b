// The room as it was known at an earlier moment. A part that has changed since stands in `former_part` for the span in which it stood so;
// everything else of the room is written once and dated.
import type { AsOf } from '#organisations'
import type { Context } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import { type DirectiveState, stateOfWhole } from '../model.ts'
import { type Directive, type Part, partColumns } from '../store.ts'

/** Absent: as it is now. */
export type At = Pick<AsOf, 'asOf' | 'knownAt' | 'text'> | undefined

/** What lateness is reckoned against. */
export const clockOf = (ctx: Pick<Context, 'now'>, at: At): Date => at?.knownAt ?? ctx.now

/** To stand after `from`, under the name `part`. */
export const partsAt = (sql: Sql, at: At): Fragment =>
  at
    ? sql`(
      select ${partColumns(sql)}, true as kept from directives.part where moved_at <= ${at.knownAt}
      union all
      select ${partColumns(sql)}, part.kept from directives.former_part part
      where tstzrange(part.moved_at, part.stood_until) @> ${at.knownAt}::timestamptz
    ) part`
    : sql`directives.part`

/** Whether all of a row was written down when it stood. */
export const isKept = (sql: Sql, at: At): Fragment => (at ? sql`part.kept` : sql`true`)

/** Whether all parts that stood then were written down when they stood. */
export async function areAllKept(sql: Sql, at: At): Promise<boolean> {
  if (!at) return true
  const [row] = await sql<{ found: boolean }[]>`
    select exists (
      select from directives.former_part
      where tstzrange(moved_at, stood_until) @> ${at.knownAt}::timestamptz and not kept) as found`
  return !row?.found
}

/** To stand after `from` or `join`, under the name `directive`: without the document it had not got yet. */
export const directivesAt = (sql: Sql, at: At): Fragment =>
  at
    ? sql`(
      select code, title, words, source_kind, source_code, source_title, source_url, about_kind, about_code, giver, giver_name,
        giver_position, recorded_by, recorded_by_name, authority, office, field, legal_basis, evidence_required, state, batch, recorded_at,
        search_key,
        case when issued_at <= ${at.knownAt} then document_number end as document_number,
        case when issued_at <= ${at.knownAt} then document_on end as document_on,
        case when issued_at <= ${at.knownAt} then issued_by end as issued_by,
        case when issued_at <= ${at.knownAt} then issued_by_name end as issued_by_name,
        case when issued_at <= ${at.knownAt} then issued_at end as issued_at,
        case when issued_at <= ${at.knownAt} then entered_in_time end as entered_in_time
      from directives.directive where recorded_at <= ${at.knownAt}
    ) directive`
    : sql`directives.directive`

/** The state of the whole follows from its parts, all of them. */
export const wholeAt = (directive: Directive, parts: readonly Part[], at: At): Directive => {
  const state: DirectiveState = at ? stateOfWhole(parts.map((part) => part.state)) : directive.state
  return { ...directive, state }
}
