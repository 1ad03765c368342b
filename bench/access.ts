/**
 * What a check of rights costs: a list of the organisations within reach, asked by a signed-in head of a commune, against the same statement
 * with nobody checked. Then the auditor's question "who may" over 5,000 accounts.
 *
 *   node --import tsx bench/access.ts [rounds]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { loadPacks, openApp } from '../src/app.ts'
import { auditAccess, findWho } from '../src/foundation/identity/access/audit.ts'
import { hashToken } from '../src/foundation/identity/actions/secrets.ts'
import { insertSession, putPageSession } from '../src/foundation/identity/session-store.ts'
import { listAccounts } from '../src/foundation/identity/store.ts'
import { nobody } from '../src/platform/context.ts'
import { testConfig } from '../test/settings.ts'
import { quantile, sayFigure } from './report.ts'

const rounds = Number(process.argv[2] ?? 500)
const accounts = 5000
const folder = join(tmpdir(), `bench-access-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  await loadPacks(app, () => {})
  await fill()
  await measure()
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

async function fill(): Promise<void> {
  const { sql } = app.context()
  await sql`
    insert into identity.account (name, person_name, organisation, search_key, created_at)
    select 'do-' || n, 'Người Đo ' || n, (array['H32.22366', 'H32.22736', 'H32.1'])[1 + n % 3], 'nguoi do ' || n, now()
    from generate_series(1, ${accounts}) n`
  await sql`
    insert into identity.role_assignment (account, role, organisation, valid_from, given_by, given_at)
    select 'do-' || n, (array['leader', 'officer', 'administrator', 'custodian'])[1 + (n + turn) % 4],
      (array['H32.22366', 'H32.22736', 'H32.1', 'H32'])[1 + (n / 4 + turn) % 4], '2026-01-01', 'system', now()
    from generate_series(1, ${accounts}) n cross join generate_series(0, 1) turn
    on conflict do nothing`
  await sql`analyze`
}

async function measure(): Promise<void> {
  const token = 'bench-access'
  const now = new Date()
  const session = { address: '127.0.0.1', userAgent: 'bench', assurance: 'password', amr: ['pwd'] } as const
  const expiresAt = new Date(now.getTime() + 3_600_000)
  // The second account is an administrator of one organisation.
  const tokenHash = hashToken(token)
  await insertSession(app.pool, { ...session, tokenHash, account: 'do-2', now, expiresAt })
  const [{ id = '' } = {}] = await app.pool<{ id: string }[]>`
    select id from identity.session where token_hash = ${tokenHash}`
  await putPageSession(app.pool, { session: id, tokenHash, assurance: 'password', authenticatedAt: now, now })
  const request = {
    ...{ url: '/', path: '/', method: 'GET', address: '127.0.0.1', headers: {} },
    cookies: { tram_session: token },
  }
  const list = (reach: 'all' | ReadonlySet<string>) => listAccounts(app.pool, reach, { words: '', limit: 50 })
  // In turns: what else the machine does meanwhile must not fall on one of them.
  const [bare = 0, guarded = 0] = await percentiles([
    () => list('all'),
    async () => {
      const ctx = app.context(await app.authenticator.authenticate(app.context(), request))
      ctx.require('account:manage')
      return list(ctx.reach('account:manage'))
    },
  ])
  sayFigure({ label: 'the list with nobody checked: p95', value: bare, unit: 'ms' })
  sayFigure({ label: 'check and scope add: p95', value: Math.max(0, guarded - bare), unit: 'ms', goal: 2 })
  const auditor = app.context({ ...nobody, account: 'kiem-tra', permissions: new Map([[auditAccess, 'all' as const]]) })
  const asked = {
    permission: 'indicator:read',
    organisation: 'H32.22366',
    on: now.toISOString().slice(0, 10),
    limit: 50,
  }
  const [who = 0] = await percentiles([() => findWho(auditor, asked)])
  sayFigure({ label: `who may, among ${accounts} accounts: p95`, value: who, unit: 'ms', goal: 60 })
}

/** The 95th of each, taken in turns. */
async function percentiles(works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times = works.map((): number[] => [])
  for (let round = -20; round < rounds; round += 1)
    for (const [index, work] of works.entries()) {
      const begun = performance.now()
      await work()
      if (round >= 0) times[index]?.push(performance.now() - begun)
    }
  return times.map((one) => quantile(one, 0.95))
}
