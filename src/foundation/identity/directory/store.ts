import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { NewDirectory } from './model.ts'

export type Directory = Omit<NewDirectory, 'bindPassword' | 'ca' | 'domain'> & {
  ca: string | null
  domain: string | null
  bindSecret: Buffer
  changedBy: string
  changedAt: Date
}

const columns = (sql: Sql) => sql`
  code, name, organisation, url, start_tls, ca, base_dn, filter, bind_dn, bind_secret, domain, name_attribute, mail_attribute,
  phone_attribute, enabled, changed_by, changed_at`

export async function findDirectory(sql: Sql, code: string): Promise<Directory | undefined> {
  const [row] = await sql<Directory[]>`select ${columns(sql)} from identity.directory where code = ${code}`
  return row
}

/** Directories of the organisations within reach. */
export async function listDirectoriesWithin(sql: Sql, reach: Reach): Promise<Directory[]> {
  return sql<Directory[]>`
    select ${columns(sql)} from identity.directory
    where ${reach === 'all' ? sql`true` : sql`organisation = any(${[...reach]}::text[])`}
    order by name, code
    limit 500`
}

/** False when the domain belongs to another directory. */
export async function upsertDirectory(
  sql: Sql,
  wanted: Omit<NewDirectory, 'bindPassword'> & { bindSecret: Buffer; by: string; now: Date },
): Promise<void> {
  const w = wanted
  await sql`
    insert into identity.directory (code, name, organisation, url, start_tls, ca, base_dn, filter, bind_dn, bind_secret, domain,
      name_attribute, mail_attribute, phone_attribute, enabled, changed_by, changed_at)
    values (${w.code}, ${w.name}, ${w.organisation}, ${w.url}, ${w.startTls}, ${w.ca ?? null}, ${w.baseDn}, ${w.filter}, ${w.bindDn},
      ${w.bindSecret}, ${w.domain ?? null}, ${w.nameAttribute}, ${w.mailAttribute}, ${w.phoneAttribute}, ${w.enabled}, ${w.by}, ${w.now})
    on conflict (code) do update set name = excluded.name, organisation = excluded.organisation, url = excluded.url,
      start_tls = excluded.start_tls, ca = excluded.ca, base_dn = excluded.base_dn, filter = excluded.filter,
      bind_dn = excluded.bind_dn, bind_secret = excluded.bind_secret, domain = excluded.domain,
      name_attribute = excluded.name_attribute, mail_attribute = excluded.mail_attribute,
      phone_attribute = excluded.phone_attribute, enabled = excluded.enabled, changed_by = excluded.changed_by,
      changed_at = excluded.changed_at`
}

export async function findDomainOwner(sql: Sql, domain: string): Promise<string | undefined> {
  const [row] = await sql<{ code: string }[]>`select code from identity.directory where domain = ${domain}`
  return row?.code
}

/** Fills in where messages reach a person, where nothing is known yet. */
export async function fillContact(
  sql: Sql,
  account: string,
  { email, phone }: { email: string | undefined; phone: string | undefined },
): Promise<void> {
  await sql`
    update identity.account set email = coalesce(email, ${email ?? null}), phone = coalesce(phone, ${phone ?? null})
    where name = ${account} and (email is null or phone is null)`
}
