/**
 * Random bit flips in every stored row of a ledger: each must be found by the verification. A few here; ten thousand by
 * `TRAM_FLIPS=10000 npm test -- src/foundation/ledger/flips.test.ts` (some twenty minutes).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendBatch, appendEntries, appendEntry } from './actions.ts'
import { type Flip, flipBit, flippable } from './flip-bits.test.ts'
import { makeScratch } from './scratch-database.test.ts'
import { sequenceLedger, signCheckpoint } from './sequence.ts'
import { verifyLedger } from './verify.ts'

const flips = Number(process.env.TRAM_FLIPS ?? 26)
const undo = Symbol('undo')

test('a bit flipped anywhere in the rows of the ledger is found', async () => {
  const { sql, root, signer, close } = await makeScratch()
  try {
    const at = new Date('2026-11-22T03:05:00.123Z')
    const deed = (n: number) => ({
      action: 'record.landed',
      subject: `record:${n}`,
      actor: 'kiem-thu',
      organisation: 'X01',
      purpose: 'Hồ sơ',
      at: new Date(at.getTime() + n),
      body: { n },
    })
    await appendEntries(
      sql,
      Array.from({ length: 257 }, (_, n) => deed(n)),
    )
    await appendBatch(sql, deed(300), ['a', 'b', 'c'])
    await appendEntry(sql, { ...deed(301), sealUnder: 'person:1' })
    await sequenceLedger(sql)
    await signCheckpoint(sql, signer, { now: at })
    await appendEntry(sql, deed(302))
    await sequenceLedger(sql)
    await signCheckpoint(sql, signer, { now: at })
    const options = { verifierKeys: [signer.verifierKey] }
    assert.ok((await verifyLedger(sql, options)).ok)
    for (let done = 0; done < flips; ) {
      const place = flippable[done % flippable.length]
      assert.ok(place)
      let flip: Flip | undefined
      let found = 0
      const undone = root.begin(async (sql) => {
        await sql`set local session_replication_role = replica`
        flip = await flipBit(sql, place)
        if (flip) found = (await verifyLedger(sql, options)).findingCount
        throw undo
      })
      await undone.catch((error) => {
        if (error !== undo) throw error
      })
      if (!flip) continue
      assert.ok(found > 0, `not found: ${JSON.stringify(flip)}`)
      done += 1
    }
  } finally {
    await close()
  }
})
