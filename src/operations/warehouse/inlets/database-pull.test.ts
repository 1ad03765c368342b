/** The same behaviour against two real servers: a second PostgreSQL database and a MariaDB of our own, where one is installed. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import type { Context } from '#platform/context'
import { openPool } from '#platform/sql'
import { debianProgram } from '#test/debian'
import { type DbTest, databaseServer, dbTest } from '#test/harness'
import { readLandedBytes } from '../landing.ts'
import { createPull, runPull } from './pull.ts'
import { DatabasePull } from './pull-settings.ts'
import { findPull } from './pull-store.ts'

const run = promisify(execFile)

/** An agency's database: text is run as its administrator. */
interface Agency {
  settings: Pick<DatabasePull, 'driver' | 'host' | 'port' | 'database' | 'user'>
  password: string
  execute(sql: string): Promise<void>
  /** A transaction of its own, left open. */
  begin(sql: string): Promise<{ commit(): Promise<void> }>
}

const maria = debianProgram('mariadb-server', ['/usr/sbin/mariadbd', '/usr/sbin/mysqld'])

const agencies: { name: string; skip: string | false; open(): Promise<Agency> }[] = [
  { name: 'PostgreSQL', skip: false, open: openPostgresAgency },
  { name: 'MariaDB', skip: maria.skip, open: openMariaAgency },
]

const cleanups: (() => Promise<unknown>)[] = []
after(async () => {
  for (const clean of cleanups.reverse()) await clean()
})

async function openPostgresAgency(): Promise<Agency> {
  const admin = new URL(await databaseServer())
  const database = `test_${process.pid}_agency`
  const server = openPool(new URL('/postgres', admin).href, { max: 1 })
  await server.unsafe(`create database ${database}`)
  await server.unsafe(
    "do $$ begin create role tram_agency login password 'mat-khau-thu'; exception when duplicate_object then null; end $$",
  )
  await server.end()
  const pool = openPool(new URL(`/${database}`, admin).href, { max: 2 })
  await pool.unsafe('grant pg_read_all_data to tram_agency')
  // The database goes with the leftovers of this process.
  cleanups.push(() => pool.end({ timeout: 1 }))
  return {
    settings: { driver: 'postgres', host: admin.hostname, port: Number(admin.port), database, user: 'tram_agency' },
    password: 'mat-khau-thu',
    execute: async (sql) => void (await pool.unsafe(sql)),
    async begin(sql) {
      const session = await pool.reserve()
      await session.unsafe('begin')
      await session.unsafe(sql)
      return {
        async commit() {
          await session.unsafe('commit')
          session.release()
        },
      }
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function openMariaAgency(): Promise<Agency> {
  const program = await maria.find()
  const folder = await mkdtemp(join(tmpdir(), 'tram-maria-'))
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['--user=root'] : []
  await run('mariadb-install-db', [
    '--no-defaults',
    `--datadir=${folder}/data`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ])
  const server = spawn(
    program,
    [
      '--no-defaults',
      `--datadir=${folder}/data`,
      `--socket=${folder}/s`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--innodb-buffer-pool-size=32M',
      '--skip-log-bin',
      ...user,
    ],
    { stdio: 'ignore' },
  )
  cleanups.push(() => endMaria(server, folder))
  const connect = async () => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await createConnection({ host: '127.0.0.1', port, user: 'root', multipleStatements: true })
      } catch (error) {
        if (tries > 150) throw error
        await sleep(200)
      }
    }
  }
  const admin = await connect()
  cleanups.push(() => admin.end())
  await admin.query(
    "create database agency character set utf8mb4; create user reader@'127.0.0.1' identified by 'mat-khau-thu'; grant all on agency.* to reader@'127.0.0.1'; use agency",
  )
  return {
    settings: { driver: 'mysql', host: '127.0.0.1', port, database: 'agency', user: 'reader' },
    password: 'mat-khau-thu',
    execute: async (sql) => void (await admin.query(sql)),
    async begin(sql) {
      const other = await connect()
      await other.query('use agency')
      await other.beginTransaction()
      await other.query(sql)
      return {
        async commit() {
          await other.commit()
          await other.end()
        },
      }
    },
  }
}

async function endMaria(server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode === null) {
    server.kill('SIGTERM')
    await new Promise((resolve) => server.once('exit', resolve))
  }
  await rm(folder, { recursive: true, force: true })
}

