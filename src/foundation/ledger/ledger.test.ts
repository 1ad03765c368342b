import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { applicationRole } from '#platform/migrations'
import { appendBatch, appendEntries, appendEntry, destroyKey } from './actions.ts'
import { verifyConsistency } from './merkle.ts'
import type { FullEntryInput, Json } from './model.ts'
import { proveConsistency, proveEntry, proveItem, verifyEntryProof, verifyItemProof } from './proof.ts'
import { findEntry, listEntries } from './read.ts'
import { makeScratch, type Scratch } from './scratch-database.test.ts'
import { sequenceLedger, signCheckpoint } from './sequence.ts'
import { countLeaves, countPending } from './store.ts'
import { verifyLedger } from './verify.ts'

async function withLedger(work: (scratch: Scratch) => Promise<void>): Promise<void> {
  const scratch = await makeScratch()
  try {
    await work(scratch)
  } finally {
    await scratch.close()
  }
}

const at = new Date('2026-11-22T03:05:00.123Z')
const deed = (number: number, body: Json = { number }): FullEntryInput => ({
  action: 'record.landed',
  subject: `record:${number}`,
  actor: 'kiem-thu',
  organisation: 'X01',
  at: new Date(at.getTime() + number),
  body,
})
const deeds = (count: number) => Array.from({ length: count }, (_, number) => deed(number))
const keysOf = ({ signer }: Scratch) => ({ verifierKeys: [signer.verifierKey] })

test('an entry stands if and only if the deed it tells of is committed', () =>
  withLedger(async ({ sql, ctx }) => {
    await assert.rejects(
      ctx.transaction(async (ctx) => {
        await appendEntry(ctx, { action: 'source.landed', subject: 'source:a' })
        throw new Error('the deed failed')
      }),
      /the deed failed/,
    )
    await ctx.transaction((ctx) => appendEntry(ctx, { action: 'source.landed', subject: 'source:b' }))
    assert.equal(await sequenceLedger(sql), 1)
    const [entry] = await listEntries(sql, { reach: 'all', limit: 10 })
    assert.equal(entry?.subject, 'source:b')
    assert.equal(entry?.actor, 'system')
    assert.equal(entry?.leafIndex, 0)
  }))

test('a first entry asks for the sequencer, and those that follow do not ask again', () =>
  withLedger(async ({ ctx, root }) => {
    for (let number = 0; number < 5; number += 1) await appendEntry(ctx, { action: 'a.b', subject: `s:${number}` })
    const [row] = await root<
      { jobs: number }[]
    >`select count(*) as jobs from graphile_worker.jobs where task_identifier = 'ledger.sequence'`
    assert.equal(row?.jobs, 1)
  }))

test('what cannot be kept exactly is refused before it is written', () =>
  withLedger(async ({ sql }) => {
    await assert.rejects(appendEntry(sql, { ...deed(1), subject: 'a\u0000b' }))
    await assert.rejects(appendEntry(sql, { ...deed(1), subject: 'a\ud800' }))
    await assert.rejects(appendEntry(sql, { ...deed(1), body: { x: Number.NaN } }), TypeError)
    await assert.rejects(appendEntry(sql, { ...deed(1), body: 'x'.repeat(300_000) }), { code: 'request.too-large' })
    await assert.rejects(appendBatch(sql, deed(1), []), RangeError)
    assert.equal(await sequenceLedger(sql), 0)
  }))

test('every entry of several hundred is proved to a stranger by the signed checkpoint, and no other text is', () =>
  withLedger(async (scratch) => {
    const { sql, signer } = scratch
    const odd = { 'khoá "lạ"': 'Đơn vị\n\u2028\ud800', b: [1e21, -0, 0.1, null, true], a: {} }
    const ids = await appendEntries(sql, [...deeds(600), { ...deed(600, odd), purpose: 'Tra cứu "hồ sơ" \\ 12' }])
    assert.equal(await sequenceLedger(sql, 100), 601)
    await signCheckpoint(sql, signer, { now: at })
    const { verifierKeys } = keysOf(scratch)
    for (const id of [...ids.slice(0, 20), ...ids.slice(250, 260), ...ids.slice(-5)]) {
      const proof = await proveEntry(sql, id)
      assert.ok(verifyEntryProof(proof, verifierKeys), id)
      assert.ok(!verifyEntryProof({ ...proof, preimage: proof.preimage.replace('X01', 'X02') }, verifierKeys))
      assert.ok(!verifyEntryProof(proof, []))
    }
    const result = await verifyLedger(sql, keysOf(scratch))
    assert.deepEqual([result.ok, result.entries, result.signed, result.findings], [true, 601, 601, []])
  }))

