import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '#platform/errors'
import { askingOf, askOthers, makePaper, pdfsig } from '#test/signed-papers'
import { openssl, startTrust } from '#test/trust'
import { addDocumentStamp, addValidationData } from '../trust/long-term.ts'
import { stampTimeOf } from '../trust/stamp.ts'
import { validateDocument } from '../verification/validate.ts'
import { completeSignature, prepareSignature, signPdf } from './sign.ts'

const skip = openssl.skip || pdfsig.skip
const refusedWith = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

test('two sign one after the other, with the time of an authority, and the tools of others find both right', {
  skip,
}, async () => {
  const trust = await startTrust()
  const ctx = askingOf(trust)
  const stampTime = stampTimeOf(ctx)
  assert.ok(stampTime)
  for (const streams of [false, true]) {
    const first = await signPdf({
      pdf: await makePaper({ streams }),
      means: trust.means('deputy'),
      at: ctx.now,
      reason: 'Ký nháy nội dung',
      appearance: {
        page: 0,
        box: { x: 300, y: 200, width: 200, height: 60 },
        lines: ['Ký bởi: Trần Đức Thử Nghiệm', 'Ưỡn Ẹo Đường'],
      },
      stampTime,
    })
    const both = await signPdf({ pdf: first, means: trust.means('seal'), at: ctx.now, stampTime })
    assert.deepEqual(both.subarray(0, first.length), first, 'the first save is still there byte for byte')
    assert.deepEqual(await askOthers(both, trust), { valid: 2, stamped: 2 })
    const report = await validateDocument(ctx, both)
    assert.deepEqual(
      report.signatures.map(({ signer, level, verdict, isIntact, coversWholeFile, timeFrom }) => ({
        name: signer?.name,
        level,
        verdict,
        isIntact,
        coversWholeFile,
        timeFrom,
      })),
      [
        {
          name: 'Trần Đức Thử Nghiệm',
          level: 'B-T',
          verdict: 'valid',
          isIntact: true,
          coversWholeFile: false,
          timeFrom: 'stamp',
        },
        {
          name: 'Sở Minh Họa',
          level: 'B-T',
          verdict: 'valid',
          isIntact: true,
          coversWholeFile: true,
          timeFrom: 'stamp',
        },
      ],
      JSON.stringify(report),
    )
    assert.equal(report.isWhole, true)
  }
})

test('what proves a signature later is put into the document, and stamped: B-LT, then B-LTA', { skip }, async () => {
  const trust = await startTrust()
  const ctx = askingOf(trust)
  const stampTime = stampTimeOf(ctx)
  assert.ok(stampTime)
  const signed = await signPdf({ pdf: await makePaper(), means: trust.means('person'), at: ctx.now, stampTime })
  const proved = await addValidationData(ctx, signed)
  // Later, when no authority can be asked.
  const alone = askingOf(trust, { pullHosts: [] })
  const [only] = (await validateDocument(alone, proved)).signatures
  assert.equal(only?.level, 'B-LT', JSON.stringify(only))
  assert.equal(only.verdict, 'valid')
  const sealed = await addDocumentStamp(ctx, proved)
  const report = await validateDocument(alone, sealed)
  assert.deepEqual(
    report.signatures.map(({ kind, level }) => [kind, level]),
    [
      ['signature', 'B-LTA'],
      ['time-stamp', undefined],
    ],
  )
  assert.equal(report.verdict, 'valid', JSON.stringify(report))
  assert.equal(report.isWhole, true)
  assert.equal((await askOthers(signed, trust)).stamped, 1)
})

test('a signature that arrives later, of another key or for another document, is refused', { skip }, async () => {
  const trust = await startTrust()
  const { chain, algorithm } = trust.means('person')
  const paper = await makePaper()
  const prepared = await prepareSignature({ pdf: paper, chain, algorithm, at: new Date() })
  // As it is kept between the steps.
  const state = JSON.parse(JSON.stringify(prepared.state))
  const right = await trust.means('person').sign(prepared.digest)
  const other = await trust.means('seal').sign(prepared.digest)
  await assert.rejects(
    completeSignature({ pdf: prepared.pdf, state, signature: other }),
    refusedWith('signing.wrong-signature'),
  )
  const changed = Buffer.from(prepared.pdf)
  changed[100] = (changed[100] ?? 0) ^ 1
  await assert.rejects(completeSignature({ pdf: changed, state, signature: right }), refusedWith('signing.changed'))
  const signed = await completeSignature({ pdf: prepared.pdf, state, signature: right })
  assert.equal((await validateDocument(askingOf(trust), signed)).signatures[0]?.level, 'B-B')
  await assert.rejects(
    prepareSignature({ pdf: Buffer.from('no paper'), chain, algorithm, at: new Date() }),
    refusedWith('signing.pdf-not-a-pdf'),
  )
})

test('a time stamp for another question, of an expired authority, refused or broken is not taken', {
  skip,
}, async () => {
  const trust = await startTrust()
  const stampTime = stampTimeOf(askingOf(trust))
  assert.ok(stampTime)
  const codes = {
    'wrong-nonce': 'wrong-nonce',
    'wrong-hash': 'wrong-hash',
    expired: 'expired',
    refused: 'refused',
    broken: 'malformed',
  }
  for (const [stampFault, code] of Object.entries(codes)) {
    await trust.behave({ stampFault })
    await assert.rejects(stampTime(Buffer.alloc(32, 7)), refusedWith(`signing.stamp-${code}`), stampFault)
  }
  await trust.behave({})
  const elsewhere = stampTimeOf(askingOf(trust, { pullHosts: ['tsa.example.vn'] }))
  await assert.rejects(Promise.resolve(elsewhere?.(Buffer.alloc(32, 7))), refusedWith('pull.host-refused'))
})

test('who is unknown, out of date or revoked is told, and by when', { skip }, async () => {
  const trust = await startTrust()
  const ctx = askingOf(trust)
  const stampTime = stampTimeOf(ctx)
  assert.ok(stampTime)
  const codesOf = async (pdf: Buffer) => {
    const { verdict, signatures } = await validateDocument(askingOf(trust), pdf)
    return [verdict, ...(signatures[0]?.findings.map(({ code }) => code) ?? [])]
  }
  const by = async (name: 'stranger' | 'expired' | 'deputy', stamped: boolean) =>
    signPdf({ pdf: await makePaper(), means: trust.means(name), at: ctx.now, ...(stamped ? { stampTime } : {}) })
  assert.deepEqual(await codesOf(await by('stranger', true)), ['warning', 'trust.unknown'])
  assert.deepEqual((await codesOf(await by('expired', true))).slice(0, 2), ['invalid', 'trust.expired'])
  const [before, bare] = [await by('deputy', true), await by('deputy', false)]
  // The authority tells whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await trust.revoke('deputy')
  assert.deepEqual(await codesOf(before), ['valid', 'trust.revoked-later'])
  assert.deepEqual(await codesOf(bare), ['invalid', 'trust.revoked'])
  assert.deepEqual(await codesOf(await by('deputy', true)), ['invalid', 'trust.revoked'])
})
