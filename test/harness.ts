/**
 * What tests stand on: one embedded PostgreSQL for the whole process, and a template database, migrated and with the packs loaded,
 * that is made anew only when the source changes. `dbTest` runs in a transaction that is rolled back; `cloneTest` gets a database
 * of its own with a listening server and jobs; `as` asks the server as somebody; `browser` gives the one Chromium.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Page } from 'playwright-core'
import { readDemoPeople } from '#identity'
import type { Config } from '#platform/config'
import { type Actor, type Context, createContext, type Reach, systemActor, type Workshop } from '#platform/context'
import { type EmbeddedDatabase, openEmbedded } from '#platform/embedded'
import { type Runner, startJobs } from '#platform/jobs'
import { nameProcess } from '#platform/lock'
import { setMark } from '#platform/marks'
import { openPool, type Pool, type Sql } from '#platform/sql'
import { buildAssets } from '#ui'
import { type App, capabilities, loadPacks, openApp } from '../src/app.ts'
import { rotateKeys } from '../src/foundation/identity/provider/keys.ts'
import { buildFace, startServing } from '../src/serving.ts'
import { projectRoot, testConfig } from './settings.ts'
import {
  type Credentials,
  type Injected,
  type Passage,
  pageCookieOf,
  passWithin,
  signInOver,
  signInPassage,
} from './sign-in.ts'

export { browser, findAxeFaults, screenshot } from './browser.ts'
export { realData } from './settings.ts'

/** 10:00 on a Monday in Việt Nam; tests that do not care share it. */
export const testNow = new Date('2026-11-23T03:00:00Z')

let server: Promise<EmbeddedDatabase> | undefined
let template: Promise<string> | undefined
let shared: Promise<Shared> | undefined

interface Shared {
  app: App
  workshop: Workshop
  face: FastifyInstance
}

const cloned: string[] = []

after(async () => {
  if (shared) {
    const { face, app } = await shared
    await face.close()
    await app.close()
  }
  if (!server) return
  await withServer(async (sql) => {
    for (const name of cloned) {
      await sql.unsafe(`drop database if exists ${name} with (force)`)
      rmSync(witnessOf(name), { force: true })
    }
  })
  await (await server).release()
})

/** The connection of the one PostgreSQL of this process; durable only as long as it runs. */
export async function databaseServer(): Promise<string> {
  server ??= openEmbedded(join(projectRoot, 'var', 'test'), () => {}, {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '128MB',
    max_connections: 300,
    // What a test wrote and rolled back leaves tables that look large and empty: statistics taken then make plans that take minutes.
    autovacuum: 'off',
  })
  return (await server).url
}

const urlOf = (url: string, database: string) => url.replace(/\/[^/]*$/, `/${database}`)

