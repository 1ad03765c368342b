import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { inflateSync } from 'node:zlib'
import { letterHtml, printPdf, tablesHtml } from '#files'
import { Problem } from '#platform/errors'
import { findChromium } from '#test/chromium'
import { type DbTest, dbTest } from '#test/harness'
import { PrintFault, printDocument } from './chromium.ts'

const letters = 'ẦẤẨẪẬẮẰẲẴẶỄỆỖỘỠỢỮỰỵỷỹđĐ'

const letter = letterHtml({
  agency: { above: 'Ủy ban nhân dân tỉnh Thử', name: 'Sở Khoa học và Công nghệ' },
  number: '12/SKHCN-CĐS',
  place: 'Khánh Hòa',
  dateOn: '2026-02-05',
  title: 'V/v cập nhật số liệu',
  addressees: ['Sở Thử nghiệm <b>', 'Ủy ban nhân dân phường Mẫu'],
  paragraphs: [letters, ...Array.from({ length: 40 }, (_, at) => `Đoạn ${at}.`)],
  signer: { authority: 'KT. GIÁM ĐỐC', position: 'Phó Giám đốc', name: 'Nguyễn Văn Thử' },
  recipients: ['Như trên;', 'Lưu: VT.'],
})

const withChromium = (t: DbTest, chromiumPath: string) => {
  const ctx = t.context()
  return { ...ctx, config: { ...ctx.config, chromiumPath } }
}

/** Letters that the document's fonts can be read back as, from the tables each font carries. */
function lettersOf(pdf: Buffer): string {
  const text = pdf.toString('latin1')
  let found = ''
  for (const match of text.matchAll(/stream\r?\n/g)) {
    const from = match.index + match[0].length
    const bytes = Buffer.from(text.slice(from, text.indexOf('endstream', from)), 'latin1')
    let map = ''
    try {
      map = inflateSync(bytes).toString('latin1')
    } catch {
      continue
    }
    if (!map.includes('begincmap')) continue
    for (const [, first = '', last = '', code = ''] of map.matchAll(/<(\w{4})> <(\w{4})> <(\w{4})>/g))
      for (let at = 0; at <= Number.parseInt(last, 16) - Number.parseInt(first, 16); at += 1)
        found += String.fromCodePoint(Number.parseInt(code, 16) + at)
    for (const [, code = ''] of map.matchAll(/^<\w{4}> <(\w{4})>$/gm))
      found += String.fromCodePoint(Number.parseInt(code, 16))
  }
  return found
}

/** What the reader of the machine makes of it, where there is one. */
const readText = (pdf: Buffer) => spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' }).stdout

dbTest('a letter is a tagged PDF with Tinos only, and every stacked letter comes out', async (t) => {
  const pdf = await printPdf(withChromium(t, await findChromium()), letter, { title: 'Công văn thử' })
  const raw = pdf.toString('latin1')
  assert.match(raw, /^%PDF-/)
  assert.match(raw, /\/Marked true/)
  assert.match(raw, /\/StructTreeRoot/)
  assert.match(raw, /\/Lang \(vi\)/)
  assert.match(raw, /\/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]/)
  const fonts = new Set([...raw.matchAll(/\/BaseFont \/(\w+\+)?([\w-]+)/g)].map((match) => match[2]))
  assert.ok(fonts.size > 0 && [...fonts].every((name) => name?.startsWith('Tinos')), [...fonts].join())
  const known = lettersOf(pdf)
  assert.deepEqual(
    [...letters].filter((one) => !known.includes(one)),
    [],
  )
  const text = readText(pdf)
  if (!text) return
  for (const words of [
    letters,
    'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM',
    'Độc lập - Tự do - Hạnh phúc',
    'Số: 12/SKHCN-CĐS',
  ])
    assert.ok(text.includes(words), words)
  assert.match(text, /Khánh Hòa, ngày 05 tháng 02 năm 2026/)
  assert.match(text, /- Sở Thử nghiệm <b>;/)
  const [first = '', second = ''] = text.split('\f')
  assert.doesNotMatch(first.split('\n').slice(0, 3).join(' '), /^\s*1\s*$/m)
  assert.match(second, /^\s*2\s*$/m)
})

dbTest('documents wait for one another, run no script and fetch nothing', async (t) => {
  const ctx = withChromium(t, await findChromium())
  const page =
    '<img src="http://127.0.0.1:9/x.png"><iframe src="file:///etc/passwd"></iframe><script>document.title="bẩn"</script><p>Xong.</p>'
  const tables = tablesHtml({
    title: 'Báo cáo thử',
    subtitle: 'Số liệu đến 22/11/2026',
    sections: [
      {
        title: 'Một',
        table: {
          columns: [{ label: 'Tên' }, { label: 'Số', numeric: true }],
          rows: [['<a>', '1']],
          totals: ['Cộng', '1'],
        },
      },
      { title: 'Hai', table: { columns: [{ label: 'Tên' }], rows: [] } },
    ],
  })
  const [one, two] = await Promise.all([
    printPdf(ctx, page, { title: 'Sạch' }),
    printPdf(ctx, tables, { title: 'Bảng' }),
  ])
  assert.match(one.toString('latin1'), /\/Title <FEFF00531EA100630068>/)
  assert.ok(!one.includes('root:'))
  assert.match(two.toString('latin1'), /\/S \/TH\b/)
  const words = readText(two)
  if (words) assert.match(words, /Không có dòng nào\./)
})

dbTest('without a Chromium, or with one that hangs, it says so', async (t) => {
  const refused = printPdf(withChromium(t, '/nowhere/chromium'), letter, { title: 'x' })
  await assert.rejects(
    refused,
    (error) => error instanceof Problem && error.status === 503 && /PDF/.test(error.message),
  )
  await assert.rejects(printDocument('/bin/cat', letter, { timeoutMs: 2000, memoryBytes: 1e9 }), PrintFault)
  await assert.rejects(printDocument(await findChromium(), letter, { timeoutMs: 50, memoryBytes: 1e9 }), /within 50 ms/)
  const long = letter + '<p>Một dòng nữa.</p>'.repeat(50_000)
  await assert.rejects(printDocument(await findChromium(), long, { timeoutMs: 60_000, memoryBytes: 1e6 }), /MB|ended/)
})
