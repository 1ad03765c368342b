import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { PDF, rgb } from '@libpdf/core'
import { strToU8, zipSync } from 'fflate'
import sharp from 'sharp'
import { keepBytes, sweepFiles } from '#files'
import { Problem } from '#platform/errors'
import { debianProgram } from '#test/debian'
import { dbTest, makeActor } from '#test/harness'
import { ProgramFault, runBounded, withScratch } from '../bounded.ts'
import { setScan } from '../scan/store.ts'
import { storeOf } from '../storage/choose.ts'
import { previewName } from '../storage/names.ts'
import { findOffice, officeToPdf } from './office.ts'
import { lookAt, openPage, openThumb } from './previews.ts'

const somebody = makeActor('nguoi-gui', {}, 'H32')
const poppler = debianProgram('poppler-utils', ['/usr/bin/pdftoppm'])
const refusedWith = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

async function somePdf(pages: number): Promise<Buffer> {
  const pdf = PDF.create()
  pdf.setTitle(randomUUID())
  for (let at = 0; at < pages; at += 1)
    pdf
      .addPage({ width: 200, height: 300 })
      .drawRectangle({ x: 0, y: 0, width: 200, height: 10 + at * 100, color: rgb(1, 0, 0) })
  return Buffer.from(await pdf.save())
}

dbTest(
  'pages of a PDF are drawn once, as far as they are shown; malware and what is not scanned yet are not',
  async (t) => {
    await poppler.find()
    const ctx = t.context(somebody)
    const { sha256 } = await keepBytes(ctx, await somePdf(22), 'a.pdf', 'evidence')
    assert.deepEqual(await lookAt(ctx, sha256), { kind: 'pages', pages: 22, width: 934, height: 1400 })
    const [thumb, second] = [await openThumb(ctx, sha256), await openPage(ctx, sha256, 2)]
    assert.ok(thumb && second)
    assert.equal((await sharp(thumb).metadata()).height, 192)
    // The lower third of the second page is red.
    const { data } = await sharp(second)
      .extract({ left: 400, top: 1000, width: 1, height: 1 })
      .raw()
      .toBuffer({ resolveWithObject: true })
    assert.ok((data[0] ?? 0) > 230 && (data[1] ?? 255) < 40, [...data].join())
    await assert.rejects(openPage(ctx, sha256, 21), refusedWith('page.not-found'))
    const place = join(ctx.config.varDir, previewName(sha256, '2.webp'))
    const before = await readFile(place)
    await storeOf(ctx.config).put(previewName(sha256, '2.webp'), Buffer.from('kept'))
    assert.equal(String(await openPage(ctx, sha256, 2)), 'kept', `not drawn again, as ${before.length} bytes`)
    await setScan(t.sql, sha256, { state: 'waiting', at: t.now })
    assert.equal((await lookAt(ctx, sha256)).kind, 'none')
    await setScan(t.sql, sha256, { state: 'infected', at: t.now })
    await assert.rejects(lookAt(ctx, sha256), refusedWith('file.quarantined'))
    await assert.rejects(openPage(ctx, sha256, 2), refusedWith('file.quarantined'))
    assert.equal(await openThumb(ctx, sha256), undefined)
    await sweepFiles(ctx)
    assert.equal(await storeOf(ctx.config).findSize(previewName(sha256, '2.webp')), undefined)
  },
)

