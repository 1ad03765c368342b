import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Context } from '#platform/context'
import { resolveHost } from '#platform/host-guard'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { processSource } from '../import.ts'
import { createPull, runPull } from './pull.ts'
import { findPull } from './pull-store.ts'

const csv = (rows: number) =>
  `tram,dia_ban,thoi_diem,pm25,pm10\n${Array.from({ length: rows }, (_, row) => `T1,22366,2026-11-20 ${String(row % 24).padStart(2, '0')}:${String(Math.floor(row / 24)).padStart(2, '0')},12.5,30\n`).join('')}`

type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void

interface Agency {
  ctx: Context
  url: string
  /** Requests seen. */
  seen: IncomingMessage[]
  pull(settings?: Record<string, unknown>): Promise<number>
}

async function withAgency(t: DbTest, answer: Answer, work: (agency: Agency) => Promise<void>): Promise<void> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response, seen.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const varDir = await mkdtemp(join(tmpdir(), 'tram-pull-'))
  const ctx = { ...t.context(), config: { ...t.context().config, varDir, pullHosts: ['127.0.0.1'] } }
  const url = `http://127.0.0.1:${port}/khong-khi.csv`
  const pull = (settings: Record<string, unknown> = {}) =>
    createPull(ctx, {
      source: 'air-stations',
      schedule: '*/15 * * * *',
      paused: false,
      settings: { type: 'http', url, timeoutSeconds: 20, maxMegabytes: 1, attempts: 2, ...settings },
    })
  try {
    await work({ ctx, url, seen, pull })
  } finally {
    server.closeAllConnections()
    server.close()
    await rm(varDir, { recursive: true, force: true })
  }
}

dbTest('a file is fetched once, and again only when it has changed', async (t) => {
  let version = 1
  const answer: Answer = (request, response) => {
    const etag = `"v${version}"`
    if (request.headers['if-none-match'] === etag) return response.writeHead(304).end()
    return response.writeHead(200, { etag, 'content-type': 'text/csv' }).end(csv(version))
  }
  await withAgency(t, answer, async ({ ctx, pull, seen }) => {
    const id = await pull()
    const first = await runPull(ctx, id)
    assert.equal(first.outcome, 'landed', first.message)
    assert.equal((await runPull(ctx, id)).outcome, 'unchanged')
    assert.equal(seen[1]?.headers['if-none-match'], '"v1"')
    version = 2
    assert.equal((await runPull(ctx, id)).outcome, 'landed')
    await processSource(ctx, 'air-stations')
    const rows =
      await t.sql`select channel, applied, duplicate, file_name from warehouse.landing where source = 'air-stations' order by id`
    assert.deepEqual(
      rows.map((row) => Object.values(row)),
      [
        ['pull', 1, 0, 'khong-khi.csv'],
        ['pull', 1, 1, 'khong-khi.csv'],
      ],
    )
    const kept = await findPull(t.sql, id)
    assert.equal(kept?.lastResult?.outcome, 'landed')
    assert.equal(kept?.nextRunAt?.toISOString(), '2026-11-23T03:15:00.000Z')
  })
})

