import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unzipSync } from 'fflate'
import decodeQr from 'qr/decode.js'
import sharp from 'sharp'
import { type Letter, letterDocx, letterHtml } from '#files'

// The reader of this test has the symbols as modules, dark 1 and light 0, in the order of their values: not the table that draws them.
const symbols =
  '11011001100 11001101100 11001100110 10010011000 10010001100 10001001100 10011001000 10011000100 10001100100 11001001000 11001000100 11000100100 10110011100 10011011100 10011001110 10111001100 10011101100 10011100110 11001110010 11001011100 11001001110 11011100100 11001110100 11101101110 11101001100 11100101100 11100100110 11101100100 11100110100 11100110010 11011011000 11011000110 11000110110 10100011000 10001011000 10001000110 10110001000 10001101000 10001100010 11010001000 11000101000 11000100010 10110111000 10110001110 10001101110 10111011000 10111000110 10001110110 11101110110 11010001110 11000101110 11011101000 11011100010 11011101110 11101011000 11101000110 11100010110 11101101000 11101100010 11100011010 11101111010 11001000010 11110001010 10100110000 10100001100 10010110000 10010000110 10000101100 10000100110 10110010000 10110000100 10011010000 10011000010 10000110100 10000110010 11000010010 11001010000 11110111010 11000010100 10001111010 10100111100 10010111100 10010011110 10111100100 10011110100 10011110010 11110100100 11110010100 11110010010 11011011110 11011110110 11110110110 10101111000 10100011110 10001011110 10111101000 10111100010 11110101000 11110100010 10111011110 10111101110 11101011110 11110101110 11010000100 11010010000 11010011100'.split(
    ' ',
  )

const letter: Letter = {
  agency: { name: 'Cơ quan thử nghiệm' },
  number: '12/TN-VP',
  place: 'Khánh Hòa',
  dateOn: '2026-02-05',
  title: 'BÁO CÁO\nThử',
  addressees: [],
  paragraphs: ['Một đoạn.'],
  signer: { position: 'Giám đốc', name: 'Người Thử Nghiệm' },
  recipients: ['Lưu: VT'],
}

/** Reads a picture as a scanner does: dark and light along one line, measured in the first symbol. */
async function scan(picture: Buffer): Promise<string> {
  const { data, info } = await sharp(picture).flatten({ background: '#fff' }).greyscale().raw().toBuffer({
    resolveWithObject: true,
  })
  const row = [...data.subarray(Math.floor(info.height / 2) * info.width * info.channels).subarray(0, info.width)]
  const line = row.map((light) => (light < 128 ? '1' : '0')).join('')
  const bars = line.replace(/^0+|0+$/g, '')
  // Start, letters, check of eleven modules each, and the end of thirteen.
  const runs = bars.match(/1+|0+/g) ?? []
  const eleven = runs.slice(0, 6).join('').length
  const count = 11 * Math.round(bars.length / eleven - 13 / 11) + 13
  const modules = Array.from({ length: count }, (_, at) => bars[Math.floor(((at + 0.5) * bars.length) / count)]).join(
    '',
  )
  assert.ok(modules.endsWith('1100011101011'), 'the end')
  const values = (modules.slice(0, -13).match(/.{11}/g) ?? []).map((one) => symbols.indexOf(one))
  assert.ok(
    values.every((value) => value >= 0),
    `every symbol is one of the code: ${values}`,
  )
  const [start = 0, ...rest] = values
  const check = rest.pop()
  assert.equal(start, 104, 'begins in set B')
  assert.equal(rest.reduce((sum, value, at) => sum + value * (at + 1), start) % 103, check, 'the check symbol')
  return rest.map((value) => String.fromCharCode(value + 32)).join('')
}

/** By a reader of another author than the writer's. */
async function readQr(picture: Buffer): Promise<string> {
  const { data, info } = await sharp(picture).flatten({ background: '#fff' }).ensureAlpha().raw().toBuffer({
    resolveWithObject: true,
  })
  return decodeQr({ width: info.width, height: info.height, data })
}

const picturesOf = (html: string) => html.match(/<svg.*?<\/svg>/gs) ?? []

test('the barcode and the QR code of a letter are read again off the paper and off the word processor’s file', async () => {
  const every = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('')
  for (const text of ['NV-2026-0042', '12/TN-VP', every.slice(0, 40), every.slice(40, 80), every.slice(80)]) {
    const [svg = ''] = picturesOf(letterHtml({ ...letter, barcode: text }))
    assert.equal(await scan(await sharp(Buffer.from(svg), { density: 300 }).png().toBuffer()), text)
  }
  const files = unzipSync(
    await letterDocx({ ...letter, barcode: 'NV-2026-0042', qr: 'https://vi-du.invalid/nhiem-vu/1' }),
  )
  const pictures = Object.entries(files).filter(([name]) => name.endsWith('.png'))
  assert.equal(pictures.length, 2)
  const sized = await Promise.all(
    pictures.map(async ([, bytes]) => ({ bytes: Buffer.from(bytes), size: await sharp(bytes).metadata() })),
  )
  const bars = sized.find(({ size }) => size.width !== size.height)
  assert.equal(bars && (await scan(bars.bytes)), 'NV-2026-0042')
  const square = sized.find(({ size }) => size.width === size.height)
  assert.equal(square && (await readQr(square.bytes)), 'https://vi-du.invalid/nhiem-vu/1')
  const address = `https://vi-du.invalid/ký-số?m=${'a'.repeat(120)}&n=1`
  const [svg = ''] = picturesOf(letterHtml({ ...letter, qr: address }))
  assert.equal(await readQr(await sharp(Buffer.from(svg), { density: 300 }).png().toBuffer()), address)
})

test('a letter without marks has none, and a number the code cannot write is left out', () => {
  assert.deepEqual(picturesOf(letterHtml(letter)), [])
  assert.deepEqual(picturesOf(letterHtml({ ...letter, barcode: '15/QĐ-UBND' })), [])
  const both = picturesOf(letterHtml({ ...letter, barcode: 'NV-1', qr: 'https://vi-du.invalid/?a=1&b=2' }))
  assert.equal(both.length, 2)
  assert.match(both[0] ?? '', /aria-label="Mã QR: https:\/\/vi-du.invalid\/\?a=1&amp;b=2"/)
})
