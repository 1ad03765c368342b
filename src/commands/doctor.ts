import { readFile, statfs } from 'node:fs/promises'
import { describeScanner, verifyFiles } from '#files'
import { listChainFaults, listCheckpoints, listContentFaults, listContentReadings } from '#ledger'
import { listLoadedPacks } from '#organisations'
import { type Config, ConfigFault } from '#platform/config'
import { applicationRole } from '#platform/migrations'
import { type App, capabilities, openApp } from '../app.ts'
import { Failure, type ProgramCommand } from './program.ts'

interface Finding {
  name: string
  ok: boolean
  /** What was found, and where it is wrong, how to mend it. */
  says: string
}

type Check = [name: string, run: () => Promise<string>]

/** Something is wrong; the sentence says what, and the mend. */
class Complaint extends Error {}

export const doctor: ProgramCommand = {
  name: 'doctor',
  summary: 'Check the installation and say what to mend',
  usage: 'tram doctor [--json]',
  help: 'Looks at Node, the installed packages, the folder, the disk, the database and its rights, the clock, jobs, packs, the audit trail, the kept files (each is read and compared with its hash) and what each capability reports. Exit code 1 when something is wrong.',
  options: {},
  async run(config, { progress }) {
    const findings = await examine([
      ['node', async () => checkNode(process.versions.node)],
      ['packages', checkPackages],
      ['disk', () => checkDisk(config)],
    ])
    const opened = await openApp(config, { tables: 'check', progress }).catch((error) => {
      if (!(error instanceof ConfigFault)) throw error
      return error.message
    })
    if (typeof opened === 'string') findings.push({ name: 'database', ok: false, says: opened })
    else findings.push(...(await examineOpened(opened)))
    const result = { ok: findings.every(({ ok }) => ok), findings }
    return result.ok ? result : new Failure(result)
  },
}

async function examineOpened(app: App): Promise<Finding[]> {
  try {
    return await examine([
      ['database', () => checkDatabase(app)],
      ['rights', () => checkRights(app)],
      ['clock', () => checkClock(app)],
      ['jobs', () => checkJobs(app)],
      ['packs', () => checkPacks(app)],
      ['ledger', () => checkLedger(app)],
      ['kept files', () => checkFiles(app)],
      ...capabilities.flatMap((card): Check[] => {
        const { check } = card
        return check ? [[card.name, () => report(check(app.context()))]] : []
      }),
    ])
  } finally {
    await app.close()
  }
}

async function examine(checks: readonly Check[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [name, run] of checks) {
    try {
      findings.push({ name, ok: true, says: await run() })
    } catch (error) {
      findings.push({
        name,
        ok: false,
        says: error instanceof Complaint ? error.message : `could not be checked: ${error}`,
      })
    }
  }
  return findings
}

async function report(said: Promise<string | undefined>): Promise<string> {
  const complaint = await said
  if (complaint) throw new Complaint(complaint)
  return 'nothing to report'
}

export function checkNode(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19))
    throw new Complaint(`Node ${version} is too old: install 20.19 or later.`)
  return `Node ${version}`
}

interface LockFile {
  packages: Record<string, { version?: string; optional?: boolean; dev?: boolean }>
}

async function checkPackages(): Promise<string> {
  const read = async (path: string): Promise<LockFile> =>
    JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8'))
  const installed = await read('../../node_modules/.package-lock.json').catch(() => {
    throw new Complaint('The dependencies are not installed: run "npm ci".')
  })
  const { packages } = await read('../../package-lock.json')
  const wrong = Object.entries(packages).filter(
    ([path, { version, optional, dev }]) =>
      path &&
      !optional &&
      // What only tests and checks need is left out of an installation that serves (`npm ci --omit=dev`).
      !(dev && !installed.packages[path]) &&
      installed.packages[path]?.version !== version,
  )
  if (wrong.length > 0)
    throw new Complaint(`${wrong.length} packages are not those of package-lock.json: run "npm ci".`)
  return `${Object.keys(packages).length} packages as locked`
}

const leastFreeBytes = 1024 ** 3

async function checkDisk(config: Config): Promise<string> {
  const { bavail, bsize } = await statfs(config.varDir).catch(() => {
    throw new Complaint(`There is no folder ${config.varDir} yet: start once, or set TRAM_VAR.`)
  })
  const free = bavail * bsize
  const words = `${(free / 1024 ** 3).toFixed(1)} GB free at ${config.varDir}`
  if (free < leastFreeBytes) throw new Complaint(`${words}: at least 1 GB is needed, or the database will stop.`)
  return words
}

