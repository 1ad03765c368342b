/**
 * How many pages a PDF has, counted apart from the program: a file made to keep a reader busy is given up with its thread after a while.
 */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'

const mostMs = 20_000
const memory = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 }

const boot = `
const { parentPort, workerData } = require('node:worker_threads')
import(workerData.library).then(async ({ PDF }) => {
  const pdf = await PDF.load(workerData.bytes)
  parentPort.postMessage(pdf.isEncrypted && !pdf.isAuthenticated ? { locked: true, pages: 0 } : { locked: false, pages: pdf.getPageCount() })
}).catch(() => parentPort.postMessage(null))`

const Counted = z.object({ locked: z.boolean(), pages: z.number().int().min(0) }).nullable()

/** Nothing where it cannot be told: readers mend what a count stumbles over. */
export function countPages(bytes: Buffer): Promise<z.infer<typeof Counted>> {
  const library = import.meta.resolve('@libpdf/core')
  const worker = new Worker(boot, {
    eval: true,
    workerData: { library, bytes: new Uint8Array(bytes) },
    resourceLimits: memory,
    execArgv: [],
  })
  return new Promise((resolve) => {
    const end = (counted: unknown) => {
      clearTimeout(timer)
      worker.terminate().catch(() => {})
      const parsed = Counted.safeParse(counted)
      resolve(parsed.success ? parsed.data : null)
    }
    const timer = setTimeout(end, mostMs, null)
    worker.once('message', end).once('error', () => end(null))
  })
}
