import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { keepUpload, openFile, sweepFiles, takeUpload } from '#files'
import type { Actor, Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { serveApart } from '#test/apart'
import { cloneTest, type DbTest, dbTest, makeActor } from '#test/harness'
import { storeOf } from '../storage/choose.ts'
import { hashBytes, pieceFolder } from '../storage/names.ts'
import { expireUploads } from './expire.ts'
import { uploadField, uploadLastsMs, uploadsPath } from './model.ts'
import { dropUpload, removePieces } from './pieces.ts'
import { listPieces } from './store.ts'

const somebody = makeActor('can-bo-tai', {}, 'H32')
const another = makeActor('nguoi-khac', {}, 'H32')
const tus = { 'tus-resumable': '1.0.0' }
const encode = (text: string) => Buffer.from(text).toString('base64')
const metadata = (name: string, use: string) => `filename ${encode(name)},use ${encode(use)}`
const stamp = () => `${process.pid}-${process.hrtime.bigint()}`
const text = (size: number) =>
  Buffer.from(`Tệp thử ${stamp()}\n`.padEnd(size, 'chín mươi chín dòng\n')).subarray(0, size)
const ascii = (size: number) => Buffer.from(`Lines ${stamp()}\n`.padEnd(size, 'ninety-nine lines\n'))

async function begin(t: DbTest, size: number, use = 'evidence', who: Actor = somebody): Promise<string> {
  const headers = { ...tus, 'upload-length': String(size), 'upload-metadata': metadata('biên bản.txt', use) }
  const answer = await t.as(who).inject({ method: 'POST', url: uploadsPath, headers })
  assert.equal(answer.statusCode, 201, answer.body)
  assert.ok(answer.headers['upload-expires'])
  return String(answer.headers.location)
}

const send = (
  t: DbTest,
  url: string,
  offset: number,
  bytes: Buffer,
  more: Record<string, string> = {},
  who = somebody,
) =>
  t.as(who).inject({
    method: 'PATCH',
    url,
    headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...more },
    payload: bytes,
  })
const head = (t: DbTest, url: string, who: Actor = somebody) => t.as(who).inject({ method: 'HEAD', url, headers: tus })
const idOf = (url: string) => url.split('/').at(-1) ?? ''

async function piecesOf(ctx: Context, id: string): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of storeOf(ctx.config).list(`${pieceFolder}${id}/`)) names.push(name)
  return names
}

dbTest('a file comes in pieces, is named by a form, and is kept as any other; then its pieces go', async (t) => {
  const ctx = t.context(somebody)
  const bytes = ascii(5000)
  const url = await begin(t, bytes.length)
  assert.equal((await send(t, url, 0, bytes.subarray(0, 2000))).headers['upload-offset'], '2000')
  assert.equal((await head(t, url)).headers['upload-offset'], '2000')
  assert.equal((await send(t, url, 100, bytes.subarray(100))).statusCode, 409, 'a place that is not the next one')
  const sent = { fields: { [uploadField]: idOf(url) }, file: undefined }
  const notWhole = (error: unknown) => error instanceof Problem && error.code === 'file.not-whole'
  await assert.rejects(takeUpload(ctx, sent, 'evidence'), notWhole)
  assert.equal((await send(t, url, 2000, bytes.subarray(2000))).statusCode, 204)
  await assert.rejects(takeUpload(t.context(another), sent, 'evidence'), notWhole)
  await assert.rejects(takeUpload(ctx, sent, 'letter'), notWhole)
  const taken = await takeUpload(ctx, sent, 'evidence')
  assert.ok(taken)
  const kept = await keepUpload(ctx, taken, 'evidence')
  assert.deepEqual([kept.name, kept.sha256], ['biên bản.txt', hashBytes(bytes)])
  assert.deepEqual(await buffer((await openFile(ctx, kept.sha256)).bytes), bytes)
  await assert.rejects(takeUpload(ctx, sent, 'evidence'), notWhole)
  assert.equal((await piecesOf(ctx, idOf(url))).length, 2)
  await removePieces(ctx, idOf(url))
  assert.equal((await piecesOf(ctx, idOf(url))).length, 0)
})

