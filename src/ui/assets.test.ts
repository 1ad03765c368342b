import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { buildAssets, encodeAsset } from './assets.ts'
import { faces } from './fonts.ts'

test('every static file is found under the address that pages name, compressed both ways', async () => {
  const assets = await buildAssets()
  const css = assets.find(assets.url('app.css'))
  assert.ok(css?.brotli && css.gzip)
  assert.deepEqual(brotliDecompressSync(css.brotli), css.body)
  assert.deepEqual(gunzipSync(css.gzip), css.body)
  assert.match(css.path, /^\/assets\/app\.[\w-]{10}\.css$/)
  const fonts = [...css.body.toString().matchAll(/url\(([^)]+)\)/g)].map((found) => found[1] ?? '')
  assert.equal(fonts.length, faces.length)
  for (const font of fonts) assert.equal(assets.find(font)?.type, 'font/woff2')
  assert.equal(assets.find('/assets/app.css'), undefined)
  assert.throws(() => assets.url('missing.css'), /missing\.css/)
})

test('an asset is sent in the best encoding the browser takes', async () => {
  const assets = await buildAssets({ islands: [] })
  const css = assets.find(assets.url('app.css'))
  assert.ok(css)
  assert.equal(encodeAsset(css, 'gzip, deflate, br').encoding, 'br')
  assert.equal(encodeAsset(css, 'gzip').encoding, 'gzip')
  assert.equal(encodeAsset(css, undefined).encoding, undefined)
  const font = assets.list().find(({ type }) => type === 'font/woff2')
  assert.ok(font)
  assert.equal(encodeAsset(font, 'br, gzip').encoding, undefined)
})

test('browser modules are bundled under their own names, and two of one name are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'assets-'))
  try {
    await writeFile(join(folder, 'clock.ts'), 'const at: number = 1\ndocument.title = String(at)\n')
    const assets = await buildAssets({ islands: [join(folder, 'clock.ts')] })
    assert.match(assets.find(assets.url('clock.js'))?.body.toString() ?? '', /document\.title/)
    await assert.rejects(buildAssets({ islands: [join(folder, 'clock.ts'), join(tmpdir(), 'clock.ts')] }), /clock/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('with a cache folder the second start gives the same files without compressing again', async () => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'assets-'))
  try {
    const first = await buildAssets({ cacheDir, islands: [] })
    const kept = await readdir(cacheDir)
    assert.equal(kept.length, 4)
    const path = first.url('app.css')
    await writeFile(join(cacheDir, kept.find((name) => name.endsWith('.css.br')) ?? ''), 'from the cache')
    const second = await buildAssets({ cacheDir, islands: [] })
    assert.equal(second.url('app.css'), path)
    assert.equal(second.find(path)?.brotli?.toString(), 'from the cache')
  } finally {
    await rm(cacheDir, { recursive: true })
  }
})

test('no letter is in the range of two files of one family', () => {
  for (const family of new Set(faces.map((face) => face.family))) {
    const seen = new Map<number, string>()
    for (const { file, range } of faces.filter((face) => face.family === family)) {
      for (const part of range.split(',')) {
        const [from = '', to = from] = part.replace('U+', '').split('-')
        for (let code = Number.parseInt(from, 16); code <= Number.parseInt(to, 16); code++) {
          assert.equal(seen.get(code), undefined, `${part} of ${file}`)
          seen.set(code, file)
        }
      }
    }
    for (const letter of 'aăâeêioôơuưđĂÂÊÔƠƯĐỆỗẫ₫0') assert.ok(seen.has(letter.codePointAt(0) ?? 0), letter)
  }
})

const css = (name: string) => readFile(new URL(`./styles/${name}`, import.meta.url), 'utf8')

test('dark by choice and dark by device are the same tokens', async () => {
  const text = await css('tokens.css')
  const block = (theme: string) =>
    (text.split(`[data-theme="${theme}"] {`)[1]?.split('}')[0] ?? '')
      .split('\n')
      .map((line) => line.trim())
      .join('\n')
  assert.ok(block('dark').includes('--chart-6'))
  assert.equal(block('dark'), block('auto'))
})

test('only the tokens name a colour', async () => {
  const folder = new URL('./styles/', import.meta.url)
  const sheets = (await readdir(folder)).filter((name) => name.endsWith('.css') && name !== 'tokens.css')
  assert.ok(sheets.length > 5)
  for (const name of sheets) assert.doesNotMatch(await css(name), /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i, name)
})