test('each checkpoint is proved to be a beginning of every later one', () =>
  withLedger(async ({ sql, signer }) => {
    const roots: { size: number; root: Buffer }[] = []
    for (const count of [1, 2, 250, 5, 300]) {
      await appendEntries(sql, deeds(count))
      await sequenceLedger(sql)
      const row = await signCheckpoint(sql, signer, { now: at })
      if (row) roots.push(row)
    }
    for (const first of roots) {
      for (const second of roots.filter((row) => row.size >= first.size)) {
        const proof = await proveConsistency(sql, first.size, second.size)
        const path = proof.path.map((step) => Buffer.from(step, 'base64'))
        const claim = { first: first.size, second: second.size, firstRoot: first.root, secondRoot: second.root, path }
        assert.ok(verifyConsistency(claim), `${first.size} → ${second.size}`)
      }
    }
  }))

test('an item of a batch is proved with one leaf in the ledger, and another value is not', () =>
  withLedger(async (scratch) => {
    const { sql, signer } = scratch
    const items = Array.from({ length: 2500 }, (_, n) => ({ key: `K${n}`, sha256: 'ab'.repeat(32), tags: ['x', n] }))
    const batch = await appendBatch(sql, deed(1, { source: 'thu' }), items)
    const one = await appendBatch(sql, deed(2), ['only'])
    assert.equal(await sequenceLedger(sql), 2)
    await signCheckpoint(sql, signer, { now: at })
    const entry = await proveEntry(sql, batch.id)
    assert.ok(verifyEntryProof(entry, [signer.verifierKey]))
    for (const index of [0, 1, 1023, 1024, 2047, 2499]) {
      const proof = await proveItem(sql, batch.id, index)
      assert.ok(verifyItemProof(items[index] as Json, proof, entry), String(index))
      assert.ok(!verifyItemProof({ ...items[index], key: 'K' }, proof, entry))
      assert.ok(!verifyItemProof(items[(index + 1) % 2500] as Json, proof, entry))
    }
    assert.ok(verifyItemProof('only', await proveItem(sql, one.id, 0), await proveEntry(sql, one.id)))
    assert.equal((await findEntry(sql, batch.id))?.batch?.size, 2500)
    await assert.rejects(proveItem(sql, batch.id, 2500), { status: 404 })
    assert.ok((await verifyLedger(sql, keysOf(scratch))).ok)
  }))

