/** Databases of its own for the tests that tamper with one: a server's superuser, a schema just migrated, a program that may only append. */
import { generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { readConfig } from '#platform/config'
import { type Context, createContext, systemActor } from '#platform/context'
import { openLog } from '#platform/log'
import { applicationRole, migrate } from '#platform/migrations'
import { openPool, type Pool } from '#platform/sql'
import { databaseServer } from '#test/harness'
import { makeSigner, type Signer } from './note.ts'

export interface Scratch {
  /** As the running program connects. */
  sql: Pool
  /** As a database administrator connects. */
  root: Pool
  url: string
  ctx: Context
  signer: Signer
  close(): Promise<void>
}

export async function makeScratch(): Promise<Scratch> {
  const serverUrl = await databaseServer()
  const admin = openPool(serverUrl, { max: 1 })
  const name = `test_${process.pid}_ledger_${Math.random().toString(36).slice(2, 10)}`
  await admin`create database ${admin(name)}`
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href
  await migrate(url, [{ schema: 'ledger', folder: fileURLToPath(new URL('migrations', import.meta.url)) }])
  const sql = openPool(url, { max: 8, role: applicationRole })
  const root = openPool(url, { max: 1 })
  const workshop = {
    pool: sql,
    config: readConfig(),
    log: openLog('silent'),
    subscriptions: [],
    grants: new Map(),
    purposes: new Map(),
    notices: new Map(),
    clock: () => new Date(),
  }
  return {
    sql,
    root,
    url,
    ctx: createContext(workshop, { actor: systemActor }),
    signer: makeSigner('tests.invalid/ledger', generateKeyPairSync('ed25519').privateKey),
    async close() {
      await sql.end()
      await root.end()
      await admin`drop database ${admin(name)} with (force)`
      await admin.end()
    },
  }
}
