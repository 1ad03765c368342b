/**
 * The register with as many certificates as the province holds: its pages, a list of as many brought in once more, and the watch over ends.
 * Floor of the same run: a page without numbers.
 *
 *   node --import tsx bench/certificates.ts [rounds]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type App, capabilities, loadPacks, openApp } from '../src/app.ts'
import { startServing } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { signInOver } from '../test/sign-in.ts'
import { describeMachine, median, quantile, sayFigure } from './report.ts'

const rounds = Number(process.argv[2] ?? 100)
const register = '/quan-tri/chung-thu-so'
const folder = join(tmpdir(), `bench-certificates-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  app.config.demo = true
  await loadPacks(app, () => {})
  const signing = capabilities.find(({ name }) => name === 'signing')
  await signing?.seed?.(app.context(), { demo: true, full: false, progress: () => {} })
  const serving = await startServing(app)
  try {
    await measure(app, serving.url)
  } finally {
    await serving.close()
  }
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)

async function measure(app: App, url: string): Promise<void> {
  for (const line of describeMachine()) process.stdout.write(`${line}\n`)
  const { cookie } = await signInOver(url, { account: 'quantri', password: 'tram-huong-2026' })
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { cookie } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return answer.text()
  }
  const timesOf = async (path: string) => {
    for (let warm = 0; warm < 15; warm += 1) await get(path)
    const times: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const from = performance.now()
      await get(path)
      times.push(performance.now() - from)
    }
    return times
  }
  const floor = { label: 'a page without numbers', value: quantile(await timesOf('/kiem-tra-chu-ky'), 0.95) }
  const pages = {
    list: register,
    'search by a name': `${register}?q=nguyen+van`,
    'those that end soon': `${register}?trang-thai=ending`,
    'one agency and all below': `${register}?don-vi=H32.KHCN`,
    'the page after 2,500': `${register}?limit=100&after=2500`,
  }
  for (const [name, path] of Object.entries(pages)) {
    const times = await timesOf(path)
    const label = `${name}, p95 (p50 ${median(times).toFixed(0)})`
    sayFigure({ label, value: quantile(times, 0.95), unit: 'ms', goal: 60, floor })
  }
  const list = (await get(`${register}?tai=csv`)).replaceAll(/^([0-9a-f]+),/gm, 'f$1,')
  const form = new FormData()
  form.set('tep', new Blob([list], { type: 'text/csv' }), 'danh-sach.csv')
  const from = performance.now()
  const taken = await fetch(`${url}${register}/nhap`, {
    method: 'POST',
    body: form,
    headers: { cookie, origin: url },
    redirect: 'manual',
  })
  if (taken.status !== 303) throw new Error(`the list was not taken: ${taken.status}`)
  sayFigure({ label: 'a list of as many brought in', value: performance.now() - from, unit: 'ms' })
  const watch = capabilities.flatMap(({ jobs }) => jobs ?? []).find(({ name }) => name === 'signing.watch-certificates')
  const watched = performance.now()
  await watch?.run(app.context(), {})
  sayFigure({ label: 'the watch over ends, first time', value: performance.now() - watched, unit: 'ms' })
}