type Row = Record<string, string | null>

interface Puller {
  ctx: Context
  id: number
  /** Runs the pull; the rows that landed. */
  rows(): Promise<Row[]>
}

async function withPull(
  t: DbTest,
  agency: Agency,
  settings: Partial<DatabasePull>,
  work: (puller: Puller) => Promise<void>,
): Promise<void> {
  const varDir = await mkdtemp(join(tmpdir(), 'tram-dbpull-'))
  await mkdir(join(varDir, 'secrets', 'pull'), { recursive: true })
  await writeFile(join(varDir, 'secrets', 'pull', 'co-quan'), `${agency.password}\n`)
  const ctx = {
    ...t.context(),
    config: { ...t.context().config, varDir, pullHosts: ['127.0.0.1', 'localhost', '::1'] },
  }
  const id = await createPull(ctx, {
    source: 'air-stations',
    schedule: '*/5 * * * *',
    paused: false,
    settings: {
      type: 'database',
      ...agency.settings,
      passwordSecret: 'co-quan',
      tls: 'off',
      table: 'phieu',
      columns: ['ma', 'so', 'ghi'],
      watermark: 'luc',
      key: ['ma'],
      overlap: 60,
      pageRows: 3,
      maxRows: 1000,
      statementSeconds: 20,
      ...settings,
    },
  })
  const rows = async () => {
    const result = await runPull(ctx, id)
    if (result.outcome === 'unchanged') return []
    assert.equal(result.outcome, 'landed', result.message)
    const text = await readLandedBytes(t.sql, result.landing ?? 0, 0, 1_000_000)
    return text
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line): Row => JSON.parse(line))
  }
  await work({ ctx, id, rows }).finally(() => rm(varDir, { recursive: true, force: true }))
}

const codes = (rows: readonly Row[]) => rows.map(({ ma }) => ma).join(' ')

