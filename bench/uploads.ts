/**
 * A resumable upload (tus, pieces of 8 MB as the browser sends them) over HTTP against the same bytes as one multipart form that is kept the
 * same way. Floor of the same run: the form.
 *
 *   node --import tsx bench/uploads.ts [megabytes] [rounds]
 */
import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { loadPacks, openApp } from '../src/app.ts'
import { startServing } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { signInOver } from '../test/sign-in.ts'
import { describeMachine, median, sayFigure } from './report.ts'

const megabytes = Number(process.argv[2] ?? 64)
const rounds = Number(process.argv[3] ?? 5)
const piece = 8 * 1024 ** 2
const folder = join(tmpdir(), `bench-uploads-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  app.config.demo = true
  await loadPacks(app, () => {})
  const serving = await startServing(app)
  try {
    await measure(serving.url)
  } finally {
    await serving.close()
  }
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

async function signIn(url: string): Promise<string> {
  const { status, cookie } = await signInOver(url, { account: 'quantri', password: 'tram-huong-2026' })
  if (status !== 303) throw new Error(`no sign-in: ${status}`)
  return cookie
}

async function sendPieces(url: string, cookie: string, bytes: Buffer): Promise<void> {
  const tus = { 'tus-resumable': '1.0.0', cookie }
  const name = (text: string) => Buffer.from(text).toString('base64')
  const begun = await fetch(`${url}/api/v1/uploads`, {
    method: 'POST',
    headers: {
      ...tus,
      'upload-length': `${bytes.length}`,
      'upload-metadata': `filename ${name('a.csv')},use ${name('table')}`,
    },
  })
  const path = begun.headers.get('location')
  if (!path) throw new Error(`not begun: ${begun.status}`)
  for (let at = 0; at < bytes.length; at += piece) {
    const answer = await fetch(`${url}${path}`, {
      method: 'PATCH',
      headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': `${at}` },
      body: new Uint8Array(bytes.subarray(at, at + piece)),
    })
    if (answer.status !== 204) throw new Error(`piece at ${at}: ${answer.status}`)
  }
  await fetch(`${url}${path}`, { method: 'DELETE', headers: tus })
}

async function sendForm(url: string, cookie: string, bytes: Buffer): Promise<void> {
  const body = new FormData()
  body.set('tep', new Blob([new Uint8Array(bytes)]), 'a.csv')
  const answer = await fetch(`${url}/nguon/tao-moi`, { method: 'POST', headers: { cookie }, body, redirect: 'manual' })
  await answer.arrayBuffer()
  if (answer.status >= 500) throw new Error(`form: ${answer.status}`)
}

async function medianMs(work: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now()
    await work()
    times.push(performance.now() - begun)
  }
  return median(times)
}

async function measure(url: string): Promise<void> {
  process.stdout.write(`${describeMachine().join('\n')}\n`)
  const cookie = await signIn(url)
  // Hexadecimal digits, so that it is a text; no two rounds of it need differ.
  const size = megabytes * 1024 ** 2
  const bytes = Buffer.from(`a,b\n${randomBytes(size / 2).toString('hex')}`).subarray(0, size)
  const form = await medianMs(() => sendForm(url, cookie, bytes))
  const pieces = await medianMs(() => sendPieces(url, cookie, bytes))
  sayFigure({
    label: `a resumable upload of ${megabytes} MB`,
    value: pieces,
    unit: 'ms',
    floor: { label: 'the same bytes as one form, kept in the database', value: form },
  })
}
