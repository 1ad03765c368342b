/** What stands in `deploy/`, tried as far as that goes without an engine of containers: its commands, one after the other, on an empty database. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import { freePort } from '#platform/embedded'
import { openPool } from '#platform/sql'
import { databaseServer } from '#test/harness'
import { projectRoot } from './settings.ts'
import { signInOver } from './sign-in.ts'

const Service = z.object({
  image: z.string(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  healthcheck: z.looseObject({ disable: z.boolean().optional() }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
})
const Compose = z.object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) })

const read = (name: string) => readFileSync(join(projectRoot, 'deploy', name), 'utf8')
const compose = Compose.parse(parse(read('compose.yaml'), { merge: true }))
const serviceOf = (name: string) => {
  const service = compose.services[name]
  assert.ok(service, `there is a service ${name}`)
  return service
}

const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Runs the command of a service with its settings, the database and the port being those of the test. */
function run(name: string, databaseUrl: string, port: number) {
  const { command, environment } = serviceOf(name)
  assert.deepEqual(command.slice(0, 3), ['node', 'scripts/run.mjs', 'tram'])
  const given: NodeJS.ProcessEnv = { DATABASE_URL: databaseUrl, TRAM_ADMIN_PASSWORD: 'mat-khau-thu-nghiem' }
  const settings = Object.fromEntries(Object.keys(environment).map((key) => [key, given[key]]))
  const child = spawn(process.execPath, command.slice(1), {
    cwd: projectRoot,
    env: { PATH: process.env.PATH, TRAM_VAR: join(projectRoot, 'var/test/deploy'), PORT: String(port), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
    })
  }
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return { code, said }
  })
  return { child, ended, said: () => said }
}

test('the services of the compose file make an installation that answers, works and lets its administrator in', {
  timeout: 180_000,
}, async () => {
  const server = await databaseServer()
  const name = `test_${process.pid}_deploy`
  const admin = openPool(server.replace(/\/[^/]*$/, '/postgres'), { max: 1 })
  try {
    await admin.unsafe(`create database ${name} template template0 encoding 'UTF8'`)
    const url = server.replace(/\/[^/]*$/, `/${name}`)
    const port = await freePort()
    const prepared = await run('prepare', url, port).ended
    assert.equal(prepared.code, 0, prepared.said)
    const again = await run('prepare', url, port).ended
    assert.equal(again.code, 0, 'it may run before every start')
    const serve = run('serve', url, port)
    const work = run('work', url, port)
    const address = `http://127.0.0.1:${port}`
    for (let waited = 0; waited < 60_000 && !serve.said().includes('Listening'); waited += 50) await sleep(50)
    assert.equal((await fetch(`${address}/health/ready`)).status, 200, serve.said())
    const signedIn = await signInOver(address, { account: 'admin', password: 'mat-khau-thu-nghiem' })
    assert.equal(signedIn.status, 303)
    assert.match(signedIn.cookie, /tram_session=/)
    await untilNumbered(url, work.said)
    for (const { child } of [serve, work]) child.kill('SIGTERM')
    assert.deepEqual([(await serve.ended).code, (await work.ended).code], [0, 0])
  } finally {
    await admin.unsafe(`drop database if exists ${name} with (force)`)
    await admin.end({ timeout: 5 })
  }
})

/** The worker has done what the sign-in left to it: its entry of the ledger has a number. */
async function untilNumbered(url: string, said: () => string): Promise<void> {
  const sql = openPool(url, { max: 1 })
  try {
    for (let waited = 0; waited < 60_000; waited += 100) {
      const [left] = await sql<{ count: number }[]>`select count(*) as count from ledger.pending`
      if (left?.count === 0) return
      await sleep(100)
    }
    assert.fail(`the worker did nothing:\n${said()}`)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

test('what keeps nothing to ask over HTTP is not asked, and what must last lies on a volume', () => {
  for (const [name, { command, healthcheck, volumes }] of Object.entries(compose.services)) {
    if (command.length > 0 && !command.includes('serve')) assert.equal(healthcheck?.disable, true, name)
    for (const volume of volumes) assert.ok((volume.split(':')[0] as string) in compose.volumes, `${name}: ${volume}`)
    for (const other of Object.keys(serviceOf(name).depends_on)) assert.ok(compose.services[other], other)
  }
})

test('the image and the unit start what there is, and may write where the program writes', () => {
  const image = read('Dockerfile')
  const command = JSON.parse(/^CMD (\[.*\])$/m.exec(image)?.[1] ?? '[]')
  assert.deepEqual(command, ['node', 'scripts/run.mjs', 'start', '--no-demo'])
  assert.match(image, /^RUN mkdir var && chown node:node var$/m)
  assert.ok(image.indexOf('USER node') > image.indexOf('chown node:node var'))
  for (const [, files = ''] of image.matchAll(/^COPY (.*) \.\/$/gm))
    for (const file of files.split(' ')) assert.ok(existsSync(join(projectRoot, file)), file)
  const unit = read('tram-huong.service')
  assert.match(unit, /^ExecStart=\/usr\/bin\/node scripts\/run\.mjs start --no-demo$/m)
  const state = /^StateDirectory=(.*)$/m.exec(unit)?.[1]
  assert.match(unit, new RegExp(`^Environment=TRAM_VAR=/var/lib/${state}$`, 'm'))
})
