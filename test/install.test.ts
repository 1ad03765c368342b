/** The door `scripts/run.mjs`: when it installs, and when it leaves alone what is there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectRoot } from './settings.ts'

const runs = { version: '1.0.0' }
const tests = { version: '2.0.0', dev: true }
const ofAnotherMachine = { version: '3.0.0', optional: true }
const wanted = {
  '': {},
  'node_modules/runs': runs,
  'node_modules/tests': tests,
  'node_modules/other': ofAnotherMachine,
}

/** A made-up checkout whose installed packages are these. */
function makeCheckout(installed: Record<string, object> | undefined): string {
  const home = mkdtempSync(join(tmpdir(), 'tram-install-'))
  for (const folder of ['scripts', 'src', 'node_modules']) mkdirSync(join(home, folder))
  for (const file of ['scripts/run.mjs', 'scripts/launch.mjs', 'tsconfig.json'])
    cpSync(join(projectRoot, file), join(home, file))
  for (const name of ['tsx', 'esbuild', '@esbuild'])
    symlinkSync(join(projectRoot, 'node_modules', name), join(home, 'node_modules', name))
  writeFileSync(join(home, 'src/words.ts'), "export const words: string = 'the program ran'")
  writeFileSync(join(home, 'src/main.ts'), "import { words } from './words.ts'\nconsole.log(words)")
  writeFileSync(join(home, 'package.json'), '{"type":"module","dependencies":{"not-in-the-lock":"1.0.0"}}')
  // npm itself refuses a lock file that belongs to another package.json, so nothing is fetched here.
  writeFileSync(join(home, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: wanted }))
  if (installed) writeFileSync(join(home, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }))
  return home
}

function run(home: string, task: string) {
  const env = { ...process.env, npm_config_offline: 'true' }
  return spawnSync(process.execPath, ['scripts/run.mjs', task], { cwd: home, encoding: 'utf8', env })
}

/** Asks for a task in a made-up checkout. */
function ask(task: string, installed: Record<string, object> | undefined) {
  const home = makeCheckout(installed)
  try {
    const { stdout, stderr, status } = run(home, task)
    return { stdout, installs: stderr.includes('Installing the dependencies'), stderr, status }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

test('the program is made anew when one of its sources has changed, and not otherwise', () => {
  const home = makeCheckout({ 'node_modules/runs': runs })
  const bundle = join(home, 'var/build/src-main.mjs')
  try {
    assert.equal(run(home, 'start').stdout, 'the program ran\n')
    const { mtimeMs } = statSync(bundle)
    assert.equal(run(home, 'start').stdout, 'the program ran\n')
    assert.equal(statSync(bundle).mtimeMs, mtimeMs)
    writeFileSync(join(home, 'src/words.ts'), "export const words = 'another ran'")
    assert.equal(run(home, 'start').stdout, 'another ran\n')
    writeFileSync(join(home, 'src/words.ts'), "export const words = 'broken")
    const broken = run(home, 'start')
    assert.notEqual(broken.status, 0, 'never the one of before')
    assert.match(broken.stderr, /words\.ts/)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

test('what is installed as locked is not installed again, whatever the dates of the files', () => {
  const { stdout, installs } = ask('start', { 'node_modules/runs': runs, 'node_modules/tests': tests })
  assert.deepEqual({ stdout, installs }, { stdout: 'the program ran\n', installs: false })
})

test('an installation that only serves goes without what tests need, but does not test', () => {
  const served = ask('tram', { 'node_modules/runs': runs })
  assert.deepEqual([served.stdout, served.installs], ['the program ran\n', false])
  assert.equal(ask('test', { 'node_modules/runs': runs }).installs, true)
})

test('other versions, or none, are installed first; where that fails one line says so', () => {
  for (const version of ['0.9.0', '1.0.1', undefined]) {
    const { installs, status, stderr, stdout } = ask(
      'start',
      version ? { 'node_modules/runs': { version } } : undefined,
    )
    assert.deepEqual([installs, status, stdout], [true, 1, ''])
    assert.match(stderr, /could not be installed; npm says why above/)
  }
})