dbTest(
  'a picture, a text and what cannot be drawn are shown as what they are, and missing tools are named',
  async (t) => {
    const ctx = t.context(somebody)
    const keep = async (bytes: Buffer, name: string) => (await keepBytes(ctx, bytes, name, 'evidence')).sha256
    const picture = await sharp({ create: { width: 3000, height: 1500, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer()
    assert.deepEqual(await lookAt(ctx, await keep(picture, 'a.jpg')), {
      kind: 'pages',
      pages: 1,
      width: 1400,
      height: 700,
    })
    const text = `Xin chào ${randomUUID()} <b>`
    assert.deepEqual(await lookAt(ctx, await keep(Buffer.from(text), 'a.txt')), { kind: 'text', text, isCut: false })
    const broken = Buffer.from(`%PDF-1.7\n${randomUUID()}\n%%EOF`)
    const sha256 = await keep(broken, 'hong.pdf')
    const none = { pdf: undefined, office: undefined }
    assert.match(JSON.stringify(await lookAt(ctx, sha256, none)), /poppler-utils/)
    assert.match(JSON.stringify(await lookAt(ctx, sha256)), /bị hỏng/)
    assert.equal(await openThumb(ctx, sha256), undefined)
    const docx = Buffer.from(
      zipSync({ '[Content_Types].xml': strToU8(randomUUID()), 'word/document.xml': strToU8('<w/>') }),
    )
    const tools = { pdf: { draw: '/bin/false', info: '/bin/false' }, office: undefined }
    assert.match(JSON.stringify(await lookAt(ctx, await keep(docx, 'a.docx'), tools)), /LibreOffice/)
  },
)

dbTest('a program that does not end, or takes too much, is ended with all that it began', async () => {
  await withScratch(async (folder) => {
    const run = (script: string, timeoutMs: number, memoryBytes = 1024 ** 3) =>
      runBounded({ path: '/bin/sh', args: ['-c', script], folder, bounds: { timeoutMs, memoryBytes } })
    const faulty = (words: RegExp) => (error: unknown) => error instanceof ProgramFault && words.test(error.message)
    await assert.rejects(run('sleep 98 & echo $! > begun; wait', 300), faulty(/not done/))
    await assert.rejects(run('sleep 5', 5000, 1), faulty(/took/))
    await assert.rejects(run('yes', 5000), faulty(/wrote more/))
    await assert.rejects(run('exit 3', 5000), faulty(/ended with 3/))
    assert.equal(String(await run('echo "$HOME $SECRET"', 5000)).trim(), folder)
    const begun = (await readFile(join(folder, 'begun'), 'utf8')).trim()
    assert.equal(await readFile(`/proc/${begun}/cmdline`, 'utf8').catch(() => ''), '', 'what it began has ended too')
  })
})

// Looked for and never installed: a build would wait a minute for it.
const office = findOffice()

test('an office file is shown by LibreOffice, which reads no other file and asks no address for its sake', {
  skip: office === undefined && 'no LibreOffice on this machine',
}, async () => {
  const asked: string[] = []
  const web = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  try {
    await withScratch(async (folder) => {
      await writeFile(join(folder, 'bi-mat.txt'), 'điều bí mật')
      await writeFile(
        join(folder, 'a.odt'),
        hostileOdt(`file://${folder}/bi-mat.txt`, `http://127.0.0.1:${portOf(web)}/`),
      )
      await writeFile(join(folder, 'a.pdf'), await officeToPdf(office ?? '', folder, 'a.odt'))
      const bounds = { timeoutMs: 5000, memoryBytes: 1024 ** 3 }
      const text = String(await runBounded({ path: '/usr/bin/pdftotext', args: ['a.pdf', '-'], folder, bounds }))
      assert.match(text, /Xin chào/)
      assert.doesNotMatch(text, /bí mật/)
    })
    assert.deepEqual(asked, [])
  } finally {
    web.close()
  }
})

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** Asks for another file as a section of its own, and for a picture from elsewhere. */
function hostileOdt(file: string, address: string): Uint8Array {
  const spaces = ['office', 'text', 'drawing', 'svg-compatible'].map(
    (one) => `urn:oasis:names:tc:opendocument:xmlns:${one}:1.0`,
  )
  const [officeSpace, textSpace, drawSpace, svgSpace] = spaces
  const names = `xmlns:office="${officeSpace}" xmlns:text="${textSpace}" xmlns:draw="${drawSpace}" xmlns:svg="${svgSpace}" xmlns:xlink="http://www.w3.org/1999/xlink"`
  const content = `<office:document-content ${names} office:version="1.2"><office:body><office:text><text:p>Xin chào</text:p>
<text:section text:name="a"><text:section-source xlink:href="${file}" text:filter-name="Text"/><text:p>cũ</text:p></text:section>
<text:p><draw:frame svg:width="5cm" svg:height="5cm"><draw:image xlink:href="${address}" xlink:type="simple"/></draw:frame></text:p>
</office:text></office:body></office:document-content>`
  const mimetype = 'application/vnd.oasis.opendocument.text'
  const entry = (path: string, type: string) =>
    `<manifest:file-entry manifest:full-path="${path}" manifest:media-type="${type}"/>`
  const manifest = `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">${entry('/', mimetype)}${entry('content.xml', 'text/xml')}</manifest:manifest>`
  const parts = { mimetype, 'content.xml': content, 'META-INF/manifest.xml': manifest }
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])))
}
