/** Backup and restore as an operator does them whose accounts of the database are no superusers: an owner of the tables, and a login. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { filePath, keepBytes } from '#files'
import type { Config } from '#platform/config'
import { applicationRole } from '#platform/migrations'
import { openPool } from '#platform/sql'
import { databaseServer } from '#test/harness'
import { openApp } from '../src/app.ts'
import { backup } from '../src/commands/backup.ts'
import { restore } from '../src/commands/restore.ts'
import { seed } from '../src/commands/seed.ts'
import { projectRoot, testConfig } from './settings.ts'

const owner = `test_owner_${process.pid}`
const login = `test_web_${process.pid}`
const silent = { progress: () => {}, print: async () => {} }

async function keepEvidence(config: Config) {
  const app = await openApp(config, { tables: 'check' })
  return keepBytes(app.context(), Buffer.from('Biên bản thử.\n'), 'biên bản.txt', 'evidence').finally(app.close)
}

test('a backup comes back whole into the database of an owner who is no superuser', { timeout: 120_000 }, async () => {
  const server = await databaseServer()
  const admin = openPool(server.replace(/\/[^/]*$/, '/postgres'), { max: 1 })
  const home = await mkdtemp(join(tmpdir(), 'tram-restore-'))
  const databases = ['from', 'to'].map((name) => `test_${process.pid}_restore_${name}`)
  const addressOf = (account: string, database = '') => {
    const url = new URL(server)
    Object.assign(url, { username: account, password: 'only-for-this-test', pathname: `/${database}` })
    return url.href
  }
  const configOf = (database: string): Config =>
    testConfig({
      varDir: join(home, database),
      packDir: join(projectRoot, 'test/fixtures/tiny-pack'),
      databaseUrl: addressOf(login, database),
      migrationUrl: addressOf(owner, database),
      demo: false,
    })
  try {
    const [known] = await admin`select from pg_roles where rolname = ${applicationRole}`
    if (!known) await admin.unsafe(`create role ${applicationRole} nologin`)
    for (const account of [owner, login])
      await admin.unsafe(`create role ${account} login password 'only-for-this-test' in role ${applicationRole}`)
    for (const database of databases) await admin.unsafe(`create database ${database} owner ${owner}`)
    const [from = '', to = ''] = databases
    const folder = join(home, 'backup')
    await seed.run(configOf(from), { positionals: [], options: { 'no-demo': true }, ...silent })
    const evidence = await keepEvidence(configOf(from))
    const made = (await backup.run(configOf(from), { positionals: [folder], options: {}, ...silent })) as {
      rows: number
    }
    assert.ok(made.rows > 20, `${made.rows} rows`)
    const back = (await restore.run(configOf(to), { positionals: [folder], options: {}, ...silent })) as {
      rows: number
    }
    assert.equal(back.rows, made.rows)
    const path = filePath(evidence.sha256)
    assert.deepEqual(await readFile(join(home, to, path)), await readFile(join(home, from, path)))
    const again = restore.run(configOf(to), { positionals: [folder], options: {}, ...silent })
    await assert.rejects(again, /not empty/)
    assert.deepEqual(
      await readdir(join(home, to, 'secrets')).catch(() => []),
      await readdir(join(home, from, 'secrets')).catch(() => []),
    )
  } finally {
    for (const database of databases) await admin.unsafe(`drop database if exists ${database} with (force)`)
    for (const account of [owner, login]) await admin.unsafe(`drop role if exists ${account}`)
    await admin.end({ timeout: 5 })
    await rm(home, { recursive: true, force: true })
  }
})
