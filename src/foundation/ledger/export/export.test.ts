// What is taken away is checked as a stranger would: unpacked, and given to a program that shares no code with ours.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { appendBatch, appendEntries, appendEntry, destroyKey } from '../actions.ts'
import { readTrust } from '../places.ts'
import { sequenceLedger } from '../sequence.ts'

const run = promisify(execFile)

async function unpack(zip: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tram-evidence-'))
  for (const [name, bytes] of Object.entries(unzipSync(zip))) await writeFile(join(folder, name), bytes)
  return folder
}

/** What the checker in the folder says, and whether it was content. */
async function check(folder: string, ...key: string[]): Promise<{ ok: boolean; words: string }> {
  try {
    const { stdout } = await run(process.execPath, [join(folder, 'kiem-tra.mjs'), folder, ...key])
    return { ok: true, words: stdout }
  } catch (error) {
    return { ok: false, words: String((error as { stdout?: string }).stdout) }
  }
}

async function fill(t: DbTest): Promise<void> {
  await appendEntries(
    t.context(),
    Array.from({ length: 700 }, (_, n) => ({
      action: 'record.landed',
      subject: `record:${n}`,
      body: { n, '\u2028': 'ư' },
    })),
  )
  await appendBatch(
    t.context(),
    { action: 'landing.landed', subject: 'source:S1' },
    Array.from({ length: 1500 }, (_, n) => n),
  )
  for (const person of ['person:P1', 'person:P2'])
    await appendEntry(t.context(), {
      action: 'record.personal-viewed',
      subject: person,
      purpose: 'Giải quyết hồ sơ H32-0001',
      body: { name: 'Người Thử Nghiệm' },
      sealUnder: person,
    })
  await destroyKey(t.context(), 'person:P1', 'thử')
  await sequenceLedger(t.sql)
}

dbTest('an export is checked offline by a stranger, and one changed character of any file is found', async (t) => {
  await fill(t)
  const auditor = t.as('kiem-toan', 'ledger:read')
  const asked = await auditor.submit('/nhat-ky/xuat', { lyDo: 'Cung cấp cho đoàn kiểm tra', moNoiDung: '1' })
  assert.equal(asked.statusCode, 200, asked.body.slice(0, 500))
  const folder = await unpack(asked.rawPayload)
  try {
    const key = (await readTrust(t.context().config)).verifierKeys?.at(-1) ?? ''
    const told = await check(folder, key)
    assert.ok(told.ok, told.words)
    assert.match(told.words, /1 nội dung đã hủy khóa/)
    const entries = (await readFile(join(folder, 'entries.jsonl'), 'utf8')).split('\n')
    assert.ok(entries.length > 700 && !entries.join().includes('Thử Nghiệm'), 'sealed bodies stay sealed there')
    assert.match(await readFile(join(folder, 'bodies.jsonl'), 'utf8'), /Người Thử Nghiệm/)
    assert.equal((await check(folder, key.replace(/^[^+]+/, 'another.invalid/ledger'))).ok, false)
    for (const name of Object.keys(unzipSync(asked.rawPayload)).filter((one) => one !== 'kiem-tra.mjs')) {
      const text = await readFile(join(folder, name), 'utf8')
      const at = Math.floor(text.length / 2)
      await writeFile(join(folder, name), `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`)
      assert.equal((await check(folder, key)).ok, false, name)
      await writeFile(join(folder, name), text)
    }
    assert.ok((await check(folder, key)).ok)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

dbTest('a checker that believes no manifest finds a forged entry by the tree alone', async (t) => {
  await fill(t)
  const url = '/api/v1/ledger/export?subject=record:*&reason=Th%E1%BB%AD%20nghi%E1%BB%87m'
  const folder = await unpack((await t.as('kiem-toan', 'ledger:read').get(url)).rawPayload)
  try {
    const path = join(folder, 'entries.jsonl')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('record:7\\"', 'record:8\\"'))
    const { ok, words } = await check(folder)
    assert.ok(!ok && /does not lead to the signed root/.test(words), words)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

dbTest('one entry goes out with its proof; an export says why, stays within reach, and is written down', async (t) => {
  const id = await appendEntry(t.context(makeActor('can-bo-thu', {}, 'X01')), {
    action: 'source.landed',
    subject: 'source:S1',
  })
  const far = await appendEntry(t.context(makeActor('can-bo-khac', {}, 'X02')), {
    action: 'source.landed',
    subject: 'source:S2',
  })
  const auditor = t.as(makeActor('kiem-toan', { 'ledger:read': ['X01'] }))
  const one = await auditor.get(`/api/v1/ledger/entries/${id}/bundle`)
  const folder = await unpack(one.rawPayload)
  const told = await check(folder)
  await rm(folder, { recursive: true, force: true })
  assert.ok(told.ok && /^.*\n?1 bản ghi/.test(told.words), told.words)
  assert.equal((await auditor.get(`/api/v1/ledger/entries/${far}/bundle`)).statusCode, 404)
  const silent = await auditor.submit('/nhat-ky/xuat', { lyDo: '' })
  assert.equal(silent.statusCode, 422)
  const { rawPayload } = await auditor.submit('/nhat-ky/xuat', { lyDo: 'Thử phạm vi' })
  const text = Buffer.from(unzipSync(rawPayload)['entries.jsonl'] ?? []).toString()
  assert.ok(text.includes('source:S1') && !text.includes('source:S2'))
  const list = await t.as('kiem-toan', 'ledger:read').get('/nhat-ky?hanhDong=ledger.exported')
  assert.match(list.body, /Xuất kèm bằng chứng/)
  assert.equal((await t.as('can-bo-thu', 'source:read').get('/nhat-ky/xuat')).statusCode, 403)
})
