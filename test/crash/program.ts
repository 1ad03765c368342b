import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectRoot } from '../settings.ts'

export interface Place {
  varDir: string
  packDir: string
  port: number
}

const environmentOf = ({ varDir, packDir, port }: Place): NodeJS.ProcessEnv => ({
  ...process.env,
  TRAM_VAR: varDir,
  TRAM_PACK: packDir,
  PORT: String(port),
  HOST: '127.0.0.1',
  DATABASE_URL: '',
  MIGRATION_DATABASE_URL: '',
  TRAM_ADMIN_PASSWORD: 'mat-khau-thu-nghiem-1',
  TRAM_LOG: 'warn',
})

/** A program in a process group of its own, so that it can be killed with everything it has started but the database. */
export interface Running {
  child: ChildProcess
  ended: Promise<number | null>
  output(): string
  errors(): string
}

const groups = new Set<Running>()

/** For a run that is itself ended from outside: nothing that it started stays behind. */
export function endWithAll(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      killAll([...groups].flatMap(({ child }) => (child.pid === undefined ? [] : [-child.pid])))
      process.exit(1)
    })
  }
}

export function launch(place: Place, args: readonly string[], settings: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, ['scripts/launch.mjs', 'src/main.ts', ...args], {
    cwd: projectRoot,
    env: { ...environmentOf(place), ...settings },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  const running = { child, ended, output: () => output, errors: () => errors }
  groups.add(running)
  ended.then(() => groups.delete(running))
  return running
}

export const isOver = ({ child }: Running): boolean => child.exitCode !== null || child.signalCode !== null

/** Waits for the line that names the address. @throws when the program ends before, or when it takes longer. */
export async function untilReady(running: Running, timeoutMs = 90_000): Promise<void> {
  for (let waited = 0; waited < timeoutMs; waited += 25) {
    if (running.output().includes('(ready in')) return
    if (isOver(running)) break
    await sleep(25)
  }
  throw new Error(`the program did not become ready:\n${running.output()}\n${running.errors()}`)
}

/** Ends the whole process group at once. */
export async function killGroup(running: Running): Promise<void> {
  if (isOver(running) || running.child.pid === undefined) return
  try {
    process.kill(-running.child.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
  await running.ended
}

/** The process of jobs: the child of the program. */
export function findWorker(running: Running): number | undefined {
  const parent = running.child.pid
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = readText(`/proc/${entry}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A word of its own: the database, a child as well, is told its `work_mem`.
    if (Number(fields[1]) === parent && readText(`/proc/${entry}/cmdline`).split('\0').includes('work'))
      return Number(entry)
  }
  return undefined
}

/** Processes of the embedded database: those whose working folder is its data folder. */
export function findDatabase({ varDir }: Place): number[] {
  const folder = join(varDir, 'postgres')
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && readLink(`/proc/${entry}/cwd`) === folder)
    .map(Number)
}

export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** Runs a command of the program to its end; its document, or the failure. */
export async function runCommand<T>(place: Place, args: readonly string[]): Promise<T> {
  const running = launch(place, [...args, '--json'])
  const code = await running.ended
  if (code !== 0) throw new Error(`tram ${args.join(' ')} ended with ${code}:\n${running.output()}${running.errors()}`)
  return JSON.parse(running.output())
}
