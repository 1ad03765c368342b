/**
 * How many pages a PDF has, counted apart from the program: a file made to keep a reader busy is given up with its thread after a while.
 * A thread that has answered stays for the next file, since to load the reader takes far longer than to count.
 */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

const mostMs = 20_000
const idleMs = 30_000
const mostIdle = 2
const memory = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 }

const boot = `
const { parentPort, workerData } = require('node:worker_threads')
const reader = import(workerData.library)
parentPort.on('message', async (bytes) => {
  try {
    const pdf = await (await reader).PDF.load(bytes)
    parentPort.postMessage(pdf.isEncrypted && !pdf.isAuthenticated ? { locked: true, pages: 0 } : { locked: false, pages: pdf.getPageCount() })
  } catch {
    parentPort.postMessage(null)
  }
})`

/** It kept its reader busy for longer than any document does, or took all its memory. */
export const gaveUp = 'gave-up'

const Counted = z.object({ locked: z.boolean(), pages: z.number().int().min(0) }).nullable()

/** Waits for the next file, and leaves when `timer` is over. */
interface Idle {
  worker: Worker
  timer: NodeJS.Timeout
}
const idle: Idle[] = []

function takeIdle(): Worker | undefined {
  const one = idle.pop()
  clearTimeout(one?.timer)
  return one?.worker
}

/** Nothing where it cannot be told: readers mend what a count stumbles over. */
export function countPages(bytes: Buffer, ms = mostMs): Promise<z.infer<typeof Counted> | typeof gaveUp> {
  const worker = takeIdle() ?? startWorker()
  worker.removeAllListeners()
  worker.ref()
  return new Promise((resolve) => {
    const end = (counted: unknown, isWell: boolean) => {
      clearTimeout(timer)
      worker.removeAllListeners()
      if (isWell) keepIdle(worker)
      else worker.terminate().catch(() => {})
      if (counted === gaveUp) return resolve(gaveUp)
      const parsed = Counted.safeParse(counted)
      resolve(parsed.success ? parsed.data : null)
    }
    const timer = setTimeout(end, ms, gaveUp, false)
    worker
      .once('message', (counted: unknown) => end(counted, true))
      .once('error', (error: NodeJS.ErrnoException) =>
        end(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? gaveUp : null, false),
      )
      .once('exit', () => end(null, false))
    const copy = new Uint8Array(bytes)
    worker.postMessage(copy, [copy.buffer])
  })
}

function startWorker(): Worker {
  const library = import.meta.resolve('@libpdf/core')
  return new Worker(boot, { eval: true, workerData: { library }, resourceLimits: memory, execArgv: [] })
}

/** For a while, and it does not keep the program running. */
function keepIdle(worker: Worker): void {
  const leave = () => {
    clearTimeout(timer)
    const place = idle.findIndex((one) => one.worker === worker)
    if (place >= 0) idle.splice(place, 1)
    worker.terminate().catch(() => {})
  }
  const timer = setTimeout(leave, idleMs)
  timer.unref()
  worker.unref()
  worker.once('error', leave).once('exit', leave)
  if (idle.length < mostIdle) idle.push({ worker, timer })
  else leave()
}
