/**
 * All in one: database, tables, pack, demonstration year, HTTP here and jobs in a process of their own, so that a long import never
 * keeps a page waiting. The second process is tied to this one by a channel: whichever way this one ends, the other notices.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readDemoPeople, roleNames } from '#identity'
import { type Config, ConfigFault, checkDataFolder } from '#platform/config'
import { tryLock } from '#platform/lock'
import { findMark } from '#platform/marks'
import { type App, makeFolder, openApp } from '../app.ts'
import { requirePort, type Serving, startServing } from '../serving.ts'
import { type ProgramCommand, untilEnd } from './program.ts'
import { chooseMode, fill, type Mode } from './seed.ts'

type Progress = (line: string) => void

export const start: ProgramCommand = {
  name: 'start',
  summary: 'Start everything on this machine: database, tables, pack, demonstration year, HTTP and jobs',
  usage: 'npm start [-- --no-demo]',
  help: 'Settings come from the environment or .env: PORT (8080), HOST (127.0.0.1), TRAM_VAR (var), DATABASE_URL. --no-demo makes a clean installation with one account, admin, whose password is printed once (or set by TRAM_ADMIN_PASSWORD).',
  options: { 'no-demo': { type: 'boolean' } },
  async run(config, { options, progress }) {
    checkDataFolder(config)
    const end = untilEnd()
    const lock = await lockInstance(config)
    try {
      await requirePort(config)
      await runAll(config, { wanted: options['no-demo'] ? 'clean' : undefined, end, progress })
    } finally {
      await lock.release()
    }
  },
}

async function lockInstance(config: Config) {
  await makeFolder(config.varDir)
  const lock = await tryLock(join(config.varDir, 'run', 'instance.lock'))
  if ('release' in lock) return lock
  throw new ConfigFault(
    `Trầm Hương is already running on the folder ${config.varDir} (process ${lock.heldBy}): end that one first, or set TRAM_VAR and PORT for a second installation.`,
  )
}

interface Run {
  wanted: Mode | undefined
  end: Promise<string>
  progress: Progress
}

async function runAll(config: Config, { wanted, end, progress }: Run): Promise<void> {
  const startedAt = Date.now()
  const app = await openApp(config, { tables: 'migrate', connections: 20, progress })
  /** Of an account that exists by now, and not told to anybody yet. */
  let untold: string | undefined
  try {
    // Where everything was filled before, jobs need not wait for the packs to be looked through again.
    const isKnown = (await findMark(app.pool, 'mode')) !== undefined
    const mode = await chooseMode(app, wanted)
    const serving = await startServing(app)
    let worker = isKnown ? keepWorking(app, progress) : undefined
    try {
      const filled = fill(app, mode, { full: false, progress, tellPassword: (password) => (untold = password) })
      if ((await Promise.race([filled, end])) !== undefined) {
        filled.catch((error) => app.workshop.log.warn({ err: error }, 'loading was cut short; the next start goes on'))
        return
      }
      worker ??= keepWorking(app, progress)
      await Promise.race([worker.ready, end])
      for (const line of await greeting(app, serving, { mode, startedAt })) progress(line)
      tellPassword()
      progress('')
      progress('Ctrl-C ends it.')
      const reason = await end
      progress(`Shutting down (${reason})`)
    } finally {
      await worker?.stop()
      await serving.close()
    }
  } finally {
    await app.close()
    // A start that was cut short has made the account all the same.
    tellPassword()
  }

  function tellPassword() {
    if (untold) for (const line of passwordWords(untold)) progress(line)
    untold = undefined
  }
}

const passwordWords = (password: string) => [
  '',
  `First account: admin · password: ${password}`,
  'It is shown this once; change it after signing in.',
]

async function greeting(app: App, serving: Serving, { mode, startedAt }: { mode: Mode; startedAt: number }) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  const lines = ['', `Trầm Hương · ${app.pack.name} · ${serving.url} (ready in ${seconds} s)`]
  if (mode !== 'demo') return lines
  const people = await readDemoPeople(app.config.packDir)
  const longest = (texts: string[]) => Math.max(0, ...texts.map((text) => text.length))
  const account = longest(people.map((person) => person.account))
  const password = longest(people.map((person) => person.demoPassword))
  lines.push('', 'Demonstration accounts (invented people, illustrative data):')
  for (const person of people) {
    const roles = person.roles.map(({ role }) => roleNames[role]).join(', ')
    lines.push(`  ${person.account.padEnd(account)}  ${person.demoPassword.padEnd(password)}  ${roles}`)
  }
  return lines
}

interface Worker {
  ready: Promise<void>
  stop(): Promise<void>
}

/** Keeps one process of jobs running; one that dies is started again, with growing pauses. */
function keepWorking(app: App, progress: Progress): Worker {
  let child: ChildProcess
  let stopping = false
  let failures = 0
  let markReady = () => {}
  const ready = new Promise<void>((resolve) => {
    markReady = resolve
  })
  const launch = () => {
    child = fork(fileURLToPath(new URL('../../scripts/launch.mjs', import.meta.url)), ['src/main.ts', 'work'], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.on('message', () => {
      failures = 0
      markReady()
    })
    child.on('exit', (code, signal) => {
      if (stopping) return
      failures += 1
      app.workshop.log.error({ code, signal }, 'the process of jobs ended; it is started again')
      if (failures > 5) progress('The process of jobs keeps ending; see the log above. Pages go on.')
      setTimeout(() => stopping || launch(), Math.min(30_000, 500 * 2 ** failures))
    })
  }
  launch()
  return {
    ready,
    async stop() {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const late = sleep(20_000, 'late', { ref: false })
      if ((await Promise.race([ended, late])) === 'late') child.kill('SIGKILL')
      await ended
    },
  }
}
