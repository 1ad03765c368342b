import { type Command, UsageFault } from '#platform/capability'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { readIfPresent } from './note.ts'
import { openOwnSigner, readTrust, witnessPath } from './places.ts'
import { LedgerBroken, sequenceLedger, signCheckpoint } from './sequence.ts'
import { verifyLedger } from './verify.ts'

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'Check the ledger from the first entry to the last and name every row that was changed, removed or inserted',
  usage: 'tram verify [--no-sign] [--witness FILE] [--json]',
  help: 'Numbers and signs what is waiting, then checks every commitment, leaf, stored hash, batch and checkpoint, and the witness file\nunder the var folder. Exit code 1 when anything is wrong. --no-sign only reads. --witness FILE compares with a\ncheckpoint that was kept in another place (a copy of var/ledger/last-checkpoint.txt) instead of the one under the var folder.',
  options: { 'no-sign': { type: 'boolean' }, witness: { type: 'string' } },
  async run(ctx, { options, progress }) {
    const { witness } = options
    if (typeof witness === 'string' && (await readIfPresent(witness)) === undefined)
      throw new UsageFault(`There is no file ${witness} to compare with.`)
    const refused = options['no-sign'] ? undefined : await numberAndSign(ctx)
    if (refused) progress(`Nothing is signed: ${refused.message}`)
    let told = 0
    const result = await verifyLedger(ctx.sql, {
      ...(await readTrust(ctx.config)),
      ...(typeof witness === 'string' ? { witnessPath: witness } : {}),
      progress: (done, total) => {
        if (done < total && done - told < 1_000_000) return
        told = done
        progress(`${done} of ${total} entries checked`)
      },
    })
    if (!result.ok)
      throw new Problem(
        'ledger.tampered',
        409,
        `The ledger was tampered with: ${result.findingCount} findings.`,
        { ...result },
        result.findings.map(({ code, message }) => ({ path: code, message })),
      )
    if (refused) throw refused
    return result
  },
}

/** @returns why nothing more is signed, where the history is not what was signed: what follows names the rows. */
async function numberAndSign(ctx: Context): Promise<LedgerBroken | undefined> {
  try {
    await sequenceLedger(ctx.sql)
    const signer = await openOwnSigner(ctx.config)
    await signCheckpoint(ctx.sql, signer, { now: ctx.now, witnessPath: witnessPath(ctx.config) })
    return undefined
  } catch (error) {
    if (error instanceof LedgerBroken) return error
    throw error
  }
}