test('a destroyed key makes bodies unreadable for good, and every proof stays valid', () =>
  withLedger(async (scratch) => {
    const { sql, ctx, signer, root } = scratch
    const secret = { name: 'Người Thử Nghiệm', number: '000000000000' }
    const sealed = await appendEntry(sql, { ...deed(1, secret), sealUnder: 'person:1' })
    const other = await appendEntry(sql, { ...deed(2, secret), sealUnder: 'person:2' })
    await sequenceLedger(sql)
    await signCheckpoint(sql, signer, { now: at })
    const before = await proveEntry(sql, sealed)
    assert.ok(!before.preimage.includes('Thử Nghiệm'))
    assert.deepEqual(
      (await listEntries(sql, { reach: 'all', limit: 5 })).map((entry) => entry.body),
      [secret, secret],
    )

    assert.equal(await destroyKey(ctx, 'person:1', 'yêu cầu xóa dữ liệu'), 1)
    await sequenceLedger(sql)
    await signCheckpoint(sql, signer, { now: at })
    const bodies = new Map((await listEntries(sql, { reach: 'all', limit: 5 })).map((entry) => [entry.id, entry.body]))
    assert.equal(bodies.get(sealed), undefined)
    assert.deepEqual(bodies.get(other), secret)
    assert.ok(verifyEntryProof(before, [signer.verifierKey]))
    assert.ok(verifyEntryProof(await proveEntry(sql, sealed), [signer.verifierKey]))
    assert.ok((await verifyLedger(sql, keysOf(scratch))).ok)
    const later = await appendEntry(sql, { ...deed(3, secret), sealUnder: 'person:1' })
    const again = await appendEntry(sql, { ...deed(4, secret), sealUnder: 'person:1' })
    const found = await Promise.all([sealed, later, again].map((id) => findEntry(sql, id)))
    assert.deepEqual(
      found.map((entry) => [entry?.sealedUnder, entry?.body]),
      [
        ['person:1', undefined],
        ['person:1#2', secret],
        ['person:1#2', secret],
      ],
      'what is done after that is sealed under a key of its own',
    )
    await assert.rejects(destroyKey(ctx, 'person:1', 'lần nữa'), { status: 404 })
    await assert.rejects(
      root`update ledger.body_key set key = ${Buffer.alloc(32)}, destroyed_at = null`,
      /only be destroyed/,
    )
    await assert.rejects(root`delete from ledger.body_key`, /append-only/)
  }))

test('neither the running program nor its database owner can rewrite history by plain statements', () =>
  withLedger(async ({ sql, root }) => {
    await appendBatch(sql, deed(1), ['a'])
    await sequenceLedger(sql)
    for (const table of ['entry', 'leaf', 'subtree', 'checkpoint', 'batch', 'batch_chunk']) {
      for (const [who, pool] of Object.entries({ sql, root })) {
        for (const statement of [`delete from ledger.${table}`, `truncate ledger.${table}`]) {
          await assert.rejects(pool.unsafe(statement), { code: '42501' }, `${who}: ${statement}`)
        }
      }
    }
    for (const pool of [sql, root]) {
      await assert.rejects(pool`update ledger.entry set actor = 'x'`, { code: '42501' })
      await assert.rejects(pool`update ledger.leaf set leaf_index = leaf_index + 1`, { code: '42501' })
      await assert.rejects(pool`update ledger.pending set position = default`, { code: '42501' })
    }
    await assert.rejects(sql`insert into ledger.pending (entry_id) values (gen_random_uuid())`, { code: '42501' })
  }))

test('fifty writers at once, a third of them rolling back, lose nothing and are numbered without gaps', () =>
  withLedger(async (scratch) => {
    const { sql, root } = scratch
    const kept = new Set<string>()
    let writing = true
    const sequencers = [0, 1].map(async () => {
      while (writing) {
        await sequenceLedger(sql, 7)
        await setTimeout(3)
      }
    })
    const writers = Array.from({ length: 50 }, (_, writer) =>
      Promise.all(
        [0, 1, 2].map((round) =>
          sql
            .begin(async (sql) => {
              const ids = await appendEntries(sql, deeds(1 + (writer % 5)))
              if ((writer + round) % 3 === 0) throw new Error('rolled back')
              return ids
            })
            .then(
              (ids) =>
                ids.forEach((id) => {
                  kept.add(id)
                }),
              (error: Error) => assert.equal(error.message, 'rolled back'),
            ),
        ),
      ),
    )
    await Promise.all(writers)
    writing = false
    await Promise.all(sequencers)
    await sequenceLedger(sql)
    const rows = await root<{ leafIndex: number; entryId: string }[]>`
      select leaf_index, entry_id from ledger.leaf order by leaf_index`
    assert.deepEqual(
      rows.map((row) => row.leafIndex),
      Array.from({ length: kept.size }, (_, index) => index),
    )
    assert.deepEqual(new Set(rows.map((row) => row.entryId)), kept)
    assert.equal(await countPending(sql), 0)
    assert.ok((await verifyLedger(sql, keysOf(scratch))).ok)
  }))

