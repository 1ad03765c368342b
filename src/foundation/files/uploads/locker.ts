import { ERRORS, type Lock, type Locker } from '@tus/server'

interface Held {
  askRelease(): void
  gone: Promise<void>
}

/** How long one who asks waits for a connection that is silent. */
const patienceMs = 10_000

/**
 * One request at a time on an upload, in this process: who comes asks the one before him, whose line may long be dead, to end with what
 * he has. Between processes the place of each piece decides (see `insertPiece`).
 */
export function makeLocker(): Locker {
  const held = new Map<string, Held>()
  return { newLock: (id) => makeLock(held, id) }
}

function makeLock(held: Map<string, Held>, id: string): Lock {
  let letGo = () => {}
  return {
    async lock(signal, askRelease) {
      const patience = makePatience()
      for (let before = held.get(id); before; before = held.get(id)) {
        before.askRelease()
        await Promise.race([before.gone, patience.over])
        if (signal.aborted || patience.isOver()) throw ERRORS.ERR_LOCK_TIMEOUT
      }
      patience.end()
      const gone = new Promise<void>((resolve) => {
        letGo = resolve
      })
      held.set(id, { askRelease, gone })
    },
    async unlock() {
      held.delete(id)
      letGo()
    },
  }
}

function makePatience() {
  let isOver = false
  let end = () => {}
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      isOver = true
      resolve()
    }, patienceMs)
    end = () => clearTimeout(timer)
  })
  return { over, isOver: () => isOver, end }
}
