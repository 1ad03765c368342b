import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { alerts } from '#alerts'
import { createCalendar } from '#calendar'
import { centre } from '#centre'
import { createDirectives } from '#directives'
import { duties } from '#duties'
import { files } from '#files'
import { createAuthenticator, createIdentity, type Grants, sayPeople } from '#identity'
import { createIncidents } from '#incidents'
import { indicators } from '#indicators'
import { inspections } from '#inspections'
import { createLedger } from '#ledger'
import { createMaps } from '#maps'
import { collectNotices, notifications } from '#notifications'
import { organisations, PackCard } from '#organisations'
import { places } from '#places'
import type { Purposes } from '#platform/access'
import type { Capability, Role } from '#platform/capability'
import { type Config, ConfigFault } from '#platform/config'
import { type Actor, type Context, createContext, systemActor, type Workshop } from '#platform/context'
import { openEmbedded } from '#platform/embedded'
import { speakOfInput } from '#platform/input-words'
import { type Logger, openLog } from '#platform/log'
import { findMark } from '#platform/marks'
import { applicationRole, isBehind, migrate } from '#platform/migrations'
import { openPool, type Pool } from '#platform/sql'
import { portfolio } from '#portfolio'
import { signing } from '#signing'
import { warehouse } from '#warehouse'
import { worklist } from '#worklist'

/** In the order in which their migrations run and their packs load. */
export const capabilities: readonly Capability[] = [
  createLedger(() => capabilities.flatMap(({ keptBytes = [] }) => keptBytes)),
  organisations,
  createIdentity({
    guards: () => capabilities.flatMap(({ guards = [] }) => guards),
    routes: () => capabilities.flatMap(({ routes = [] }) => routes),
  }),
  createCalendar(() => capabilities.flatMap(({ clocks = [] }) => clocks)),
  files,
  signing,
  notifications,
  worklist,
  createDirectives(() => capabilities.flatMap(({ numbers }) => numbers ?? [])),
  portfolio,
  warehouse,
  indicators,
  duties,
  createMaps(() => capabilities.flatMap(({ mapLayers = [] }) => mapLayers)),
  places,
  alerts,
  createIncidents({
    matters: () => capabilities.flatMap(({ shiftMatters = [] }) => shiftMatters),
    layers: () => capabilities.flatMap(({ mapLayers = [] }) => mapLayers),
  }),
  inspections,
  centre,
]

/** Schemas and folders of the migrations, in order. */
export const migrationFolders = capabilities.flatMap(({ name, home }) =>
  home ? [{ schema: name, folder: fileURLToPath(new URL('migrations', home)) }] : [],
)

/** Every schema of the program's own. */
export const schemas = ['platform', 'graphile_worker', ...migrationFolders.map(({ schema }) => schema)]

export interface Database {
  url: string
  migrationUrl: string
  release(): Promise<void>
}

export interface App {
  config: Config
  pack: PackCard
  pool: Pool
  workshop: Workshop
  /** Connection of the job queue. */
  url: string
  /** Connection of the role that owns the tables. */
  ownerUrl: string
  authenticator: ReturnType<typeof createAuthenticator>
  context(actor?: Actor): Context
  close(): Promise<void>
}

export interface OpenOptions {
  /** `migrate` brings the tables up to date first; `check` does so only for the embedded database, and refuses otherwise. */
  tables: 'migrate' | 'check'
  connections?: number
  progress?(line: string): void
}

/** Opens the database and everything that works on it. @throws ConfigFault with the one line to show. */
export async function openApp(settings: Config, options: OpenOptions): Promise<App> {
  speakOfInput()
  const progress = options.progress ?? (() => {})
  const pack = await readPack(settings.packDir)
  const database = await openDatabase(settings, progress)
  const pool = openPool(database.url, { max: options.connections ?? 10, role: applicationRole })
  try {
    await bringUpToDate(settings, database, { ...options, progress })
    const config = { ...settings, demo: (await findMark(pool, 'mode')) === 'demo' }
    const purposes = await collectPurposes(config.packDir)
    return assemble({ config, pack, purposes, pool, database, log: openLog(config.logLevel) })
  } catch (error) {
    await pool.end({ timeout: 1 })
    await database.release()
    throw error
  }
}

interface Opened {
  config: Config
  pack: PackCard
  purposes: Purposes
  pool: Pool
  database: Database
  log: Logger
}

