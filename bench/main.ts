/** `npm run bench [-- NAME…]`: the benches one after the other, each in a process of its own and bounded in time. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describeMachine } from './report.ts'

interface Bench {
  name: string
  goal: string
  minutes: number
  args?: readonly string[]
}

const benches: readonly Bench[] = [
  { name: 'import', goal: '600,000 case events: ≤ 6 × COPY, ≥ 15,000/s, importer ≤ 400 MB', minutes: 8 },
  { name: 'push', goal: 'push to number on an open screen, 200 records/s: p95 ≤ 2 s', minutes: 4 },
  {
    name: 'overview',
    goal: '3,000,000 records: overview p95 ≤ 60 ms, drill-down ≤ 150 ms',
    minutes: 15,
    args: ['3000000'],
  },
  {
    name: 'facts',
    goal: '3,000,000 records: one record ≤ 20 ms of CPU; equal from scratch',
    minutes: 15,
    args: ['3000000'],
  },
  {
    name: 'alerts',
    goal: '10,000 alerts in one storm: durable ≤ 2 s, folded to 20 causes, the same again adds 0',
    minutes: 5,
  },
  {
    name: 'rules',
    goal: '200 rules over the numbers of 3,000,000 records: a cycle ≤ 0.3 s of CPU for what changed',
    minutes: 20,
    args: ['3000000'],
  },
  { name: 'wall-alert', goal: 'record → rule → alert on the wall at 200 records/s: p95 ≤ 2 s', minutes: 6 },
  { name: 'process', goal: 'process view of 1,000,000 events ≤ 5 s', minutes: 5 },
  { name: 'export', goal: '100,000 rows × 10 XLSX ≤ 3 s, ≤ 200 MB', minutes: 3 },
  { name: 'start', goal: 'start to ready: warm ≤ 5 s; cold with demo ≤ 60 s', minutes: 6 },
  { name: 'phone', goal: 'overview at slow 3G, CPU ÷ 4: LCP ≤ 3 s, JS ≤ 40 kB gz', minutes: 6 },
  { name: 'leader', goal: 'number to drafted directive on a phone: ≤ 60 s, ≤ 4 touches', minutes: 6 },
  {
    name: 'worklist',
    goal: 'inbox of one officer with 5,000 of 3,000,000 items: p95 ≤ 60 ms',
    minutes: 15,
    args: ['3000000'],
  },
  {
    name: 'places',
    goal: '20,000 messy addresses: ≥ 20,000/s on one core, ≥ 98 % right or told to be divided',
    minutes: 4,
  },
  { name: 'duties', goal: '65 × 60 duties: a day opened ≤ 1 s; matrix with a year of them p95 ≤ 60 ms', minutes: 4 },
  {
    name: 'wall',
    goal: 'wall, 8 simulated hours: heap growth ≤ 10 %; 200 screens, push to pixels in two browsers p95 ≤ 2 s',
    minutes: 25,
  },
  {
    name: 'clocks',
    goal: 'due dates ≥ 1,000,000/s in memory; 600,000 open clocks recomputed after a calendar change ≤ 60 s',
    minutes: 12,
    args: ['600000'],
  },
  { name: 'sign-in', goal: 'sign-ins by password ≥ 15/s at the argon2id cost stated; by passkey', minutes: 3 },
  {
    name: 'access',
    goal: 'check of rights and scope add ≤ 2 ms p95 to a list; who may, among 5,000 accounts: p95 ≤ 60 ms',
    minutes: 4,
  },
  { name: 'tokens', goal: 'tokens of machines, each in the ledger: ≥ 300/s', minutes: 4 },
  {
    name: 'ledger',
    goal: 'append ≥ 0.5 × autocommit; 1,000,000 verified ≤ 20 s; among 10,000,000: inclusion proof ≤ 5 ms, searches p95 ≤ 300 ms',
    minutes: 45,
  },
  {
    name: 'flips',
    goal: '10,000 random bits turned in ledger rows, kept contents and bundles of evidence: all found',
    minutes: 30,
  },
  { name: 'uploads', goal: 'resumable uploads beside the same bytes as one form', minutes: 4 },
  { name: 'pades', goal: 'PDF of 1 MB signed with a time stamp (B-T): ≤ 200 ms without the HSM', minutes: 5 },
  {
    name: 'batch',
    goal: '1,000 files signed under one consent through the pages, then sealed in jobs; each checked to be signed',
    minutes: 20,
  },
  { name: 'certificates', goal: 'register of 4,952 certificates: list, search, filter: p95 ≤ 60 ms', minutes: 4 },
  { name: 'readers', goal: 'file readers beside csv-parse and exceljs on the same bytes', minutes: 4 },
]

const say = (line: string) => process.stdout.write(`${line}\n`)

function run({ name, minutes, args = [] }: Bench): Promise<number> {
  return new Promise((resolve) => {
    const file = join(import.meta.dirname, `${name}.ts`)
    const child = spawn(
      process.execPath,
      ['--max-semi-space-size=32', '--import', 'tsx', '--expose-gc', file, ...args],
      { stdio: 'inherit' },
    )
    const timer = setTimeout(() => {
      say(`${name} took longer than ${minutes} minutes and was ended`)
      child.kill('SIGTERM')
    }, minutes * 60_000)
    child.on('exit', (code) => {
      clearTimeout(timer)
      resolve(code ?? 1)
    })
  })
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name))
if (unknown.length > 0) {
  say(`There is no bench ${unknown.join(', ')}; there are ${benches.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}
for (const line of describeMachine()) say(line)
let failures = 0
for (const bench of benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  say(`\n## ${bench.name} — goal: ${bench.goal}`)
  const startedAt = Date.now()
  const code = await run(bench)
  if (code !== 0) failures += 1
  say(`(${((Date.now() - startedAt) / 1000).toFixed(0)} s${code === 0 ? '' : `, ended with ${code}`})`)
}
process.exit(failures > 0 ? 1 : 0)
