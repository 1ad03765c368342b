import type { Letter } from '#files'
import type { Fragment, Sql } from '#platform/sql'
import { dutiesOf, keepDuties, obligationsOf } from '../former.ts'
import type { LetterKind, LetterState } from '../model.ts'
import { type Duty, dutyColumns } from '../store.ts'

/** A reminder or a request on its way. */
export interface LetterRow {
  id: number
  code: string
  kind: LetterKind
  agency: string
  issuer: string
  state: LetterState
  draftedAt: Date
  explainBy: Date | null
  explanation: string | null
  explainedBy: string | null
  explainedAt: Date | null
  decision: string | null
  decidedBy: string | null
  decidedAt: Date | null
  year: number | null
  number: number | null
  numberText: string | null
  issuedOn: string | null
  issuedBy: string | null
  issuedAt: Date | null
  letter: Letter | null
  closedReason: string | null
  closedBy: string | null
  closedAt: Date | null
  /** Of the signing request under way, or done. */
  signingCode: string | null
  signingCount: number
  signedSha256: string | null
}

const columns = (sql: Sql) => sql`
  r.id, r.code, r.kind, r.agency, r.issuer, r.state, r.drafted_at, r.explain_by, r.explanation, r.explained_by, r.explained_at,
  r.decision, r.decided_by, r.decided_at, r.year, r.number, r.number_text, r.issued_on, r.issued_by, r.issued_at, r.letter,
  r.closed_reason, r.closed_by, r.closed_at, r.signing_code, r.signing_count, r.signed_sha256`

/** What is to be read from as the table of letters: those drafted by a moment, as their steps had brought them. */
function lettersOf(sql: Sql, at: Date | undefined): Fragment {
  if (!at) return sql`duties.reminder`
  const by = (since: Fragment, ...columns: readonly string[]) =>
    sql`${columns.map((name) => sql`case when ${since} <= ${at} then r.${sql(name)} end as ${sql(name)},`)}`
  return sql`(
    select r.id, r.code, r.kind, r.agency, r.issuer, r.drafted_at, r.explain_by, r.signing_count, s.to_state as state,
      ${by(sql`r.explained_at`, 'explanation', 'explained_by', 'explained_at')}
      ${by(sql`r.decided_at`, 'decision', 'decided_by', 'decided_at')}
      ${by(sql`r.issued_at`, 'year', 'number', 'number_text', 'issued_on', 'issued_by', 'issued_at', 'letter')}
      ${by(sql`r.closed_at`, 'closed_reason', 'closed_by', 'closed_at')}
      substring(g.note from ${`^(?:${signingWords.sent}|${signingWords.signed}) (\\S+)$`}) as signing_code,
      case when g.note like ${`${signingWords.signed} %`} then r.signed_sha256 end as signed_sha256
    from duties.reminder r
    join lateral (select to_state from duties.step
      where reminder_id = r.id and at <= ${at} order by id desc limit 1) s on true
    left join lateral (select note from duties.step
      where reminder_id = r.id and at <= ${at} and from_state = to_state order by id desc limit 1) g on true
    where r.drafted_at <= ${at})`
}

/** How the steps of a digital signature begin, before the code of its request. */
export const signingWords = { sent: 'Trình ký số', signed: 'Đã ký số' } as const

export async function findLetter(sql: Sql, code: string, at?: Date): Promise<LetterRow | undefined> {
  const [row] = await sql<LetterRow[]>`select ${columns(sql)} from ${lettersOf(sql, at)} r where r.code = ${code}`
  return row
}

export async function lockLetter(sql: Sql, code: string): Promise<LetterRow | undefined> {
  const [row] = await sql<LetterRow[]>`select ${columns(sql)} from duties.reminder r where r.code = ${code} for update`
  return row
}

/** Late duties that nothing excuses, of agencies to which no letter is on its way. */
export function listRemindable(sql: Sql): Promise<Duty[]> {
  return sql<Duty[]>`
    select ${dutyColumns(sql)} from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where d.state = 'late' and d.excused_at is null and o.ended_at is null
      and not exists (select from duties.reminder r where r.agency = d.agency and r.state in ('asked', 'explained', 'to-sign'))
    order by d.agency, d.due_at, d.id`
}

/** When the last letter to each agency was issued, excused or dropped. */
export function listLastLetters(sql: Sql, agencies: readonly string[]): Promise<{ agency: string; at: Date }[]> {
  return sql<{ agency: string; at: Date }[]>`
    select r.agency, max(coalesce(r.issued_at, r.closed_at)) as at from duties.reminder r
    where r.agency = any(${[...agencies]}::text[]) and coalesce(r.issued_at, r.closed_at) is not null
    group by 1`
}

