/**
 * Signing with a time stamp (B-T) of a PDF of 1 MB, against its floor in the same run: a bare RSA signature and a round trip to the same
 * authority of time stamps. Then the check of what was signed, and a batch. Needs openssl.
 *
 *   node --import tsx bench/pades.ts [files of the batch]
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { PDF } from '@libpdf/core'
import { signPdf, stampTimeOf, validateDocument } from '#signing'
import { askingOf } from '../test/signed-papers.ts'
import { startTrust } from '../test/trust.ts'
import { median, sayFigure } from './report.ts'

const files = Number(process.argv[2] ?? 1000)
const rounds = 30
const trust = await startTrust()
const ctx = askingOf(trust)
const stampTime = stampTimeOf(ctx)
if (!stampTime) throw new Error('no authority of time stamps')
const means = trust.means('person')
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A paper of that size: what fills it is a picture's worth of bytes that do not shrink. */
async function makePaperOf(bytes: number): Promise<Buffer> {
  const pdf = PDF.create()
  pdf.addPage({ size: 'a4' }).drawText('A paper to be signed.', { x: 100, y: 700 })
  pdf.addAttachment('filling.bin', new Uint8Array(randomBytes(bytes)))
  return Buffer.from(await pdf.save())
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const from = performance.now()
    await work()
    times.push(performance.now() - from)
  }
  return median(times)
}

const pdf = await makePaperOf(1024 ** 2)
const signOnce = () => signPdf({ pdf, means, at: ctx.now, stampTime })
const signed = await signOnce()
await validateDocument(ctx, signed)

const floor = await medianOf(async () => {
  sign('sha256', pdf, privateKey)
  await stampTime(randomBytes(32))
})
const floorOf = { label: 'an RSA signature and a time stamp', value: floor }
const bare = await medianOf(() => signPdf({ pdf, means, at: ctx.now }))
const whole = await medianOf(signOnce)
const box = { x: 300, y: 200, width: 140, height: 60 }
const seen = await medianOf(() =>
  signPdf({ pdf, means, at: ctx.now, stampTime, appearance: { page: 0, box, lines: ['Ký bởi: Nguyễn Thị Ví Dụ'] } }),
)
const offline = { ...ctx, config: { ...ctx.config, pullHosts: [] } }
const checked = await medianOf(() => validateDocument(offline, signed))
sayFigure({ label: 'B-T of 1 MB', value: whole, unit: 'ms', goal: 200, floor: floorOf })
sayFigure({ label: 'B-T of 1 MB, with a picture', value: seen, unit: 'ms', floor: floorOf })
sayFigure({ label: 'B-B of 1 MB', value: bare, unit: 'ms', floor: floorOf })
sayFigure({ label: 'the check of a B-T of 1 MB, authorities not asked', value: checked, unit: 'ms', floor: floorOf })

const small = await makePaperOf(50_000)
const from = performance.now()
let next = 0
await Promise.all(
  Array.from({ length: 4 }, async () => {
    while (next < files) {
      next += 1
      await signPdf({ pdf: small, means, at: ctx.now })
    }
  }),
)
const seconds = (performance.now() - from) / 1000
sayFigure({ label: `a batch of ${files} files of 50 kB, B-B`, value: seconds, unit: 's' })
process.exit(0)
