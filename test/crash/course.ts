/** The course of a trial: what can be killed, what is running, and what was sent. */
import type { HandOvers } from './hand-overs.ts'
import type { Place, Running } from './program.ts'
import type { Random, Records } from './records.ts'
import type { Storms } from './storms.ts'

export const targets = ['program', 'everything', 'starting', 'jobs', 'import', 'database'] as const
export type Target = (typeof targets)[number]

export interface Journal {
  kills: Record<Target, number>
  imports: { acknowledged: number; cut: number }
  pushes: { acknowledged: number; cut: number }
  storms: { acknowledged: number; cut: number }
  /** Acknowledgements and closings of alerts. */
  steps: { acknowledged: number; cut: number }
  silences: { acknowledged: number; cut: number }
  signatures: { acknowledged: number; cut: number }
}

export const emptyJournal = (): Journal => ({
  kills: { program: 0, everything: 0, starting: 0, jobs: 0, import: 0, database: 0 },
  imports: { acknowledged: 0, cut: 0 },
  pushes: { acknowledged: 0, cut: 0 },
  storms: { acknowledged: 0, cut: 0 },
  steps: { acknowledged: 0, cut: 0 },
  silences: { acknowledged: 0, cut: 0 },
  signatures: { acknowledged: 0, cut: 0 },
})

export interface Trial {
  place: Place
  records: Records
  random: Random
  journal: Journal
  storms: Storms
  handOvers: HandOvers
  /** Bearer tokens, for pushing and for alerts; made once the program has been ready. */
  tokens?: { records: string; alerts: string }
  running?: Running
  importing?: Running
}

/** Those who push leave the program time to work, so that a round is not spent on a heap of its own making; the kill meets them in full run. */
export interface Pace {
  hurries: boolean
  ends: boolean
}
