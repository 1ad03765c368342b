/**
 * From the command to the line that names the address: cold (empty folder: database made, tables, pack, demonstration year), then warm
 * on the same folder. Floor of the same run: the embedded database alone, opened on a folder that has one.
 *
 *   node --import tsx bench/start.ts
 */
import { openEmbedded } from '#platform/embedded'
import type { Running } from '../test/crash/program.ts'
import { clearPlace, endProgram, makePlace, startProgram } from './program.ts'
import { median, sayFigure } from './report.ts'

const warmRuns = 5

const place = await makePlace('start')
let running: Running | undefined
try {
  const cold = await startProgram(place)
  running = cold.running
  await endProgram(running)
  const warm: number[] = []
  for (let run = 0; run < warmRuns; run += 1) {
    const started = await startProgram(place)
    running = started.running
    warm.push(started.seconds)
    await endProgram(running)
  }
  const alone: number[] = []
  for (let run = 0; run < warmRuns; run += 1) {
    const startedAt = performance.now()
    const database = await openEmbedded(place.varDir, () => {})
    alone.push((performance.now() - startedAt) / 1000)
    await database.release()
  }
  const floor = { label: 'the database alone', value: median(alone) }
  sayFigure({ label: 'cold, with the demonstration year', value: cold.seconds, unit: 's', goal: 60 })
  sayFigure({ label: `warm, median of ${warmRuns}`, value: median(warm), unit: 's', goal: 5, floor })
} finally {
  await clearPlace(place, running)
}
