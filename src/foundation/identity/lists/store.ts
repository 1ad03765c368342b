import type { Role } from '#platform/capability'
import type { Sql } from '#platform/sql'
import type { KnownAccount, ListRow, Wanted } from './model.ts'

/** The accounts of these names, with the roles they hold today over their own organisations. */
export async function listKnown(sql: Sql, names: readonly string[], today: string): Promise<KnownAccount[]> {
  return sql<KnownAccount[]>`
    select name, person_name, position, organisation, email, phone, machine, disabled_at, leaves_on, directory,
      array(select distinct held.role from identity.role_assignment held
        where held.account = account.name and held.organisation = account.organisation and held.valid_from <= ${today}
          and (held.valid_to is null or held.valid_to >= ${today})) as roles
    from identity.account
    where name = any(${[...names]}::text[])`
}

export interface AccountList {
  id: string
  fileName: string
  rows: ListRow[] | null
  uploadedBy: string
  uploadedAt: Date
  appliedAt: Date | null
  outcome: ListOutcome | null
}

export type ListOutcome = Record<'new' | 'changed' | 'removed' | 'unchanged' | 'fault', number>

export async function insertList(
  sql: Sql,
  list: { fileName: string; sha256: string; rows: readonly ListRow[]; by: string; now: Date },
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into identity.account_list (file_name, content_sha256, rows, uploaded_by, uploaded_at)
    values (${list.fileName}, ${list.sha256}, ${JSON.stringify(list.rows)}::text::jsonb, ${list.by}, ${list.now})
    returning id`
  return row?.id ?? ''
}

/** A list of one's own upload; held until the transaction ends where asked. */
export async function findList(sql: Sql, id: string, by: string, hold = false): Promise<AccountList | undefined> {
  const [row] = await sql<AccountList[]>`
    select id, file_name, rows, uploaded_by, uploaded_at, applied_at, outcome from identity.account_list
    where id = ${id} and uploaded_by = ${by}
    ${hold ? sql`for update` : sql``}`
  return row
}

/** What became of the list; its rows are needed no more. */
export async function setApplied(sql: Sql, id: string, at: Date, outcome: ListOutcome): Promise<void> {
  await sql`
    update identity.account_list set applied_at = ${at}, rows = null, outcome = ${JSON.stringify(outcome)}::text::jsonb
    where id = ${id}`
}

/** Lists that nobody applied within the time lose their rows; old ones go altogether. */
export async function deleteOldLists(sql: Sql, uploadedBefore: Date): Promise<void> {
  await sql`delete from identity.account_list where uploaded_at < ${uploadedBefore}`
}

/** Writes what the list says; what it does not name stays. */
export async function updateAccount(sql: Sql, wanted: Wanted & { searchKey: string }): Promise<void> {
  const keep = (value: string | null | undefined, column: string) => (value === undefined ? sql(column) : sql`${value}`)
  await sql`
    update identity.account set person_name = ${wanted.personName}, organisation = ${wanted.organisation},
      search_key = ${wanted.searchKey}, position = ${keep(wanted.position, 'position')}, email = ${keep(wanted.email, 'email')},
      phone = ${keep(wanted.phone, 'phone')}, directory = ${keep(wanted.directory, 'directory')}
    where name = ${wanted.name}`
}

export async function setLeaving(sql: Sql, name: string, leavesOn: string, reason: string): Promise<void> {
  await sql`update identity.account set leaves_on = ${leavesOn}, leave_reason = ${reason} where name = ${name}`
}

/** Accounts whose last day has gone by and which are still open. */
export async function listLeavers(sql: Sql, today: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select name from identity.account where leaves_on <= ${today} and disabled_at is null order by name limit 500`
  return rows.map(({ name }) => name)
}

export interface ExportedAccount {
  name: string
  personName: string
  organisation: string | null
  position: string | null
  email: string | null
  phone: string | null
  directory: string | null
  roles: Role[]
  leavesOn: string | null
  leaveReason: string | null
}

/** The people in use of the organisations within reach, page by page in the order of their names. */
export async function listExported(
  sql: Sql,
  reach: 'all' | ReadonlySet<string>,
  page: { after: string; today: string; limit: number },
): Promise<ExportedAccount[]> {
  return sql<ExportedAccount[]>`
    select name, person_name, organisation, position, email, phone, directory, leaves_on, leave_reason,
      array(select distinct held.role from identity.role_assignment held
        where held.account = account.name and held.organisation = account.organisation and held.valid_from <= ${page.today}
          and (held.valid_to is null or held.valid_to >= ${page.today})) as roles
    from identity.account
    where disabled_at is null and not machine and name > ${page.after}
      and ${reach === 'all' ? sql`true` : sql`organisation = any(${[...reach]}::text[])`}
    order by name
    limit ${page.limit}`
}

export async function insertActivation(
  sql: Sql,
  link: { tokenHash: Buffer; account: string; by: string; now: Date; expiresAt: Date },
): Promise<void> {
  // The newest link is the only one.
  await sql`delete from identity.activation where account = ${link.account} and used_at is null`
  await sql`
    insert into identity.activation (token_hash, account, created_by, created_at, expires_at)
    values (${link.tokenHash}, ${link.account}, ${link.by}, ${link.now}, ${link.expiresAt})`
}

/** The account of a link that can still be used. */
export async function findActivation(
  sql: Sql,
  tokenHash: Buffer,
  now: Date,
): Promise<{ account: string; personName: string } | undefined> {
  const [row] = await sql<{ account: string; personName: string }[]>`
    select a.account, account.person_name from identity.activation a join identity.account on account.name = a.account
    where a.token_hash = ${tokenHash} and a.used_at is null and a.expires_at > ${now} and account.disabled_at is null
      and account.directory is null`
  return row
}

/** Takes the link; false when somebody else was quicker or its time is over. */
export async function takeActivation(sql: Sql, tokenHash: Buffer, now: Date): Promise<boolean> {
  const rows = await sql`
    update identity.activation set used_at = ${now} where token_hash = ${tokenHash} and used_at is null and expires_at > ${now}`
  return rows.count === 1
}
