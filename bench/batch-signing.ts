/**
 * One consent over many documents, over HTTP as the signer's page goes: each is prepared, its digest signed by a key in memory, and completed
 * in a transaction of its own with its file, its ledger entries and its work item; beside it the page that shows the progress. Floor of the
 * same run: the PAdES signature alone (B-B, the same documents).
 *
 *   node --import tsx bench/batch-signing.ts [documents]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { requestSignature, signPdf } from '#signing'
import { loadPacks, openApp } from '../src/app.ts'
import { startServing } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { makePdf, makeSigner, readWish } from '../test/signers.ts'
import { quantile, sayFigure } from './report.ts'

const documents = Number(process.argv[2] ?? 1000)
const folder = join(tmpdir(), `bench-batch-signing-${process.pid}`)
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

async function ask(): Promise<{ codes: string[]; papers: Buffer[] }> {
  const codes: string[] = []
  const papers: Buffer[] = []
  for (let number = 1; number <= documents; number += 1) {
    const bytes = await makePdf(`Document ${number}`)
    papers.push(bytes)
    codes.push(
      await requestSignature(app.context(), {
        title: `Công văn số ${number}`,
        pdf: { bytes, name: `${number}.pdf` },
        organisation: 'H32.VP',
        signers: [{ kind: 'person', account: 'lanhdao', organisation: 'H32' }],
      }),
    )
  }
  return { codes, papers }
}

async function signIn(url: string): Promise<string> {
  const body = new URLSearchParams({ account: 'lanhdao', password: 'tram-huong-2026' })
  const answer = await fetch(`${url}/dang-nhap`, { method: 'POST', body, redirect: 'manual' })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

async function measure(url: string): Promise<void> {
  const signer = await makeSigner('Nguyễn Văn Mẫu')
  const cookie = await signIn(url)
  const { codes, papers } = await ask()
  const means = {
    chain: [signer.certificate],
    algorithm: 'rsa-pkcs1-sha256' as const,
    sign: async (digest: Uint8Array) => signer.sign(Buffer.from(digest)),
  }
  let from = performance.now()
  for (const pdf of papers) await signPdf({ pdf, means, at: new Date() })
  const floor = { label: 'the signatures alone', value: (performance.now() - from) / 1000 }

  const send = async (path: string, body: URLSearchParams | object) => {
    const isForm = body instanceof URLSearchParams
    const headers = { cookie, origin: url, ...(isForm ? {} : { 'content-type': 'application/json' }) }
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers,
      redirect: 'manual',
      body: isForm ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`)
    return { place: answer.headers.get('location') ?? '', value: isForm || !text ? {} : JSON.parse(text) }
  }
  from = performance.now()
  const { place } = await send(
    '/ky-so/phien',
    new URLSearchParams([...codes.map((code) => ['chon', code]), ['phuong-tien', 'helper']]),
  )
  await send(`${place}/chung-thu`, { chain: signer.chain })
  const pages: number[] = []
  let signed = 0
  for (;;) {
    const { token } = (await send(`${place}/ke-tiep`, {})).value
    if (!token) break
    const signatures = (readWish(token).items ?? []).map(({ sha256, digest }) => ({
      sha256,
      signature: signer.sign(Buffer.from(digest, 'hex')).toString('base64'),
    }))
    await send(`${place}/chu-ky`, { signatures })
    signed += signatures.length
    if (signed % 100 !== 0) continue
    const looked = performance.now()
    await (await fetch(`${url}${place}`, { headers: { cookie } })).text()
    pages.push(performance.now() - looked)
    process.stdout.write(`${signed} of ${documents} after ${((looked - from) / 1000).toFixed(1)} s\n`)
  }
  const seconds = (performance.now() - from) / 1000
  if (signed !== documents) throw new Error(`${signed} of ${documents} were signed`)
  sayFigure({ label: `${documents} documents under one consent`, value: seconds, unit: 's', floor })
  sayFigure({ label: 'each', value: (seconds / documents) * 1000, unit: 'ms' })
  if (pages.length > 0) sayFigure({ label: 'the page of the progress, p95', value: quantile(pages, 0.95), unit: 'ms' })
}
