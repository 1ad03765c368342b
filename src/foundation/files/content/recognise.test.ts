import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import ExcelJS from 'exceljs'
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { Problem } from '#platform/errors'
import { writeTable } from '#platform/table-file'
import { kinds } from '../model.ts'
import { cleanName } from './names.ts'
import { countPages, gaveUp } from './pdf-pages.ts'
import { recognise } from './recognise.ts'

const pdf = Buffer.from('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n', 'latin1')
const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')

function chunk(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length)
  head.write(name, 4, 'latin1')
  return Buffer.concat([head, data, Buffer.alloc(4)])
}
const png = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  chunk('IHDR', Buffer.alloc(13)),
  chunk('IDAT', deflateSync(Buffer.alloc(10))),
  chunk('IEND', Buffer.alloc(0)),
])

const archive = (parts: Record<string, string | Uint8Array>) =>
  Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries(parts).map(([name, text]) => [name, typeof text === 'string' ? strToU8(text) : text]),
      ),
    ),
  )
const letter = { '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w:document/>' }
const workbook = { '[Content_Types].xml': '<Types/>', 'xl/workbook.xml': '<workbook/>' }
const text = { mimetype: 'application/vnd.oasis.opendocument.text', 'content.xml': '<office/>' }
const [docx, xlsx, odt] = [archive(letter), archive(workbook), archive(text)]

const leaning = (type: string) => ({
  'word/_rels/settings.xml.rels': `<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="http://vi-du.invalid/a.dotm" TargetMode="&#69;xternal"/></Relationships>`,
})

/** The head of a part says another name than the directory at the end. */
function renamed(bytes: Buffer, name: string, other: string): Buffer {
  const lying = Buffer.from(bytes)
  lying.write(other, lying.indexOf(name), 'latin1')
  return lying
}

const refusal = async (bytes: Buffer) => {
  const error = await recognise(bytes).then(
    (kind) => assert.fail(`taken as ${kind}`),
    (error: unknown) => error,
  )
  assert.ok(error instanceof Problem, String(error))
  assert.equal(error.status, 422)
  assert.match(error.message, /[ạảãàáâậầấẩẫăắằặẳẵđêệếềểễôộốồổỗơợớờởỡưựứừửữ]/, 'said in Vietnamese')
  assert.equal(error.fields[0]?.path, 'file')
  return error.code
}

test('the kind of a file is told by its content', async () => {
  const cases: [Buffer, string][] = [
    [pdf, 'pdf'],
    [png, 'png'],
    [jpeg, 'jpeg'],
    [docx, 'docx'],
    [xlsx, 'xlsx'],
    [odt, 'odt'],
    [Buffer.from('mã,tên\n1,Đặng\n2,Ngô\n'), 'csv'],
    [Buffer.from('\ufeffBáo cáo tháng 11.\nKhông có gì mới.\n'), 'text'],
    [Buffer.concat([jpeg, Buffer.alloc(200, 7)]), 'jpeg'],
    [archive({ ...letter, ...leaning('hyperlink') }), 'docx'],
  ]
  for (const [bytes, kind] of cases) assert.equal(await recognise(bytes), kind)
})

test('workbooks as programs write them are workbooks', async () => {
  const book = new ExcelJS.Workbook()
  book.addWorksheet('Số liệu').addRow(['Đặng', 1])
  assert.equal(await recognise(Buffer.from(await book.xlsx.writeBuffer())), 'xlsx')
  const streamed = await buffer(writeTable('xlsx', { titles: ['Tên'], rows: [['Ngô']] }))
  assert.equal(await recognise(streamed), 'xlsx')
})

