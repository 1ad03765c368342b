// A database administrator with every right rewrites history behind the triggers; the verification must say where.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Sql } from '#platform/sql'
import { appendBatch, appendEntries, appendEntry } from './actions.ts'
import { commit } from './commitment.ts'
import type { Finding, FindingCode } from './findings.ts'
import { appendLeaf, emptyTree, hashLeaf, rootOf } from './merkle.ts'
import { preimageOf } from './model.ts'
import { makeSigner, openSigner, readVerifierKeys } from './note.ts'
import { makeScratch, type Scratch } from './scratch-database.test.ts'
import { sequenceLedger, signCheckpoint } from './sequence.ts'
import { findStoredEntry } from './store.ts'
import { loadTree } from './tree.ts'
import { type Verification, verifyLedger } from './verify.ts'

const at = new Date('2026-11-22T03:05:00.123Z')
const size = 700
const checkpointSizes = [100, 300, 520, size]

interface Built extends Scratch {
  /** By leaf index. */
  ids: string[]
  batch: string
  verify(): Promise<Verification>
}

let built: Promise<Built> | undefined
const undo = Symbol('undo')

async function build(): Promise<Built> {
  const scratch = await makeScratch()
  const { sql, root, signer } = scratch
  const ids: string[] = []
  let batch = ''
  for (const upTo of checkpointSizes) {
    if (upTo === 300) {
      batch = (
        await appendBatch(
          sql,
          entry(ids.length),
          Array.from({ length: 3000 }, (_, n) => `item ${n}`),
        )
      ).id
      ids.push(batch)
    }
    const from = ids.length
    ids.push(
      ...(await appendEntries(
        sql,
        Array.from({ length: upTo - from - 1 }, (_, n) => entry(from + n)),
      )),
    )
    ids.push(await appendEntry(sql, { ...entry(upTo), sealUnder: `person:${upTo}` }))
    await sequenceLedger(sql)
    await signCheckpoint(sql, signer, { now: at })
  }
  return {
    ...scratch,
    ids,
    batch,
    verify: () => verifyLedger(root, { verifierKeys: [signer.verifierKey] }),
  }
}

const entry = (number: number) => ({
  action: 'record.landed',
  subject: `record:${number}`,
  actor: 'kiem-thu',
  organisation: 'X01',
  at: new Date(at.getTime() + number),
  body: { number },
})

/** Tampers in a transaction, verifies in it, and takes everything back. */
async function findAfter(work: (sql: Sql, built: Built) => Promise<unknown>): Promise<Finding[]> {
  built ??= build()
  const ready = await built
  let findings: Finding[] = []
  const undone = ready.root.begin(async (sql) => {
    await sql`set local session_replication_role = replica`
    await work(sql, ready)
    const result = await verifyLedger(sql, { verifierKeys: [ready.signer.verifierKey] })
    assert.equal(result.ok, result.findings.length === 0)
    findings = result.findings
    throw undo
  })
  await undone.catch((error) => {
    if (error !== undo) throw error
  })
  return findings
}

const codes = (findings: readonly Finding[]) => findings.map((finding) => finding.code)
const only = (findings: readonly Finding[], code: FindingCode): Finding => {
  assert.deepEqual(codes(findings), [code], JSON.stringify(findings))
  return findings[0] as Finding
}

/** Rewrites the entry, its commitment and its leaf alike. */
async function rewriteWhole(sql: Sql, id: string): Promise<void> {
  await sql`update ledger.entry set actor = 'nguoi-khac' where id = ${id}`
  const row = await findStoredEntry(sql, id)
  if (!row) throw new Error('no such entry')
  const commitment = commit(row.salt, preimageOf(row, row.id, row.at))
  await sql`update ledger.entry set commitment = ${commitment} where id = ${id}`
  await sql`update ledger.leaf set hash = ${hashLeaf(commitment)} where entry_id = ${id}`
}

