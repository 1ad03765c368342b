// What the simulated gateways have been given, and how they behave. The control port reads the one and sets the other.

export const channels = ['email', 'sms', 'zalo', 'call', 'webhook', 'push'] as const
export type Channel = (typeof channels)[number]

export interface Arrival {
  channel: Channel
  /** The sender's own number of it: the key, or the Message-ID. */
  id: string
  to: string
  subject?: string
  text: string
  headers: Record<string, string>
  at: string
  /** How often it came: a gateway that knows the number delivers it once. */
  times: number
}

export interface Behaviour {
  latencyMs: number
  /** So many of the next messages are answered with a fault that passes. */
  faults: number
  /** So many of the next messages are taken, and the line is cut before the answer. */
  cuts: number
  /** Numbers and addresses that are refused for good. */
  refused: string[]
  /** A token is good for so many messages. */
  tokenUses: number
  /** What a receipt says, where one is sent: a call is answered (`acknowledged`) or not (`failed`). */
  receipt: 'none' | 'received' | 'acknowledged' | 'failed'
}

const usual: Behaviour = { latencyMs: 0, faults: 0, cuts: 0, refused: [], tokenUses: 1000, receipt: 'none' }

/** The most that is remembered: the oldest goes first. */
const mostKept = 10_000

export class Book {
  readonly behaviours = new Map<Channel, Behaviour>()
  private readonly arrivals = new Map<string, Arrival>()

  constructor() {
    this.reset()
  }

  reset(): void {
    for (const channel of channels) this.behaviours.set(channel, { ...usual, refused: [] })
    this.arrivals.clear()
  }

  behaviourOf(channel: Channel): Behaviour {
    const behaviour = this.behaviours.get(channel)
    if (!behaviour) throw new Error(`no channel ${channel}`)
    return behaviour
  }

  /** Counts one of the next faults or cuts off. */
  spend(channel: Channel, what: 'faults' | 'cuts' | 'tokenUses'): boolean {
    const behaviour = this.behaviourOf(channel)
    if (behaviour[what] <= 0) return false
    behaviour[what] -= 1
    return true
  }

  /** @returns whether it is new. */
  take(arrival: Omit<Arrival, 'times' | 'at'>): boolean {
    const key = `${arrival.channel} ${arrival.id} ${arrival.to}`
    const known = this.arrivals.get(key)
    if (known) {
      known.times += 1
      return false
    }
    this.arrivals.set(key, { ...arrival, at: new Date().toISOString(), times: 1 })
    const [oldest] = this.arrivals.keys()
    if (oldest !== undefined && this.arrivals.size > mostKept) this.arrivals.delete(oldest)
    return true
  }

  list(channel?: string): Arrival[] {
    return [...this.arrivals.values()].filter((one) => channel === undefined || one.channel === channel)
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
