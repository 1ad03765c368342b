/** CPU that processes have used, as the system counts it: on a busy machine the time on the clock says little. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const fieldsOf = (pid: number | string): string[] =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')

/** Seconds of a process and of those it has waited for. */
export const cpuOf = (pid: number): number =>
  fieldsOf(pid)
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks), 0) / 100

/** Seconds of all processes of the embedded database in a folder. */
export function databaseCpu(varDir: string): number {
  const postmaster = Number(readFileSync(join(varDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])
  const children = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isChild(entry, postmaster))
  return [postmaster, ...children.map(Number)].reduce((sum, pid) => sum + cpuOf(pid), 0)
}

function isChild(entry: string, parent: number): boolean {
  try {
    return Number(fieldsOf(entry)[1]) === parent
  } catch {
    // It ended while it was looked at.
    return false
  }
}
