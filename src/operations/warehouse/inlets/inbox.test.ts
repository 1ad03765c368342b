import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '#platform/context'
import { type DbTest, dbTest } from '#test/harness'
import { emptyInbox } from './inbox.ts'

const csv = 'tram,dia_ban,thoi_diem,pm25,pm10\nT1,22366,2026-11-20 08:00,12.5,30\nT1,22366,2026-11-20 09:00,abc,30\n'

async function withInbox(t: DbTest, work: (ctx: Context, folder: string) => Promise<void>): Promise<void> {
  const varDir = await mkdtemp(join(tmpdir(), 'tram-inbox-'))
  const ctx = { ...t.context(), config: { ...t.context().config, varDir } }
  const folder = join(varDir, 'inbox', 'air-stations')
  await mkdir(folder, { recursive: true })
  await work(ctx, folder).finally(() => rm(varDir, { recursive: true }))
}

async function drop(folder: string, name: string, text: string, ageSeconds = 60): Promise<void> {
  await writeFile(join(folder, name), text)
  const at = new Date(Date.now() - ageSeconds * 1000)
  await utimes(join(folder, name), at, at)
}

dbTest('a whole file is taken in and moved, with its counts beside it', async (t) => {
  await withInbox(t, async (ctx, folder) => {
    await drop(folder, 'ngay 20.csv', csv)
    assert.equal(await emptyInbox(ctx), 1)
    assert.deepEqual(await readdir(folder), ['done'])
    const [file = '', words = ''] = (await readdir(join(folder, 'done'))).sort()
    assert.match(file, /-ngay 20\.csv$/)
    assert.equal(await readFile(join(folder, 'done', file), 'utf8'), csv)
    assert.match(await readFile(join(folder, 'done', words), 'utf8'), /Đã nhận 2 bản ghi.*\n.*Ghi mới: 1.*Chờ sửa: 1/)
    const [landing] = await t.sql`select channel, file_name, state from warehouse.landing where source = 'air-stations'`
    assert.deepEqual(landing, { channel: 'folder', fileName: 'ngay 20.csv', state: 'done' })
  })
})

dbTest('a file that still comes is left alone', async (t) => {
  await withInbox(t, async (ctx, folder) => {
    await drop(folder, 'moi.csv', csv, 1)
    await drop(folder, 'dang-chep.csv.part', csv)
    await drop(folder, '.an.csv', csv)
    assert.equal(await emptyInbox(ctx), 0)
    assert.deepEqual((await readdir(folder)).sort(), ['.an.csv', 'dang-chep.csv.part', 'moi.csv'])
  })
})

dbTest('what cannot be taken is put aside with the reason', async (t) => {
  await withInbox(t, async (ctx, folder) => {
    await drop(folder, 'thieu-cot.csv', 'a,b\n1,2\n')
    await drop(folder, 'trong.csv', '')
    await drop(folder, 'a\u202evsc.csv', csv)
    await drop(folder, '..\\..\\x.csv', csv)
    await symlink('/etc/hostname', join(folder, 'lien-ket.csv'))
    const unknown = join(folder, '..', 'khong-co')
    await mkdir(unknown)
    await drop(unknown, 'x.csv', csv)
    // A link has the time of its making.
    await emptyInbox(ctx, { restMs: 0 })
    assert.deepEqual(await readdir(folder), ['refused'])
    const words: Record<string, string> = {}
    for (const name of await readdir(join(folder, 'refused')))
      if (name.endsWith('.txt')) words[name.slice(16)] = await readFile(join(folder, 'refused', name), 'utf8')
    assert.equal(Object.keys(words).length, 5)
    assert.match(words['trong.csv.txt'] ?? '', /trống/)
    assert.match(words['lien-ket.csv.txt'] ?? '', /liên kết/)
    assert.match(words['thieu-cot.csv.txt'] ?? '', /cột/)
    assert.match(words['a_vsc.csv.txt'] ?? '', /ký tự không được phép/)
    assert.equal((await readdir(join(unknown, 'refused'))).length, 2)
    const [count] = await t.sql`select count(*)::int as n from warehouse.record where source = 'air-stations'`
    assert.equal(count?.n, 0)
  })
})

dbTest('a file taken in before a crash could move it is not taken in twice', async (t) => {
  await withInbox(t, async (ctx, folder) => {
    await drop(folder, 'a.csv', csv, 60)
    await emptyInbox(ctx)
    const [moved = ''] = (await readdir(join(folder, 'done'))).filter((name) => name.endsWith('.csv'))
    await rename(join(folder, 'done', moved), join(folder, 'a.csv'))
    await emptyInbox(ctx)
    const [count] = await t.sql`select count(*)::int as n from warehouse.landing where source = 'air-stations'`
    assert.equal(count?.n, 1)
    assert.equal((await readdir(join(folder, 'done'))).filter((name) => name.endsWith('.csv')).length, 1)
  })
})

dbTest('a refused file that is put back is looked at again', async (t) => {
  await withInbox(t, async (ctx, folder) => {
    await drop(folder, 'a.csv', 'a,b\n1,2\n')
    await emptyInbox(ctx)
    const [moved = ''] = (await readdir(join(folder, 'refused'))).filter((name) => name.endsWith('.csv'))
    await rename(join(folder, 'refused', moved), join(folder, 'a.csv'))
    assert.equal(await emptyInbox(ctx), 1)
    assert.equal((await readdir(join(folder, 'refused'))).filter((name) => name.endsWith('.csv')).length, 1)
  })
})
