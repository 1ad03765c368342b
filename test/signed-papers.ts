/** Papers that tests sign, and the tools of others that look at them. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PDF } from '@libpdf/core'
import { ContentInfo, SignedData } from 'pkijs'
import type { Config } from '#platform/config'
import { openLog } from '#platform/log'
import { debianProgram } from './debian.ts'
import { testConfig } from './settings.ts'
import type { Trust } from './trust.ts'

const run = promisify(execFile)

export const pdfsig = debianProgram('poppler-utils', ['/usr/bin/pdfsig'])

/** What asks the authorities of `trust`, now. */
export const askingOf = (trust: Trust, changes: Partial<Config> = {}) => ({
  config: testConfig({ tsaUrl: `${trust.url}/tsa`, trustDir: trust.rootsDir, ...changes }),
  log: openLog('silent'),
  now: new Date(),
})

/** A paper of two pages; its tables are streams of objects, or plain. */
export async function makePaper({ streams = false } = {}): Promise<Buffer> {
  const pdf = PDF.create()
  for (const words of ['The amount is 1,000,000 dong.', 'Second page.'])
    pdf.addPage({ size: 'a4' }).drawText(words, { x: 100, y: 700 })
  return Buffer.from(await pdf.save({ useXRefStream: streams }))
}

interface SignedPiece {
  contents: Buffer
  data: Buffer
}

/** Every signature of a file, found without our own reader. */
export function cutSignatures(pdf: Buffer): SignedPiece[] {
  const words = pdf.toString('latin1')
  return [...words.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].map(([, ...range]) => {
    const [, before = 0, after = 0, rest = 0] = range.map(Number)
    return {
      contents: Buffer.from(words.slice(before + 1, after - 1), 'hex'),
      data: Buffer.concat([pdf.subarray(0, before), pdf.subarray(after, after + rest)]),
    }
  })
}

/** Asks pdfsig, and openssl about every signature's CMS and its time stamp. @throws Error with what they said. */
export async function askOthers(pdf: Buffer, trust: Trust): Promise<{ valid: number; stamped: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'tram-papers-'))
  try {
    const path = (name: string) => join(folder, name)
    await writeFile(path('paper.pdf'), pdf)
    const { stdout } = await run(await pdfsig.find(), [path('paper.pdf')]).catch((error) => error as { stdout: string })
    const valid = stdout.match(/Signature is Valid/g)?.length ?? 0
    let stamped = 0
    const trusted = ['-CAfile', join(trust.folder, 'root.pem')]
    for (const { contents, data } of cutSignatures(pdf)) {
      await writeFile(path('cms'), contents)
      await writeFile(path('data'), data)
      const stamp = cutToken(contents)
      if (stamp) {
        await writeFile(path('token'), stamp.token)
        const digest = createHash('sha256').update(stamp.signature).digest('hex')
        const untrusted = ['-untrusted', join(trust.folder, 'issuing.pem')]
        await run('openssl', [
          'ts',
          '-verify',
          '-digest',
          digest,
          '-token_in',
          '-in',
          path('token'),
          ...trusted,
          ...untrusted,
        ])
        stamped += 1
      }
      const arguments_ = ['-inform', 'DER', '-in', path('cms'), '-content', path('data'), '-binary', '-purpose', 'any']
      await run('openssl', ['cms', '-verify', '-cades', ...arguments_, ...trusted, '-out', path('out')])
    }
    return { valid, stamped }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The time stamp inside a CMS, and the signature it is over, as pkijs reads it. */
function cutToken(cms: Buffer): { token: Buffer; signature: Buffer } | undefined {
  const { content } = ContentInfo.fromBER(new Uint8Array(cms))
  const [signer] = new SignedData({ schema: content }).signerInfos
  const attribute = signer?.unsignedAttrs?.attributes.find(({ type }) => type === '1.2.840.113549.1.9.16.2.14')
  if (!signer || !attribute) return undefined
  const token = Buffer.from(attribute.values[0].toBER())
  return { token, signature: Buffer.from(signer.signature.valueBlock.valueHexView) }
}
