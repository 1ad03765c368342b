// Another machine holds its file, the public key and a token, and nothing else.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueToken } from '#identity'
import type { Config } from '#platform/config'
import { openPool, type Pool } from '#platform/sql'
import { type CloneTest, cloneTest } from '#test/harness'
import { appendEntry } from '../actions.ts'
import { openOwnSigner, readTrust } from '../places.ts'
import { sequenceLedger, signCheckpoint } from '../sequence.ts'
import { lockSequencer } from '../store.ts'
import { verifyLedger } from '../verify.ts'

const now = new Date('2026-11-23T03:00:00Z')

async function sign(pool: Pool, config: Config): Promise<void> {
  await sequenceLedger(pool)
  await signCheckpoint(pool, await openOwnSigner(config), { now })
}

/** An owner of the database with the key takes entries out, numbers the rest anew and signs it: sound in itself. */
async function rewrite(t: CloneTest, leftOut: string): Promise<void> {
  const owner = openPool(t.app.ownerUrl, { max: 1 })
  await owner.begin(async (sql) => {
    await lockSequencer(sql)
    await sql`set local session_replication_role = replica`
    await sql`delete from ledger.pending`
    await sql.unsafe(
      `delete from ledger.entry using ledger.leaf l where l.entry_id = entry.id and l.leaf_index ${leftOut}`,
    )
    await sql`insert into ledger.pending (entry_id) select id from ledger.entry left join ledger.leaf l on l.entry_id = id order by l.leaf_index`
    for (const table of ['leaf', 'subtree', 'checkpoint']) await sql.unsafe(`delete from ledger.${table}`)
  })
  await owner.end()
  await sign(t.app.pool, t.app.config)
}

async function add(t: CloneTest, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await appendEntry(t.context(), { action: 'record.landed', subject: `record:${n}` })
  await sign(t.app.pool, t.app.config)
}

cloneTest(
  'a witness on another machine notices over the interface that history was cut, rewritten or forked',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'tram-watch-'))
    try {
      await add(t, 3)
      const { token } = await issueToken(t.context(), {
        account: 'kiemtra',
        scopes: ['ledger:witness'],
        label: 'làm chứng',
      })
      const program = join(folder, 'witness.mjs')
      const asked = await fetch(`${t.url}/api/v1/ledger/witness.mjs`, { headers: { authorization: `Bearer ${token}` } })
      await writeFile(program, await asked.text())
      const { verifierKeys = [] } = await readTrust(t.app.config)
      const file = join(folder, 'kept.txt')
      const witness = (key = verifierKeys.at(-1) ?? '', TRAM_TOKEN = token) =>
        new Promise<{ code: unknown; words: string }>((resolve) => {
          const env = { PATH: process.env.PATH, TRAM_TOKEN }
          execFile(
            process.execPath,
            [program, t.url, '--key', key, '--file', file],
            { cwd: folder, env },
            (error, words) => resolve({ code: error?.code ?? 0, words }),
          )
        })
      const kept = () => readFile(file, 'utf8')

      assert.equal((await witness(undefined, 'another')).code, 2)
      assert.equal((await witness()).code, 0)
      const first = await kept()
      await add(t, 40)
      assert.equal((await witness()).code, 0)
      const grown = await kept()
      assert.notEqual(grown, first)
      assert.equal((await witness('khac.invalid/ledger+00000000+AAAA')).code, 1, 'another key is believed')

      const size = Number(grown.split('\n')[1])
      for (const [leftOut, more, expected] of [
        ['= 7', 30, /rewritten or forked/],
        // Entries of jobs may come between.
        [`>= ${size}`, 0, /another history of the same|rewritten or forked/],
        ['> 20', 0, /a tail was cut off/],
      ] as const) {
        await rewrite(t, leftOut)
        await add(t, more)
        assert.ok((await verifyLedger(t.sql, { verifierKeys })).ok, 'the ledger alone cannot know')
        const told = await witness()
        assert.equal(told.code, 1, told.words)
        assert.match(told.words, expected)
        assert.equal(await kept(), grown, 'what was seen stays')
      }
      assert.ok((await readdir(folder)).some((name) => name.endsWith('.refuted')))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
)
