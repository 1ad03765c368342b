import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UsageFault } from '#platform/capability'
import { Problem } from '#platform/errors'
import { openPool } from '#platform/sql'
import { type CloneTest, cloneTest } from '#test/harness'
import { makeVerifyCommand } from './commands.ts'
import { ledgerJobs } from './jobs.ts'
import { witnessPath } from './places.ts'
import { LedgerBroken } from './sequence.ts'
import type { Verification } from './verify.ts'

/** As `tram verify` with these options; the findings where it ends in a complaint. */
async function verify(t: CloneTest, options: Record<string, string | boolean> = {}) {
  const input = { positionals: [], options, progress: () => {}, print: async () => {} }
  const abilities = { runJobs: async () => {}, loadPack: async () => {} }
  try {
    return (await makeVerifyCommand(() => []).run(t.context(), { ...input, ...abilities })) as Verification
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.facts as unknown as Verification
  }
}

/** The headline of the alert of such a fault, once it is there and goes on, or is over. */
async function alertOf({ sql }: CloneTest, what: string, isOver: boolean): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const [alert] = await sql<{ headline: string }[]>`
      select headline from alerts.alert where labels ->> 'what' = ${what} and (ended_at is not null) = ${isOver}`
    if (alert) return alert.headline
    await sleep(50)
  }
  throw new Error(`no alert of ${what}`)
}

const runJob = (t: CloneTest, name: string) => {
  const job = ledgerJobs(() => []).find((one) => one.name === name)
  assert.ok(job)
  return job.run(t.context(), {})
}

/** What only the owner of the database can do, with every guard put out of order. */
async function tamper(t: CloneTest, statement: string): Promise<void> {
  const owner = openPool(t.app.ownerUrl, { max: 1 })
  await owner.begin(async (sql) => {
    await sql`set local session_replication_role = replica`
    await sql.unsafe(statement)
  })
  await owner.end()
}

cloneTest('the command names the row that was changed, although nothing more can be signed on top of it', async (t) => {
  const cookie = await t.signIn('kiemtra')
  t.app.config.varDir = await mkdtemp(join(tmpdir(), 'tram-verify-'))
  try {
    const sound = await verify(t)
    assert.ok(sound.ok && sound.entries > 5 && sound.signed === sound.entries)
    const kept = join(t.app.config.varDir, 'kept-elsewhere.txt')
    await copyFile(witnessPath(t.app.config), kept)

    await tamper(t, "update ledger.leaf set hash = sha256('another') where leaf_index = 3")
    const { findings } = await verify(t)
    assert.deepEqual(
      findings.map(({ code, leafIndex }) => [code, leafIndex]),
      [['leaf.changed', 3]],
    )

    assert.match(await alertOf(t, 'verification', false), /không còn khớp với những gì đã ký/)
    await assert.rejects(runJob(t, 'ledger.sign'), LedgerBroken)
    await alertOf(t, 'signing', false)
    const page = async () => (await fetch(`${t.url}/nhat-ky`, { headers: { cookie } })).text()
    assert.match(await page(), /không được ký tiếp/)

    await tamper(t, 'delete from ledger.checkpoint')
    await tamper(t, 'delete from ledger.entry using ledger.leaf where entry_id = id and leaf_index > 1')
    await tamper(t, 'delete from ledger.leaf where leaf_index > 1')
    await rm(witnessPath(t.app.config))
    assert.ok((await verify(t)).ok, 'with the witness gone, the database alone cannot know')
    await alertOf(t, 'verification', true)
    await alertOf(t, 'signing', true)
    assert.doesNotMatch(await page(), /không được ký tiếp|không còn khớp với những gì đã ký/)
    const codes = (await verify(t, { witness: kept })).findings.map(({ code }) => code)
    assert.deepEqual(codes, ['witness.beyond'], 'a copy of the checkpoint in another place does')
    await assert.rejects(verify(t, { witness: `${kept}.no` }), UsageFault)
  } finally {
    await rm(t.app.config.varDir, { recursive: true, force: true })
  }
})
