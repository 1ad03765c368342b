import { type Command, type KeptBytes, UsageFault } from '#platform/capability'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { readAll } from './contents/rounds.ts'
import { noteChain, noteVerification } from './faults/chain.ts'
import { readIfPresent } from './note.ts'
import { openOwnSigner, readTrust, witnessPath } from './places.ts'
import { LedgerBroken, sequenceLedger, signCheckpoint } from './sequence.ts'
import { verifyLedger } from './verify.ts'

export const makeVerifyCommand = (books: () => readonly KeptBytes[]): Command => ({
  name: 'verify',
  summary: 'Check the ledger and every kept content: name each row and each file that was changed, removed or inserted',
  usage: 'tram verify [--no-sign] [--ledger-only] [--witness FILE] [--json]',
  help: 'Numbers and signs what is waiting, then checks every commitment, leaf, stored hash, batch and checkpoint, and the witness file\nunder the var folder. Exit code 1 when anything is wrong. --no-sign only reads. --witness FILE compares with a\ncheckpoint that was kept in another place (a copy of var/ledger/last-checkpoint.txt) instead of the one under the var folder. Then every kept file and landed byte is read\nand compared with the hash that its entry holds; --ledger-only leaves these out.',
  options: { 'no-sign': { type: 'boolean' }, 'ledger-only': { type: 'boolean' }, witness: { type: 'string' } },
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
    if (!options['no-sign']) {
      await noteVerification(ctx, result)
      await noteChain(ctx, 'signing', refused && { findings: 1, message: refused.message })
    }
    if (!result.ok)
      throw new Problem(
        'ledger.tampered',
        409,
        `The ledger was tampered with: ${result.findingCount} findings.`,
        { ...result },
        result.findings.map(({ code, message }) => ({ path: code, message })),
      )
    if (refused) throw refused
    return options['ledger-only'] ? result : { ...result, ...(await readEverything(ctx, books(), progress)) }
  },
})

/** @throws Problem that names each content that is not as its entry says. */
async function readEverything(ctx: Context, books: readonly KeptBytes[], progress: (line: string) => void) {
  const faulty: { path: string; message: string }[] = []
  let [contents, bytes, told] = [0, 0, 0]
  for await (const { content, entry, fault, bytes: read } of readAll(ctx, books)) {
    contents += 1
    bytes += read
    if (fault)
      faulty.push({
        path: `content.${fault}`,
        message: `${content.subject} (${content.name}${content.source ? `, ${content.source}` : ''}), kept ${entry.at.toISOString()}, is ${fault}: bring it back from a backup`,
      })
    if (bytes - told < 1024 ** 3) continue
    told = bytes
    progress(`${contents} kept contents read, ${Math.round(bytes / 1024 ** 2)} MB`)
  }
  if (faulty.length === 0) return { contents, contentBytes: bytes }
  const words = `Of ${contents} kept contents ${faulty.length} are not as the ledger says.`
  throw new Problem('ledger.contents-faulty', 409, words, { contents, faulty: faulty.length }, faulty.slice(0, 1000))
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