for (const { name, skip, open } of agencies) {
  if (skip) {
    test(`${name}: rows come from a real server`, { skip }, () => {})
    continue
  }
  let opened: Promise<Agency> | undefined
  const agencyOf = async (table: string): Promise<Agency> => {
    opened ??= open()
    const agency = await opened
    await agency.execute('drop table if exists phieu')
    await agency.execute(table)
    return agency
  }
  const plain =
    'create table phieu (ma varchar(20) primary key, so decimal(30,10), ghi varchar(100), luc timestamp(6) null)'
  const insert = (...rows: [string, string][]) =>
    `insert into phieu (ma, so, ghi, luc) values ${rows.map(([code, time]) => `('${code}', 1, 'x', '2026-11-20 ${time}')`).join(', ')}`

  dbTest(`${name}: rows of equal watermark are neither lost nor doubled over pages`, async (t) => {
    const agency = await agencyOf(plain)
    await agency.execute(
      insert(
        ['c', '08:00'],
        ['a', '08:00'],
        ['e', '08:00'],
        ['b', '08:00'],
        ['d', '08:00'],
        ['g', '07:00'],
        ['f', '09:00'],
      ),
    )
    await withPull(t, agency, { pageRows: 2 }, async ({ rows }) => {
      assert.equal(codes(await rows()), 'g a b c d e f')
    })
  })

  dbTest(`${name}: only what is new comes next, and the overlap finds a transaction that was late`, async (t) => {
    const agency = await agencyOf(plain)
    await agency.execute(insert(['a', '08:00:00'], ['b', '08:10:00']))
    await withPull(t, agency, {}, async ({ rows, ctx, id }) => {
      const late = await agency.begin(insert(['late', '08:09:30']))
      assert.equal(codes(await rows()), 'a b')
      await late.commit()
      await agency.execute(insert(['c', '08:11:00']))
      assert.equal(codes(await rows()), 'late b c', 'one minute is read again')
      assert.equal(codes(await rows()), 'b c')
      assert.equal((await findPull(ctx.sql, id))?.position.watermark?.slice(0, 19), '2026-11-20T08:11:00')
    })
  })

  dbTest(`${name}: a run that stops at its limit goes on exactly there`, async (t) => {
    const agency = await agencyOf(plain)
    await agency.execute(insert(['a', '08:00'], ['b', '08:00'], ['c', '08:00'], ['d', '08:00'], ['e', '08:00']))
    await withPull(t, agency, { pageRows: 2, maxRows: 2 }, async ({ rows, ctx, id }) => {
      assert.equal(codes(await rows()), 'a b')
      assert.equal((await findPull(ctx.sql, id))?.nextRunAt?.getTime(), ctx.now.getTime())
      assert.equal(codes(await rows()), 'c d')
      assert.equal(codes(await rows()), 'e')
    })
  })

  dbTest(`${name}: numbers keep all digits, times their meaning, nothing stays nothing`, async (t) => {
    const isMaria = name === 'MariaDB'
    const agency = await agencyOf(
      `create table phieu (ma bigint primary key, so decimal(38,12), ghi text, tinh double precision, ngay date,
        gio ${isMaria ? 'datetime(6)' : 'timestamp'}, luc ${isMaria ? 'timestamp(6) null' : 'timestamptz'}, co ${isMaria ? 'boolean' : 'bool'})`,
    )
    const instant = isMaria ? '2026-11-20 01:00:00.123456' : '2026-11-20 08:00:00.123456+07'
    if (isMaria) await agency.execute("set session time_zone = '+00:00'")
    await agency.execute(
      `insert into phieu values (9007199254740993, 12345678901234567890.123456789012, 'Nước sạch "Khánh Hòa" 😀', 0.1, '2026-02-28', '2026-11-20 08:00:00.000001', '${instant}', true),
        (-1, null, null, null, null, null, '${instant}', null)`,
    )
    const columns = ['ma', 'so', 'ghi', 'tinh', 'ngay', 'gio', 'luc', 'co']
    await withPull(t, agency, { columns }, async ({ rows }) => {
      const [none, full] = await rows()
      assert.deepEqual(full, {
        ma: '9007199254740993',
        so: '12345678901234567890.123456789012',
        ghi: 'Nước sạch "Khánh Hòa" 😀',
        tinh: '0.1',
        ngay: '2026-02-28',
        gio: '2026-11-20T08:00:00.000001',
        luc: '2026-11-20T01:00:00.123456+00:00',
        co: isMaria ? '1' : 'true',
      })
      assert.deepEqual([none?.so, none?.ghi, none?.ngay, none?.gio, none?.co], [null, null, null, null, null])
    })
  })

  dbTest(`${name}: a number that rises is a watermark too, compared as a number`, async (t) => {
    const agency = await agencyOf('create table phieu (ma varchar(20) primary key, so bigint, ghi varchar(10))')
    await agency.execute(
      "insert into phieu values ('a', 9), ('b', 10), ('c', 100), ('d', 9007199254740993)".replace(
        /\((.*?)\)/g,
        '($1, null)',
      ),
    )
    await withPull(t, agency, { watermark: 'so', overlap: 0 }, async ({ rows }) => {
      assert.equal(codes(await rows()), 'a b c d')
      await agency.execute("insert into phieu values ('e', 9007199254740994, null)")
      assert.equal(codes(await rows()), 'd e')
    })
  })

  dbTest(`${name}: a fault is told without the secret, and the place is kept`, async (t) => {
    const agency = await agencyOf(plain)
    await withPull(t, agency, { columns: ['ma', 'khong_co'] }, async ({ ctx, id }) => {
      assert.match((await runPull(ctx, id)).message, /Bảng không có cột: khong_co/)
    })
    await withPull(t, { ...agency, password: 'sai-mat-khau' }, {}, async ({ ctx, id }) => {
      const { outcome, message } = await runPull(ctx, id)
      assert.equal(outcome, 'failed')
      assert.doesNotMatch(message, /sai-mat-khau/)
    })
    await withPull(t, agency, { passwordSecret: 'chua-co' }, async ({ ctx, id }) => {
      const result = await runPull(ctx, id)
      assert.equal(result.outcome, 'failed')
      assert.match(result.message, /tệp bí mật “secrets\/pull\/chua-co”/)
      const [kept] = await t.sql<{ text: string }[]>`select p::text as text from warehouse.pull p where id = ${id}`
      assert.ok(!kept?.text.includes('mat-khau-thu'))
    })
  })
}

test('names of tables and columns are names, never text of a query', () => {
  for (const name of ['phieu"; drop table x', 'a`b', "a'b", 'a;b', 'a]b', ''])
    assert.equal(DatabasePull.shape.table.safeParse(name).success, false, name)
  assert.ok(DatabasePull.shape.table.safeParse('Hồ sơ 2026').success)
})