dbTest('a transfer that breaks off goes on where it stopped', async (t) => {
  const body = Buffer.from(csv(200))
  const answer: Answer = (request, response, asked) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    const head = { etag: '"v1"', 'content-length': body.length - from }
    if (from > 0)
      response.writeHead(206, { ...head, 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` })
    else response.writeHead(200, head)
    if (asked > 1) return response.end(body.subarray(from))
    return response.write(body.subarray(0, 2000), () => setTimeout(() => response.destroy(), 500))
  }
  await withAgency(t, answer, async ({ ctx, pull, seen }) => {
    const result = await runPull(ctx, await pull())
    assert.equal(result.outcome, 'landed', result.message)
    assert.equal(seen[1]?.headers.range, 'bytes=2000-')
    assert.equal(seen[1]?.headers['if-range'], '"v1"')
    assert.equal(result.bytes, body.length)
    await processSource(ctx, 'air-stations')
    const [row] = await t.sql`select received, applied from warehouse.landing where id = ${result.landing}`
    assert.deepEqual(row, { received: 200, applied: 200 })
  })
})

dbTest('a file that changed between two parts starts anew', async (t) => {
  const old = Buffer.from(csv(200))
  const now = Buffer.from(csv(100))
  const answer: Answer = (_request, response, asked) => {
    if (asked > 1) return response.writeHead(200, { etag: '"v2"' }).end(now)
    response.writeHead(200, { etag: '"v1"', 'content-length': old.length })
    return response.write(old.subarray(0, 3000), () => setTimeout(() => response.destroy(), 500))
  }
  await withAgency(t, answer, async ({ ctx, pull }) => {
    const result = await runPull(ctx, await pull())
    assert.equal(result.bytes, now.length)
  })
})

dbTest('redirects are not followed, and what is too large is not read to its end', async (t) => {
  const answer: Answer = (request, response) => {
    if (request.url === '/khong-khi.csv') return response.writeHead(302, { location: '/noi-khac' }).end()
    response.writeHead(200)
    const fill = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
    }
    response.on('drain', fill)
    return fill()
  }
  await withAgency(t, answer, async ({ ctx, pull, seen, url }) => {
    const moved = await runPull(ctx, await pull())
    assert.equal(moved.outcome, 'failed')
    assert.match(moved.message, /302 \(chuyển hướng không được theo\)/)
    assert.equal(seen.length, 1)
    const large = await runPull(ctx, await pull({ url: url.replace('khong-khi.csv', 'lon') }))
    assert.match(large.message, /lớn hơn mức cho phép \(1 MB\)/)
    const [count] = await t.sql`select count(*)::int as n from warehouse.landing where source = 'air-stations'`
    assert.equal(count?.n, 0)
  })
})

dbTest('failures are tried again, shown, and lengthen the pause', async (t) => {
  await withAgency(
    t,
    (_request, response) => response.writeHead(503).end(),
    async ({ ctx, pull, seen }) => {
      const id = await pull({ attempts: 2 })
      const result = await runPull(ctx, id)
      assert.equal(result.outcome, 'failed')
      assert.match(result.message, /503/)
      assert.equal(seen.length, 2)
      const kept = await findPull(t.sql, id)
      assert.equal(kept?.failures, 1)
      assert.deepEqual(kept?.lastResult, result)
    },
  )
})

dbTest('only hosts named by the administrator are asked, and only by those who manage the source', async (t) => {
  const ctx = { ...t.context(), config: { ...t.context().config, pullHosts: ['data.example.vn'] } }
  const pull = (url: string) =>
    createPull(ctx, {
      source: 'air-stations',
      schedule: '0 * * * *',
      paused: false,
      settings: { type: 'http', url, timeoutSeconds: 5, maxMegabytes: 1, attempts: 1 },
    })
  for (const url of ['http://127.0.0.1/', 'http://[::1]/', 'http://2130706433/', 'http://169.254.169.254/latest'])
    await assert.rejects(pull(url), { code: 'pull.host-refused' }, url)
  assert.ok(await pull('https://data.example.vn/a.csv'))
  const url = '/api/v1/sources/air-stations/pulls'
  const elsewhere = makeActor('quan-tri-khac', { 'source:manage': ['H32.KHCN'] })
  assert.equal((await t.as(elsewhere).get(url)).statusCode, 403)
  assert.equal((await t.as('quan-tri-thu', 'source:manage').get(url)).json().pulls.length, 1)
})

test('a name that leads into a private network is refused unless the address is named too', async () => {
  await assert.rejects(resolveHost(['localhost'], 'localhost', 80), { code: 'pull.host-refused' })
  assert.ok((await resolveHost(['localhost', '127.0.0.0/8', '::1'], 'localhost', 80)).length > 0)
  await assert.rejects(resolveHost(['10.0.0.0/8'], '192.168.1.1', 80), { code: 'pull.host-refused' })
  assert.deepEqual(await resolveHost(['10.0.0.0/8'], '10.1.2.3', 80), ['10.1.2.3'])
  await assert.rejects(resolveHost(['10.0.0.0/8'], '::ffff:127.0.0.1', 80), { code: 'pull.host-refused' })
  await assert.rejects(resolveHost(['a.example.vn:443'], 'a.example.vn', 80), { code: 'pull.host-refused' })
})
