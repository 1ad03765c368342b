import { createReadStream } from 'node:fs'
import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { readTrust, verifyLedger } from '#ledger'
import { UsageFault } from '#platform/capability'
import { type Config, ConfigFault } from '#platform/config'
import { listMigrations, migrate } from '#platform/migrations'
import { openPool, type Sql } from '#platform/sql'
import { type Database, migrationFolders, openApp, openDatabase, schemas } from '../app.ts'
import type { ProgramCommand } from './program.ts'
import { listTables, type Manifest, nameOf, quoted, readManifest, type TableFile } from './snapshot.ts'

type Progress = (line: string) => void

export const restore: ProgramCommand = {
  name: 'restore',
  summary: 'Bring a backup into an empty installation',
  usage: 'tram restore FOLDER [--json]',
  help: 'The installation (TRAM_VAR or DATABASE_URL) must be empty and no program may be running on it. Every file is checked before anything is written, and the audit trail is verified afterwards.',
  options: {},
  async run(config, { positionals, progress }) {
    const [source] = positionals
    if (!source || positionals.length > 1) throw new UsageFault('One folder is needed, to read from.')
    const startedAt = Date.now()
    const manifest = await readManifest(resolve(source))
    await bringBack(config, manifest, { folder: resolve(source), progress })
    const verified = await checkLedger(config, progress)
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
    const seconds = Math.round((Date.now() - startedAt) / 100) / 10
    return { madeAt: manifest.madeAt, tables: manifest.tables.length, rows, ledgerSize: verified.size, seconds }
  },
}

interface Source {
  folder: string
  progress: Progress
}

async function bringBack(config: Config, manifest: Manifest, source: Source): Promise<void> {
  const database = await openDatabase(config, source.progress)
  try {
    await checkMigrations(manifest)
    await refuseUnlessEmpty(database)
    // The tables as they were when the backup was made; what has changed since runs over the restored rows, as an upgrade does.
    const known = new Set(manifest.migrations.map(({ schema, file }) => `${schema}/${file}`))
    await migrate(database.migrationUrl, migrationFolders, (schema, file) => known.has(`${schema}/${file}`))
    const owner = openPool(database.migrationUrl, { max: 1, name: 'tram-restore' })
    try {
      await owner.begin((sql) => fillTables(sql, manifest, source))
    } finally {
      await owner.end({ timeout: 5 })
    }
    for (const { path } of manifest.files) {
      const target = join(config.varDir, path)
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await copyFile(join(source.folder, 'files', path), target)
      await chmod(target, 0o600)
    }
    await migrate(database.migrationUrl, migrationFolders)
  } finally {
    await database.release()
  }
}

async function checkMigrations(manifest: Manifest): Promise<void> {
  const known = new Map(
    (await listMigrations(migrationFolders)).map((one) => [`${one.schema}/${one.file}`, one.sha256]),
  )
  const strange = manifest.migrations.find(({ schema, file, sha256 }) => known.get(`${schema}/${file}`) !== sha256)
  if (strange)
    throw new ConfigFault(
      `The backup was made by a newer program (it has ${strange.schema}/${strange.file}): update this one first.`,
    )
}

async function refuseUnlessEmpty({ migrationUrl }: Database): Promise<void> {
  const owner = openPool(migrationUrl, { max: 1 })
  try {
    const [known] = await owner<{ present: boolean }[]>`
      select to_regclass('platform.mark') is not null and to_regclass('identity.account') is not null as present`
    if (!known?.present) return
    const [used] = await owner<{ present: boolean }[]>`
      select exists (select from platform.mark) or exists (select from identity.account)
        or exists (select from ledger.entry) as present`
    if (used?.present)
      throw new ConfigFault('The installation is not empty: set TRAM_VAR (or DATABASE_URL) to one that is.')
  } finally {
    await owner.end({ timeout: 5 })
  }
}

async function fillTables(sql: Sql, manifest: Manifest, { folder, progress }: Source): Promise<void> {
  const present = await listTables(sql, schemas)
  const wanted = new Map(manifest.tables.map((table) => [nameOf(table), table]))
  const missing = [...wanted.keys()].filter((name) => !present.some((table) => nameOf(table) === name))
  if (missing.length > 0)
    throw new ConfigFault(`The backup has tables that this program does not know: ${missing.join(', ')}.`)
  const names = present.map(({ schema, table }) => quoted(schema, table))
  // The rows are history already: nothing that reacts to new ones (queues, guards against rewriting) may see them.
  for (const name of names) await sql.unsafe(`alter table ${name} disable trigger user`)
  await emptyTables(sql, names)
  for (const table of present) {
    const from = wanted.get(nameOf(table))
    if (from) await readTable(sql, from, { folder, progress })
  }
  for (const name of names) await sql.unsafe(`alter table ${name} enable trigger user`)
  for (const { schema, sequence, value } of manifest.sequences) {
    await sql`select setval(${quoted(schema, sequence)}::regclass, ${value}::bigint)`
  }
  // Jobs that were being done when the backup was made are done again.
  await sql`update graphile_worker._private_jobs set locked_at = null, locked_by = null where locked_at is not null`
  await sql`update graphile_worker._private_job_queues set locked_at = null, locked_by = null where locked_at is not null`
  await sql`analyze`
}

/** Of the few that migrations have filled, those that refer to others first; the ledger's are empty, and not even their owner may clear them. */
async function emptyTables(sql: Sql, names: readonly string[]): Promise<void> {
  for (const name of [...names].reverse()) {
    const [found] = await sql.unsafe<{ filled: boolean }[]>(`select exists (select from ${name}) as filled`)
    if (found?.filled) await sql.unsafe(`delete from ${name}`)
  }
}

async function readTable(sql: Sql, from: TableFile, { folder, progress }: Source): Promise<void> {
  const name = quoted(from.schema, from.table)
  const columns = from.columns.map((column) => quoted(column)).join(', ')
  const rows = await sql.unsafe(`copy ${name} (${columns}) from stdin`).writable()
  await pipeline(createReadStream(join(folder, from.file)), createGunzip(), rows)
  const [counted] = await sql.unsafe<{ count: number }[]>(`select count(*) as count from ${name}`)
  if (counted?.count !== from.rows) throw new Error(`${nameOf(from)}: ${counted?.count} of ${from.rows} rows came back`)
  progress(`${nameOf(from)}: ${from.rows} rows`)
}

async function checkLedger(config: Config, progress: Progress): Promise<{ size: number }> {
  progress('Verifying the audit trail')
  const app = await openApp(config, { tables: 'check', progress })
  try {
    const verification = await verifyLedger(app.pool, await readTrust(config))
    if (!verification.ok) throw new Error('The audit trail of the backup does not verify; "tram verify" says where.')
    return { size: verification.entries }
  } finally {
    await app.close()
  }
}
