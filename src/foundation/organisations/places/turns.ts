// Work of a second that would hold up every other request is done in pieces: whoever does it asks between two of its steps whether a pause is due.
import { performance } from 'node:perf_hooks'

export interface Pauses {
  isDue(): boolean
  take(): Promise<void>
}

/** Pauses after so much work: the rest of the program has its turn. */
export function makePauses(pieceMs = 12): Pauses {
  let since = performance.now()
  return {
    isDue: () => performance.now() - since >= pieceMs,
    async take() {
      await new Promise((turn) => setImmediate(turn))
      since = performance.now()
    },
  }
}
