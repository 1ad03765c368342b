import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { keepBytes, keepUpload, openFile, sweepFiles, verifyFiles } from '#files'
import { listEntries } from '#ledger'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { cloneTest, dbTest, makeActor } from '#test/harness'
import { nameOf } from './storage/names.ts'

const placeOf = (varDir: string, sha256: string) => join(varDir, nameOf(sha256))

const somebody = makeActor('can-bo-thu', {}, 'H32')
let made = 0
/** A text that no other test keeps. */
const someText = () => {
  made += 1
  return Buffer.from(`Nội dung thử ${process.pid}-${made}, ${process.hrtime.bigint()}.\n`)
}
const refusedWith = (code: string) => (error: unknown) => error instanceof Problem && error.code === code
const age = (ctx: Context, sha256: string, hours: number) => {
  const at = new Date(ctx.now.getTime() - hours * 3_600_000)
  return utimes(placeOf(ctx.config.varDir, sha256), at, at)
}

dbTest('a file is kept once, opened as it came, and noted in the ledger', async (t) => {
  const ctx = t.context(somebody)
  const bytes = someText()
  const upload = {
    field: 'file',
    fileName: 'C:\\biên bản.exe',
    contentType: 'application/pdf',
    bytes: Readable.from([bytes]),
  }
  const file = await keepUpload(ctx, upload, 'evidence')
  assert.deepEqual(
    { ...file, sha256: file.sha256.length },
    { sha256: 64, name: 'biên bản.exe.txt', type: 'text/plain', sizeBytes: bytes.length },
  )
  assert.equal((await keepBytes(ctx, bytes, 'tên khác.txt', 'evidence')).sha256, file.sha256)
  const opened = await openFile(ctx, file.sha256)
  assert.deepEqual(opened.file, file)
  assert.deepEqual(await buffer(opened.bytes), bytes)
  const query = { subject: `file:${file.sha256}`, reach: 'all' as const, limit: 10 }
  assert.deepEqual(
    (await listEntries(t.sql, query)).map(({ action, actor }) => [action, actor]),
    [['file.kept', 'can-bo-thu']],
  )
})

dbTest('each use has its kinds and its limit, and says so', async (t) => {
  const ctx = t.context(somebody)
  await assert.rejects(keepBytes(ctx, someText(), 'thư.txt', 'letter'), refusedWith('file.type'))
  const large = Readable.from(Array.from({ length: 21 }, () => Buffer.alloc(1024 ** 2, 'a')))
  const upload = { field: 'file', fileName: 'a.txt', contentType: 'text/plain', bytes: large }
  await assert.rejects(keepUpload(ctx, upload, 'evidence'), refusedWith('file.too-large'))
  await assert.rejects(openFile(ctx, 'a'.repeat(64)), refusedWith('file.not-found'))
})

dbTest('what a failed transaction left behind is swept once it is old; what is kept or young stays', async (t) => {
  const ctx = t.context()
  const [kept, young, orphan] = [someText(), someText(), someText()]
  const keptHash = (await keepBytes(ctx, kept, 'giữ.txt', 'evidence')).sha256
  const lost: string[] = []
  for (const bytes of [young, orphan]) {
    const undone = ctx.transaction(async (inner) => {
      lost.push((await keepBytes(inner, bytes, 'mất.txt', 'evidence')).sha256)
      throw new Error('undone')
    })
    await assert.rejects(undone, /undone/)
  }
  const [youngHash = '', orphanHash = ''] = lost
  await age(ctx, keptHash, 100)
  await age(ctx, orphanHash, 25)
  await age(ctx, youngHash, 23)
  await sweepFiles(ctx)
  const isThere = (sha256: string) => existsSync(placeOf(ctx.config.varDir, sha256))
  assert.deepEqual([keptHash, youngHash, orphanHash].map(isThere), [true, true, false])
  // The same content comes again: whole, as before.
  const again = await keepBytes(ctx, orphan, 'lại.txt', 'evidence')
  assert.deepEqual(await buffer((await openFile(ctx, again.sha256)).bytes), orphan)
})

cloneTest('a sweep leaves what is being kept; a changed or missing file is told', async ({ context }) => {
  const ctx = context(somebody)
  const bytes = someText()
  let sha256 = ''
  await ctx.transaction(async (inner) => {
    sha256 = (await keepBytes(inner, bytes, 'đang lưu.txt', 'evidence')).sha256
    await age(ctx, sha256, 1000)
    // Another connection, which does not see the row yet.
    await sweepFiles(context())
    assert.ok(existsSync(placeOf(ctx.config.varDir, sha256)))
  })
  const many = Array.from({ length: 8 }, () => keepBytes(ctx, bytes, 'cùng lúc.txt', 'evidence'))
  assert.deepEqual([...new Set((await Promise.all(many)).map((file) => file.sha256))], [sha256])
  const found = await verifyFiles(ctx)
  assert.deepEqual({ ...found, bytes: 0 }, { files: 1, bytes: 0, missing: [], changed: [] })
  await writeFile(placeOf(ctx.config.varDir, sha256), Buffer.alloc(bytes.length, 'x'))
  assert.deepEqual((await verifyFiles(ctx)).changed, [sha256])
  await writeFile(placeOf(ctx.config.varDir, sha256), 'x')
  await assert.rejects(openFile(ctx, sha256), refusedWith('file.missing'))
})

cloneTest('however keeping, failing and sweeping fall together, what is kept is there', async ({ context }) => {
  let texts: Buffer[] = []
  const course = fc.array(fc.record({ text: fc.nat(2), fails: fc.boolean(), waitMs: fc.nat(6) }), {
    minLength: 3,
    maxLength: 8,
  })
  const keep = async ({ text, fails, waitMs }: { text: number; fails: boolean; waitMs: number }) => {
    await sleep(waitMs)
    const kept = context(somebody).transaction(async (inner) => {
      const { sha256 } = await keepBytes(inner, texts[text] ?? Buffer.alloc(1), 'a.txt', 'evidence')
      await age(inner, sha256, 1000)
      await sleep(waitMs)
      if (fails) throw new Error('undone')
      return sha256
    })
    return kept.catch(() => undefined)
  }
  const sweep = async () => {
    for (let round = 0; round < 4; round += 1) {
      await sweepFiles(context())
      await sleep(1)
    }
  }
  await fc.assert(
    fc.asyncProperty(course, async (steps) => {
      // Old orphans, which are kept again while they are swept.
      texts = Array.from({ length: 3 }, someText)
      await Promise.all(texts.map((_, text) => keep({ text, fails: true, waitMs: 0 })))
      const [kept] = await Promise.all([Promise.all(steps.map(keep)), sweep(), sweep()])
      await sweepFiles(context())
      for (const sha256 of new Set(kept)) if (sha256) (await openFile(context(), sha256)).bytes.destroy()
    }),
    { numRuns: 6 },
  )
})
