import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { strFromU8, unzipSync } from 'fflate'
import { type Letter, letterDocx, letterHtml } from '#files'
import { recognise } from '../content/recognise.ts'

const letter: Letter = {
  agency: { above: 'Ủy ban nhân dân tỉnh', name: 'Sở Khoa học và Công nghệ' },
  number: '12/SKHCN-VP',
  place: 'Khánh Hòa',
  dateOn: '2026-02-05',
  title: 'BÁO CÁO\nTình hình thử nghiệm',
  addressees: ['Cơ quan thứ nhất', 'Cơ quan <thứ hai> & bạn'],
  paragraphs: ['Đoạn một của văn bản.', 'Dòng trên\nDòng dưới'],
  table: {
    columns: [{ label: 'Đơn vị' }, { label: 'Số việc', numeric: true }],
    rows: [
      ['Phường <một>', '1.234'],
      ['Xã hai', '5'],
    ],
    totals: ['Cộng bảng', '1.239'],
  },
  signer: { authority: 'KT. Giám đốc', position: 'Phó Giám đốc', name: 'Người Thử Nghiệm' },
  recipients: ['Như trên', 'Lưu: VT'],
}
const spoken = [
  '12/SKHCN-VP',
  'ngày 05 tháng 02 năm 2026',
  'Kính gửi:',
  'Cơ quan <thứ hai> & bạn',
  'Đoạn một',
  'KT. GIÁM ĐỐC',
  'Lưu: VT',
  'Số việc',
  'Phường <một>',
  '1.239',
]

test('the letter as DOCX is what the house takes as DOCX, and says what the paper says', async () => {
  const bytes = await letterDocx(letter)
  assert.equal(await recognise(bytes), 'docx')
  const xml = strFromU8(unzipSync(bytes)['word/document.xml'] ?? new Uint8Array())
  const text = xml
    .replace(/<[^>]+>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
  for (const words of spoken) assert.ok(text.includes(words), words)
  assert.equal(xml.match(/<w:tr[ >]/g)?.length, 1 + 4 + 1, 'letterhead, four rows of the table, foot')
  assert.match(xml, /<w:tblHeader\/>/)
  assert.match(letterHtml(letter), /<td>Phường &lt;một&gt;<\/td><td class="n">1\.234<\/td>/)
  assert.match(xml, /w:pgMar[^>]*w:left="170\d"/)
})

// Looked for and never installed: a build would wait a minute for it.
const office = ['/usr/bin/soffice', '/usr/lib/libreoffice/program/soffice'].find((path) => existsSync(path))

test('LibreOffice opens it with the same words', {
  skip: office === undefined && 'no LibreOffice on this machine',
  timeout: 240_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tram-docx-'))
  try {
    await writeFile(join(folder, 'thu.docx'), await letterDocx(letter))
    const args = [
      `-env:UserInstallation=file://${folder}/profile`,
      '--headless',
      '--convert-to',
      'txt:Text (encoded):UTF8',
    ]
    await promisify(execFile)(office ?? '', [...args, '--outdir', folder, join(folder, 'thu.docx')], {
      timeout: 180_000,
    })
    const text = await readFile(join(folder, 'thu.txt'), 'utf8')
    for (const words of spoken) assert.ok(text.includes(words), words)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
