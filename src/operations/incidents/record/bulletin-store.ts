import type { Fragment, Sql } from '#platform/sql'
import type { BulletinKind, BulletinState, Channel, RecipientRole } from '../model.ts'
import { rowsAt } from '../past-store.ts'

export interface Bulletin {
  id: number
  incident: string
  exercise: boolean
  number: number
  kind: BulletinKind
  refersTo: number | null
  /** Number, within the incident, of the one it refers to. */
  refersToNumber: number | null
  /** The one that came in its place, or called it off. */
  followedBy: { number: number; kind: BulletinKind } | null
  riskLevel: string | null
  title: string
  body: string
  area: string
  channels: Channel[]
  recipients: string[]
  recipientRoles: RecipientRole[]
  expiresAt: Date | null
  state: BulletinState
  draftedName: string
  draftedParties: string[]
  draftedAt: Date
  approvedName: string | null
  approvedAt: Date | null
  approvedDigest: string | null
  sentName: string | null
  sentAt: Date | null
}

const columns = (sql: Sql, bulletins: Fragment) => sql`
  b.id, b.incident, b.exercise, b.number, b.kind, b.refers_to, r.number as refers_to_number, b.risk_level, b.title, b.body,
  b.area, b.channels, b.recipients, b.recipient_roles, b.expires_at, b.state, b.drafted_name, b.drafted_parties, b.drafted_at, b.approved_name, b.approved_at,
  b.approved_digest, b.sent_name, b.sent_at,
  (select json_build_object('number', f.number, 'kind', f.kind) from ${bulletins} f
    where f.refers_to = b.id and f.state = 'sent' order by f.id desc limit 1) as followed_by`

const bulletinsAt = (sql: Sql, incident: string, at: Date | undefined): Fragment =>
  rowsAt(sql, 'bulletin', at, sql`k.scope = ${incident}`)

/** @param at as of an earlier moment */
export function listBulletins(sql: Sql, incident: string, at?: Date): Promise<Bulletin[]> {
  const bulletins = bulletinsAt(sql, incident, at)
  return sql<Bulletin[]>`
    select ${columns(sql, bulletins)} from ${bulletins} b left join ${bulletins} r on r.id = b.refers_to
    where b.incident = ${incident} order by b.number desc limit 300`
}

export async function findBulletin(
  sql: Sql,
  incident: string,
  number: number,
  at?: Date,
): Promise<Bulletin | undefined> {
  const bulletins = bulletinsAt(sql, incident, at)
  const [row] = await sql<Bulletin[]>`
    select ${columns(sql, bulletins)} from ${bulletins} b left join ${bulletins} r on r.id = b.refers_to
    where b.incident = ${incident} and b.number = ${number}`
  return row
}

export interface BulletinText {
  riskLevel?: string
  title: string
  body: string
  area: string
  channels: readonly Channel[]
  recipients: readonly string[]
  recipientRoles: readonly RecipientRole[]
  expiresAt?: Date
}

interface By {
  account: string
  name: string
  parties: readonly string[]
  at: Date
}

export async function insertBulletin(
  sql: Sql,
  one: BulletinText & {
    incident: string
    exercise: boolean
    kind: BulletinKind
    refersTo?: number
    by: By
    formKey: string
  },
): Promise<number> {
  const [row] = await sql<{ number: number }[]>`
    insert into incidents.bulletin
      (incident, exercise, number, kind, refers_to, risk_level, title, body, area, channels, recipients, recipient_roles,
       expires_at, state, drafted_by, drafted_name, drafted_parties, drafted_at, form_key)
    select ${one.incident}, ${one.exercise}, coalesce(max(number), 0) + 1, ${one.kind}, ${one.refersTo ?? null}::bigint,
      ${one.riskLevel ?? null}, ${one.title}, ${one.body}, ${one.area}, ${[...one.channels]}::text[],
      ${[...one.recipients]}::text[], ${[...one.recipientRoles]}::text[], ${one.expiresAt ?? null}::timestamptz, 'draft', ${one.by.account}, ${one.by.name}, ${[...one.by.parties]}::text[],
      ${one.by.at}::timestamptz, ${one.formKey}
    from incidents.bulletin where incident = ${one.incident}
    on conflict (form_key) do nothing returning number`
  if (row) return row.number
  const [known] = await sql<{ number: number }[]>`select number from incidents.bulletin where form_key = ${one.formKey}`
  return known?.number ?? 0
}

/** A changed text is a draft again, and who changed it is one of its authors. */
export async function changeText(sql: Sql, id: number, text: BulletinText, by: By): Promise<void> {
  await sql`
    update incidents.bulletin set risk_level = ${text.riskLevel ?? null}, title = ${text.title}, body = ${text.body},
      area = ${text.area}, channels = ${[...text.channels]}::text[],
      recipients = ${[...text.recipients]}::text[], recipient_roles = ${[...text.recipientRoles]}::text[], expires_at = ${text.expiresAt ?? null}, state = 'draft',
      drafted_by = ${by.account}, drafted_name = ${by.name}, drafted_at = ${by.at},
      drafted_parties = array(select distinct unnest(drafted_parties || ${[...by.parties]}::text[])),
      approved_by = null, approved_name = null, approved_parties = null, approved_at = null, approved_digest = null
    where id = ${id} and state in ('draft', 'approved')`
}

export async function setApproved(sql: Sql, id: number, by: By, digest: string): Promise<void> {
  await sql`
    update incidents.bulletin set state = 'approved', approved_by = ${by.account}, approved_name = ${by.name},
      approved_parties = ${[...by.parties]}::text[], approved_at = ${by.at}, approved_digest = ${digest}
    where id = ${id} and state = 'draft'`
}

export async function setSent(sql: Sql, id: number, by: By): Promise<void> {
  await sql`
    update incidents.bulletin set state = 'sent', sent_by = ${by.account}, sent_name = ${by.name},
      sent_parties = ${[...by.parties]}::text[], sent_at = ${by.at}
    where id = ${id} and state = 'approved'`
}

export async function setDropped(sql: Sql, id: number): Promise<void> {
  await sql`
    update incidents.bulletin set state = 'dropped', approved_by = null, approved_name = null, approved_parties = null,
      approved_at = null, approved_digest = null
    where id = ${id} and state in ('draft', 'approved')`
}
