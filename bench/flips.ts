/**
 * Random bits turned in rows of the ledger, in kept contents (files, landed bytes and what names them) and in bundles of evidence, one after
 * the other: each is looked for by the product's own check. One that is not found is printed, and the bench fails.
 *
 *   node --import tsx bench/flips.ts [flips]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { openPool } from '#platform/sql'
import { loadPacks, openApp } from '../src/app.ts'
import { openFlips } from '../test/flips/flips.ts'
import { testConfig } from '../test/settings.ts'

const [flips = 10_000] = process.argv.slice(2).map(Number)
const folder = join(tmpdir(), `tram-bench-flips-${process.pid}`)
const say = (line: string) => process.stdout.write(`${line}\n`)

await mkdir(folder, { recursive: true })
const app = await openApp(testConfig({ varDir: folder, logLevel: 'error' }), { tables: 'migrate' })
const owner = openPool(app.ownerUrl, { max: 1 })
try {
  await loadPacks(app, () => {})
  const { kinds, close } = await openFlips(app.context(), owner)
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  let missed = 0
  for (const [index, name] of names.entries()) {
    const wanted = Math.floor((flips * (index + 1)) / names.length) - Math.floor((flips * index) / names.length)
    const begun = performance.now()
    let found = 0
    for (let turned = 0; turned < wanted; ) {
      const flip = await kinds[name]()
      if (!flip) continue
      turned += 1
      if (flip.isFound) found += 1
      else say(`not found: ${name}, ${flip.where}`)
    }
    missed += wanted - found
    say(`${name}: ${found} of ${wanted} found, ${((performance.now() - begun) / 1000).toFixed(0)} s`)
  }
  await close()
  if (missed > 0) process.exitCode = 1
} finally {
  await owner.end()
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
