import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runMigrations as migrateJobQueue } from 'graphile-worker'
import { openPool, type Pool } from '#platform/sql'

/** The role that the running program takes: it may change rows, but neither tables nor the ledger's history. */
export const applicationRole = 'tram_app'

const lockKey = 7_314_001

/** The migrations of one schema. */
export interface Folder {
  schema: string
  folder: string
}

/** Which of the migrations not yet applied are to run: all, save when a backup of an earlier program is brought back. */
type Wanted = (schema: string, file: string) => boolean

/**
 * Brings every capability's schema up to date, in the order of the capabilities; each file runs once, in its own transaction.
 * A file `grants.sql` beside the numbered ones runs after every migration and narrows the rights of the application role.
 * @throws when a merged migration was edited.
 */
export async function migrate(url: string, folders: readonly Folder[], wanted: Wanted = () => true): Promise<number> {
  const pool = openPool(url, { max: 1, name: 'tram-migrate' })
  try {
    await pool`select pg_advisory_lock(${lockKey})`
    await prepare(pool)
    await migrateJobQueue({ connectionString: url })
    await openJobQueue(pool)
    let count = 0
    for (const folder of folders) count += await migrateSchema(pool, folder, wanted)
    if (count > 0 || folders.length > 0) await grantRights(pool, folders)
    return count
  } finally {
    await pool.end({ timeout: 5 })
  }
}

/** True when some file has not run yet: the program then waits for `migrate`. */
export async function isBehind(pool: Pool, folders: readonly Folder[]): Promise<boolean> {
  const [known] = await pool<{ present: boolean }[]>`select to_regclass('platform.mark') is not null as present`
  if (!known?.present) return true
  const done = await pool<{ schema: string; file: string }[]>`select schema, file from platform.migration`
  const applied = new Set(done.map(({ schema, file }) => `${schema}/${file}`))
  for (const { schema, folder } of folders) {
    if ((await listFiles(folder)).some((file) => !applied.has(`${schema}/${file}`))) return true
  }
  return false
}

async function listFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort()
}

async function prepare(pool: Pool): Promise<void> {
  await pool.unsafe(`
    create schema if not exists platform;
    create table if not exists platform.migration (
      schema text not null, file text not null, sha256 text not null,
      applied_at timestamptz not null default now(), primary key (schema, file));
    create table if not exists platform.mark (
      name text primary key, value text not null, set_at timestamptz not null default now());
    do $$ begin
      if not exists (select from pg_roles where rolname = '${applicationRole}') then create role ${applicationRole} nologin; end if;
      if not pg_has_role(current_user, '${applicationRole}', 'member') then execute format('grant ${applicationRole} to %I', current_user); end if;
    end $$;`)
}

/**
 * The queue's tables are closed to other roles by row security. The application role takes jobs from them, also where its login is not
 * the owner, and adds them through a function that names what it may set.
 */
async function openJobQueue(pool: Pool): Promise<void> {
  await pool.unsafe(`
    create or replace function platform.add_job(
      name text, payload json, queue_name text, run_at timestamptz, job_key text
    ) returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
      select graphile_worker.add_job($1, payload := $2, queue_name := $3, run_at := $4, job_key := $5,
        job_key_mode := case when $4 is null then 'replace' else 'preserve_run_at' end)
    $$;
    do $$ declare closed regclass; begin
      for closed in
        select c.oid from pg_class c
        where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind = 'r' and c.relrowsecurity
          and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'work_taken')
      loop
        execute format('create policy work_taken on %s to ${applicationRole} using (true) with check (true)', closed);
      end loop;
    end $$;`)
}

async function migrateSchema(pool: Pool, { schema, folder }: Folder, wanted: Wanted): Promise<number> {
  const done = await pool<{ file: string; sha256: string }[]>`
    select file, sha256 from platform.migration where schema = ${schema}`
  const applied = new Map(done.map((row) => [row.file, row.sha256]))
  let count = 0
  for (const file of await listFiles(folder)) {
    const { text, sha256 } = await readMigration(folder, file)
    if (applied.has(file)) {
      if (applied.get(file) !== sha256)
        throw new Error(`Migration ${schema}/${file} was edited after it had been applied`)
      continue
    }
    if (!wanted(schema, file)) continue
    await pool.begin(async (sql) => {
      await sql.unsafe(text)
      await sql`insert into platform.migration (schema, file, sha256) values (${schema}, ${file}, ${sha256})`
    })
    count += 1
  }
  return count
}

async function readMigration(folder: string, file: string) {
  const text = await readFile(join(folder, file), 'utf8')
  return { text, sha256: createHash('sha256').update(text).digest('hex') }
}

/** Every migration that this program brings. */
export async function listMigrations(folders: readonly Folder[]) {
  const found: { schema: string; file: string; sha256: string }[] = []
  for (const { schema, folder } of folders) {
    for (const file of await listFiles(folder))
      found.push({ schema, file, sha256: (await readMigration(folder, file)).sha256 })
  }
  return found
}

/** In one transaction, so that a program running beside never sees the wide rights before they are narrowed. */
async function grantRights(pool: Pool, folders: readonly Folder[]): Promise<void> {
  const database = quoteIdentifier(await currentDatabase(pool))
  const schemas = ['platform', 'graphile_worker', ...folders.map((entry) => entry.schema)]
  await pool.begin(async (sql) => {
    for (const schema of schemas) {
      await sql.unsafe(`
        grant usage on schema ${schema} to ${applicationRole};
        grant select, insert, update, delete on all tables in schema ${schema} to ${applicationRole};
        grant usage, select on all sequences in schema ${schema} to ${applicationRole};
        grant execute on all functions in schema ${schema} to ${applicationRole};`)
    }
    await sql.unsafe(`revoke insert, update, delete on platform.migration from ${applicationRole};
      grant temporary on database ${database} to ${applicationRole}`)
    for (const { folder } of folders) {
      const grants = await readFile(join(folder, 'grants.sql'), 'utf8').catch(ignoreMissing)
      if (grants) await sql.unsafe(grants)
    }
  })
}

async function currentDatabase(pool: Pool): Promise<string> {
  const [row] = await pool<{ name: string }[]>`select current_database() as name`
  return row?.name ?? 'postgres'
}

const quoteIdentifier = (name: string) => `"${name.replaceAll('"', '""')}"`

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