async function checkDatabase(app: App): Promise<string> {
  const [row] = await app.pool<{ version: string; bytes: number }[]>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes`
  const kind = app.config.databaseUrl ? 'at DATABASE_URL' : 'embedded'
  return `PostgreSQL ${row?.version} (${kind}), ${Math.round((row?.bytes ?? 0) / 1024 ** 2)} MB, tables up to date`
}

async function checkRights(app: App): Promise<string> {
  const [row] = await app.pool<{ who: string; rewrites: boolean; alters: boolean }[]>`
    select current_user as who,
      has_table_privilege(current_user, 'ledger.entry', 'update, delete, truncate') as rewrites,
      has_schema_privilege(current_user, 'ledger', 'create') as alters`
  if (row?.who !== applicationRole || row.rewrites || row.alters)
    throw new Complaint(
      `The program runs as ${row?.who} and could rewrite history: grant it ${applicationRole} only (run "npm run tram -- migrate" as the owner).`,
    )
  return `the program runs as ${applicationRole}, which can neither alter tables nor rewrite the audit trail`
}

async function checkClock(app: App): Promise<string> {
  const before = Date.now()
  const [row] = await app.pool<{ at: Date }[]>`select clock_timestamp() as at`
  const apart = Math.abs((row?.at.getTime() ?? 0) - (before + Date.now()) / 2)
  if (apart > 2000)
    throw new Complaint(
      `The clocks of this machine and of the database are ${Math.round(apart / 1000)} s apart: set both by NTP.`,
    )
  return `the clocks of machine and database agree`
}

async function checkJobs(app: App): Promise<string> {
  const [row] = await app.pool<{ waiting: number; given: number; late: number }[]>`
    select count(*) filter (where attempts < max_attempts) as waiting,
      -- One that was replaced while it ran stands at its last attempt too, but without an error.
      count(*) filter (where attempts >= max_attempts and locked_at is null and last_error is not null) as given,
      coalesce(max(extract(epoch from now() - run_at)) filter (where attempts < max_attempts and locked_at is null), 0)::float8 as late
    from graphile_worker.jobs`
  if ((row?.given ?? 0) > 0)
    throw new Complaint(
      `${row?.given} jobs failed for good; see last_error in graphile_worker.jobs, mend the cause and run them again.`,
    )
  if ((row?.late ?? 0) > 600)
    throw new Complaint(
      `Jobs have been waiting for ${Math.round((row?.late ?? 0) / 60)} minutes: is "tram work" running?`,
    )
  return `${row?.waiting} jobs waiting`
}

async function checkPacks(app: App): Promise<string> {
  const packs = await listLoadedPacks(app.pool)
  if (!packs.some(({ card }) => card.code === app.pack.code))
    throw new Complaint(`The pack ${app.pack.code} is not loaded: run "npm run tram -- migrate".`)
  return packs.map(({ card }) => card.code).join(', ')
}

async function checkLedger(app: App): Promise<string> {
  const [head] = await listCheckpoints(app.pool, 1)
  const [waiting] = await app.pool<{ count: number; since: Date | null }[]>`
    select count(*) as count, min(entry.at) as since
    from ledger.pending join ledger.entry on entry.id = pending.entry_id`
  const minutes = waiting?.since ? (Date.now() - waiting.since.getTime()) / 60_000 : 0
  if (minutes > 10)
    throw new Complaint(
      `${waiting?.count} entries of the audit trail wait for a number since ${Math.round(minutes)} minutes: is "tram work" running?`,
    )
  const [broken] = await listChainFaults(app.pool)
  if (broken)
    throw new Complaint(
      `The audit trail is not what was signed (${broken.findings} findings since ${broken.foundAt.toISOString()}): ${broken.message}. "tram verify" names every row; once they are brought back from a backup it clears this.`,
    )
  const [fault] = await listContentFaults(app.pool, 1)
  if (fault)
    throw new Complaint(
      `Kept contents are not as the ledger says, the latest ${fault.subject} (${fault.name}, ${fault.code}, found ${fault.foundAt.toISOString()}): bring them back from a backup; all are listed at /nhat-ky.`,
    )
  const signed = head ? `${head.size} entries signed at ${head.at.toISOString()}` : 'nothing signed yet'
  const read = (await listContentReadings(app.pool)).map(
    ({ action, entries, total }) => `${action} ${entries}/${total}`,
  )
  return [signed, ...(read.length > 0 ? [`kept contents read again: ${read.join(', ')}`] : [])].join('; ')
}

async function checkFiles(app: App): Promise<string> {
  const { files, bytes, missing, changed } = await verifyFiles(app.context())
  const [first] = [...missing, ...changed]
  if (first)
    throw new Complaint(
      `Of ${files} kept files ${missing.length} are missing and ${changed.length} are not what their hash says (${first} …): bring them back from a backup, into ${app.config.varDir}/files.`,
    )
  const scanner = await describeScanner(app.context())
  if (!scanner.ok) throw new Complaint(scanner.says)
  return `${files} files, ${Math.round(bytes / 1024 ** 2)} MB, all as their hashes say; ${scanner.says}`
}
