import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { dbTest } from '#test/harness'
import { ring } from '#test/queue'
import { makePaper } from '#test/signed-papers'
import { begin, courierOf, makePdf } from '#test/signers'
import { openssl, withTrust } from '#test/trust'
import { signPdf } from '../pades/sign.ts'
import { requestSignature } from '../requests/actions.ts'
import { stampTimeOf } from '../trust/stamp.ts'
import { validateDocument } from '../verification/validate.ts'

if (openssl.skip) console.log(`Revocation is not asked about: ${openssl.skip}`)
else
  dbTest(
    'the register hears of a revocation by OCSP, or by the list when OCSP is silent; nothing is signed from then on, and what was stamped before stays valid',
    (db) =>
      withTrust(db, async (t, trust) => {
        const code = await requestSignature(t.context(), {
          title: 'Công văn mẫu',
          pdf: { bytes: await makePdf('bi thu hoi'), name: 'a.pdf' },
          organisation: 'H32.VP',
          signers: [{ kind: 'person', account: 'lanhdao', organisation: 'H32' }],
        })
        const show = async (name: 'leaver' | 'mover', asker = t.as('lanhdao')) => {
          const call = courierOf(asker, await begin(asker, [code]))
          return call('chung-thu', { chain: trust.means(name).chain.map((one) => Buffer.from(one).toString('base64')) })
        }
        const stampTime = stampTimeOf(t.context())
        assert.ok(stampTime)
        for (const [name, standing] of [
          ['leaver', 'up'],
          ['mover', 'lists'],
        ] as const) {
          await trust.behave({ standing })
          assert.equal((await show(name)).status, 200)
          await ring(t, 'signing.check-revocations')
          assert.equal((await show(name)).status, 200, 'its authority says that it is good')
          const signed = await signPdf({ pdf: await makePaper(), means: trust.means(name), at: new Date(), stampTime })
          // The authority tells whole seconds.
          await sleep(1100)
          await trust.revoke(name)
          const later = t.at(new Date(Date.now() + 7 * 3_600_000))
          await ring(later, 'signing.check-revocations')
          const refused = await show(name, later.as('lanhdao'))
          assert.deepEqual([refused.status, refused.value.code], [422, 'certificate.revoked'])
          const [row] = await t.sql<{ id: number; checkFault: string | null }[]>`
            select id, check_fault from signing.certificate where revoked_at is not null order by id desc limit 1`
          assert.equal(row?.checkFault, null)
          const page = await later.as('quantri').get(`/quan-tri/chung-thu-so/${row?.id}`)
          assert.match(page.body, /Đã thu hồi/)
          assert.match(page.body, /tổ chức chứng thực đã thu hồi/)
          const report = await validateDocument({ ...t.context(), now: new Date() }, signed)
          assert.equal(report.verdict, 'valid')
          assert.ok(report.signatures[0]?.findings.some(({ code }) => code === 'trust.revoked-later'))
        }
        const told = await t.sql`
          select 1 from notifications.notice where code = 'certificate.revoked' and account = 'lanhdao'`
        assert.equal(told.length, 2)
      }),
  )