test('a sequencer killed in the middle of its work leaves nothing half done', () =>
  withLedger(async (scratch) => {
    const { sql, signer, url } = scratch
    await appendEntries(sql, deeds(8000))
    await killWhileSequencing(url)
    const done = await countLeaves(sql)
    assert.ok(done > 0, 'nothing was done before')
    const left = 8000 - done
    assert.ok(left > 0, 'nothing was left to do')
    assert.equal(await sequenceLedger(sql), left)
    await signCheckpoint(sql, signer, { now: at })
    const result = await verifyLedger(sql, keysOf(scratch))
    assert.deepEqual([result.ok, result.entries, result.signed, result.waiting], [true, 8000, 8000, 0])
  }))

/** A program of its own sequences, and is killed with -9 at four different moments. */
async function killWhileSequencing(url: string): Promise<void> {
  const script = `
    const { openPool } = await import(${JSON.stringify(import.meta.resolve('#platform/sql'))})
    const { sequenceLedger } = await import(${JSON.stringify(import.meta.resolve('./sequence.ts'))})
    const sql = openPool(${JSON.stringify(url)}, { max: 1, role: '${applicationRole}' })
    await sql\`select 1\`
    console.log('at work')
    await sequenceLedger(sql, 20)
    process.exit(0)`
  for (let round = 0; round < 4; round += 1) {
    const child = spawn(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(child.stdout, 'data')
    await setTimeout(20 + round * 23)
    child.kill('SIGKILL')
    const [, signal] = await once(child, 'exit')
    assert.equal(signal, 'SIGKILL', 'the sequencer was done before it was killed')
  }
}

test('entries restored with their queue are not numbered twice', () =>
  withLedger(async (scratch) => {
    const { sql, root } = scratch
    const ids = await appendEntries(sql, deeds(3))
    await sequenceLedger(sql)
    await root`insert into ledger.pending (entry_id) select id from ledger.entry`
    await appendEntry(sql, deed(9))
    assert.equal(await sequenceLedger(sql), 1)
    assert.equal(await countLeaves(sql), ids.length + 1)
    assert.ok((await verifyLedger(sql, keysOf(scratch))).ok)
  }))

test('a list is scoped to organisations, filtered, and paged by key without gap or repetition', () =>
  withLedger(async ({ sql }) => {
    await appendEntries(
      sql,
      deeds(95).map((entry, n) => ({ ...entry, organisation: n % 2 ? 'X01' : 'X02', actor: n % 5 ? 'an' : 'binh' })),
    )
    const seen: string[] = []
    for (let after: string | undefined; ; ) {
      const page = await listEntries(sql, { reach: new Set(['X01']), limit: 10, after })
      seen.push(...page.map((entry) => entry.subject))
      after = page.at(-1)?.id
      if (page.length < 10) break
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 47 }, (_, n) => `record:${93 - 2 * n}`),
    )
    const narrow = await listEntries(sql, {
      reach: 'all',
      limit: 100,
      actor: 'binh',
      from: new Date(at.getTime() + 10),
      to: new Date(at.getTime() + 20),
    })
    assert.deepEqual(
      narrow.map((entry) => entry.subject),
      ['record:15', 'record:10'],
    )
    assert.equal((await listEntries(sql, { reach: new Set(), limit: 10 })).length, 0)
  }))

test('who asks for the deeds of an account finds those done in its name too', () =>
  withLedger(async ({ sql, ctx }) => {
    const standingIn = {
      ...ctx,
      actor: { ...ctx.actor, account: 'thay', onBehalfOf: { account: 'vang', name: 'Người vắng' } },
    }
    await appendEntry(standingIn, { action: 'item.claimed', subject: 'item:a/b/1', body: {} })
    await appendEntries(sql, deeds(3))
    const subjects = async (actor: string) =>
      (await listEntries(sql, { reach: 'all', limit: 10, actor })).map(({ subject }) => subject)
    assert.deepEqual(await subjects('vang'), ['item:a/b/1'])
    assert.deepEqual(await subjects('thay'), ['item:a/b/1'])
  }))
