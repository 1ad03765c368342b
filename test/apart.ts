/** The server, or the process of jobs, as a process of its own beside that of a test, on the same database: it may be killed. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CloneTest } from './harness.ts'
import { projectRoot } from './settings.ts'

export interface Apart {
  url: string
  /** Ends it without a word. */
  kill(): Promise<void>
}

export const serveApart = (t: CloneTest): Promise<Apart> => runApart(t, 'serve')

/** Has no address. */
export const workApart = (t: CloneTest, settings: NodeJS.ProcessEnv): Promise<Apart> => runApart(t, 'work', settings)

async function runApart(t: CloneTest, role: 'serve' | 'work', settings: NodeJS.ProcessEnv = {}): Promise<Apart> {
  const { config } = t.app
  const env = { ...process.env, DATABASE_URL: t.app.url, TRAM_VAR: config.varDir, PORT: '0', TRAM_LOG: 'error' }
  const child = spawn(process.execPath, ['scripts/launch.mjs', 'src/main.ts', role], {
    cwd: projectRoot,
    env: { ...env, TRAM_PACK: config.packDir, MIGRATION_DATABASE_URL: '', NODE_ENV: 'test', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const dying = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const kill = () => {
    child.kill('SIGKILL')
    return dying
  }
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more: string) => {
      said += more
    })
  for (let waited = 0; waited < 900; waited += 1) {
    const ready = /Listening on (http:\S+)|Taking jobs/.exec(said)
    if (ready) return { url: ready[1] ?? '', kill }
    assert.equal(child.exitCode, null, said)
    await sleep(100)
  }
  throw new Error(`the program was not ready: ${said}`)
}
