/**
 * Locks between processes of one machine: a file that names its owner. A process number alone does not name a process, for numbers
 * come again (in a container after every restart), so the owner is written as number, start time and boot of the machine.
 */
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** Names a running process for good; `undefined` when there is none of that number. */
export function nameProcess(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined
  }
  const stat = readText(`/proc/${pid}/stat`)
  // The name of the program stands in brackets and may hold anything; the start time is the 20th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z') return undefined
  return `${pid} ${fields[19] ?? '-'} ${readText('/proc/sys/kernel/random/boot_id').trim() || '-'}`
}

/** True while the process that was named so runs. */
export const isRunning = (name: string): boolean => nameProcess(Number(name.split(' ')[0])) === name.trim()

export function ownName(): string {
  return nameProcess(process.pid) ?? `${process.pid} - -`
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // Not Linux, or gone meanwhile.
  }
}

/** Takes the lock, or tells who holds it. A lock whose owner has ended is taken over. */
export async function tryLock(file: string): Promise<{ release(): Promise<void> } | { heldBy: number }> {
  const own = ownName()
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  await writeFile(draft, own, { flag: 'wx' })
  try {
    for (;;) {
      // A link appears whole or not at all: nobody can read a lock without its owner.
      if (await linked(draft, file)) return { release: () => rm(file, { force: true }) }
      const owner = await readFile(file, 'utf8').catch(() => undefined)
      if (owner === undefined) continue
      if (isRunning(owner)) return { heldBy: Number(owner.split(' ')[0]) }
      await removeStale(file, owner)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** Another process may have taken the stale lock over meanwhile: what was moved aside is looked at, and put back if it is alive. */
async function removeStale(file: string, owner: string): Promise<void> {
  const aside = `${file}.stale.${process.pid}`
  try {
    await rename(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return
  }
  if ((await readFile(aside, 'utf8')) !== owner) await linked(aside, file)
  await rm(aside, { force: true })
}

/** Holds the lock while `work` runs, waiting for whoever has it. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  let lock = await tryLock(file)
  while ('heldBy' in lock) {
    await sleep(50)
    lock = await tryLock(file)
  }
  try {
    return await work()
  } finally {
    await lock.release()
  }
}
