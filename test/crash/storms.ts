/** Alerts in storms: what the crash test has told of, acknowledged, closed and silenced, and what of it the program has answered for. */
import type { Random } from './records.ts'

const inlets = ['alertmanager', 'api'] as const
export type Inlet = (typeof inlets)[number]

const severities = ['critical', 'high', 'medium', 'low'] as const
const causesOfEach = 12

export interface Occurrence {
  inlet: Inlet
  cause: string
  district: string
  thing: string
  startsAt: string
  severity: (typeof severities)[number]
}

export interface Storm {
  inlet: Inlet
  occurrences: Occurrence[]
}

export const keyOf = ({ inlet, thing, startsAt }: Occurrence): string => `${inlet} ${thing} ${startsAt}`
export const groupOf = ({ inlet, cause, district }: Occurrence): string => `${inlet} ${cause} ${district}`

/** A silence that was promised, and what came under it. */
export interface Hush {
  district: string
  endsAt: Date
  storm: Storm
}

export class Storms {
  /** Everything that was ever put into a storm. */
  readonly told = new Map<string, Occurrence>()
  readonly acknowledged = new Set<Storm>()
  readonly waiting: Storm[] = []
  readonly hushes: Hush[] = []
  /** Alerts that the program has said are taken, or closed, and when it said so. */
  readonly taken: { code: string; at: number }[] = []
  readonly closed: { code: string; at: number }[] = []
  /** Occurrences in all messages, answered or not: more was never received from outside. */
  sent = 0
  private made = 0
  private readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  pick(below: number): number {
    return Math.floor(this.random() * below)
  }

  /** New occurrences of few causes, and some that were told before. */
  makeStorm(size: number): Storm {
    const inlet = inlets[this.pick(2)] ?? 'api'
    const known = [...this.told.values()].filter((one) => one.inlet === inlet && !one.district.startsWith('Im '))
    const occurrences = Array.from({ length: size }, () => {
      const old = known.length > 0 && this.random() < 0.25 ? known[this.pick(known.length)] : undefined
      return old ?? this.makeOccurrence(inlet, `Quận ${this.pick(4)}`)
    })
    return this.keep({ inlet, occurrences })
  }

  /** All of one district, which is silenced. */
  makeHushed(district: string, size: number): Storm {
    const inlet = inlets[this.pick(2)] ?? 'api'
    return this.keep({ inlet, occurrences: Array.from({ length: size }, () => this.makeOccurrence(inlet, district)) })
  }

  private keep(storm: Storm): Storm {
    for (const one of storm.occurrences) this.told.set(keyOf(one), one)
    return storm
  }

  private makeOccurrence(inlet: Inlet, district: string): Occurrence {
    this.made += 1
    const cause = this.pick(causesOfEach)
    return {
      inlet,
      cause: `Sự cố ${cause}`,
      district,
      thing: `may-${this.made}`,
      startsAt: new Date(Date.now() - this.pick(600_000)).toISOString(),
      severity: severities[cause % severities.length] ?? 'low',
    }
  }
}
