/** The program as people start it: real processes, signals, folders and ports. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#platform/embedded'
import { projectRoot } from './settings.ts'
import { signInOver } from './sign-in.ts'

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

let home = ''
let port = 0
const running = new Set<ChildProcess>()

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'tram-program-'))
  // Started as root, the database runs under an account of its own, which must be able to enter.
  await chmod(home, 0o755)
  port = await freePort()
})

// What a failed test leaves running would fail those after it.
afterEach(async () => {
  const left = [...running]
  for (const child of left) child.kill('SIGTERM')
  await Promise.all(left.map((child) => once(child, 'exit')))
})

after(async () => {
  await rm(home, { recursive: true, force: true })
})

const settings = (changes: Record<string, string>) => ({
  ...process.env,
  TRAM_VAR: join(home, 'var'),
  PORT: String(port),
  TRAM_LOG: 'error',
  TRAM_ADMIN_PASSWORD: 'mat-khau-thu-nghiem',
  DATABASE_URL: '',
  ...changes,
})

function launch(args: readonly string[], changes: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['scripts/launch.mjs', 'src/main.ts', ...args], {
    cwd: projectRoot,
    env: settings(changes),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk
  })
  const ended = once(child, 'close').then(([code]): Ended => {
    running.delete(child)
    return { code, ...said }
  })
  return { child, said, ended }
}

const run = (args: readonly string[], changes?: Record<string, string>): Promise<Ended> => launch(args, changes).ended

async function start(changes?: Record<string, string>, words = 'Ctrl-C ends it') {
  const program = launch(['start', '--no-demo'], changes)
  const isReady = () => program.said.stdout.includes(words)
  await until(async () => isReady() || !running.has(program.child), 'the program says so')
  if (!isReady()) assert.fail(`the program ended:\n${program.said.stdout}${program.said.stderr}`)
  return program
}

async function until(isSo: () => Promise<boolean>, what: string, ms = 60_000): Promise<void> {
  const giveUpAt = Date.now() + ms
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) assert.fail(`not within ${ms / 1000} s: ${what}`)
    await sleep(20)
  }
}

async function signIn(): Promise<number> {
  const credentials = { account: 'admin', password: 'mat-khau-thu-nghiem' }
  return (await signInOver(`http://127.0.0.1:${port}`, credentials)).status
}

/** Numbers of the processes that work in the data folder of the database. */
const databasePid = async () =>
  (await readFile(join(home, 'var/postgres/postmaster.pid'), 'utf8').catch(() => '')).split('\n')[0]

