import type { Budget, Pause } from '#calendar'
import type { Sql } from '#platform/sql'
import type { Condition, DirectiveState, SourceKind, State } from './model.ts'

export interface Directive {
  code: string
  title: string
  words: string
  sourceKind: SourceKind
  sourceCode: string | null
  sourceTitle: string | null
  sourceUrl: string | null
  aboutKind: SourceKind | null
  aboutCode: string | null
  giver: string
  giverName: string
  giverPosition: string | null
  recordedBy: string
  recordedByName: string
  authority: string
  office: string
  field: string | null
  legalBasis: string | null
  evidenceRequired: string | null
  state: DirectiveState
  documentNumber: string | null
  documentOn: string | null
  issuedBy: string | null
  issuedByName: string | null
  issuedAt: Date | null
  batch: string | null
  recordedAt: Date
}

export interface Part {
  code: string
  directive: string
  number: number
  organisation: string
  coOrganisations: string[]
  task: string | null
  state: State
  round: number
  budgetAmount: number
  budgetUnit: Budget['unit']
  dueOn: string | null
  startedAt: Date | null
  pauses: { from: string; to?: string; reason: string }[]
  dueAt: Date | null
  progress: number
  doers: string[]
  verifier: string | null
  condition: Condition | null
  returned: number
  escalated: number
  submittedAt: Date | null
  doneAt: Date | null
  doneInTime: boolean | null
  verifiedBy: string | null
  movedAt: Date
  version: number
}

export const directiveColumns = (sql: Sql) => sql`
  directive.code, directive.title, directive.words, directive.source_kind, directive.source_code, directive.source_title,
  directive.source_url, directive.about_kind, directive.about_code, directive.giver, directive.giver_name, directive.giver_position, directive.recorded_by,
  directive.recorded_by_name, directive.authority, directive.office, directive.field, directive.legal_basis,
  directive.evidence_required, directive.state, directive.document_number, directive.document_on, directive.issued_by,
  directive.issued_by_name, directive.issued_at, directive.batch, directive.recorded_at`

export const partColumns = (sql: Sql) => sql`
  part.code, part.directive, part.number, part.organisation, part.co_organisations, part.task, part.state, part.round,
  part.budget_amount, part.budget_unit, part.due_on, part.started_at, part.pauses, part.due_at, part.progress, part.doers,
  part.verifier, part.condition, part.returned, part.escalated, part.submitted_at, part.done_at, part.done_in_time,
  part.verified_by, part.moved_at, part.version`

export async function findDirective(sql: Sql, code: string): Promise<Directive | undefined> {
  const [row] = await sql<Directive[]>`
    select ${directiveColumns(sql)} from directives.directive where code = ${code}`
  return row
}

/** Holds the whole, and with it every part: parts are only changed by who holds the whole. */
export async function lockDirective(sql: Sql, code: string): Promise<Directive | undefined> {
  const [row] = await sql<Directive[]>`
    select ${directiveColumns(sql)} from directives.directive where code = ${code} for update`
  return row
}

export async function findPart(sql: Sql, code: string): Promise<Part | undefined> {
  const [row] = await sql<Part[]>`select ${partColumns(sql)} from directives.part where code = ${code}`
  return row
}

export const listParts = (sql: Sql, directive: string): Promise<Part[]> => sql<Part[]>`
  select ${partColumns(sql)} from directives.part where directive = ${directive} order by number`

export async function nextNumber(sql: Sql, series: string): Promise<number> {
  const [row] = await sql<{ last: number }[]>`
    insert into directives.numbering (series, last) values (${series}, 1)
    on conflict (series) do update set last = directives.numbering.last + 1
    returning last`
  return row?.last ?? 1
}

/** The number the series would give next; nothing is taken. */
export async function peekNumber(sql: Sql, series: string): Promise<number> {
  const [row] = await sql<{ last: number }[]>`select last from directives.numbering where series = ${series}`
  return (row?.last ?? 0) + 1
}

export async function raiseNumber(sql: Sql, series: string, number: number): Promise<void> {
  await sql`
    insert into directives.numbering (series, last) values (${series}, ${number})
    on conflict (series) do update set last = greatest(directives.numbering.last, excluded.last)`
}

export async function insertDirective(sql: Sql, row: Directive & { searchKey: string }): Promise<void> {
  await sql`
    insert into directives.directive (code, title, words, source_kind, source_code, source_title, source_url, about_kind, about_code, giver,
      giver_name,
      giver_position, recorded_by, recorded_by_name, authority, office, field, legal_basis, evidence_required, state, batch,
      recorded_at, search_key)
    values (${row.code}, ${row.title}, ${row.words}, ${row.sourceKind}, ${row.sourceCode}, ${row.sourceTitle}, ${row.sourceUrl},
      ${row.aboutKind}, ${row.aboutCode}, ${row.giver}, ${row.giverName}, ${row.giverPosition}, ${row.recordedBy}, ${row.recordedByName}, ${row.authority},
      ${row.office}, ${row.field}, ${row.legalBasis}, ${row.evidenceRequired}, ${row.state}, ${row.batch}, ${row.recordedAt},
      ${row.searchKey})`
}

