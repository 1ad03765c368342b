import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Command, type CommandInput, UsageFault } from '#platform/capability'
import type { EntryFilter } from '../model.ts'
import { exportEntries } from './actions.ts'

const filters = ['subject', 'purpose', 'actor', 'action', 'organisation'] as const
const texts = [...filters, 'from', 'to', 'out', 'reason']

export const exportCommand: Command = {
  name: 'ledger',
  summary: 'Write entries of the ledger with their proofs to a ZIP that a stranger checks offline',
  usage: 'tram ledger export --out FILE --reason WORDS [filters] [--open] [--json]',
  help: `Numbers and signs what is waiting, then writes every entry that the filters find with its inclusion proof, the signed
checkpoint, the items of batches, the public keys, a manifest signed with the ledger's key, and a checker with instructions.
Filters: --subject KIND:CODE (or KIND:*), --purpose WORDS, --actor ACCOUNT, --action NAME, --organisation CODE, --from INSTANT, --to INSTANT.
--open adds the bodies of sealed entries in clear, where their key still exists; the proofs are over the ciphertext in any case.
The file appears when it is whole. Check it with: unzip FILE -d DIR && node DIR/kiem-tra.mjs DIR PUBLIC-KEY`,
  options: {
    ...Object.fromEntries(texts.map((name) => [name, { type: 'string' as const }])),
    open: { type: 'boolean' },
  },
  async run(ctx, { positionals, options, progress }) {
    const { out } = options
    if (positionals.join(' ') !== 'export' || typeof out !== 'string' || typeof options.reason !== 'string')
      throw new UsageFault(`Usage: ${exportCommand.usage}`)
    let told = 0
    let entries = 0
    const bytes = await exportEntries(ctx, {
      filter: readFilter(options),
      reach: 'all',
      purpose: options.reason,
      opens: options.open === true,
      progress: (done) => {
        entries = done
        if (done - told < 10_000) return
        told = done
        progress(`${done} entries written`)
      },
    })
    await writeWhole(out, bytes)
    return { file: out, entries }
  },
}

function readFilter(options: CommandInput['options']): EntryFilter {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined)
  const instant = (name: string) => {
    const said = text(name)
    const at = said === undefined ? undefined : new Date(said)
    if (at && Number.isNaN(at.getTime())) throw new UsageFault(`--${name} is no instant: "${said}"`)
    return at
  }
  const words = Object.fromEntries(filters.map((name) => [name, text(name)]))
  return { ...words, from: instant('from'), to: instant('to') }
}

/** Written aside and renamed when whole: evidence that was cut short is never taken for one. */
async function writeWhole(out: string, bytes: AsyncGenerator<Buffer>): Promise<void> {
  const draft = `${out}.${process.pid}.partial`
  const file = createWriteStream(draft, { flags: 'wx' })
  await once(file, 'open').catch((error: NodeJS.ErrnoException) => {
    throw new UsageFault(`The file ${out} cannot be written (${error.code}): name another with --out.`)
  })
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), file)
    await rename(draft, out)
  } finally {
    await rm(draft, { force: true })
  }
}
