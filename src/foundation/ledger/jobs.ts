import { z } from 'zod'
import type { KeptBytes } from '#platform/capability'
import type { Context } from '#platform/context'
import { defineJob, handleJob } from '#platform/jobs'
import { readOn } from './contents/rounds.ts'
import { sequenceJob } from './events.ts'
import { noteChain, noteVerification } from './faults/chain.ts'
import { openOwnSigner, readTrust, witnessPath } from './places.ts'
import { LedgerBroken, sequenceLedger, signCheckpoint } from './sequence.ts'
import { countLeaves, findLastCheckpoint } from './store.ts'
import { verifyLedger } from './verify.ts'

/** A checkpoint is signed at once after so many entries; otherwise the minute's timer does it. */
const entriesACheckpoint = 10_000

const signJob = defineJob('ledger.sign', z.object({}))
const readJob = defineJob('ledger.read-contents', z.object({}))
/** Of every ten minutes; 144 runs a day go through a quarter of a terabyte. */
const readBounds = { bytes: 2 * 1024 ** 3, milliseconds: 90_000 }
const verifyJob = defineJob('ledger.verify', z.object({}))

export const ledgerJobs = (books: () => readonly KeptBytes[]) => [
  handleJob(readJob, (ctx) => readOn(ctx, books(), readBounds), '*/10 * * * *'),
  handleJob(sequenceJob, async (ctx) => {
    await sequenceLedger(ctx.sql)
    const last = await findLastCheckpoint(ctx.sql)
    if ((await countLeaves(ctx.sql)) - (last?.size ?? 0) >= entriesACheckpoint) await sign(ctx)
  }),
  handleJob(signJob, sign, '* * * * *'),
  handleJob(
    verifyJob,
    async (ctx) => {
      const verification = await verifyLedger(ctx.sql, await readTrust(ctx.config))
      await noteVerification(ctx, verification)
      const { ok, entries, findingCount, findings } = verification
      if (ok) ctx.log.info({ entries }, 'The ledger is as it was signed')
      else ctx.log.error({ entries, findingCount, findings: findings.slice(0, 20) }, 'The ledger was tampered with')
    },
    // 02:10 in Việt Nam.
    '10 19 * * *',
  ),
]

/** Nothing is signed on top of what is not as it was signed: that is told, and the job fails until it is mended. */
async function sign(ctx: Context): Promise<void> {
  const signer = await openOwnSigner(ctx.config)
  try {
    await sequenceLedger(ctx.sql)
    await signCheckpoint(ctx.sql, signer, { now: ctx.now, witnessPath: witnessPath(ctx.config) })
  } catch (error) {
    if (error instanceof LedgerBroken) await noteChain(ctx, 'signing', { findings: 1, message: error.message })
    throw error
  }
  await noteChain(ctx, 'signing', undefined)
}