dbTest('an upload is its owner’s alone, has the limits of its use, and can be given up', async (t) => {
  const url = await begin(t, 1000)
  assert.equal((await t.visitor().inject({ method: 'PATCH', url, headers: tus })).statusCode, 401)
  assert.equal((await head(t, url, another)).statusCode, 404)
  assert.equal((await send(t, url, 0, ascii(10), {}, another)).statusCode, 404)
  assert.equal((await t.as(another).inject({ method: 'DELETE', url, headers: tus })).statusCode, 404)
  assert.equal((await t.as(another).get(url)).statusCode, 404)
  assert.equal((await t.as(somebody).get(url)).json().receivedBytes, 0)
  const post = (size: string, meta: string, headers: Record<string, string> = tus, who = somebody) =>
    t.as(who).inject({
      method: 'POST',
      url: uploadsPath,
      headers: { ...headers, 'upload-length': size, 'upload-metadata': meta },
    })
  assert.equal((await post('21000000', metadata('a.txt', 'evidence'))).json().code, 'file.too-large')
  assert.equal((await post('0', metadata('a.txt', 'evidence'))).json().code, 'file.empty')
  assert.equal((await post('10', metadata('a.txt', 'chiếu lệ'))).statusCode, 422)
  assert.equal((await post('10', '%%%')).statusCode, 422)
  assert.equal((await post('muoi', metadata('a.txt', 'evidence'))).json().code, 'upload.refused')
  assert.equal((await post('10', metadata('a.txt', 'evidence'), {})).json().code, 'upload.version')
  const citizen = makeActor('cong-dan', {})
  assert.equal((await post('10', metadata('a.csv', 'table'), tus, citizen)).statusCode, 403)
  assert.equal((await t.as(somebody).inject({ method: 'DELETE', url, headers: tus })).statusCode, 204)
  assert.equal((await head(t, url)).statusCode, 404)
  for (let i = 0; i < 12; i += 1) await begin(t, 10)
  assert.equal((await post('10', metadata('a.txt', 'evidence'))).json().code, 'upload.too-many')
})

dbTest('a name may hold anything: it is cleaned before it is kept or shown', async (t) => {
  for (const [sent, kept] of [
    ['../../a\u0000b\u202etxt.exe', 'abtxt.exe'],
    ['C:\\x\\ tờ  trình.pdf ', 'tờ trình.pdf'],
    ['\u200f \u0007', 'tep'],
    ['x'.repeat(4000), 'x'.repeat(300)],
  ] as const) {
    const headers = { ...tus, 'upload-length': '9', 'upload-metadata': metadata(sent, 'evidence') }
    const answer = await t.as(somebody).inject({ method: 'POST', url: uploadsPath, headers })
    assert.equal((await t.as(somebody).get(String(answer.headers.location))).json().name, kept)
  }
})

dbTest('what is not taken is said at the last piece, and is gone', async (t) => {
  const bytes = Buffer.from('<html><script>alert(1)</script></html>')
  const url = await begin(t, bytes.length)
  const answer = await send(t, url, 0, bytes)
  assert.deepEqual([answer.statusCode, answer.json().code], [422, 'file.type'])
  assert.equal((await head(t, url)).statusCode, 404)
})

dbTest(
  'what nobody comes back to goes after a day; a piece without a row is swept, one with a row never',
  async (t) => {
    const ctx = t.context(somebody)
    const [left, young] = [await begin(t, 100), await begin(t, 100)]
    for (const url of [left, young]) await send(t, url, 0, text(50))
    await ctx.transaction((inner) => dropUpload(inner, idOf(left)))
    // The clock of files is the machine's own.
    const later = (ms: number) => t.at(new Date(Math.max(Date.now(), t.now.getTime()) + ms)).context()
    await sweepFiles(later(uploadLastsMs + 60_000))
    assert.deepEqual([(await piecesOf(ctx, idOf(left))).length, (await piecesOf(ctx, idOf(young))).length], [0, 1])
    await expireUploads(later(uploadLastsMs))
    assert.equal((await piecesOf(ctx, idOf(young))).length, 0)
    assert.equal((await listPieces(t.sql, idOf(young))).length, 0)
  },
)

dbTest('the server says what it knows of the protocol, and an upload says until when it is kept', async (t) => {
  const url = await begin(t, 100)
  for (const path of [uploadsPath, url]) {
    const { statusCode, headers } = await t.visitor().inject({ method: 'OPTIONS', url: path })
    assert.equal(statusCode, 204)
    const { 'tus-version': version, 'tus-extension': extensions, 'tus-max-size': most } = headers
    assert.deepEqual([version, Number(most)], ['1.0.0', t.context().config.maxFileBytes])
    assert.equal(extensions, 'creation,creation-with-upload,termination,expiration,checksum')
    assert.equal(headers['tus-checksum-algorithm'], 'sha1,sha256')
  }
  const ten = Buffer.alloc(10, 'a')
  const sent = await send(t, url, 0, ten)
  assert.equal(new Date(String(sent.headers['upload-expires'])).getTime(), t.now.getTime() + uploadLastsMs)
  const later = t.at(new Date(t.now.getTime() + uploadLastsMs))
  assert.equal((await head(later, url)).statusCode, 404)
  assert.equal((await send(later, url, 10, ten)).statusCode, 404)
  assert.equal((await send(t, url, 10, ascii(200))).statusCode, 413, 'more than was declared')
})

