/**
 * The ledger when it is long: appending durably beside the database's own commit, the verification of what was written through the
 * product, then proofs and searches among ten million entries. What fills it up to there is written by one statement and numbered by the
 * product's sequencer.
 *
 *   node --import tsx bench/ledger.ts [entries] [verified]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  appendEntries,
  appendEntry,
  type EntryQuery,
  listEntries,
  openSigner,
  proveConsistency,
  proveEntry,
  sequenceLedger,
  signCheckpoint,
  verifyLedger,
} from '#ledger'
import { openPool, type Sql } from '#platform/sql'
import { openApp } from '../src/app.ts'
import { testConfig } from '../test/settings.ts'
import { median, quantile, sayFigure } from './report.ts'

const [entries = 10_000_000, verified = 1_000_000] = process.argv.slice(2).map(Number)
const appends = 2000
const proofs = 300
const searches = 100
const batch = 10_000

const folder = join(tmpdir(), `tram-bench-ledger-${process.pid}`)
const say = (line: string) => process.stdout.write(`${line}\n`)
const at = new Date('2026-11-22T03:05:00Z')

const deed = (n: number) => ({
  action: n % 3 ? 'record.landed' : 'record.personal-viewed',
  subject: `${n % 3 ? 'record' : 'person'}:${n % 500_000}`,
  purpose: n % 3 ? undefined : `Giải quyết hồ sơ H32-${n % 90_000}`,
  actor: `nguoi-${n % 2000}`,
  organisation: `H32.${22_000 + (n % 300)}`,
  at: new Date(at.getTime() + n),
  body: { n, channel: 'push', sha256: 'ab'.repeat(32) },
})

async function timesOf(count: number, work: (round: number) => Promise<unknown>): Promise<number[]> {
  const took: number[] = []
  for (let round = 0; round < count; round += 1) {
    const begun = performance.now()
    await work(round)
    took.push(performance.now() - begun)
  }
  return took
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const begun = performance.now()
  const value = await work()
  const seconds = (performance.now() - begun) / 1000
  say(`${label}: ${seconds.toFixed(1)} s`)
  return { value, seconds }
}

/** One durable entry after the other, beside one durable row of the same length after the other, taking turns. */
async function benchAppends(sql: Sql, owner: Sql): Promise<void> {
  await owner`create table public.bench_row (id bigint generated always as identity primary key, text text not null)`
  const text = JSON.stringify(deed(1))
  const own: number[] = []
  const floor: number[] = []
  for (let turn = 0; turn < 10; turn += 1) {
    floor.push(...(await timesOf(appends / 10, () => owner`insert into public.bench_row (text) values (${text})`)))
    own.push(...(await timesOf(appends / 10, (n) => appendEntry(sql, deed(n)))))
  }
  const value = median(own)
  const goal = median(floor) * 2
  sayFigure({
    label: 'append, durable, one after the other',
    value,
    unit: 'ms',
    goal: Number(goal.toFixed(2)),
    floor: { label: 'autocommit of a bare row', value: median(floor) },
  })
}

/** Rows as the product writes them, but with commitments of nothing: proofs and searches do not look into them. */
async function fillUp(owner: Sql, from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += 500_000)
    await owner`
      insert into ledger.entry (id, at, actor, organisation, action, subject, purpose, body, salt, commitment)
      select (lpad(to_hex(${at.getTime()}::bigint + n), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
        ${at}::timestamptz + make_interval(secs => n / 1000.0), 'nguoi-' || n % 2000, 'H32.' || 22000 + n % 300,
        case when n % 3 > 0 then 'record.landed' else 'record.personal-viewed' end,
        case when n % 3 > 0 then 'record:' else 'person:' end || n % 500000,
        case when n % 3 = 0 then 'Giải quyết hồ sơ H32-' || n % 90000 end, '{"n":' || n || '}',
        substr(sha256(n::text::bytea), 1, 16), sha256(n::text::bytea)
      from generate_series(${first}::bigint, ${Math.min(to, first + 500_000) - 1}::bigint) n`
}

