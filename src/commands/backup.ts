import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { UsageFault } from '#platform/capability'
import { ConfigFault } from '#platform/config'
import { openPool, type Sql } from '#platform/sql'
import { type App, openApp, schemas } from '../app.ts'
import type { ProgramCommand } from './program.ts'
import {
  hashFile,
  listContents,
  listKeptFiles,
  listSequences,
  listTables,
  type Manifest,
  manifestName,
  nameOf,
  quoted,
  type Table,
  type TableFile,
} from './snapshot.ts'

export const backup: ProgramCommand = {
  name: 'backup',
  summary: 'Write everything that is kept to a folder, in one snapshot',
  usage: 'tram backup FOLDER [--json]',
  help: 'The folder must not exist yet. Everything in it is of one moment; running programs go on meanwhile. It holds personal data and keys: keep it as safe as the database.',
  options: {},
  async run(config, { positionals, progress }) {
    const [target] = positionals
    if (!target || positionals.length > 1) throw new UsageFault('One folder is needed, to write to.')
    const app = await openApp(config, { tables: 'check', progress })
    try {
      const manifest = await writeBackup(app, resolve(target), progress)
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
      return {
        folder: resolve(target),
        madeAt: manifest.madeAt,
        tables: manifest.tables.length,
        rows,
        ledgerSize: manifest.ledgerSize,
      }
    } finally {
      await app.close()
    }
  },
}

/** Written aside and renamed when whole: a backup that was cut short is never taken for one. */
export async function writeBackup(app: App, target: string, progress: (line: string) => void): Promise<Manifest> {
  if (!(await isFree(target))) throw new ConfigFault(`${target} is there already: name a folder that is not.`)
  const draft = `${target}.partial`
  await rm(draft, { recursive: true, force: true })
  await mkdir(join(draft, 'tables'), { recursive: true, mode: 0o700 })
  // Before the snapshot of the tables: the witness may lie behind the audit trail, but not ahead of it.
  const { varDir } = app.config
  const files = await copyFiles(await listKeptFiles(varDir), varDir, { draft, progress })
  const owner = openPool(app.ownerUrl, { max: 1, name: 'tram-backup' })
  try {
    const manifest = (await owner.begin('isolation level repeatable read read only', (sql) =>
      writeSnapshot(sql, app, { draft, files, progress }),
    )) as Manifest
    await writeFile(join(draft, manifestName), `${JSON.stringify(manifest, null, 1)}\n`)
    await rename(draft, target)
    return manifest
  } finally {
    await owner.end({ timeout: 5 })
    await rm(draft, { recursive: true, force: true })
  }
}

async function isFree(folder: string): Promise<boolean> {
  await mkdir(dirname(folder), { recursive: true })
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : ['?']))
  if (entries.length === 0) await rm(folder, { recursive: true, force: true })
  return entries.length === 0
}

async function copyFiles(
  paths: readonly string[],
  varDir: string,
  { draft, progress }: { draft: string; progress(line: string): void },
): Promise<Manifest['files']> {
  const files: Manifest['files'] = []
  for (const path of paths) {
    await mkdir(dirname(join(draft, 'files', path)), { recursive: true, mode: 0o700 })
    const isThere = await copyFile(join(varDir, path), join(draft, 'files', path)).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return false
      },
    )
    if (!isThere) {
      progress(`Missing, and so not in the backup: ${path} ("tram doctor" says more)`)
      continue
    }
    const sha256 = await hashFile(join(draft, 'files', path))
    if (path.startsWith('files/') && !path.endsWith(sha256))
      progress(`Not what its name says, and copied as it is: ${path} ("tram doctor" says more)`)
    files.push({ path, sha256 })
  }
  return files
}

async function writeSnapshot(
  sql: Sql,
  app: App,
  { draft, files, progress }: { draft: string; files: Manifest['files']; progress(line: string): void },
): Promise<Manifest> {
  const migrations = await sql<Manifest['migrations']>`
    select schema, file, sha256 from platform.migration order by applied_at, schema, file`
  const tables: TableFile[] = []
  for (const table of await listTables(sql, schemas)) {
    tables.push(await writeTable(sql, table, draft))
    progress(`${nameOf(table)}: ${tables.at(-1)?.rows} rows`)
  }
  // After the snapshot was taken: a file is in its place before its row is, and one that has a row is never removed.
  const { s3 } = app.config
  if (s3) progress(`kept files lie in the bucket ${s3.bucket} and are not in this backup: copy the bucket after it`)
  const kept = s3 ? [] : await copyFiles(await listContents(sql), app.config.varDir, { draft, progress })
  return {
    format: 1,
    product: 'tram-huong',
    madeAt: new Date().toISOString(),
    pack: app.pack.code,
    migrations: [...migrations],
    tables,
    sequences: await listSequences(sql, schemas),
    files: [...files, ...kept],
    ledgerSize: tables.find((table) => nameOf(table) === 'ledger.leaf')?.rows ?? 0,
  }
}

async function writeTable(sql: Sql, { schema, table, columns }: Table, draft: string): Promise<TableFile> {
  const file = `tables/${schema}.${table}.copy.gz`
  const names = columns.map((column) => quoted(column)).join(', ')
  const rows = await sql.unsafe(`copy (select ${names} from ${quoted(schema, table)}) to stdout`).readable()
  const hash = createHash('sha256')
  let count = 0
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      // In COPY's text form a line is a row: line ends within values are escaped.
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1
      done(null, chunk)
    },
  })
  const hashed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(rows, counted, createGzip({ level: 4 }), hashed, createWriteStream(join(draft, file), { mode: 0o600 }))
  // The driver stops its socket while rows wait to be read, and starts it when more are asked for; after the last nobody asks.
  rows._read(0)
  return { schema, table, columns, rows: count, file, sha256: hash.digest('hex') }
}
