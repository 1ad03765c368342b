import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { keepBytes, keepUpload, openFile } from '#files'
import { listEntries } from '#ledger'
import type { Config } from '#platform/config'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { startFileSimulators } from '#test/file-simulators'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { hashBytes } from '../storage/names.ts'
import { describeScanner, scanWaiting } from './scan.ts'
import { countWaiting, listFindings } from './store.ts'

const refusedWith = (code: string) => (error: unknown) => error instanceof Problem && error.code === code
const eicar = () =>
  Buffer.from(`X5O!P%@AP[4\\PZX54(P^)7CC)7}$${'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}\n${randomUUID()}\n`)
const sent = (bytes: Buffer) => ({ field: 'tep', fileName: 'thư.txt', contentType: '', bytes: Readable.from([bytes]) })

function scannedBy(t: DbTest, scanner: Config['scanner']): Context {
  const wrap = (ctx: Context): Context => ({
    ...ctx,
    config: { ...ctx.config, scanner },
    transaction: (work) => ctx.transaction((inner) => work(wrap(inner))),
  })
  return wrap(t.context(makeActor('nguoi-gui', {}, 'H32')))
}

dbTest(
  'a finding is refused, put apart and written down; a clean file is kept; without a scanner it is said',
  async (t) => {
    const { clamd } = await startFileSimulators()
    const ctx = scannedBy(t, { url: clamd, whenDown: 'hold' })
    const bytes = eicar()
    await assert.rejects(keepUpload(ctx, sent(bytes), 'evidence'), refusedWith('file.malware'))
    const [finding] = await listFindings(t.sql, 1)
    assert.deepEqual(
      [finding?.sha256, finding?.signature, finding?.sentBy],
      [hashBytes(bytes), 'Eicar-Test-Signature', 'nguoi-gui'],
    )
    const entries = await listEntries(t.sql, { subject: `file:${hashBytes(bytes)}`, reach: 'all', limit: 5 })
    assert.deepEqual(
      entries.map(({ action }) => action),
      ['file.quarantined'],
    )
    await keepUpload(ctx, sent(Buffer.from(`sạch ${randomUUID()}`)), 'evidence')
    assert.match((await describeScanner(ctx)).says, /ClamAV/)
    assert.match((await describeScanner(t.context())).says, /CLAMD_URL/)
  },
)

dbTest('while the scanner is down files are held, or taken and scanned later, as the setting says', async (t) => {
  const { clamd, behave } = await startFileSimulators()
  await behave({ scannerDown: true })
  const hold = scannedBy(t, { url: clamd, whenDown: 'hold' })
  const accept = scannedBy(t, { url: clamd, whenDown: 'accept' })
  await assert.rejects(keepUpload(hold, sent(eicar()), 'evidence'), refusedWith('file.scan-down'))
  assert.equal((await describeScanner(hold)).ok, false)
  const bad = await keepUpload(accept, sent(eicar()), 'evidence')
  const good = await keepUpload(accept, sent(Buffer.from(`sạch ${randomUUID()}`)), 'evidence')
  await scanWaiting(accept)
  assert.equal(await countWaiting(t.sql), 2)
  ;(await openFile(accept, bad.sha256)).bytes.destroy()
  await behave({ scannerDown: false })
  await scanWaiting(accept)
  assert.equal(await countWaiting(t.sql), 0)
  await assert.rejects(openFile(accept, bad.sha256), refusedWith('file.quarantined'))
  ;(await openFile(accept, good.sha256)).bytes.destroy()
  assert.equal((await listFindings(t.sql, 1))[0]?.wasKept, true)
})

dbTest(
  'a picture is turned upright and loses what the telephone wrote beside it; the ledger keeps the hash of what came',
  async (t) => {
    const ctx = t.context(makeActor('nguoi-gui', {}, 'H32'))
    const noise = { type: 'gaussian' as const, mean: 120, sigma: 30 }
    const photo = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'red', noise } })
      .withExif({ IFD0: { Make: 'Maymay' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '12/1 15/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    assert.ok((await sharp(photo).metadata()).exif)
    const kept = await keepBytes(ctx, photo, 'anh.jpg', 'evidence')
    const clean = await sharp(await buffer((await openFile(ctx, kept.sha256)).bytes)).metadata()
    assert.deepEqual([clean.width, clean.height, clean.exif, clean.orientation], [40, 60, undefined, undefined])
    const facts = await t.sql`select body from ledger.entry where subject = ${`file:${kept.sha256}`}`.catch(() => [])
    const [keeping] = await t.sql`select original_sha256 from files.keeping where sha256 = ${kept.sha256}`
    assert.equal(keeping?.originalSha256, hashBytes(photo))
    assert.ok(facts.length <= 1)
  },
)

dbTest(
  'a bomb of points, an unreadable picture, HEIC, too many pages and a password are refused in words',
  async (t) => {
    const ctx = t.context(makeActor('nguoi-gui', {}, 'H32'))
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: 'white' } })
      .png()
      .toBuffer()
    assert.ok(bomb.length < 1_000_000)
    await assert.rejects(keepBytes(ctx, bomb, 'bom.png', 'evidence'), refusedWith('file.image-too-large'))
    const broken = Buffer.concat([
      Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
      Buffer.alloc(200),
      Buffer.from('\xff\xd9', 'latin1'),
    ])
    await assert.rejects(keepBytes(ctx, broken, 'hong.jpg', 'evidence'), refusedWith('file.broken'))
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(40)])
    await assert.rejects(keepBytes(ctx, heic, 'a.heic', 'evidence'), refusedWith('file.heic'))
    const { PDF } = await import('@libpdf/core')
    const pdf = PDF.create()
    for (let page = 0; page < 301; page += 1) pdf.addPage()
    await assert.rejects(
      keepBytes(ctx, Buffer.from(await pdf.save()), 'dai.pdf', 'letter'),
      refusedWith('file.too-many-pages'),
    )
    const small = PDF.create()
    small.addPage()
    await keepBytes(ctx, Buffer.from(await small.save()), 'ngan.pdf', 'letter')
  },
)