async function withServer<T>(work: (sql: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(urlOf(await databaseServer(), 'postgres'), { max: 1 })
  return work(pool).finally(() => pool.end({ timeout: 5 }))
}

/** Name of the template; several processes may ask for it at once, so it is made under a lock and renamed when whole. */
function findTemplate(): Promise<string> {
  template ??= withServer(async (sql) => {
    const name = `template_${hashSources()}`
    await sql`select pg_advisory_lock(7314002)`
    const [known] = await sql`select from pg_database where datname = ${name}`
    if (known) return name
    await dropLeftovers(sql)
    const draft = `${name}_draft`
    await sql.unsafe(`create database ${draft} template template0 encoding 'UTF8'`)
    await fillTemplate(draft)
    await sql.unsafe(`alter database ${draft} rename to ${name}`)
    return name
  })
  return template
}

/** Templates of earlier sources, and what processes that were killed have left. */
async function dropLeftovers(sql: Pool): Promise<void> {
  const old = await sql<{ name: string }[]>`select datname as name from pg_database where datname ~ '^(template|test)_'`
  for (const { name } of old) {
    const pid = /^test_(\d+)_/.exec(name)?.[1]
    if (!pid || !nameProcess(Number(pid))) await sql.unsafe(`drop database if exists ${name}`)
  }
}

/** What the template holds was there before any test: people's roles would else begin after `testNow`. */
/** When the pack of every test database was loaded: at this hour nothing has fallen due since. */
export const templateMadeAt = new Date('2026-11-01T00:00:00Z')

async function fillTemplate(database: string): Promise<void> {
  const app = await openApp(await configFor(database), { tables: 'migrate' })
  app.workshop.clock = () => templateMadeAt
  try {
    app.config.demo = true
    await setMark(app.pool, 'mode', 'demo')
    await loadPacks(app, () => {})
    // Else every test that signs in would make keys of its own.
    await rotateKeys(app.context())
  } finally {
    await app.close()
  }
}

function hashSources(): string {
  const hash = createHash('sha256').update(readFileSync(import.meta.filename))
  for (const folder of ['src', 'packs']) {
    const files = readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    const sources = files.filter(
      (name) => /\.(tsx?|sql|ya?ml|csv|json)$/.test(name) && !/\.test\.tsx?$|^ui\//.test(name),
    )
    for (const file of sources.sort()) hash.update(file).update(readFileSync(join(projectRoot, folder, file)))
  }
  return hash.digest('hex').slice(0, 12)
}

const witnessOf = (database: string) => join(projectRoot, 'var', 'test', 'witness', `${database}.txt`)

async function configFor(database: string): Promise<Config> {
  // Each database has a history of its own, and so a witness of its own: they share the other files.
  return testConfig({ databaseUrl: urlOf(await databaseServer(), database), witnessFile: witnessOf(database) })
}

async function cloneDatabase(name: string): Promise<string> {
  const source = await findTemplate()
  const database = `test_${process.pid}_${cloned.length}_${name}`
  cloned.push(database)
  // One of a process that bore the same number.
  rmSync(witnessOf(database), { force: true })
  await withServer((sql) => sql.unsafe(`create database ${database} template ${source}`))
  return database
}

/** What the running test asks with: the server is one for all tests, its database and clock are the test's. */
interface Moment {
  sql: Sql
  now: Date
  actor?: Actor
}

const moments = new AsyncLocalStorage<Moment>()

function getMoment(): Moment {
  const moment = moments.getStore()
  if (!moment) throw new Error('asked outside of a test')
  return moment
}

function findShared(): Promise<Shared> {
  shared ??= openShared()
  return shared
}

async function openShared(): Promise<Shared> {
  const app = await openApp(await configFor(await cloneDatabase('shared')), { tables: 'check', connections: 20 })
  const workshop: Workshop = {
    ...app.workshop,
    // A transaction stands in for the pool: whatever opens a transaction in it gets a savepoint.
    get pool() {
      return getMoment().sql as Pool
    },
    clock: () => getMoment().now,
  }
  const authenticator: App['authenticator'] = {
    ...app.authenticator,
    authenticate: async (ctx, request) => getMoment().actor ?? app.authenticator.authenticate(ctx, request),
  }
  const assets = await buildAssets({ cacheDir: join(projectRoot, 'var', 'test', 'cache') })
  return { app, workshop, face: await buildFace({ ...app, workshop, authenticator }, assets) }
}

export interface DbTest {
  sql: Sql
  now: Date
  /** As the program itself, or as somebody. */
  context(actor?: Actor): Context
  /** The same transaction at another time. */
  at(now: Date): DbTest
  /**
   * Asks the server as somebody: `as('dulieu-khcn')` is that account with its own roles, `as('anyone', 'source:read')` somebody made
   * up who holds just these permissions over every organisation, `as(makeActor(…))` anybody.
   */
  as(who: string | Actor, ...permissions: string[]): Asker
  /** Nobody is signed in: what cookies and headers say counts. */
  visitor(): Visitor
}

const rollback = Symbol('rollback')

/** A test in a transaction of a database with the pack loaded; everything it wrote is undone. */
export function dbTest(name: string, work: (t: DbTest) => Promise<void>): void {
  test(name, async () => {
    const { app } = await findShared()
    const undone = app.pool.begin(async (sql) => {
      await work(await makeDbTest(sql, testNow))
      throw rollback
    })
    await undone.catch((error) => {
      if (error !== rollback) throw error
    })
  })
}

async function makeDbTest(sql: Sql, now: Date): Promise<DbTest> {
  const shared = await findShared()
  const make = (now: Date): DbTest => ({
    sql,
    now,
    context: (actor = systemActor) => createContext(shared.workshop, { sql, now, actor }),
    at: make,
    as: (who, ...permissions) => ask(shared, { sql, now }, { who, permissions }),
    visitor: () => ask(shared, { sql, now }, undefined),
  })
  return make(now)
}

export interface Asker {
  inject(request: InjectOptions): Promise<LightMyRequestResponse>
  get(url: string): Promise<LightMyRequestResponse>
  /** Sends a form. */
  submit(url: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<LightMyRequestResponse>
}

export interface Visitor extends Asker {
  /** Signs in as a browser does; the answer that the pages give then, with the browser's cookies. */
  signIn(credentials: Credentials, headers?: Record<string, string>): Promise<Injected>
  /** Goes through another of the provider's forms. */
  pass(passage: Passage, headers?: Record<string, string>): Promise<Injected>
}

function ask(
  shared: Shared | Promise<Shared>,
  moment: Moment,
  asked: { who: string | Actor; permissions: string[] } | undefined,
): Visitor {
  const inject: Asker['inject'] = async (request) => {
    const { face, workshop, app } = await shared
    const actor = asked && (await findActor(app, createContext(workshop, { ...moment, actor: systemActor }), asked))
    // Awaited inside: the request is sent only when it is waited for.
    return moments.run({ ...moment, actor }, async () => await face.inject(request))
  }
  return {
    inject,
    get: (url) => inject({ method: 'GET', url }),
    submit: (url, fields, headers = {}) =>
      inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams(fields).toString(),
      }),
    pass: (passage, headers) => passWithin(inject, passage, headers),
    signIn: (credentials, headers) => passWithin(inject, signInPassage(credentials), headers),
  }
}

