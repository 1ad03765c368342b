import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { keepBytes, openFile, sweepFiles, verifyFiles } from '#files'
import type { Context } from '#platform/context'
import { startFileSimulators } from '#test/file-simulators'
import { dbTest } from '#test/harness'
import { diskStore } from './disk.ts'
import type { FileStore } from './file-store.ts'
import { nameOf } from './names.ts'
import { s3Store } from './s3.ts'

async function namesIn(store: FileStore, folder: string): Promise<string[]> {
  const names: string[] = []
  for await (const { name, modifiedAt } of store.list(folder)) {
    assert.ok(modifiedAt.getTime() > 0)
    names.push(name)
  }
  return names.sort()
}

/** What both kinds of store must do. */
async function tryStore(store: FileStore): Promise<void> {
  const folder = `thu-${randomUUID()}/`
  const name = `${folder}tệp một & hai/a.bin`
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))
  assert.equal(await store.open(name), undefined)
  assert.equal(await store.findSize(name), undefined)
  await store.remove(name)
  await store.put(name, bytes)
  await store.put(name, bytes)
  assert.equal(await store.findSize(name), bytes.length)
  const opened = await store.open(name)
  assert.ok(opened)
  assert.equal(opened.sizeBytes, bytes.length)
  assert.deepEqual(await buffer(opened.bytes), bytes)
  for (const more of ['b', 'c', 'd']) await store.put(`${folder}${more}`, Buffer.from(more))
  assert.deepEqual(await namesIn(store, folder), [name, ...['b', 'c', 'd'].map((one) => `${folder}${one}`)].sort())
  assert.deepEqual(await namesIn(store, `${folder}khong-co/`), [])
  await store.remove(name)
  assert.equal(await store.open(name), undefined)
  for (const left of await namesIn(store, folder)) await store.remove(left)
}

test('a folder of this machine keeps, opens, lists and forgets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tram-store-'))
  await tryStore(diskStore(folder)).finally(() => rm(folder, { recursive: true, force: true }))
})

test('a store of S3 does the same, page by page, with right signatures, and over faults and cut lines', async () => {
  const { s3, behave } = await startFileSimulators()
  await behave({ pageSize: 2 })
  await tryStore(s3Store(s3))
  await behave({ pageSize: 1000, faults: 2, cuts: 2 })
  await tryStore(s3Store(s3))
  await behave({ faults: 0, cuts: 0 })
  await assert.rejects(s3Store({ ...s3, secret: 'another-secret' }).put('a', Buffer.from('a')), /SignatureDoesNotMatch/)
  await assert.rejects(s3Store({ ...s3, bucket: 'khac' }).put('a', Buffer.from('a')), /404/)
})

dbTest('with S3 set, files are kept, opened, verified and swept there', async (t) => {
  const { s3 } = await startFileSimulators()
  const plain = t.context()
  const inS3 = (ctx: Context): Context => ({
    ...ctx,
    config: { ...plain.config, s3 },
    transaction: (work) => ctx.transaction((inner) => work(inS3(inner))),
  })
  const ctx = inS3(plain)
  const { sha256 } = await keepBytes(ctx, Buffer.from(`Trong S3 ${randomUUID()}`), 'a.txt', 'evidence')
  assert.ok((await openFile(ctx, sha256)).bytes)
  await assert.rejects(openFile(plain, sha256))
  assert.ok(!(await verifyFiles(ctx)).missing.includes(sha256))
  const store = s3Store(s3)
  const orphan = nameOf('a'.repeat(64))
  await store.put(orphan, Buffer.from('orphan'))
  const later = new Date(Math.max(Date.now(), ctx.now.getTime()) + 25 * 3_600_000)
  await sweepFiles(inS3(t.at(later).context()))
  assert.equal(await store.findSize(orphan), undefined)
  assert.ok(await store.findSize(nameOf(sha256)))
})
