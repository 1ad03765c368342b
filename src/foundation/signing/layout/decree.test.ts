import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { letterHtml, printPdf } from '#files'
import { Problem } from '#platform/errors'
import { attachmentAppearance, findSignaturePlaces, requireSignedByPerson, signPdf, validateDocument } from '#signing'
import { dbTest } from '#test/harness'
import { askingOf, makePaper } from '#test/signed-papers'
import { openssl, startTrust } from '#test/trust'
import { placesOver } from './decree.ts'

const signerName = 'Nguyễn Thị Ví Dụ'
const picture = (markup: string, width: number, height: number) =>
  sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${markup}</svg>`))
    .png()
    .toBuffer()
const signatureImage = () =>
  picture(
    '<path d="M10 100 C80 0 90 190 150 90 S230 20 390 110" stroke="#1533a0" stroke-width="7" fill="none"/>',
    400,
    200,
  )
const sealImage = () =>
  picture(
    '<circle cx="200" cy="200" r="190" stroke="#d1001c" stroke-width="12" fill="none"/><circle cx="200" cy="200" r="120" stroke="#d1001c" stroke-width="5" fill="none"/>',
    400,
    400,
  )

const refusedWith = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

test('the seal has its real size and covers a third of the signature on its left', async () => {
  const name = { x: 300, y: 200, width: 100, height: 14 }
  for (const image of [undefined, await signatureImage()]) {
    const { person, seal } = placesOver(name, image ? { signatureImage: image } : {})
    assert.ok(Math.abs(seal.width - 102.05) < 0.1, 'thirty-six millimetres')
    assert.ok(Math.abs((seal.x + seal.width - person.x) / person.width - 1 / 3) < 0.001)
    assert.ok(Math.abs(person.x + person.width / 2 - 350) < 0.001, 'over the middle of the name')
    assert.ok(person.y > name.y + name.height)
  }
})

dbTest(
  'a letter is signed by the person over his name, then by the agency with its seal; never the other way',
  async (t) => {
    if (openssl.skip) return
    const trust = await startTrust()
    const ctx = { ...t.context(), ...askingOf(trust) }
    const html = letterHtml({
      agency: { above: 'Ủy ban nhân dân tỉnh Minh Họa', name: 'Sở Minh Họa' },
      number: '12/SMH-VP',
      place: 'Minh Họa',
      dateOn: '2026-11-30',
      title: 'BÁO CÁO\nVề việc minh họa',
      addressees: ['Ủy ban nhân dân tỉnh'],
      paragraphs: [`Bà ${signerName} chủ trì. Sở Minh Họa báo cáo kết quả như sau.`],
      signer: { position: 'Giám đốc', name: signerName },
      recipients: ['Như trên', 'Lưu: VT'],
    })
    const letter = await printPdf(t.context(), html, { title: 'Báo cáo' })
    const image = await signatureImage()
    const { page, person, seal } = await findSignaturePlaces(letter, { signerName, signatureImage: image })
    assert.ok(person.x > 300 && person.y < 600, 'at the foot, not where the text names her')
    await assert.rejects(findSignaturePlaces(letter, { signerName: 'Không Có Ai' }), refusedWith('signing.no-place'))
    const check = async (pdf: Buffer) => requireSignedByPerson(await validateDocument(ctx, pdf))
    await assert.rejects(check(letter), refusedWith('signing.person-first'))
    const first = await signPdf({
      pdf: letter,
      means: trust.means('person'),
      at: ctx.now,
      appearance: { page, box: person, image },
    })
    await check(first)
    await assert.rejects(check(Buffer.concat([first, Buffer.from('\n\n')])), refusedWith('signing.not-whole'))
    const both = await signPdf({
      pdf: first,
      means: trust.means('seal'),
      at: ctx.now,
      appearance: { page, box: seal, image: await sealImage() },
    })
    const report = await validateDocument(ctx, both)
    assert.deepEqual(
      report.signatures.map(({ signer, isIntact }) => [signer?.name, isIntact]),
      [
        [signerName, true],
        ['Sở Minh Họa', true],
      ],
    )
    const attachment = await makePaper()
    const appearance = await attachmentAppearance(attachment, {
      number: '12/SMH-VP',
      at: new Date('2026-11-30T08:51:00Z'),
    })
    assert.deepEqual(appearance.lines, ['12/SMH-VP', '2026-11-30T15:51:00+07:00'])
    const apart = await signPdf({ pdf: attachment, means: trust.means('seal'), at: ctx.now, appearance })
    assert.equal((await validateDocument(ctx, apart)).isWhole, true)
  },
)
