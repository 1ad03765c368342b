import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dbTest } from '#test/harness'
import { loadBoundaries } from './actions.ts'
import { listBoundaries } from './boundaries/read.ts'

const home = join(import.meta.dirname, '../../../packs/khanh-hoa')
const tiny = join(import.meta.dirname, '../../../test/fixtures/tiny-pack')

dbTest('a pack without outlines loads and leaves those of others alone; loading again changes nothing', async (t) => {
  const ctx = t.context()
  const before = await listBoundaries(ctx)
  assert.equal(before.length, 3)
  await loadBoundaries(ctx, tiny)
  await loadBoundaries(ctx, home)
  assert.deepEqual(await listBoundaries(ctx), before)
})

dbTest('a file that is none is named, with what is wrong in it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pack-'))
  try {
    await mkdir(join(folder, 'maps'))
    await writeFile(
      join(folder, 'pack.yaml'),
      'source: x\ncode: thu\nname: Thử\ntimeZone: Asia/Ho_Chi_Minh\ncurrency: VND\nrootOrganisation: H98\n',
    )
    const cases: [string, RegExp][] = [
      ['{', /maps\/a\.json: /],
      ['{"source":"x"}', /maps\/a\.json: [\s\S]*licence/],
    ]
    for (const [text, words] of cases) {
      await writeFile(join(folder, 'maps', 'a.json'), text)
      await assert.rejects(loadBoundaries(t.context(), folder), words)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
