import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { openLocator } from '#maps'
import { dbTest } from '#test/harness'
import { worldOf } from '../seed.ts'
import { Profile } from './profile.ts'
import { reportFiles } from './services.ts'

interface Told {
  dia_ban: string
  vi_do: number | null
  kinh_do: number | null
}

dbTest('reports of the demonstration lie in their own communes, gather, and are the same every time', async (t) => {
  const ctx = t.context()
  const text = await readFile(join(ctx.config.packDir, 'demo', 'profile.yaml'), 'utf8')
  const world = await worldOf(ctx, Profile.parse(parse(text)), 0.001)
  const read = (): Told[] =>
    [...reportFiles(world)].flatMap(({ bytes }) =>
      bytes
        .toString()
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Told),
    )
  const reports = read()
  const placed = reports.filter(({ vi_do }) => vi_do !== null)
  assert.ok(placed.length > reports.length * 0.75 && placed.length < reports.length, `${placed.length} of them`)
  const locate = await openLocator(ctx)
  const astray = placed.filter((one) => locate(one.kinh_do ?? 0, one.vi_do ?? 0) !== one.dia_ban)
  assert.deepEqual(astray, [])
  assert.deepEqual(read(), reports)
})