describe('a ledger tampered with', () => {
  after(async () => (await built)?.close())

  test('an untouched ledger has no findings and is signed to its end', async () => {
    assert.deepEqual(await findAfter(async () => {}), [])
    const result = await (await built)?.verify()
    assert.deepEqual(
      [result?.entries, result?.signed, result?.checkpoints, result?.waiting],
      [size, size, checkpointSizes.length, 0],
    )
  })

  const places = [0, 1, 99, 255, 256, 299, 511, 699]

  test('a changed column of any entry is found, and the entry is named', async () => {
    const changes: Record<string, (sql: Sql, id: string) => Promise<unknown>> = {
      actor: (sql, id) => sql`update ledger.entry set actor = 'nguoi-khac' where id = ${id}`,
      at: (sql, id) => sql`update ledger.entry set at = at + interval '1 ms' where id = ${id}`,
      body: (sql, id) => sql`update ledger.entry set body = ${'{"number":-1}'} where id = ${id}`,
      purpose: (sql, id) => sql`update ledger.entry set purpose = '' where id = ${id}`,
      onBehalfOf: (sql, id) => sql`update ledger.entry set on_behalf_of = 'nguoi-vang' where id = ${id}`,
      salt: (sql, id) => sql`update ledger.entry set salt = ${Buffer.alloc(16)} where id = ${id}`,
      commitment: (sql, id) => sql`update ledger.entry set commitment = ${Buffer.alloc(32)} where id = ${id}`,
      sealedUnder: (sql, id) => sql`update ledger.entry set sealed_under = null, subject = 'record:x' where id = ${id}`,
    }
    for (const [column, change] of Object.entries(changes)) {
      for (const place of column === 'actor' ? places : [299]) {
        const found = only(await findAfter((sql, { ids }) => change(sql, ids[place] ?? '')), 'entry.changed')
        assert.deepEqual([found.leafIndex, found.entryId], [place, (await built)?.ids[place]], column)
      }
    }
  })

  test('a removed entry is found by its leaf, a removed leaf by its number and its entry', async () => {
    for (const place of places) {
      const gone = only(
        await findAfter((sql, { ids }) => sql`delete from ledger.entry where id = ${ids[place] ?? ''}`),
        'entry.missing',
      )
      assert.equal(gone.leafIndex, place)
      if (place === size - 1) continue
      const holed = await findAfter((sql) => sql`delete from ledger.leaf where leaf_index = ${place}`)
      assert.deepEqual(codes(holed), ['leaf.missing', 'entry.unnumbered'])
      assert.deepEqual([holed[0]?.leafIndex, holed[1]?.entryId], [place, (await built)?.ids[place]])
      const both = await findAfter(async (sql, { ids }) => {
        await sql`delete from ledger.leaf where leaf_index = ${place}`
        await sql`delete from ledger.entry where id = ${ids[place] ?? ''}`
      })
      assert.equal(only(both, 'leaf.missing').leafIndex, place)
    }
  })

  test('an entry slipped in past the queue is found and named', async () => {
    const id = '019aa000-0000-7000-8000-000000000000'
    const found = await findAfter(
      (sql) => sql`
    insert into ledger.entry (id, at, actor, organisation, action, subject, body, salt, commitment)
    select ${id}, at, actor, organisation, action, subject, body, salt, commitment from ledger.entry limit 1`,
    )
    assert.equal(only(found, 'entry.unnumbered').entryId, id)
  })

  test('a waiting entry taken away before it was numbered is missed', async () => {
    const found = await findAfter((sql) => sql`insert into ledger.pending (entry_id) values (gen_random_uuid())`)
    only(found, 'entry.vanished')
  })

  test('an entry rewritten together with its commitment is found, and with its leaf as well', async () => {
    const halfway = await findAfter(async (sql, { ids }) => {
      const hash = Buffer.alloc(32, 7)
      await sql`update ledger.leaf set hash = ${hash} where entry_id = ${ids[310] ?? ''}`
    })
    assert.equal(only(halfway, 'leaf.changed').leafIndex, 310)
    const inBlock = await findAfter((sql, { ids }) => rewriteWhole(sql, ids[310] ?? ''))
    const [first] = inBlock
    assert.ok(first && (first.from ?? 0) <= 310 && (first.to ?? 0) >= 310, JSON.stringify(inBlock))
    const inTail = only(await findAfter((sql, { ids }) => rewriteWhole(sql, ids[650] ?? '')), 'checkpoint.root')
    assert.deepEqual([inTail.from, inTail.to], [520, 699])
  })

  test('an entry rewritten with its whole tree is caught between two signatures', async () => {
    const found = await findAfter(async (sql, { ids }) => {
      await rewriteWhole(sql, ids[310] ?? '')
      await sql`delete from ledger.subtree where height = 8 and index = 1`
      const leaves = await sql<
        { hash: Buffer }[]
      >`select hash from ledger.leaf where leaf_index between 256 and 511 order by leaf_index`
      const tree = emptyTree()
      for (const { hash } of leaves) appendLeaf(tree, hash)
      await sql`insert into ledger.subtree (height, index, hash) values (8, 1, ${rootOf(tree)})`
      await loadTree(sql, size)
    })
    const first = only(found, 'checkpoint.root')
    assert.deepEqual([first.from, first.to], [300, 519])
  })

  test('two entries changed far apart are both named', async () => {
    const found = await findAfter(
      (sql, { ids }) => sql`
    update ledger.entry set subject = 'x' where id in ${sql([ids[5] ?? '', ids[690] ?? ''])}`,
    )
    assert.deepEqual(
      found.map((one) => [one.code, one.leafIndex]),
      [
        ['entry.changed', 5],
        ['entry.changed', 690],
      ],
    )
  })

  test('two leaves that changed places are both named', async () => {
    const found = await findAfter(async (sql) => {
      await sql`update ledger.leaf set leaf_index = 1000 where leaf_index = 40`
      await sql`update ledger.leaf set leaf_index = 40 where leaf_index = 41`
      await sql`update ledger.leaf set leaf_index = 41 where leaf_index = 1000`
    })
    const [first] = found
    assert.ok(first && (first.from ?? 0) <= 40 && (first.to ?? 0) >= 41, JSON.stringify(found))
  })

  test('a stored hash that was changed, removed or inserted is found', async () => {
    const changed = only(
      await findAfter((sql) => sql`update ledger.subtree set hash = ${Buffer.alloc(32)} where index = 1`),
      'subtree.changed',
    )
    assert.deepEqual([changed.from, changed.to], [256, 511])
    only(await findAfter((sql) => sql`delete from ledger.subtree where index = 0`), 'subtree.missing')
    only(
      await findAfter(
        (sql) => sql`insert into ledger.subtree (height, index, hash) values (16, 0, ${Buffer.alloc(32)})`,
      ),
      'subtree.stray',
    )
  })

  test('a checkpoint that was changed, re-signed, removed or invented is found', async () => {
    const sizes = async (work: (sql: Sql) => Promise<unknown>, code: FindingCode) =>
      only(await findAfter(work), code).size
    assert.equal(
      await sizes(
        (sql) => sql`update ledger.checkpoint set root = ${Buffer.alloc(32)} where size = 300`,
        'checkpoint.changed',
      ),
      300,
    )
    assert.equal(
      await sizes((sql) => sql`update ledger.checkpoint set at = now() where size = 300`, 'checkpoint.changed'),
      300,
    )
    assert.equal(await sizes((sql) => sql`delete from ledger.checkpoint where size = 300`, 'checkpoint.missing'), 520)
    const forged = await findAfter(async (sql, { signer }) => {
      const other = makeSigner(signer.name, generateKeyPairSync('ed25519').privateKey)
      const [row] = await sql<{ note: string }[]>`select note from ledger.checkpoint where size = 520`
      const note = other.sign(`${(row?.note ?? '').split('\n\n')[0]}\n`)
      await sql`update ledger.checkpoint set note = ${note}, verifier_key = ${other.verifierKey} where size = 520`
    })
    assert.deepEqual([forged[0]?.code, forged[0]?.size], ['checkpoint.signature', 520])
  })

  test('changed, removed and inserted items of a batch, and exchanged keys, are found', async () => {
    const named = async (work: (sql: Sql, built: Built) => Promise<unknown>, code: FindingCode) =>
      only(await findAfter(work), code).entryId
    const batch = (await built)?.batch
    const flip = (sql: Sql) =>
      sql`update ledger.batch_chunk set hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1) where number = 1`
    assert.equal(await named(flip, 'batch.changed'), batch)
    assert.equal(await named((sql) => sql`delete from ledger.batch_chunk where number = 2`, 'batch.changed'), batch)
    assert.equal(await named((sql) => sql`update ledger.batch set salt = ${Buffer.alloc(32)}`, 'batch.changed'), batch)
    const stray = '019aa000-0000-7000-8000-000000000001'
    assert.equal(
      await named(
        (sql) => sql`insert into ledger.batch (entry_id, salt) values (${stray}, ${Buffer.alloc(32)})`,
        'batch.stray',
      ),
      stray,
    )
    only(
      await findAfter((sql) => sql`update ledger.body_key set key = ${Buffer.alloc(32)} where name = 'person:300'`),
      'key.changed',
    )
    only(await findAfter((sql) => sql`delete from ledger.body_key where name = 'person:300'`), 'key.missing')
  })
})

