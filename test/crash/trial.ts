/** The whole trial: a fresh installation, kills, then everything that was never acknowledged is sent once more, and the books are checked. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#platform/embedded'
import { projectRoot } from '../settings.ts'
import { checkBooks, untilComputed } from './books.ts'
import { emptyJournal, type Trial, targets } from './course.ts'
import { HandOvers } from './hand-overs.ts'
import { writePack } from './pack.ts'
import { findDatabase, isOver, killAll, killGroup, launch, type Place, untilReady } from './program.ts'
import { type Batch, Records, seeded } from './records.ts'
import { drawTarget, prepare, pushBatch, runRound, sendFile } from './rounds.ts'
import { signNext } from './signing.ts'
import { handleSome, hushDistrict, sendStorm } from './storming.ts'
import { Storms } from './storms.ts'

export interface TrialOptions {
  kills: number
  seed: number
  say(line: string): void
}

export async function runTrial({ kills, seed, say }: TrialOptions): Promise<void> {
  const folder = join(projectRoot, 'var', 'test', `crash-${process.pid}-${seed}`)
  const place: Place = { varDir: join(folder, 'var'), packDir: join(folder, 'pack'), port: await freePort() }
  mkdirSync(place.varDir, { recursive: true })
  chmodSync(folder, 0o755)
  writePack(place.packDir)
  const random = seeded(seed)
  const trial: Trial = {
    place,
    records: new Records(random),
    storms: new Storms(random),
    handOvers: new HandOvers(),
    random,
    journal: emptyJournal(),
  }
  say(`seed ${seed}, folder ${folder}`)
  let isSound = false
  try {
    // Each kind of kill once, the rest as drawn.
    for (let round = 0; round < kills; round += 1) {
      const target = targets[round] ?? drawTarget(random)
      const startedAt = Date.now()
      await runRound(trial, target)
      say(`${round + 1}/${kills} ${target} ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
    }
    await settleAll(trial)
    say('all is sent; checking the books')
    await checkBooks(trial)
    isSound = true
  } finally {
    if (trial.running) await killGroup(trial.running)
    killAll(findDatabase(place))
    say(JSON.stringify(trial.journal))
    // What went wrong stays to be looked at.
    if (isSound) rmSync(folder, { recursive: true, force: true })
  }
}

/** Sends what was cut off once more, waits until the program is idle, and ends it in the ordinary way. */
async function settleAll(trial: Trial): Promise<void> {
  const { records, place } = trial
  if (!trial.running || isOver(trial.running)) trial.running = launch(place, ['start', '--no-demo'])
  await untilReady(trial.running)
  trial.tokens ??= await prepare(place)
  while (records.waiting.length > 0) {
    const batch = records.waiting.shift()
    // A batch may come the other way than the first time.
    if (batch) assert.ok(await sendAgain(trial, batch), `${batch.key} is taken`)
  }
  while (trial.storms.waiting.length > 0) {
    const storm = trial.storms.waiting.shift()
    if (storm) assert.ok(await sendStorm(trial, storm), 'a storm is taken')
  }
  assert.ok(await signNext(trial), 'a hand-over is signed by both')
  // Whatever the kills let happen: some timers are always under way at the end.
  while (trial.storms.taken.length === 0) assert.ok(await handleSome(trial), 'alerts are acknowledged')
  assert.ok(await hushDistrict(trial), 'a district is silenced')
  await untilIdle(trial)
  await untilComputed(place)
  trial.running.child.kill('SIGTERM')
  assert.equal(await trial.running.ended, 0, trial.running.errors())
  trial.running = undefined
}

const sendAgain = (trial: Trial, batch: Batch): Promise<boolean> =>
  trial.random() < 0.2 ? sendFile(trial, batch) : pushBatch(trial, batch)

/** Every landing whose place was answered is worked through. */
async function untilIdle({ place, records, tokens }: Trial): Promise<void> {
  const headers = { authorization: `Bearer ${tokens?.records}` }
  for (let waited = 0; waited < 120_000; waited += 200) {
    const urls = [...records.places]
    const states = await Promise.all(
      urls.map(async (url) => {
        const answer = await fetch(`http://127.0.0.1:${place.port}${url}`, { headers })
        return [url, (await answer.json()).state] as const
      }),
    )
    for (const [url, state] of states) if (state === 'done') records.places.delete(url)
    if (records.places.size === 0) return
    await sleep(200)
  }
  throw new Error(`not worked through after two minutes: ${[...records.places].join(', ')}`)
}
