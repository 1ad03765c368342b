import type { StoredRule } from './store.ts'
import type { Episode } from './timeline.ts'
import type { Track } from './track.ts'

export interface State {
  rule: string
  key: string
  version: number
  state: 'off' | 'on' | 'no-data'
  /** When it was first seen so. */
  since: Date
  /** Event time from which the condition holds. */
  startsAt: Date | null
  firing: boolean
  dueAt: Date | null
}

export type Known = Omit<State, 'rule' | 'key'>

/** What became of one track: how it stands, and the episodes that may have to be told. */
export interface Change {
  rule: StoredRule
  track: Track
  fingerprint: string
  state: State | undefined
  before: Known | undefined
  episodes: readonly Episode[]
  /** What begins there may have begun before. */
  edge: number | undefined
}