export async function nextDraftNumber(sql: Sql, year: number): Promise<number> {
  const [row] = await sql<{ last: number }[]>`
    insert into duties.draft_counter as c (year, last) values (${year}, 1)
    on conflict (year) do update set last = c.last + 1 returning last`
  return row?.last ?? 1
}

export interface NewLetter {
  code: string
  kind: LetterKind
  agency: string
  issuer: string
  state: LetterState
  draftedAt: Date
  explainBy: Date | null
}

/** Nothing where a letter to the agency is on its way already. */
export async function insertLetter(sql: Sql, row: NewLetter): Promise<number | undefined> {
  const [made] = await sql<{ id: number }[]>`
    insert into duties.reminder (code, kind, agency, issuer, state, drafted_at, explain_by)
    values (${row.code}, ${row.kind}, ${row.agency}, ${row.issuer}, ${row.state}, ${row.draftedAt}, ${row.explainBy})
    on conflict (agency) where state in ('asked', 'explained', 'to-sign') do nothing
    returning id`
  return made?.id
}

export async function insertLetterDuties(sql: Sql, letter: number, duties: readonly number[]): Promise<void> {
  await sql`
    insert into duties.reminder_duty (reminder_id, duty_id) select ${letter}, unnest(${[...duties]}::bigint[])`
}

export interface NamedDuty extends Duty {
  isExcused: boolean
}

export function listLetterDuties(sql: Sql, letter: number, at?: Date): Promise<NamedDuty[]> {
  const named = sql`d.id in (select duty_id from duties.reminder_duty where reminder_id = ${letter})`
  const isDecided = at ? sql`and (select decided_at <= ${at} from duties.reminder where id = ${letter})` : sql``
  return sql<NamedDuty[]>`
    select ${dutyColumns(sql)}, (n.is_excused ${isDecided}) as is_excused from duties.reminder_duty n
    join ${dutiesOf(sql, at, named)} d on d.id = n.duty_id join ${obligationsOf(sql, at)} o on o.id = d.obligation_id
    where n.reminder_id = ${letter} order by o.subject_name, d.due_at, d.id`
}

export interface StepRow {
  at: Date
  by: string
  fromState: LetterState | null
  toState: LetterState
  note: string | null
}

export async function insertStep(sql: Sql, letter: number, step: StepRow): Promise<void> {
  await sql`
    insert into duties.step (reminder_id, at, by, from_state, to_state, note)
    values (${letter}, ${step.at}, ${step.by}, ${step.fromState}, ${step.toState}, ${step.note})`
}

export function listSteps(sql: Sql, letter: number, at?: Date): Promise<StepRow[]> {
  return sql<StepRow[]>`
    select at, by, from_state, to_state, note from duties.step
    where reminder_id = ${letter} and ${at ? sql`at <= ${at}` : sql`true`} order by id`
}

export async function setExplained(
  sql: Sql,
  id: number,
  { text, by, at }: { text: string; by: string; at: Date },
): Promise<void> {
  await sql`
    update duties.reminder set state = 'explained', explanation = ${text}, explained_by = ${by}, explained_at = ${at}
    where id = ${id}`
}

export async function setDecided(
  sql: Sql,
  id: number,
  { state, text, by, at }: { state: LetterState; text: string; by: string; at: Date },
): Promise<void> {
  await sql`
    update duties.reminder set state = ${state}, decision = ${text}, decided_by = ${by}, decided_at = ${at},
      closed_at = case when ${state} = 'excused' then ${at}::timestamptz end,
      closed_by = case when ${state} = 'excused' then ${by} end
    where id = ${id}`
}

/** What was accepted as excused is no longer held against the agency. */
export async function excuseDuties(
  sql: Sql,
  letter: number,
  { duties, reason, by, at }: { duties: readonly number[]; reason: string; by: string; at: Date },
): Promise<void> {
  await sql`
    update duties.reminder_duty set is_excused = true
    where reminder_id = ${letter} and duty_id = any(${[...duties]}::bigint[])`
  const fresh = sql`d.id = any(${[...duties]}::bigint[]) and d.excused_at is null`
  await sql`
    with kept as (${keepDuties(sql, at, fresh)})
    update duties.duty d set excuse_reason = ${reason}, excused_by = ${by}, excused_at = ${at} where ${fresh}`
}

export async function setState(sql: Sql, id: number, state: LetterState): Promise<void> {
  await sql`update duties.reminder set state = ${state} where id = ${id}`
}

export interface Issue {
  year: number
  number: number
  numberText: string
  issuedOn: string
  by: string
  at: Date
  letter: Letter
}