dbTest('a part whose checksum is another does not count, nothing of it stays, and it is sent again', async (t) => {
  const bytes = ascii(5 * 1024 ** 2)
  const url = await begin(t, bytes.length)
  const checked = (algorithm: string, of: Buffer) => {
    const digest = createHash(algorithm === 'md5' ? 'md5' : algorithm)
    return send(t, url, 0, bytes, { 'upload-checksum': `${algorithm} ${digest.update(of).digest('base64')}` })
  }
  assert.equal((await checked('md5', bytes)).statusCode, 400)
  assert.equal((await send(t, url, 0, bytes, { 'upload-checksum': 'sha1 abc' })).statusCode, 400)
  const wrong = await checked('sha1', bytes.subarray(1))
  assert.deepEqual([wrong.statusCode, wrong.json().code], [460, 'upload.checksum'])
  assert.equal((await head(t, url)).headers['upload-offset'], '0')
  assert.deepEqual(await piecesOf(t.context(), idOf(url)), [])
  assert.equal((await checked('sha256', bytes)).statusCode, 204)
  assert.equal((await head(t, url)).headers['upload-offset'], String(bytes.length))
})

const mebibyte = 1024 ** 2

/** Sends from where the server stands and, `cutAfter` bytes on, cuts the line in the middle of the request. */
async function sendAndCut(url: string, cookie: string, bytes: Buffer, cutAfter: number, holdMs = 30): Promise<number> {
  const known = await fetch(url, { method: 'HEAD', headers: { ...tus, cookie } })
  assert.equal(known.status, 200)
  const offset = Number(known.headers.get('upload-offset'))
  await new Promise<void>((resolve) => {
    const headers = {
      ...tus,
      cookie,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      'content-length': String(bytes.length - offset),
    }
    const going = request(url, { method: 'PATCH', headers })
    going.on('error', () => {}).on('close', resolve)
    going.write(bytes.subarray(offset, offset + cutAfter), () => setTimeout(() => going.destroy(), holdMs).unref())
  })
  return offset
}

cloneTest(
  'an upload survives ten cut lines and a process killed in its midst, and another process takes it to its end',
  async (t) => {
    const apart = serveApart(t)
    const cookie = await t.signIn('trucban')
    const bytes = ascii(14 * mebibyte)
    const begun = await fetch(`${t.url}${uploadsPath}`, {
      method: 'POST',
      headers: { ...tus, cookie, 'upload-length': `${bytes.length}`, 'upload-metadata': metadata('a.txt', 'evidence') },
    })
    const path = begun.headers.get('location') ?? ''
    let before = 0
    for (let cut = 0; cut < 10; cut += 1) {
      const offset = await sendAndCut(`${t.url}${path}`, cookie, bytes, mebibyte / 2)
      assert.ok(offset >= before, 'nothing that was received is lost')
      before = offset
    }
    const { url, kill } = await apart
    // More than a piece, so that some of it counts already when the process is killed without a word.
    const cut = sendAndCut(`${url}${path}`, cookie, bytes, 6 * mebibyte, 60_000)
    const findOffset = async () => {
      const known = await fetch(`${t.url}${path}`, { method: 'HEAD', headers: { ...tus, cookie } })
      return Number(known.headers.get('upload-offset'))
    }
    before = await findOffset()
    while ((await findOffset()) === before) await sleep(20)
    await Promise.all([cut, kill()])
    const offset = await findOffset()
    assert.ok(offset > before && offset < bytes.length, `${offset} of ${bytes.length}`)
    const rest = await fetch(`${t.url}${path}`, {
      method: 'PATCH',
      headers: { ...tus, cookie, 'content-type': 'application/offset+octet-stream', 'upload-offset': `${offset}` },
      body: bytes.subarray(offset),
    })
    assert.equal(rest.status, 204, await rest.text())
    const actor = await t.app.authenticator.findActor(t.context(), 'trucban')
    const ctx = t.context(actor)
    const taken = await takeUpload(ctx, { fields: { [uploadField]: idOf(path) }, file: undefined }, 'evidence')
    assert.ok(taken)
    assert.equal((await keepUpload(ctx, taken, 'evidence')).sha256, hashBytes(bytes))
  },
  { timeoutMs: 240_000 },
)
