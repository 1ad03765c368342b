import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigFault } from '#platform/config'
import { dbTest } from '#test/harness'
import { checkKeys, renewKeys } from './keys.ts'

dbTest('keys sealed under another file stop the start in words; new ones are made by a command', async (t) => {
  const ctx = t.context()
  const kids = async () => (await t.sql<{ kid: string }[]>`select kid from identity.signing_key`).map(({ kid }) => kid)
  await checkKeys(ctx)
  const before = await kids()
  assert.ok(before.length > 0)
  const varDir = await mkdtemp(join(tmpdir(), 'tram-keys-'))
  try {
    await assert.rejects(
      checkKeys({ ...ctx, config: { ...ctx.config, varDir } }),
      (fault) => fault instanceof ConfigFault && /provider-key.*renew-keys/s.test(fault.message),
    )
  } finally {
    await rm(varDir, { recursive: true })
  }
  await renewKeys(ctx)
  const after = await kids()
  assert.equal(after.length, before.length)
  assert.ok(!after.some((kid) => before.includes(kid)))
  await checkKeys(ctx)
  const removed = await t.sql<{ subject: string }[]>`
    select subject from ledger.entry where action = 'signing-key.removed'`
  assert.deepEqual(removed.map(({ subject }) => subject.slice('signing-key:'.length)).sort(), before.sort())
  await t.visitor().signIn({ account: 'lanhdao', password: 'tram-huong-2026' })
})
