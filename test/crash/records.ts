/**
 * What the crash test sends, and what must stand at the end. Records are made from a seed: new ones, corrections, the same again, an
 * older version after a newer one, and some that no contract takes. Every batch is sent until it is acknowledged, as a careful client
 * does; what has been acknowledged is remembered here, outside of the program that is being killed.
 */
import { organisations } from './pack.ts'

export interface Version {
  id: string
  revision: number
  organisation: string
  openedOn: string
  status: 'mo' | 'dong'
  /** No contract takes it: its day is not one. */
  faulty: boolean
}

export type Random = () => number

/** Mulberry32: the same seed gives the same run of choices. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Batch {
  key: string
  versions: Version[]
}

export class Records {
  /** Every version that was ever put into a batch, by id and revision. */
  readonly versions = new Map<string, Version>()
  readonly acknowledged = new Set<Batch>()
  readonly waiting: Batch[] = []
  /** Where the program has said that a pushed batch can be followed. */
  readonly places = new Set<string>()
  private readonly newest = new Map<string, number>()
  private readonly random: Random
  private made = 0
  private ids = 0

  constructor(random: Random) {
    this.random = random
  }

  makeBatch(size: number): Batch {
    const inBatch = new Map<string, Version>()
    while (inBatch.size < size) {
      const version = this.makeVersion()
      if (!inBatch.has(version.id)) inBatch.set(version.id, version)
    }
    this.made += 1
    const batch = { key: `batch-${this.made}`, versions: [...inBatch.values()] }
    for (const version of batch.versions) {
      this.versions.set(`${version.id}/${version.revision}`, version)
      this.newest.set(version.id, Math.max(version.revision, this.newest.get(version.id) ?? 0))
    }
    return batch
  }

  acknowledge(batch: Batch): void {
    this.acknowledged.add(batch)
  }

  /** A record of which an answer of the program speaks, or that is sent until one does. */
  private makeVersion(): Version {
    const known = this.newest.size
    const choice = this.random()
    if (known < 50 || choice < 0.6) {
      this.ids += 1
      return this.describe(`R${String(this.ids).padStart(7, '0')}`, 1 + this.pick(2))
    }
    const id = `R${String(1 + this.pick(this.ids)).padStart(7, '0')}`
    const newest = this.newest.get(id) ?? 1
    if (choice < 0.85) return this.describe(id, newest + 1)
    return this.describe(id, 1 + this.pick(newest))
  }

  /** The same id and revision always say the same. */
  private describe(id: string, revision: number): Version {
    const known = this.versions.get(`${id}/${revision}`)
    if (known) return known
    const number = Number(id.slice(1))
    const day = 1 + this.pick(28)
    const month = 1 + this.pick(6)
    return {
      id,
      revision,
      organisation: organisations[this.pick(organisations.length)] ?? organisations[0],
      openedOn: `2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
      status: this.random() < 0.5 ? 'mo' : 'dong',
      faulty: number % 97 === 0,
    }
  }

  private pick(below: number): number {
    return Math.floor(this.random() * below)
  }

  /** The newest sound version of every record: what stands when all has arrived. */
  standing(): Version[] {
    const newest = new Map<string, Version>()
    for (const version of this.versions.values()) {
      if (version.faulty) continue
      const known = newest.get(version.id)
      if (!known || known.revision < version.revision) newest.set(version.id, version)
    }
    return [...newest.values()]
  }
}

const columns = ['ma', 'lan', 'don_vi', 'tiep_nhan', 'trang_thai'] as const

export const rowOf = (version: Version): Record<(typeof columns)[number], string> => ({
  ma: version.id,
  lan: String(version.revision).padStart(6, '0'),
  don_vi: version.organisation,
  tiep_nhan: version.faulty ? `không rõ lần ${version.revision}` : `${version.openedOn} 09:30`,
  trang_thai: version.status,
})

export const csvOf = (versions: readonly Version[]): string =>
  [columns.join(','), ...versions.map((version) => Object.values(rowOf(version)).join(',')), ''].join('\n')