async function benchProofs(sql: Sql): Promise<void> {
  const rows = await sql<{ id: string }[]>`
    select entry_id as id from ledger.leaf where leaf_index = any(
      select (random() * ${entries - 1})::bigint from generate_series(1, ${proofs + 50}))`
  const took = await timesOf(rows.length, (n) => proveEntry(sql, rows[n]?.id ?? ''))
  const bare = await timesOf(rows.length, (n) => sql`select id, body from ledger.entry where id = ${rows[n]?.id ?? ''}`)
  const floor = { label: 'one row by its key', value: quantile(bare.slice(50), 0.95) }
  sayFigure({ label: 'inclusion proof, p95', value: quantile(took.slice(50), 0.95), unit: 'ms', goal: 5, floor })
  const steps = await timesOf(proofs, () =>
    proveConsistency(sql, 1 + Math.floor(Math.random() * (entries - 2)), entries),
  )
  sayFigure({ label: 'consistency proof, p95', value: quantile(steps, 0.95), unit: 'ms', goal: 10, floor })
}

async function benchSearches(sql: Sql): Promise<void> {
  const reach = new Set(Array.from({ length: 20 }, (_, n) => `H32.${22_000 + n}`))
  const queries: Record<string, (n: number) => Omit<EntryQuery, 'limit'>> = {
    subject: (n) => ({ reach: 'all', subject: `person:${(n * 3 * 997) % 500_000}` }),
    actor: (n) => ({ reach: 'all', actor: `nguoi-${n}` }),
    'purpose, rare': (n) => ({ reach: 'all', purpose: `H32-${n * 3}` }),
    'purpose, common': () => ({ reach: 'all', purpose: 'giai quyet ho so' }),
    'a kind of subject': () => ({ reach: 'all', subject: 'person:*' }),
    'action in 20 organisations': () => ({ reach, action: 'record.personal-viewed' }),
    'an hour': (n) => ({
      reach: 'all',
      from: new Date(at.getTime() + n * 1000),
      to: new Date(at.getTime() + n * 1000 + 3600_000),
    }),
    'actor within 20 organisations': (n) => ({ reach, actor: `nguoi-${n}` }),
  }
  for (const [label, query] of Object.entries(queries)) {
    const took = await timesOf(searches + 10, (n) => listEntries(sql, { ...query(n), limit: 50 }))
    sayFigure({ label: `search by ${label}, p95`, value: quantile(took.slice(10), 0.95), unit: 'ms', goal: 300 })
  }
}

await mkdir(folder, { recursive: true })
const app = await openApp(testConfig({ varDir: folder, logLevel: 'error' }), { tables: 'migrate' })
const owner = openPool(app.ownerUrl, { max: 1 })
try {
  const { pool } = app
  await benchAppends(pool, owner)
  await timed(`written through the product: ${verified} entries`, async () => {
    for (let from = 0; from < verified; from += batch)
      await appendEntries(
        pool,
        Array.from({ length: Math.min(batch, verified - from) }, (_, n) => deed(from + n)),
      )
  })
  const numbered = await timed('numbered', () => sequenceLedger(pool))
  say(`  ${Math.round(numbered.value / numbered.seconds)} entries/s`)
  const signer = await openSigner(join(folder, 'key.pem'), 'bench.invalid/ledger')
  await signCheckpoint(pool, signer, { now: at })
  await owner`vacuum analyze`
  const checked = await timed('verified', () => verifyLedger(pool, { verifierKeys: [signer.verifierKey] }))
  if (!checked.value.ok)
    throw new Error(`the ledger is not sound: ${JSON.stringify(checked.value.findings.slice(0, 3))}`)
  sayFigure({
    label: 'verify, for 1,000,000 entries',
    value: (checked.seconds / checked.value.entries) * 1e6,
    unit: 's',
    goal: 20,
  })
  if (entries > verified) {
    await timed(`filled up to ${entries}`, () => fillUp(owner, verified + appends, entries))
    await timed('numbered', () => sequenceLedger(pool))
    await signCheckpoint(pool, signer, { now: at })
    await owner`vacuum analyze`
  }
  await benchProofs(pool)
  await benchSearches(pool)
} finally {
  await owner.end()
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
