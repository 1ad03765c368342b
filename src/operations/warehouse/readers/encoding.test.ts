import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { realData } from '#test/settings'
import { decodeSingleByte, decodeUtf8Escaping, guessEncoding, utf8Boundary } from './encoding.ts'
import { bytesOf, faultOf, readAll, valuesOf } from './testing.ts'
import { ByteCursor } from './text-blocks.ts'

const csv = { kind: 'csv' } as const
const words =
  'thửa đất số chín, xã vĩnh hải: người dân nộp hồ sơ trễ hạn, ỷ lại, ngõ ngách, giữ gìn, khuỷu, quỹ, lỡ, ẩn, ẵm, ổn'

// Windows-1258 writes a vowel with its hook, breve or circumflex and then the tone as a mark of its own.
const toneApart = (text: string) =>
  text
    .normalize('NFD')
    .replace(
      /([a-zA-Z])([\u0323]?)([\u0302\u0306\u031b]?)/g,
      (_, base: string, dot: string, shape: string) => `${base}${shape}`.normalize('NFC') + dot,
    )

const asWindows1258 = (text: string) => iconv.encode(toneApart(text), 'windows1258')
const asTcvn3 = (text: string) => iconv.encode(text, 'tcvn')
const file = (encode: (text: string) => Buffer) =>
  Buffer.concat([
    Buffer.from('mã;nội dung\n'.normalize('NFC').replace('ã', 'a').replace('ộ', 'o')),
    ...Array.from({ length: 50 }, (_, row) => encode(`${row};${words}\n`)),
  ])

test('declared Windows-1258 comes out composed, letter for letter', async () => {
  assert.equal(decodeSingleByte(asWindows1258(words), 'windows-1258').normalize('NFC'), words)
  const { table } = await readAll(bytesOf(file(asWindows1258)), { ...csv, encoding: 'windows-1258' })
  assert.deepEqual(valuesOf(table)[49], ['49', words])
})

test('declared TCVN3 comes out letter for letter, as another library reads the standard', async () => {
  for (let byte = 0xa0; byte < 0x100; byte++) {
    assert.equal(
      decodeSingleByte(Uint8Array.of(byte), 'tcvn3'),
      iconv.decode(Buffer.of(byte), 'tcvn'),
      byte.toString(16),
    )
  }
  const { table } = await readAll(bytesOf(file(asTcvn3)), { ...csv, encoding: 'tcvn3' })
  assert.deepEqual(valuesOf(table)[49], ['49', words])
})

test('bytes that no letter of the old encoding has make their row faulty', async () => {
  const bytes = Buffer.concat([file(asTcvn3), Buffer.from('50;x\x81y\n', 'latin1')])
  const { table, faults } = await readAll(bytesOf(bytes), { ...csv, encoding: 'tcvn3' })
  assert.equal(table.length, 50)
  assert.deepEqual(
    faults.map(({ line, code, facts }) => [line, code, facts]),
    [[52, 'row.encoding', { encoding: 'tcvn3' }]],
  )
})

test('an old encoding that nobody declared is not guessed but named', async () => {
  for (const [encode, likely, name] of [
    [asWindows1258, 'windows-1258', 'Windows-1258'],
    [asTcvn3, 'tcvn3', 'TCVN3'],
  ] as const) {
    const undeclared = await faultOf(bytesOf(file(encode)), csv)
    assert.deepEqual([undeclared.code, undeclared.facts], ['encoding.unknown', { likely }])
    assert.ok(undeclared.message.includes(name))
    const wrong = await faultOf(bytesOf(file(encode)), { ...csv, encoding: 'utf-8' })
    assert.deepEqual([wrong.code, wrong.facts], ['encoding.mismatch', { declared: 'utf-8', likely }])
  }
})

