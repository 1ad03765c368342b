/** A few bits here; ten thousand by `npm run bench -- flips`. */
import assert from 'node:assert/strict'
import { openPool } from '#platform/sql'
import { cloneTest } from '#test/harness'
import { openFlips } from './flips.ts'

const flips = { 'rows of the ledger': 30, 'kept contents': 60, 'bundles of evidence': 100 }

cloneTest('a bit turned in rows of the ledger, in kept contents and in bundles of evidence is found', async (t) => {
  const owner = openPool(t.app.ownerUrl, { max: 1 })
  const { kinds, close } = await openFlips(t.context(), owner)
  try {
    for (const kind of Object.keys(flips) as (keyof typeof flips)[]) {
      for (let done = 0; done < flips[kind]; ) {
        const flip = await kinds[kind]()
        if (!flip) continue
        assert.ok(flip.isFound, `not found in ${kind}: ${flip.where}`)
        done += 1
      }
    }
  } finally {
    await close()
    await owner.end()
  }
})