test('a tail cut off with its checkpoints is missed by the witness, and nothing is written on top of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tram-witness-'))
  const scratch = await makeScratch()
  try {
    const { sql, root } = scratch
    const keyPath = join(folder, 'secrets', 'key.pem')
    const witnessPath = join(folder, 'witness.txt')
    const signer = await openSigner(keyPath, 'tests.invalid/ledger')
    assert.equal((await stat(keyPath)).mode & 0o777, 0o600)
    assert.equal((await openSigner(keyPath, 'another.invalid/name')).verifierKey, signer.verifierKey)
    const verifierKeys = await readVerifierKeys(keyPath)
    assert.deepEqual(verifierKeys, [signer.verifierKey])
    for (const count of [5, 4]) {
      await appendEntries(
        sql,
        Array.from({ length: count }, (_, n) => entry(n)),
      )
      await sequenceLedger(sql)
      await signCheckpoint(sql, signer, { now: at, witnessPath })
    }
    assert.match(await readFile(witnessPath, 'utf8'), /^tests\.invalid\/ledger\n9\n/)
    assert.ok((await verifyLedger(sql, { verifierKeys, witnessPath })).ok)
    await root.begin(async (sql) => {
      await sql`set local session_replication_role = replica`
      await sql`delete from ledger.entry using ledger.leaf where leaf.entry_id = entry.id and leaf_index >= 5`
      await sql`delete from ledger.leaf where leaf_index >= 5`
      await sql`delete from ledger.checkpoint where size > 5`
    })
    assert.ok((await verifyLedger(sql, { verifierKeys })).ok, 'the database alone cannot know')
    const result = await verifyLedger(sql, { verifierKeys, witnessPath })
    assert.deepEqual(codes(result.findings), ['witness.beyond'])
    await appendEntries(sql, [entry(1)])
    await sequenceLedger(sql)
    await assert.rejects(signCheckpoint(sql, signer, { now: at, witnessPath }), /the witness/)
    await writeFile(witnessPath, 'nothing')
    assert.deepEqual(codes((await verifyLedger(sql, { verifierKeys, witnessPath })).findings), ['witness.changed'])
  } finally {
    await scratch.close()
    await rm(folder, { recursive: true, force: true })
  }
})

test('a history that was rewritten is neither continued nor signed again', async () => {
  const scratch = await makeScratch()
  try {
    const { sql, root, signer } = scratch
    const ids = await appendEntries(
      sql,
      Array.from({ length: 300 }, (_, n) => entry(n)),
    )
    await sequenceLedger(sql)
    await signCheckpoint(sql, signer, { now: at })
    await root.begin(async (sql) => {
      await sql`set local session_replication_role = replica`
      await rewriteWhole(sql, ids[290] ?? '')
    })
    await appendEntries(sql, [entry(1)])
    await sequenceLedger(sql)
    await assert.rejects(signCheckpoint(sql, signer, { now: at }), /not those that were signed/)
    await root.begin(async (sql) => {
      await sql`set local session_replication_role = replica`
      await sql`delete from ledger.leaf where leaf_index >= 200`
    })
    await appendEntries(sql, [entry(2)])
    await assert.rejects(sequenceLedger(sql), /ends at 200 entries, but a checkpoint over 300/)
  } finally {
    await scratch.close()
  }
})