/** Returns false where the number is taken. */
export async function setIssued(sql: Sql, id: number, issue: Issue): Promise<boolean> {
  const { count } = await sql`
    update duties.reminder set state = 'issued', year = ${issue.year}, number = ${issue.number}, number_text = ${issue.numberText},
      issued_on = ${issue.issuedOn}, issued_by = ${issue.by}, issued_at = ${issue.at}, letter = ${sql.json(issue.letter as never)}
    where id = ${id}`
  return count === 1
}

export async function setClosed(
  sql: Sql,
  id: number,
  { state, reason, by, at }: { state: LetterState; reason: string; by: string; at: Date },
): Promise<void> {
  await sql`
    update duties.reminder set state = ${state}, closed_reason = ${reason}, closed_by = ${by}, closed_at = ${at} where id = ${id}`
}

/** The number that would follow the last one of an issuer in a year. */
export async function suggestNumber(sql: Sql, issuer: string, year: number): Promise<number> {
  const [row] = await sql<{ next: number }[]>`
    select coalesce(max(number), 0)::int + 1 as next from duties.reminder where issuer = ${issuer} and year = ${year}`
  return row?.next ?? 1
}

export async function findByNumber(
  sql: Sql,
  key: { issuer: string; year: number; number: number },
): Promise<LetterRow | undefined> {
  const [row] = await sql<LetterRow[]>`
    select ${columns(sql)} from duties.reminder r
    where r.issuer = ${key.issuer} and r.year = ${key.year} and r.number = ${key.number}`
  return row
}

/** Letters whose agency has let the time for its explanation pass. */
export function listSilent(sql: Sql, now: Date): Promise<{ code: string }[]> {
  return sql<{ code: string }[]>`
    select code from duties.reminder where state = 'asked' and explain_by < ${now} order by id`
}

/** Letters under way of which nothing is left to hold against the agency: all came in time after all, or is owed no more. */
export function listGroundless(sql: Sql): Promise<{ code: string }[]> {
  return sql<{ code: string }[]>`
    select r.code from duties.reminder r
    where r.state in ('asked', 'explained', 'to-sign') and not exists (
      select from duties.reminder_duty n join duties.duty d on d.id = n.duty_id
      where n.reminder_id = r.id and (d.state = 'late' or d.late_days is not null) and d.state <> 'void')
    order by r.id`
}

/** Issued reminders of an agency in a calendar year that count. */
export async function countIssued(sql: Sql, agency: string, year: number, at?: Date): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from ${lettersOf(sql, at)} r
    where agency = ${agency} and year = ${year} and kind = 'reminder' and state = 'issued'`
  return row?.count ?? 0
}

export interface LetterFilter {
  states?: readonly LetterState[]
  kind?: LetterKind
  agency?: string
  year?: number
  organisations: readonly string[] | 'all'
  before?: number
  /** As they stood at a moment. */
  at?: Date
  limit: number
}

/** The newest first. */
export function listLetters(sql: Sql, filter: LetterFilter): Promise<LetterRow[]> {
  const { states, kind, agency, year, organisations, before, at, limit } = filter
  return sql<LetterRow[]>`
    select ${columns(sql)} from ${lettersOf(sql, at)} r
    where ${organisations === 'all' ? sql`true` : sql`r.agency = any(${[...organisations]}::text[])`}
      and ${states ? sql`r.state = any(${[...states]}::text[])` : sql`true`}
      and ${kind ? sql`r.kind = ${kind}` : sql`true`}
      and ${agency ? sql`r.agency = ${agency}` : sql`true`}
      and ${year ? sql`r.year = ${year}` : sql`true`}
      and ${before ? sql`r.id < ${before}` : sql`true`}
    order by r.id desc limit ${limit}`
}

/** Reminders that count, by agency, in a calendar year. */
export function countLadder(
  sql: Sql,
  year: number,
  at?: Date,
): Promise<{ agency: string; count: number; lastOn: string }[]> {
  return sql<{ agency: string; count: number; lastOn: string }[]>`
    select agency, count(*)::int as count, max(issued_on) as last_on from ${lettersOf(sql, at)} r
    where year = ${year} and kind = 'reminder' and state = 'issued' group by 1`
}

/** Years in which letters were issued, the latest first. */
export async function listYears(sql: Sql, at?: Date): Promise<number[]> {
  const rows = await sql<{ year: number }[]>`
    select distinct year from duties.reminder
    where year is not null and ${at ? sql`issued_at <= ${at}` : sql`true`} order by year desc`
  return rows.map(({ year }) => year)
}

export async function setSigning(sql: Sql, id: number, asked: { code: string | null; count: number }): Promise<void> {
  await sql`update duties.reminder set signing_code = ${asked.code}, signing_count = ${asked.count} where id = ${id}`
}

export async function setSigned(sql: Sql, id: number, sha256: string): Promise<void> {
  await sql`update duties.reminder set signed_sha256 = ${sha256} where id = ${id}`
}
