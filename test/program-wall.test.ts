/** The wall of the operations room while the program behind it is killed, comes back, and comes back as another build. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFile, chmod, cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { raiseAlert } from '#alerts'
import { freePort } from '#platform/embedded'
import { browser, type CloneTest, cloneTest, signIn } from './harness.ts'
import { projectRoot } from './settings.ts'

let home = ''
const running = new Set<ChildProcess>()

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'tram-wall-'))
  await chmod(home, 0o755)
})

after(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(home, { recursive: true, force: true })
})

/** The same program from a folder of its own, with one more rule in its styles: another build. */
async function copyProgram(): Promise<string> {
  const folder = join(home, 'next')
  await cp(join(projectRoot, 'src'), join(folder, 'src'), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json', 'scripts/launch.mjs'])
    await cp(join(projectRoot, file), join(folder, file))
  for (const name of ['node_modules', 'packs']) await symlink(join(projectRoot, name), join(folder, name))
  await appendFile(join(folder, 'src/ui/styles/watch.css'), '\n.wall-of-the-next-build { color: inherit; }\n')
  return folder
}

/** The server as a process of its own on the database of the test. */
async function serve(t: CloneTest, port: number, folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['scripts/launch.mjs', 'src/main.ts', 'serve'], {
    cwd: folder,
    env: {
      ...process.env,
      DATABASE_URL: t.app.url,
      PORT: String(port),
      HOST: '127.0.0.1',
      TRAM_VAR: join(home, 'var'),
      TRAM_LOG: 'error',
    },
    stdio: 'ignore',
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  for (let waited = 0; waited < 90_000; waited += 50) {
    if (child.exitCode !== null) break
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`).catch(() => undefined)
    if (answer?.ok) return child
    await sleep(50)
  }
  throw new Error('the server did not start')
}

async function kill(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

const raise = (t: CloneTest, headline: string) => {
  const ctx = t.context()
  return raiseAlert(ctx, {
    source: 'thu',
    fingerprint: headline,
    headline,
    severity: 'high',
    organisation: 'H32.22366',
    area: '22366',
    at: ctx.now,
  })
}

cloneTest(
  'the wall tells within fifteen seconds that its server is gone, is live again by itself, and takes a new build',
  async (t) => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    // Servers of one database share their keys.
    await cp(join(t.app.config.varDir, 'secrets'), join(home, 'var', 'secrets'), { recursive: true })
    await raise(t, 'Trước khi mất kết nối (thử nghiệm)')
    let server = await serve(t, port, projectRoot)
    const context = await (await browser()).newContext({ viewport: { width: 1920, height: 1080 } })
    try {
      const wall = await context.newPage()
      await signIn(wall, url, 'trucban')
      const address = `${url}/man-hinh?chi-tieu=dossier.on-time&xoay=khong`
      await wall.goto(address)
      await wall.getByText('Trước khi mất kết nối').first().waitFor()
      const loaded = () => wall.evaluate(() => performance.timeOrigin)
      const first = await loaded()

      await kill(server)
      const goneAt = Date.now()
      const bar = wall.locator('#offline')
      await bar.waitFor({ timeout: 16_000 })
      assert.ok(Date.now() - goneAt <= 15_000, `told after ${Date.now() - goneAt} ms`)
      assert.match((await bar.textContent()) ?? '', /Mất kết nối/)
      const place = await bar.boundingBox()
      assert.deepEqual([place?.x, place?.y, place?.width], [0, 0, 1920], 'across the top')
      assert.equal(await wall.evaluate(() => document.documentElement.scrollHeight), 1080, 'and nothing is pushed away')

      await raise(t, 'Trong lúc mất kết nối (thử nghiệm)')
      server = await serve(t, port, projectRoot)
      await wall.getByText('Trong lúc mất kết nối').first().waitFor({ timeout: 60_000 })
      await bar.waitFor({ state: 'hidden' })
      assert.equal(wall.url(), address, 'the same state')
      assert.equal(await loaded(), first, 'by itself, without a reload')
      await raise(t, 'Sau khi nối lại (thử nghiệm)')
      await wall.getByText('Sau khi nối lại').first().waitFor({ timeout: 30_000 })

      const next = await copyProgram()
      await kill(server)
      server = await serve(t, port, next)
      await wall.waitForFunction((before) => performance.timeOrigin !== before, first, { timeout: 60_000 })
      await wall.getByText('Sau khi nối lại').first().waitFor()
      assert.equal(wall.url(), address)
      const styles = await wall.evaluate(async () => {
        const href = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')?.href ?? ''
        return (await fetch(href)).text()
      })
      assert.match(styles, /wall-of-the-next-build/)
    } finally {
      await context.close()
      await kill(server)
    }
  },
  { timeoutMs: 420_000 },
)
