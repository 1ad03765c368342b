/** `npm run test:crash [-- KILLS [SEED]]`: the program is killed fifty times while it takes records in; nothing may be lost or doubled. */
import { test } from 'node:test'
import { endWithAll } from './crash/program.ts'
import { runTrial } from './crash/trial.ts'

const [kills = '50', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)

endWithAll()

test(`nothing acknowledged is lost and nothing is applied twice over ${kills} kills`, { timeout: 45 * 60_000 }, () =>
  runTrial({ kills: Number(kills), seed: Number(seed), say: (line) => process.stderr.write(`${line}\n`) }),
)
