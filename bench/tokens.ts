/**
 * Tokens of machines, over HTTP in the shape of gateways: each is a row and an entry of the ledger, durable before it is told. Then the
 * same token used at the API. Floor of the same run: an answer of the same server that asks nothing.
 *
 *   node --import tsx bench/tokens.ts [calls]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { loadPacks, openApp } from '../src/app.ts'
import { createAccount } from '../src/foundation/identity/actions/accounts.ts'
import { registerClient } from '../src/foundation/identity/provider/clients.ts'
import { NewClient } from '../src/foundation/identity/provider/model.ts'
import { startServing } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { sayFigure } from './report.ts'

const calls = Number(process.argv[2] ?? 1000)
const atOnce = 8
const goalPerSecond = 300
const folder = join(tmpdir(), `bench-tokens-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  await loadPacks(app, () => {})
  const serving = await startServing(app)
  app.config.publicUrl = serving.url
  try {
    await measure(serving.url)
  } finally {
    await serving.close()
  }
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

async function registerMachine(): Promise<string> {
  const ctx = app.context()
  await createAccount(ctx, { name: 'may-do', personName: 'Máy đo', organisation: 'H32', machine: true })
  const wanted = { kind: 'machine', id: 'may-do', name: 'Máy đo', organisation: 'H32', account: 'may-do' }
  const { secret } = await registerClient(ctx, NewClient.parse({ ...wanted, scopes: 'account:manage' }))
  return secret ?? ''
}

async function measure(url: string): Promise<void> {
  const secret = await registerMachine()
  const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
    const answer = await fetch(`${url}${path}`, init)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`)
    return answer.text()
  }
  const getToken = () =>
    ask('/token', { method: 'POST', body: new URLSearchParams({ client_id: 'may-do', client_secret: secret }) })
  const token = (JSON.parse(await getToken()) as { access_token: string }).access_token
  const floor = await millisecondsEach(() => ask('/health/live'))
  const label = { label: 'an answer that asks nothing', value: floor.wall }
  for (const [name, work, goal] of [
    ['a token', getToken, Math.floor(10_000 / goalPerSecond) / 10],
    ['a call with it', () => ask('/api/v1/account', { headers: { authorization: `Bearer ${token}` } }), undefined],
  ] as const) {
    const { wall, cpu } = await millisecondsEach(work)
    sayFigure({ label: `${name}, ${atOnce} at once`, value: wall, unit: 'ms each', goal, floor: label })
    sayFigure({ label: `${name}: CPU of server and client`, value: cpu, unit: 'ms each' })
  }
}

async function millisecondsEach(work: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  for (let round = 0; round < 200; round += 1) await work()
  const [used, begun] = [process.cpuUsage(), performance.now()]
  let left = calls
  const lane = async () => {
    for (; left > 0; ) {
      left -= 1
      await work()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  const { user, system } = process.cpuUsage(used)
  return { wall: (performance.now() - begun) / calls, cpu: (user + system) / 1000 / calls }
}
