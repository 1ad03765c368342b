import { test } from 'node:test'
import { runTrial } from './crash/trial.ts'

test('nothing acknowledged is lost and nothing is applied twice over 8 kills', { timeout: 10 * 60_000 }, (t) =>
  runTrial({ kills: 8, seed: 20261122, say: (line) => t.diagnostic(line) }),
)
