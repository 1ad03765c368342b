import type { Inlet, Severity, Subject } from '../model.ts'

/** What an inlet makes of one message: an occurrence of something, before it is known whether it is new. */
export interface Item {
  fingerprint: string
  groupKey: string
  headline: string
  severity: Severity
  organisation: string
  area?: string
  point?: readonly [number, number]
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  /** When it began; absent: it goes on if it does already, else it begins now. */
  startsAt?: Date
  endsAt?: Date
  /** Its sender tells no end: it is over when nothing more is heard until then. */
  expiresAt?: Date
  generatorUrl?: string
  subject?: Subject
  playbook?: string
  /** Code of the rule, account of the sender. */
  origin: string
}

export interface RefusedItem {
  index: number
  reason: string
}

/** What one message brought in: `items` with their place in the message, and what could not be read. */
export interface Batch {
  inlet: Inlet
  items: readonly { index: number; item: Item }[]
  refused: readonly RefusedItem[]
}

/** received = shown + grouped + silenced + dropped, always. */
export interface Outcome {
  received: number
  shown: number
  grouped: number
  silenced: number
  dropped: number
  reasons: { repeat: number; invalid: number; future: number; late: number }
  refused: readonly RefusedItem[]
  /** Codes of the alerts that the batch opened or folded into. */
  alerts: string[]
  /** Those among them that it opened. */
  opened: string[]
}
