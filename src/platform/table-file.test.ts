import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { strFromU8, unzipSync } from 'fflate'
import { type TableCell, type TableFormat, tableFile } from '#platform/table-file'

async function bytesOf(format: TableFormat, rows: Iterable<readonly TableCell[]>): Promise<Buffer> {
  const reply = tableFile(format, { name: 'ten', titles: ['Tên', 'Số'], rows })
  assert.equal(reply.kind, 'file')
  const parts: Buffer[] = []
  if (reply.kind === 'file' && reply.bytes instanceof Readable)
    for await (const part of reply.bytes) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

test('a CSV begins with the mark of UTF-8, quotes what must be quoted and disarms formulas', async () => {
  const text = (
    await bytesOf('csv', [
      ['Sở "A", B', 1.5],
      ['=cmd()', -2],
      [null, undefined],
    ])
  ).toString('utf8')
  assert.equal(text, '\ufeffTên,Số\r\n"Sở ""A"", B",1.5\r\n\'=cmd(),-2\r\n,\r\n')
})

test('a workbook holds texts as texts and numbers as numbers, whatever signs they contain', async () => {
  const parts = unzipSync(await bytesOf('xlsx', [['=1+1 <&>\u0000', 7]]))
  const sheet = strFromU8(parts['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
  assert.match(sheet, /<t xml:space="preserve">=1\+1 &lt;&amp;&gt;<\/t>/)
  assert.match(sheet, /<c><v>7<\/v><\/c>/)
  assert.doesNotMatch(sheet, /<f>/)
})

test('a list of any length leaves in pieces', async () => {
  const rows = function* () {
    for (let nth = 0; nth < 50_000; nth += 1) yield [`dòng ${nth}`, nth]
  }
  const sheet = strFromU8(unzipSync(await bytesOf('xlsx', rows()))['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
  assert.equal(sheet.match(/<row>/g)?.length, 50_001)
})
