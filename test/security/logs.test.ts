/** The real program, asked in every way that could make it write down what it should not. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort } from '#platform/embedded'
import { source, writePack } from '../crash/pack.ts'
import { findDatabase, killAll, killGroup, launch, type Place, runCommand, untilReady } from '../crash/program.ts'
import { projectRoot } from '../settings.ts'
import { pageCookieOf, signInOver } from '../sign-in.ts'

const personal = '056199000777'
const typedPassword = 'mat-khau-go-sai-9281'

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

test('no log and no file beside the database holds a personal number, a password or a token', {
  timeout: 180_000,
}, async () => {
  const folder = join(projectRoot, 'var', 'test', `logs-${process.pid}`)
  const place: Place = { varDir: join(folder, 'var'), packDir: join(folder, 'pack'), port: await freePort() }
  mkdirSync(place.varDir, { recursive: true })
  writePack(place.packDir)
  const running = launch(place, ['start', '--no-demo'], { TRAM_LOG: 'debug' })
  try {
    await untilReady(running)
    const { token } = await runCommand<{ token: string }>(place, [
      'token',
      '--account',
      'admin',
      '--scope',
      `source:${source}`,
    ])
    const url = `http://127.0.0.1:${place.port}`
    const cookie = await misbehave(url, token)
    running.child.kill('SIGTERM')
    await running.ended
    const written = `${running.output()}\n${running.errors()}`
    assert.ok(written.length > 100, 'the program has logged')
    const secrets = [personal, typedPassword, token, cookie]
    for (const secret of secrets) assert.ok(!written.includes(secret), `the log holds ${secret.slice(0, 6)}…`)
    const files = filesUnder(place.varDir).filter((path) => !/postgres\/(base|pg_wal|global|pg_xact)\//.test(path))
    assert.ok(
      files.some((path) => path.includes('postgres/log/')),
      'the log of the database is among the files',
    )
    for (const path of files) {
      const bytes = readFileSync(path)
      for (const secret of secrets) assert.ok(!bytes.includes(secret), `${path} holds ${secret.slice(0, 6)}…`)
    }
  } finally {
    await killGroup(running)
    killAll(findDatabase(place))
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Right and wrong requests that carry secrets; the session of the right one. */
async function misbehave(url: string, token: string): Promise<string> {
  const signIn = (password: string) => signInOver(url, { account: 'admin', password })
  assert.equal((await signIn(typedPassword)).status, 401)
  const cookie = pageCookieOf((await signIn('mat-khau-thu-nghiem-1')).cookie)?.split('=')[1] ?? ''
  assert.ok(cookie.length > 20)
  const authorization = `Bearer ${token}`
  const bodies = [
    JSON.stringify([{ ma: personal, lan: '1', don_vi: 'H99.11', tiep_nhan: 'không rõ', trang_thai: 'mo' }]),
    JSON.stringify([{ ma: personal, lan: '1', don_vi: 'H99.11', tiep_nhan: '2026-01-02 10:00', trang_thai: 'mo' }]),
    `[{"ma":"${personal}"`,
    `{"${personal}":1}`,
  ]
  for (const body of bodies) {
    for (const type of ['application/json', 'text/csv', 'application/xml', 'application/x-ndjson']) {
      await fetch(`${url}/api/v1/sources/${source}/records`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body,
      })
    }
  }
  for (const path of [
    `/ban-ghi?q=${personal}`,
    `/tim-kiem?q=${personal}`,
    `/khong-co/${personal}`,
    `/dang-nhap?tiep=/${personal}`,
  ]) {
    await fetch(`${url}${path}`, { headers: { cookie: `tram_session=${cookie}` } })
    await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}x` } })
  }
  return cookie
}