test('a wrongly declared encoding is refused', async () => {
  const utf8 = Buffer.from(`a;b\n1;${words}\n`)
  for (const encoding of ['windows-1258', 'tcvn3'] as const) {
    const fault = await faultOf(bytesOf(utf8), { ...csv, encoding })
    assert.deepEqual([fault.code, fault.facts], ['encoding.mismatch', { declared: encoding, likely: 'utf-8' }])
  }
  const tcvn3 = await faultOf(bytesOf(file(asTcvn3)), { ...csv, encoding: 'windows-1258' })
  assert.deepEqual([tcvn3.code, tcvn3.facts], ['encoding.mismatch', { declared: 'windows-1258', likely: 'tcvn3' }])
  const windows = await faultOf(bytesOf(file(asWindows1258)), { ...csv, encoding: 'tcvn3' })
  assert.deepEqual([windows.code, windows.facts], ['encoding.mismatch', { declared: 'tcvn3', likely: 'windows-1258' }])
  const wide = Buffer.from(`a;b\n1;${words}\n`, 'utf16le')
  assert.deepEqual((await faultOf(bytesOf(wide), csv)).facts, { likely: 'utf-16' })
  const marked = Buffer.from(`\ufeff${words}\n`)
  assert.equal((await faultOf(bytesOf(marked), { ...csv, encoding: 'utf-16' })).code, 'encoding.mismatch')
})

test('a file whose foreign lines come late is refused all the same', async () => {
  const ascii = Buffer.from(`a;b\n${'1;x\n'.repeat(1000)}`)
  const late = Buffer.concat([ascii, ...Array.from({ length: 500 }, () => asTcvn3(`2;${words}\n`))])
  assert.equal((await faultOf(bytesOf(late), csv)).code, 'encoding.unknown')
})

test('one foreign line in a sound file is that line’s fault alone', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`a;b\n${`1;${words}\n`.repeat(60)}`),
    asTcvn3(`2;${words}\n`),
    Buffer.from('3;x\n'),
  ])
  const { table, faults } = await readAll(bytesOf(bytes), csv)
  assert.equal(table.length, 61)
  assert.deepEqual(
    faults.map(({ line, code }) => [line, code]),
    [[62, 'row.encoding']],
  )
})

test('UTF-8 is judged byte by byte as the standard draws its bounds', () => {
  const strict = new TextDecoder('utf-8', { fatal: true })
  for (const hex of ['c080', 'e08080', 'eda080', 'f08f8080', 'f4908080', 'ff', 'c3', 'e1ba', '80', 'f5808080']) {
    const bytes = Buffer.from(hex, 'hex')
    assert.throws(() => strict.decode(bytes), hex)
    const text = decodeUtf8Escaping(bytes)
    assert.match(text, /[\udc80-\udcff]/u, hex)
    assert.equal(new ByteCursor(text, 'utf-8 with foreign bytes', 0).byteAt(text.length), bytes.length, hex)
  }
  const sound = Buffer.from('aéếđ₫😀ộ')
  assert.equal(decodeUtf8Escaping(sound), sound.toString())
  for (let cut = 0; cut <= sound.length; cut++) {
    const boundary = utf8Boundary(sound.subarray(0, cut))
    assert.equal(strict.decode(sound.subarray(0, boundary)) + strict.decode(sound.subarray(boundary)), sound.toString())
  }
})

const laws = realData('text-vi/laws')
test('whole laws in either old encoding are named for what they are and come back letter for letter', {
  skip: laws.skip,
}, async () => {
  for (const name of await readdir(laws.path)) {
    const text = gunzipSync(await readFile(join(laws.path, name)))
      .toString()
      .normalize('NFC')
      .toLowerCase()
      .slice(0, 50_000)
    // What the old encodings cannot write, such as a typographic quote, is no matter here.
    const plain = text.replace(
      /[^a-z0-9\s.,;:()ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/g,
      '',
    )
    for (const [encoding, encode] of [
      ['tcvn3', asTcvn3],
      ['windows-1258', asWindows1258],
    ] as const) {
      const bytes = encode(plain)
      assert.equal(guessEncoding(bytes), encoding, name)
      assert.equal(decodeSingleByte(bytes, encoding).normalize('NFC'), plain, name)
    }
  }
})