async function findActor(
  app: App,
  ctx: Context,
  asked: { who: string | Actor; permissions: string[] },
): Promise<Actor> {
  if (typeof asked.who !== 'string') return asked.who
  if (asked.permissions.length > 0)
    return makeActor(asked.who, Object.fromEntries(asked.permissions.map((permission) => [permission, 'all'])))
  const actor = await app.authenticator.findActor(ctx, asked.who)
  if (!actor) throw new Error(`There is no account ${asked.who}`)
  return actor
}

/** Somebody made up, with permissions over the listed organisations. */
export function makeActor(
  account: string,
  permissions: Record<string, 'all' | readonly string[]>,
  organisation?: string,
): Actor {
  const reaches = Object.entries(permissions).map(([permission, codes]): [string, Reach] => [
    permission,
    codes === 'all' ? 'all' : new Set(codes),
  ])
  return { account, name: account, organisation, roles: [], permissions: new Map(reaches) }
}

export interface CloneTest {
  app: App
  /** Address of the listening server. */
  url: string
  sql: Pool
  context(actor?: Actor): Context
  /** Cookie header of a signed-in demonstration account, as far as the pages go. */
  signIn(account: string): Promise<string>
  /** Takes jobs from now on, where the test began without. */
  startWork(): Promise<void>
}

/** A test with a database of its own, a listening server, jobs and live events; its clock stands at `now` where one is given. */
export function cloneTest(
  name: string,
  work: (t: CloneTest) => Promise<void>,
  options: { timeoutMs?: number; now?: Date; withoutJobs?: boolean } = {},
): void {
  test(name, { timeout: options.timeoutMs ?? 120_000 }, async () => {
    const app = await openApp(await configFor(await cloneDatabase('own')), { tables: 'check' })
    // Before the jobs begin: the first of them must not look at another time than the test.
    const { now } = options
    if (now) app.workshop.clock = () => now
    const handlers = capabilities.flatMap((card) => card.jobs ?? [])
    const serving = await startServing(app)
    let runner: Runner | undefined
    const startWork = async () => {
      runner ??= await startJobs(app.workshop, app.url, handlers, { concurrency: 2 })
    }
    try {
      if (!options.withoutJobs) await startWork()
      await work({
        app,
        url: serving.url,
        sql: app.pool,
        context: app.context,
        signIn: (account) => findCookie(serving.url, account),
        startWork,
      })
    } finally {
      await runner?.stop()
      await serving.close()
      await app.close()
    }
  })
}

async function findDemoPassword(account: string): Promise<string> {
  const people = await readDemoPeople(join(projectRoot, 'packs/khanh-hoa'))
  const password = people.find((person) => person.account === account)?.demoPassword
  if (!password) throw new Error(`There is no demonstration account ${account}`)
  return password
}

async function findCookie(url: string, account: string): Promise<string> {
  const { status, cookie } = await signInOver(url, { account, password: await findDemoPassword(account) })
  const ofPages = pageCookieOf(cookie)
  if (!ofPages) throw new Error(`${account} could not sign in: ${status}`)
  return ofPages
}

/** Signs in through the page's own form. */
export async function signIn(page: Page, url: string, account: string): Promise<void> {
  await page.goto(`${url}/dang-nhap`)
  await page.getByLabel('Tên đăng nhập').fill(account)
  await page.getByLabel('Mật khẩu').fill(await findDemoPassword(account))
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.waitForURL(({ pathname }) => !/^\/(dang-nhap|oidc)(\/|$)/.test(pathname))
}
