/**
 * A snapshot is a folder: every table as one compressed file in COPY's text form, keys and other files of `var`, and last of all
 * `manifest.json`, which names each with its hash. It needs no program of PostgreSQL's, and can be read without this one.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { filePath } from '#files'
import { ConfigFault } from '#platform/config'
import type { Sql } from '#platform/sql'

const TableFile = z.object({
  schema: z.string(),
  table: z.string(),
  columns: z.array(z.string()).min(1),
  rows: z.int().min(0),
  file: z.string().regex(/^tables\/[\w.-]+$/),
  sha256: z.string(),
})
export type TableFile = z.infer<typeof TableFile>

export const Manifest = z.object({
  format: z.literal(1),
  product: z.literal('tram-huong'),
  madeAt: z.iso.datetime(),
  pack: z.string(),
  migrations: z.array(z.object({ schema: z.string(), file: z.string(), sha256: z.string() })),
  tables: z.array(TableFile),
  sequences: z.array(z.object({ schema: z.string(), sequence: z.string(), value: z.string() })),
  /** Under `files/`, at the same path as under `var`. */
  files: z.array(z.object({ path: z.string().regex(/^(?!.*\.\.)[\w./-]+$/), sha256: z.string() })),
  /** Head of the audit trail: how many entries it had numbered. */
  ledgerSize: z.int().min(0),
})
export type Manifest = z.infer<typeof Manifest>

export const manifestName = 'manifest.json'

/** The queue keeps its own record of migrations; ours is replayed file by file. */
const leftOut = ['platform.migration', 'graphile_worker.migrations']

export interface Table {
  schema: string
  table: string
  columns: string[]
}

/** Every table that outlives a crash, those first that others refer to. */
export async function listTables(sql: Sql, schemas: readonly string[]): Promise<Table[]> {
  const tables = await sql<(Table & { refersTo: string[] })[]>`
    select n.nspname as schema, c.relname as table,
      array(select a.attname::text from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
      array(select k.confrelid::regclass::text from pg_constraint k
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as refers_to
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(${[...schemas]}) and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
      and n.nspname || '.' || c.relname <> all(${leftOut})
    order by n.nspname, c.relname`
  return inOrder(tables)
}

function inOrder(tables: readonly (Table & { refersTo: string[] })[]): Table[] {
  const sorted: Table[] = []
  const placed = new Set<string>()
  let left = [...tables]
  while (left.length > 0) {
    const names = new Set(left.map(nameOf))
    const free = left.filter(({ refersTo }) =>
      refersTo.every((name) => !names.has(name.replaceAll('"', '')) || placed.has(name)),
    )
    if (free.length === 0) throw new Error(`Tables refer to one another in a circle: ${[...names].join(', ')}`)
    for (const { schema, table, columns } of free) sorted.push({ schema, table, columns })
    left = left.filter((one) => !free.includes(one))
  }
  return sorted
}

export const nameOf = ({ schema, table }: { schema: string; table: string }) => `${schema}.${table}`

export const quoted = (...names: string[]) => names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')

export async function listSequences(sql: Sql, schemas: readonly string[]): Promise<Manifest['sequences']> {
  return sql<Manifest['sequences']>`
    select schemaname as schema, sequencename as sequence, last_value::text as value
    from pg_sequences
    where schemaname = any(${[...schemas]}) and last_value is not null
    order by schemaname, sequencename`
}

/** Keys and the witness of the audit trail; not the password of the embedded database, which every installation makes for itself. */
export async function listKeptFiles(varDir: string): Promise<string[]> {
  const found: string[] = []
  for (const folder of ['secrets', 'ledger']) {
    const entries = await readdir(join(varDir, folder), { withFileTypes: true, recursive: true }).catch(() => [])
    for (const entry of entries) {
      const path = relative(varDir, join(entry.parentPath, entry.name))
      if (entry.isFile() && path !== join('secrets', 'database')) found.push(path.replaceAll('\\', '/'))
    }
  }
  return found.sort()
}

/** Where the kept files lie that the snapshot's rows name. */
export async function listContents(sql: Sql): Promise<string[]> {
  const rows = await sql<{ sha256: string }[]>`select sha256 from files.content c
    where not exists (select from files.disposed d where d.sha256 = c.sha256) order by sha256`
  return rows.map(({ sha256 }) => filePath(sha256))
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** @throws ConfigFault when the folder holds no whole snapshot, or one that was changed. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigFault(`There is no whole backup in ${folder} (${manifestName}: ${error.code}).`)
  })
  const parsed = Manifest.safeParse(JSON.parse(text))
  if (!parsed.success)
    throw new ConfigFault(`${join(folder, manifestName)} cannot be read: ${z.prettifyError(parsed.error)}`)
  const named = [
    ...parsed.data.tables.map(({ file, sha256 }) => ({ file, sha256 })),
    ...parsed.data.files.map(({ path, sha256 }) => ({ file: `files/${path}`, sha256 })),
  ]
  for (const { file, sha256 } of named) {
    const found = await hashFile(join(folder, file)).catch(() => 'missing')
    if (found !== sha256)
      throw new ConfigFault(
        `The backup in ${folder} is damaged: ${file} is ${found === 'missing' ? found : 'not what was written'}.`,
      )
  }
  return parsed.data
}