describe('the program', { timeout: 600_000 }, () => {
  it('starts from nothing, serves, refuses a second instance in words, works beside commands, and ends cleanly', async () => {
    const program = await start()
    assert.match(program.said.stdout, new RegExp(`http://127\\.0\\.0\\.1:${port} \\(ready in`))
    assert.doesNotMatch(program.said.stdout, /mat-khau-thu-nghiem/, 'a password that was set is not printed')
    assert.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200)
    assert.equal(await signIn(), 303)
    const sign = await (await fetch(`http://127.0.0.1:${port}/dang-nhap`)).text()
    assert.doesNotMatch(sign, /dùng thử|dữ liệu minh họa/, 'nothing of the demonstration')

    const second = await run(['start'], { PORT: String(await freePort()) })
    assert.equal(second.code, 1)
    assert.match(second.stderr, /^Trầm Hương is already running on the folder .*\n$/)

    const token = await run(['token', '--account', 'admin', '--scope', 'account:manage', '--json'])
    assert.equal(token.code, 0, token.stderr)
    const headers = { authorization: `Bearer ${JSON.parse(token.stdout).token}` }
    assert.equal((await fetch(`http://127.0.0.1:${port}/api/v1/account`, { headers })).status, 200)

    const page = await fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' })
    assert.equal(
      page.headers.get('location'),
      '/dang-nhap?tiep=%2F',
      'whatever the visitor is, a page leads to the sign-in',
    )
    const unknown = await run(['facts', 'no.such', '--json'])
    assert.equal(unknown.code, 1)
    assert.equal(JSON.parse(unknown.stdout).error.code, 'indicator.not-found')
    assert.match(unknown.stderr, /no\.such/)

    const health = await run(['doctor', '--json'])
    const { findings } = JSON.parse(health.stdout)
    assert.deepEqual(
      findings.filter(({ ok }: { ok: boolean }) => !ok),
      [],
    )

    program.child.kill('SIGTERM')
    assert.equal((await program.ended).code, 0)
    assert.equal(await databasePid(), '', 'the database has ended too')
    assert.deepEqual(await readdir(join(home, 'var/run/users')), [])
  })

  it('takes a file in beside the running program, and lets its numbers and records out again', async () => {
    const program = await start()
    const log = join(home, 'log.csv')
    const lines = [
      'case,activity,timestamp',
      'c1,Nhận,2026-03-02T08:00:00Z',
      'c1,Trả,2026-03-03T08:00:00Z',
      'c2,Nhận,ngày mai',
    ]
    await writeFile(log, `${lines.join('\n')}\n`)
    const taken = await run(['import', 'event-log-csv', log, '--source', 'nhat-ky-thu', '--json'])
    assert.equal(taken.code, 0, taken.stderr)
    const { received, applied, superseded, duplicate, quarantined } = JSON.parse(taken.stdout)
    assert.deepEqual([received, applied, superseded, duplicate, quarantined], [3, 2, 0, 0, 1])
    const records = await run(['export', 'records', 'nhat-ky-thu', '--json'])
    assert.deepEqual(
      JSON.parse(records.stdout).map(({ line, caseId }: { line: number; caseId: string }) => [line, caseId]),
      [
        [2, 'c1'],
        [3, 'c1'],
      ],
    )
    const aside = await run(['export', 'quarantine', 'nhat-ky-thu', '--format', 'jsonl'])
    assert.equal(JSON.parse(aside.stdout).line, 4)
    const file = join(home, 'records.csv')
    const written = await run(['export', 'records', 'nhat-ky-thu', '--out', file, '--json'])
    assert.deepEqual(JSON.parse(written.stdout).rows, 2)
    assert.equal((await readFile(file, 'utf8')).trimEnd().split('\r\n').length, 3)
    assert.equal((await run(['export', 'records', 'no-such', '--out', file])).code, 1)
    assert.equal((await run(['export', 'dreams', 'no-such'])).code, 2)
    program.child.kill('SIGTERM')
    await program.ended
  })

  it('after a kill -9 of everything, starts again by itself with what was there', async () => {
    const program = await start()
    const before = await databasePid()
    process.kill(-(program.child.pid ?? 0), 'SIGKILL')
    await program.ended
    assert.ok(before)
    const again = await start()
    assert.equal(await signIn(), 303)
    again.child.kill('SIGINT')
    assert.equal((await again.ended).code, 0)
    assert.equal(await databasePid(), '')
  })

  it('goes on by itself when its database dies, and its jobs with it', async () => {
    const program = await start()
    const before = Number(await databasePid())
    process.kill(before, 'SIGKILL')
    await until(async () => Number(await databasePid()) !== before, 'another database process')
    await until(async () => (await signIn().catch(() => 0)) === 303, 'people can sign in again')
    const waiting = async () => {
      const answer = await run(['verify', '--no-sign', '--json'])
      return JSON.parse(answer.stdout).waiting
    }
    await until(async () => (await waiting()) === 0, 'the entry of the sign-in is numbered by the process of jobs')
    program.child.kill('SIGTERM')
    assert.equal((await program.ended).code, 0)
    assert.equal(await databasePid(), '')
  })

  it('takes a backup beside the running program, and brings it back into an empty installation', async () => {
    const program = await start()
    const folder = join(home, 'backup')
    const made = await run(['backup', folder, '--json'])
    assert.equal(made.code, 0, made.stderr)
    const { rows, ledgerSize } = JSON.parse(made.stdout)
    assert.ok(rows > 500 && ledgerSize > 2, made.stdout)
    assert.equal((await run(['backup', folder])).code, 1, 'never over another one')
    assert.equal((await run(['restore', folder])).code, 1, 'never into an installation in use')
    program.child.kill('SIGTERM')
    await program.ended

    const elsewhere = { TRAM_VAR: join(home, 'restored') }
    const restored = await run(['restore', folder, '--json'], elsewhere)
    assert.equal(restored.code, 0, restored.stderr)
    assert.equal(JSON.parse(restored.stdout).rows, rows, 'nothing is missing')
    assert.equal(JSON.parse(restored.stdout).ledgerSize, ledgerSize)
    const verified = await run(['verify', '--json'], elsewhere)
    assert.equal(verified.code, 0, verified.stderr)
    const again = await start(elsewhere)
    assert.equal(await signIn(), 303, 'accounts came back')
    again.child.kill('SIGTERM')
    assert.equal((await again.ended).code, 0)
  })

  it('refuses a backup that was changed, before it writes anything', async () => {
    const folder = join(home, 'backup')
    const file = join(folder, 'tables', 'identity.account.copy.gz')
    const bytes = await readFile(file)
    await writeFile(file, Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]))
    const restored = await run(['restore', folder], { TRAM_VAR: join(home, 'never') })
    assert.equal(restored.code, 1)
    assert.match(restored.stderr, /damaged: tables\/identity\.account\.copy\.gz/)
    await rm(join(folder, 'manifest.json'))
    assert.match((await run(['restore', folder], { TRAM_VAR: join(home, 'never') })).stderr, /no whole backup/)
  })

  it('stops with one line that says the mend, when a setting is wrong', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const busy = typeof address === 'object' && address ? String(address.port) : ''
    const closed = String(await freePort())
    await mkdir(join(home, 'plain'), { recursive: true })
    await writeFile(join(home, 'plain', 'file'), '')
    const cases: [Record<string, string>, RegExp][] = [
      [
        { PORT: busy, TRAM_VAR: join(home, 'busy') },
        /^Port \d+ on 127\.0\.0\.1 is in use by another program: .*PORT.*\n$/,
      ],
      [{ PORT: 'abc' }, /^Wrong setting \(environment or \.env\): PORT must be a whole number .*\n$/],
      [{ TRAMHUONG_DATA: join(home, 'nowhere') }, /^TRAMHUONG_DATA names .*nowhere, which is no folder: .*\n$/],
      [{ TRAM_VAR: join(home, 'plain', 'file') }, /^The folder .* cannot be written .*TRAM_VAR.*\n$/],
      [
        { DATABASE_URL: `postgres://a:b@127.0.0.1:${closed}/c` },
        /^The database at DATABASE_URL .* cannot be used: .*\n$/,
      ],
      [{ TRAM_PACK: join(home, 'nowhere') }, /^There is no pack in .*TRAM_PACK.*\n$/],
    ]
    for (const [changes, words] of cases) {
      const ended = await run(['start', '--no-demo'], changes)
      assert.equal(ended.code, 1, JSON.stringify(changes))
      assert.match(ended.stderr, words)
      assert.equal(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr)
    }
    taken.close()
    assert.deepEqual(existsSync(join(home, 'busy', 'postgres')), false, 'no database is made where nobody can listen')
  })

  it('tells the first password once, whenever the start that made it is cut short', async () => {
    const chosen = { TRAM_VAR: join(home, 'untold'), TRAM_ADMIN_PASSWORD: '' }
    const program = await start(chosen, 'Loading the pack: indicators')
    program.child.kill('SIGTERM')
    const first = await program.ended
    assert.equal(first.code, 0, first.stderr)
    const second = await start(chosen)
    second.child.kill('SIGTERM')
    const told = `${first.stdout}${(await second.ended).stdout}`.match(/password: [a-z2-9]{4}(-[a-z2-9]{4}){3}$/gm)
    assert.equal(told?.length, 1)
  })

  it('says how it is used, and tells wrong use from failure', async () => {
    const help = await run(['--help'])
    assert.equal(help.code, 0)
    for (const name of [
      'start',
      'serve',
      'work',
      'migrate',
      'seed',
      'token',
      'import',
      'export',
      'facts',
      'backup',
      'restore',
      'doctor',
      'verify',
    ])
      assert.match(help.stdout, new RegExp(`^ {2}${name} `, 'm'))
    assert.equal((await run(['backup', '--help'])).code, 0)
    assert.equal((await run(['no-such-command'])).code, 2)
    const wrong = await run(['backup', '--no-such-option', '--json'])
    assert.equal(wrong.code, 2)
    assert.equal(JSON.parse(wrong.stdout).error.code, 'wrong-use')
  })
})
