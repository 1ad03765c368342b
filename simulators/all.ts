/** All simulators at once, each a process of its own: `npm run simulators`. They end together; options go to that of messages. */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

const own = process.argv.slice(2)
const launcher = join(import.meta.dirname, '../scripts/launch.mjs')
// Trust services stand on openssl, which not every machine has.
const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const programs = [
  ['main.ts', ...own],
  ['vneid/main.ts'],
  ['remote-signing/main.ts'],
  ...(hasOpenssl ? [['tsa/main.ts']] : []),
]
if (!hasOpenssl) process.stderr.write('There is no openssl here: the trust services of signatures do not run.\n')

const children = programs.map(([program = '', ...options]) =>
  spawn(process.execPath, [launcher, `simulators/${program}`, '--until-input-ends', ...options], {
    stdio: ['pipe', 'inherit', 'inherit'],
  }),
)
const endAll = () => {
  for (const child of children) child.stdin?.end()
}
for (const child of children)
  child.on('exit', (code) => {
    process.exitCode ||= code ?? 1
    endAll()
  })
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    endAll()
    process.exitCode = 0
  })
