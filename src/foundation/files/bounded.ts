/**
 * Programs that are handed what somebody sent: bounded in time and in the memory of their whole group of processes, which dies with its
 * leader; a scratch folder of their own; nothing of this program's surroundings but a language.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Bounds {
  timeoutMs: number
  /** Of all its processes together, where the machine tells it (Linux). */
  memoryBytes: number
}

/** What went wrong in the other program; the caller gives it words. */
export class ProgramFault extends Error {
  override readonly name = 'ProgramFault'
}

/** Calls `fail` once the program takes more time or memory than it may; @returns what ends the watch. */
export function watchBounds(program: ChildProcess, bounds: Bounds, fail: (words: string) => void): () => void {
  const clock = setTimeout(() => fail(`not done within ${bounds.timeoutMs} ms`), bounds.timeoutMs)
  const scale = setInterval(async () => {
    const bytes = await measureGroup(program.pid)
    if (bytes > bounds.memoryBytes) fail(`took ${Math.round(bytes / 1024 ** 2)} MB`)
  }, 200)
  return () => {
    clearTimeout(clock)
    clearInterval(scale)
  }
}

const pageBytes = 4096

/** Resident memory of a group of processes; 0 where /proc does not tell. */
async function measureGroup(leader: number | undefined): Promise<number> {
  const names = await readdir('/proc').catch(() => [])
  let pages = 0
  for (const name of names.filter((one) => /^\d+$/.test(one))) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    // The name of the program stands in brackets and may hold anything: fields are counted from behind it. Group is 5th, resident 24th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[2]) === leader) pages += Number(fields[21]) || 0
  }
  return pages * pageBytes
}

export function endGroup(program: ChildProcess): void {
  if (program.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? program.pid : -program.pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
    program.kill('SIGKILL')
  }
}

/** Work in a folder that is gone afterwards. */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tram-scratch-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => {})
  }
}

// Of util-linux: the kernel itself holds the bound, between two looks of the watch too.
const prlimit = ['/usr/bin/prlimit'].find((path) => existsSync(path))

export interface Run {
  path: string
  args: readonly string[]
  /** Where it works; its home. */
  folder: string
  bounds: Bounds
  /** Bytes of address space too, for a program that asks for little more than it uses. */
  addressBytes?: number
  /** What is more of its output is a fault. */
  mostOutput?: number
}

/** What it wrote on its standard output. @throws ProgramFault when it ends with an error, or takes more than it may. */
export function runBounded({ path, args, folder, bounds, addressBytes, mostOutput = 1024 ** 2 }: Run): Promise<Buffer> {
  const limits = [
    `--cpu=${Math.ceil(bounds.timeoutMs / 1000)}`,
    '--core=0',
    ...(addressBytes ? [`--as=${addressBytes}`] : []),
  ]
  const [command, all] = prlimit ? [prlimit, [...limits, path, ...args]] : [path, [...args]]
  const program = spawn(command, all, {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: process.platform !== 'win32',
  })
  return new Promise<Buffer>((resolve, reject) => {
    const fail = (words: string) => reject(new ProgramFault(words))
    const stop = watchBounds(program, bounds, fail)
    const chunks: Buffer[] = []
    let size = 0
    program.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > mostOutput) fail(`wrote more than ${mostOutput} bytes`)
      else chunks.push(chunk)
    })
    program.on('error', (error) => fail(error.message))
    program.on('close', (code, signal) => {
      stop()
      if (code === 0) resolve(Buffer.concat(chunks))
      else fail(`ended with ${code ?? signal}`)
    })
  }).finally(() => endGroup(program))
}
