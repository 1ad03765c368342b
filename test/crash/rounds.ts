/**
 * The rounds of the crash test. In each one the real program is started on the same folder, records are sent to it in several ways,
 * and something is killed with -9 at a moment drawn by chance: the program with its process of jobs, the database under it, an import
 * beside it, or all of them; also while it is still starting. What was killed is started again in the next round.
 */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueToken } from '#identity'
import { capabilities, openApp } from '../../src/app.ts'
import { testConfig } from '../settings.ts'
import { type Pace, type Target, type Trial, targets } from './course.ts'
import { source } from './pack.ts'
import { findDatabase, findWorker, isOver, killAll, killGroup, launch, type Place, untilReady } from './program.ts'
import { type Batch, csvOf, type Random, rowOf } from './records.ts'
import { signHandOvers } from './signing.ts'
import { handleAlerts, hushDistricts, sendStorms } from './storming.ts'
import { ringTimers } from './timers.ts'

/** How often each is drawn. */
const weights: Record<Target, number> = { program: 6, everything: 3, starting: 2, jobs: 2, import: 2, database: 1 }

/** One kill, with what leads to it. */
export async function runRound(trial: Trial, target: Target): Promise<void> {
  const { random } = trial
  if (target === 'starting') return killWhileStarting(trial)
  if (!trial.running || isOver(trial.running)) trial.running = launch(trial.place, ['start', '--no-demo'])
  await untilReady(trial.running)
  trial.tokens ??= await prepare(trial.place)
  const pace: Pace = { hurries: false, ends: false }
  const sending = Promise.all([
    sendByImport(trial, pace),
    sendByPush(trial, pace),
    sendByPush(trial, pace),
    sendStorms(trial, pace),
    sendStorms(trial, pace),
    handleAlerts(trial, pace),
    hushDistricts(trial, pace),
    signHandOvers(trial, pace),
    ringTimers(trial.place, pace),
  ])
  // An import needs a second or two to begin: later moments fall into its work, earlier ones into its start.
  await sleep(100 + random() * 3500)
  if (random() < 0.7) await untilAnswered(trial)
  pace.hurries = true
  await sleep(200)
  pace.ends = true
  trial.journal.kills[target] += 1
  await strike(trial, target)
  await sending
  if (target === 'jobs') await killGroupAfter(trial, 1500)
}

const mostPatienceMs = 10_000

/** On a busy machine nothing may have been answered by then: the kill is to meet work, not an empty queue. */
async function untilAnswered({ journal: { storms, signatures } }: Trial): Promise<void> {
  const [stormsBefore, signaturesBefore] = [storms.acknowledged, signatures.acknowledged]
  for (let waited = 0; waited < mostPatienceMs; waited += 100) {
    if (storms.acknowledged > stormsBefore && signatures.acknowledged > signaturesBefore) return
    await sleep(100)
  }
}

export function drawTarget(random: Random): Target {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  let left = random() * total
  for (const target of targets) {
    left -= weights[target]
    if (left < 0) return target
  }
  return 'program'
}

async function strike(trial: Trial, target: Target): Promise<void> {
  const { running, importing, random, place } = trial
  if (target === 'jobs' && running) {
    const worker = findWorker(running)
    assert.ok(worker, 'the program has a process of jobs')
    return killAll([worker])
  }
  if (target === 'import' && importing) return killGroup(importing)
  if (target === 'database') {
    killAll(findDatabase(place))
    // Who works on it must come to an end by himself or go on with a new one; then the program is started anew.
    await sleep(500)
  }
  if (target === 'everything') killAll(findDatabase(place))
  if (target === 'everything' || random() < 0.5) await Promise.all([importing && killGroup(importing)])
  if (running) await killGroup(running)
}

/** The program goes on without its process of jobs, which it starts again; then it ends as well. */
async function killGroupAfter({ running }: Trial, ms: number): Promise<void> {
  await sleep(ms)
  if (running) await killGroup(running)
}

async function killWhileStarting(trial: Trial): Promise<void> {
  if (trial.running) await killGroup(trial.running)
  const running = launch(trial.place, ['start', '--no-demo'])
  await sleep(200 + trial.random() * 3500)
  trial.journal.kills.starting += 1
  await killGroup(running)
  if (trial.random() < 0.5) killAll(findDatabase(trial.place))
}

/** Sends files by `tram import` beside the running program, one after the other. */
async function sendByImport(trial: Trial, pace: Pace): Promise<void> {
  while (!pace.ends) {
    const batch = takeBatch(trial, 300 + Math.floor(trial.random() * 3000))
    if (!(await sendFile(trial, batch))) {
      trial.records.waiting.push(batch)
      return
    }
  }
}

const takeBatch = ({ records }: Trial, size: number): Batch => records.waiting.shift() ?? records.makeBatch(size)

/** True when the import has printed its outcome and ended well. */
export async function sendFile(trial: Trial, batch: Batch): Promise<boolean> {
  const folder = join(trial.place.varDir, '..', 'files')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${batch.key}.csv`)
  writeFileSync(path, csvOf(batch.versions))
  const importing = launch(trial.place, ['import', source, path, '--json'])
  trial.importing = importing
  const code = await importing.ended
  trial.importing = undefined
  const isDone = code === 0 && JSON.parse(importing.output()).received === batch.versions.length
  trial.journal.imports[isDone ? 'acknowledged' : 'cut'] += 1
  if (isDone) trial.records.acknowledge(batch)
  return isDone
}

/** Makes the people who sign and the tokens, once, beside the running program. */
export async function prepare({ varDir, packDir }: Place): Promise<{ records: string; alerts: string }> {
  const app = await openApp(testConfig({ varDir, packDir }), { tables: 'check' })
  try {
    const ctx = app.context()
    // The program itself makes them in the demonstration only.
    const identity = capabilities.find(({ name }) => name === 'identity')
    await identity?.loadPack?.(ctx, { ...app.config, demo: true })
    const issue = async (account: string, scopes: string[]) =>
      (await issueToken(ctx, { account, scopes, label: 'crash' })).token
    return {
      records: await issue('admin', [`source:${source}`]),
      alerts: await issue('ca-mot', ['alerts:write', 'alerts:read', 'alert:read', 'alert:handle']),
    }
  } finally {
    await app.close()
  }
}

/** Pushes batches over HTTP until told to stop or cut off: mostly small ones, now and then one that is kept as a file is. */
async function sendByPush(trial: Trial, pace: Pace): Promise<void> {
  while (!pace.ends) {
    const isLarge = trial.random() < 0.1
    const batch = takeBatch(trial, isLarge ? 2600 : 1 + Math.floor(trial.random() * 120))
    if (!(await pushBatch(trial, batch))) {
      trial.records.waiting.push(batch)
      return
    }
    if (!pace.hurries) await sleep(trial.random() * 200)
  }
}

/** True when the program has answered 202. @throws when it refuses what it should take */
export async function pushBatch(trial: Trial, batch: Batch): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${trial.place.port}/api/v1/sources/${source}/records`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${trial.tokens?.records}`,
      'content-type': 'application/json',
      'idempotency-key': batch.key,
    },
    body: JSON.stringify(batch.versions.map(rowOf)),
  }).catch(() => undefined)
  const isDone = answer?.status === 202
  trial.journal.pushes[isDone ? 'acknowledged' : 'cut'] += 1
  if (isDone) {
    trial.records.acknowledge(batch)
    trial.records.places.add((await answer.json()).url)
  } else if (answer && answer.status < 500) throw new Error(`push refused: ${answer.status} ${await answer.text()}`)
  return isDone
}