function assemble({ config, pack, purposes, pool, database, log }: Opened): App {
  const subscriptions = capabilities.flatMap((card) => card.subscriptions ?? [])
  const grants = collectGrants()
  const notices = collectNotices(capabilities.flatMap((card) => card.notices ?? []))
  const clock = () => new Date()
  const workshop: Workshop = { pool, config, log, subscriptions, grants, purposes, notices, sayPeople, clock }
  return {
    config,
    pack,
    pool,
    workshop,
    url: database.url,
    ownerUrl: database.migrationUrl,
    authenticator: createAuthenticator(grants, {
      objectScopes: Object.assign({}, ...capabilities.map((card) => card.objectScopes ?? {})),
      demandsSecondFactor: pack.demandsSecondFactor,
    }),
    context: (actor = systemActor) => createContext(workshop, { actor }),
    async close() {
      await pool.end({ timeout: 5 })
      await database.release()
    },
  }
}

/** Permission → the roles that hold it, over all cards. */
export function collectGrants(): Grants {
  const grants = new Map<string, Set<Role>>()
  for (const [permission, roles] of capabilities.flatMap((card) => Object.entries(card.permissions ?? {}))) {
    grants.set(permission, new Set([...(grants.get(permission) ?? []), ...roles]))
  }
  return grants
}

/** Permission over personal data → what the pack lets it be used for, over all cards. */
async function collectPurposes(packDir: string): Promise<Purposes> {
  const declared = await Promise.all(capabilities.map((card) => card.purposes?.(packDir)))
  return new Map(declared.flatMap((one) => Object.entries(one ?? {})))
}

/** Brings the pack's data of every capability into the database. */
export async function loadPacks(app: App, progress: (line: string) => void): Promise<void> {
  for (const card of capabilities) {
    if (!card.loadPack) continue
    progress(`Loading the pack: ${card.name}`)
    await card.loadPack(app.context(), app.config)
  }
}

/** @throws ConfigFault when there is none to be had. */
export async function openDatabase(config: Config, progress: (line: string) => void): Promise<Database> {
  await makeFolder(config.varDir)
  if (!config.databaseUrl) {
    const embedded = await openEmbedded(config.varDir, progress)
    return { url: embedded.url, migrationUrl: embedded.url, release: embedded.release }
  }
  await reach(config.databaseUrl)
  return { url: config.databaseUrl, migrationUrl: config.migrationUrl ?? config.databaseUrl, release: async () => {} }
}

/** @throws ConfigFault when nothing can be kept there. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await mkdir(join(folder, 'run'), { recursive: true })
  } catch (error) {
    throw new ConfigFault(
      `The folder ${folder} cannot be written (${(error as NodeJS.ErrnoException).code}): set TRAM_VAR to one that can.`,
    )
  }
}

async function reach(url: string): Promise<void> {
  const pool = openPool(url, { max: 1, connectSeconds: 10 })
  try {
    const [row] = await pool<{ version: number }[]>`select current_setting('server_version_num')::int as version`
    if ((row?.version ?? 0) < 150_000) throw new ConfigFault('The server at DATABASE_URL is older than PostgreSQL 15.')
  } catch (error) {
    if (error instanceof ConfigFault) throw error
    const { host } = new URL(url)
    throw new ConfigFault(
      `The database at DATABASE_URL (${host}) cannot be used: ${(error as Error).message || String(error)}. Check that it runs and that account, password and database name are right.`,
    )
  } finally {
    await pool.end({ timeout: 1 })
  }
}

async function bringUpToDate(
  config: Config,
  database: Database,
  options: Required<Pick<OpenOptions, 'tables' | 'progress'>>,
) {
  if (options.tables === 'check') {
    const owner = openPool(database.url, { max: 1 })
    const behind = await isBehind(owner, migrationFolders).finally(() => owner.end({ timeout: 1 }))
    if (!behind) return
    if (config.databaseUrl)
      throw new ConfigFault('The tables of the database are not up to date: run "npm run tram -- migrate" first.')
  }
  const count = await migrate(database.migrationUrl, migrationFolders)
  if (count > 0) options.progress(`Tables brought up to date: ${count} migrations`)
}

async function readPack(packDir: string): Promise<PackCard> {
  const text = await readFile(join(packDir, 'pack.yaml'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigFault(`There is no pack in ${packDir} (${error.code}): set TRAM_PACK to a folder with a pack.yaml.`)
  })
  const parsed = PackCard.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${join(packDir, 'pack.yaml')}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
