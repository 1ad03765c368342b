// The one door of `npm start`, `npm run tram`, `npm test`, `npm run check`: plain JavaScript without dependencies, because it is what
// installs them. Everything else is TypeScript: the program runs by launch.mjs, tests and tools from source by tsx.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const [task = 'help', ...args] = process.argv.slice(2)

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19))
  stop(`Trầm Hương needs Node.js 20.19 or later; this is ${process.versions.node}. See https://nodejs.org`)

// What a page, a test or a batch of an import leaves dies young where the young have room: half the collecting, and less memory in all.
const room = '--max-semi-space-size=32'
const node = (...rest) => [process.execPath, [room, '--import', 'tsx', ...rest]]
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name)
const test = (...files) => node('--test-reporter=spec', ...files)

const program = (...rest) => [process.execPath, [room, 'scripts/launch.mjs', 'src/main.ts', ...rest]]

const tasks = {
  start: [program('start', ...args)],
  tram: [program(...args)],
  // Two processes at once, counted by one runner; parts of paths run in one.
  test: [
    args.length > 0
      ? test('test/all.ts', ...args)
      : node('--test', '--test-concurrency=2', '--test-reporter=spec', 'test/all.ts', 'test/whole.ts'),
  ],
  crash: [test('test/crash.ts', ...args)],
  simulators: [node('simulators/all.ts', ...args)],
  helper: [[process.execPath, ['scripts/launch.mjs', 'helper/main.ts', ...args]]],
  bench: [node('bench/main.ts', ...args)],
  check: [
    [bin('biome'), ['check', '--error-on-warnings', '.']],
    [bin('tsc'), ['--noEmit']],
    [bin('knip'), []],
    test('test/architecture.test.ts'),
  ],
}

if (!tasks[task]) stop(`Usage: node scripts/run.mjs ${Object.keys(tasks).join('|')} [options]`)
install()
for (const [command, parameters] of tasks[task]) {
  const status = await run(command, parameters)
  if (status !== 0) process.exit(status)
}

function stop(line) {
  process.stderr.write(`${line}\n`)
  process.exit(1)
}

// npm writes node_modules/.package-lock.json when it has finished: without it, or when it names other packages, install.
function install() {
  const lock = join(root, 'package-lock.json')
  const done = join(root, 'node_modules', '.package-lock.json')
  if (existsSync(done) && sameLock(lock, done)) return
  process.stderr.write('Installing the dependencies (npm ci); this is done once and takes about a minute.\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // What npm reports goes to standard error: standard output may be somebody's JSON document.
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=warn', '--progress=true'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (result.status !== 0)
    stop('The dependencies could not be installed; npm says why above. The network or a proxy is the usual reason.')
}

// A fresh checkout gives the lock file a new date: what counts is whether the installed packages are those it names. What runs the
// program does without those of tests and checks (`npm ci --omit=dev`).
function sameLock(lock, done) {
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages
  const installed = JSON.parse(readFileSync(done, 'utf8')).packages
  const needsAll = task !== 'start' && task !== 'tram'
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.optional ||
      (entry.dev && !needsAll && !installed[path]) ||
      installed[path]?.version === entry.version,
  )
}

// Signals sent to this process alone reach the program too; one that is told twice ends once.
function run(command, parameters) {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { cwd: root, stdio: 'inherit', shell: command.endsWith('.cmd') })
    const forward = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
    child.on('error', (error) => stop(error.message))
    child.on('exit', (code, signal) => {
      for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(each, forward)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}