test('what is broken, two things at once or unknown is refused in words', async () => {
  const cases: [string, Buffer, string][] = [
    ['nothing', Buffer.alloc(0), 'file.empty'],
    ['a program', Buffer.from('7f454c46020101000000', 'hex'), 'file.type'],
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'file.type'],
    ['a drawing with a script', Buffer.from('\ufeff <svg onload="alert(1)"/>'), 'file.type'],
    ['Latin-1', Buffer.from('B\xe1o c\xe1o', 'latin1'), 'file.type'],
    ['half a PDF', pdf.subarray(0, 20), 'file.broken'],
    ['a PDF with a page behind it', Buffer.concat([pdf, Buffer.from('<script>')]), 'file.polyglot'],
    [
      'a PDF that is an archive too',
      Buffer.concat([pdf.subarray(0, -7), docx, Buffer.from('%%EOF\n')]),
      'file.polyglot',
    ],
    ['half a picture', png.subarray(0, -6), 'file.broken'],
    ['a picture with an archive behind it', Buffer.concat([png, docx]), 'file.polyglot'],
    ['a photograph with an archive behind it', Buffer.concat([jpeg, docx]), 'file.polyglot'],
    ['a photograph with a page behind it', Buffer.concat([jpeg, Buffer.from('<script>')]), 'file.polyglot'],
    ['an archive with a page behind it', Buffer.concat([docx, Buffer.from('<script>')]), 'file.polyglot'],
    ['an archive of anything', archive({ 'a.exe': 'MZ' }), 'file.type'],
    [
      'two documents in one',
      archive({ '[Content_Types].xml': '', 'word/document.xml': '', 'xl/workbook.xml': '' }),
      'file.type',
    ],
    [
      'macros',
      archive({ '[Content_Types].xml': '', 'word/document.xml': '', 'word/vbaProject.bin': 'x' }),
      'file.macro',
    ],
    ['old macros', archive({ ...workbook, 'xl/macrosheets/sheet1.xml': 'x' }), 'file.macro'],
    ['scripts of OpenDocument', archive({ ...text, 'Basic/Standard/script-lb.xml': 'x' }), 'file.macro'],
    ['a control', archive({ ...letter, 'word/activeX/activeX1.bin': 'x' }), 'file.macro'],
    ['a part that is there twice', archive({ ...letter, 'WORD/document.xml': 'x' }), 'file.polyglot'],
    ['a part of two names', renamed(docx, 'word/document.xml', 'word/dokument.xml'), 'file.polyglot'],
    ['a template from elsewhere', archive({ ...letter, ...leaning('attachedTemplate') }), 'file.remote-part'],
    ['broken relations', archive({ ...letter, 'word/_rels/a.rels': '<a' }), 'file.broken'],
    ['half an archive', docx.subarray(0, -30), 'file.polyglot'],
    [
      'a bomb',
      archive({ '[Content_Types].xml': '', 'word/document.xml': new Uint8Array(64 * 1024 ** 2) }),
      'file.zip-bomb',
    ],
  ]
  for (const [name, bytes, code] of cases) assert.equal(await refusal(bytes), code, name)
})

test('a PDF that keeps its reader busy for too long is given up', async () => {
  assert.equal(await countPages(pdf, 1), gaveUp)
})

test('an archive whose parts are larger than it says is refused', async () => {
  const bytes = archive({ '[Content_Types].xml': '<Types/>', 'word/document.xml': 'x'.repeat(5000) })
  const lying = Buffer.from(bytes)
  // The size as the directory at the end tells it.
  const at = lying.lastIndexOf(Buffer.from('504b0102', 'hex'))
  lying.writeUInt32LE(10, at + 24)
  assert.equal(await refusal(lying), 'file.broken')
})

test('no bytes whatever bring it down', async () => {
  const starts = [Buffer.alloc(0), pdf, png, jpeg, docx, Buffer.from('PK\x03\x04', 'latin1')]
  const bytes = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), fc.nat(600))
  await fc.assert(
    fc.asyncProperty(bytes, async ([start, noise, at]) => {
      const mixed = Buffer.concat([start.subarray(0, at), Buffer.from(noise), start.subarray(at)])
      await recognise(mixed).catch((error) => assert.ok(error instanceof Problem, String(error)))
    }),
    { numRuns: 120 },
  )
})

test('names are cleaned and say what the content is', () => {
  const cases: [string, string][] = [
    ['Báo cáo.pdf', 'Báo cáo.pdf'],
    ['Ba\u0301o ca\u0301o.PDF', 'Báo cáo.pdf'],
    ['../../etc/passwd', 'passwd.pdf'],
    ['C:\\fakepath\\tờ trình.pdf', 'tờ trình.pdf'],
    ['ảnh\u202efdp.exe', 'ảnhfdp.exe.pdf'],
    ['a\u0000b\r\nc?.pdf', 'abc-.pdf'],
    ['  ...  ', 'tep.pdf'],
    ['con.pdf', '_con.pdf'],
    ['', 'tep.pdf'],
  ]
  for (const [name, clean] of cases) assert.equal(cleanName(name, kinds.pdf), clean)
  assert.equal(cleanName('anh.jpeg', kinds.jpeg), 'anh.jpg')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const clean = cleanName(name, kinds.pdf)
      assert.match(clean, /^[^\p{Cc}\p{Cf}/\\:*?"<>|]+\.pdf$/u)
      assert.ok([...clean].length <= 125)
      assert.equal(cleanName(clean, kinds.pdf), clean)
    }),
  )
})