export async function insertPart(sql: Sql, part: Part): Promise<void> {
  await sql`
    insert into directives.part (code, directive, number, organisation, co_organisations, task, state, budget_amount,
      budget_unit, due_on, verifier, condition, moved_at)
    values (${part.code}, ${part.directive}, ${part.number}, ${part.organisation}, ${part.coOrganisations}, ${part.task},
      ${part.state}, ${part.budgetAmount}, ${part.budgetUnit}, ${part.dueOn}, ${part.verifier},
      ${part.condition && JSON.stringify(part.condition)}::text::jsonb, ${part.movedAt})`
}

export async function updatePart(sql: Sql, part: Part): Promise<void> {
  await sql`
    update directives.part set organisation = ${part.organisation}, co_organisations = ${part.coOrganisations},
      task = ${part.task}, state = ${part.state}, round = ${part.round}, budget_amount = ${part.budgetAmount},
      budget_unit = ${part.budgetUnit}, due_on = ${part.dueOn}, started_at = ${part.startedAt},
      pauses = ${JSON.stringify(part.pauses)}::text::jsonb, due_at = ${part.dueAt}, progress = ${part.progress},
      doers = ${part.doers}, verifier = ${part.verifier}, condition = ${part.condition && JSON.stringify(part.condition)}::text::jsonb,
      returned = ${part.returned}, escalated = ${part.escalated}, submitted_at = ${part.submittedAt}, done_at = ${part.doneAt},
      done_in_time = ${part.doneInTime}, verified_by = ${part.verifiedBy}, moved_at = ${part.movedAt}, version = version + 1
    where code = ${part.code}`
}

export async function setWhole(sql: Sql, code: string, state: DirectiveState): Promise<void> {
  await sql`update directives.directive set state = ${state} where code = ${code} and state <> ${state}`
}

export async function setDocument(
  sql: Sql,
  code: string,
  issued: { number: string; on: string; by: string; byName: string; at: Date; enteredInTime: boolean },
): Promise<void> {
  await sql`
    update directives.directive set state = 'issued', document_number = ${issued.number}, document_on = ${issued.on},
      document_year = ${Number(issued.on.slice(0, 4))}, issued_by = ${issued.by}, issued_by_name = ${issued.byName},
      issued_at = ${issued.at}, entered_in_time = ${issued.enteredInTime}
    where code = ${code}`
}

/** Another directive of the office that bears this number in this year and is not of the same batch. */
export async function findByDocument(
  sql: Sql,
  question: { office: string; year: number; number: string; batch: string | null },
): Promise<{ code: string } | undefined> {
  const [row] = await sql<{ code: string }[]>`
    select code from directives.directive
    where office = ${question.office} and document_year = ${question.year} and document_number = ${question.number}
      and (batch is null or batch is distinct from ${question.batch})
    limit 1`
  return row
}

export interface Hop {
  id: number
  part: string
  deed: string
  fromState: State | null
  toState: State
  at: Date
  account: string
  actorName: string
  onBehalfOf: string | null
  onBehalfName: string | null
  note: string | null
  details: Record<string, unknown>
}

export async function insertHops(sql: Sql, hops: readonly Omit<Hop, 'id'>[]): Promise<void> {
  // As one value: thousands of hops are written at once when a calendar changes.
  await sql`
    insert into directives.hop (part, deed, from_state, to_state, at, account, actor_name, on_behalf_of, on_behalf_name, note, details)
    select part, deed, "fromState", "toState", at, account, "actorName", "onBehalfOf", "onBehalfName", note, details
    from jsonb_to_recordset(${JSON.stringify(hops)}::text::jsonb) as h (part text, deed text, "fromState" text, "toState" text,
      at timestamptz, account text, "actorName" text, "onBehalfOf" text, "onBehalfName" text, note text, details jsonb)`
}

/** Newest first; of an earlier moment those that were written by then. */
export const listHops = (sql: Sql, part: string, knownAt?: Date): Promise<Hop[]> => sql<Hop[]>`
  select id, part, deed, from_state, to_state, at, account, actor_name, on_behalf_of, on_behalf_name, note, details
  from directives.hop where part = ${part} and (${knownAt ?? null}::timestamptz is null or at <= ${knownAt ?? null})
  order by id desc limit 500`

export const readPauses = (part: Pick<Part, 'pauses'>): Pause[] =>
  part.pauses.map(({ from, to, reason }) => ({ from: new Date(from), to: to ? new Date(to) : undefined, reason }))
