import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { create as makeQr } from 'qrcode'
import sharp from 'sharp'
import { letterHtml, printPdf } from '#files'
import { debianProgram } from '#test/debian'
import { type DbTest, dbTest } from '#test/harness'
import { begin, courierOf, makePdf, makeSigner, signAll } from '#test/signers'
import { makeFolder } from '#test/tokens'
import { openssl, withTrust } from '#test/trust'
import { findSignaturePlaces } from '../layout/decree.ts'
import { validateDocument } from '../verification/validate.ts'
import { requestSignature, type SignatureWish } from './actions.ts'
import { kindOf } from './block.ts'

const pdfToPpm = debianProgram('poppler-utils', ['/usr/bin/pdftoppm'])
const site = 'https://tram.example.vn'
const deputy = { kind: 'person', account: 'phochutich', organisation: 'H32' } as const
const leader = { kind: 'person', account: 'lanhdao', organisation: 'H32' } as const

const ask = (
  t: DbTest,
  wish: Pick<SignatureWish, 'title' | 'signers'> & { bytes: Buffer; publish?: { site: string } },
) =>
  requestSignature(t.context(), {
    title: wish.title,
    pdf: { bytes: wish.bytes, name: 'van-ban.pdf' },
    organisation: 'H32.VP',
    signers: wish.signers,
    ...(wish.publish ? { publish: wish.publish } : {}),
  })

interface Signer {
  chain: string[]
  sign(digest: Buffer): Uint8Array | Promise<Uint8Array>
}

async function sign(
  t: DbTest,
  { code, account, signer }: { code: string; account: string; signer: Signer },
): Promise<Buffer> {
  const session = await begin(t.as(account), [code])
  await courierOf(t.as(account), session)('chung-thu', { chain: signer.chain })
  assert.equal(await signAll(t.as(account), session, signer), 1, (await t.as(account).get(session)).body)
  return (await t.as(account).get(`/ky-so/${code}/tep`)).rawPayload
}

/** Boxes of the signatures on the page, in the order of the file. */
const boxesOf = (pdf: Buffer) =>
  [...pdf.toString('latin1').matchAll(/\/Rect\s*\[([^\]]+)\]/g)].map(([, numbers = '']) =>
    numbers.trim().split(/\s+/).map(Number),
  )

dbTest(
  'over a signature stands what the register lets its signer sign under; it stands over his name where the document bears it',
  async (t) => {
    const name = 'Trần Thị Ví Dụ'
    const signer = await makeSigner(name)
    const bare = await ask(t, { title: 'Công văn về việc mẫu', signers: [deputy], bytes: await makePdf('khong ten') })
    assert.deepEqual(
      boxesOf(await sign(t, { code: bare, account: 'phochutich', signer }))
        .at(-1)
        ?.slice(0, 2),
      [320, 60],
    )
    const page = (await t.as('phochutich').get(`/ky-so/${bare}`)).body
    assert.match(page, /TM\. ỦY BAN NHÂN DÂN, KT\. CHỦ TỊCH, PHÓ CHỦ TỊCH/)

    const letter = await printPdf(
      t.context(),
      letterHtml({
        agency: { name: 'Ủy ban nhân dân tỉnh Minh Họa' },
        number: '12/UBND',
        place: 'Minh Họa',
        dateOn: '2026-11-23',
        title: 'BÁO CÁO\nVề việc minh họa',
        addressees: ['Chính phủ'],
        paragraphs: ['Ủy ban nhân dân tỉnh báo cáo như sau.'],
        signer: { position: 'Phó Chủ tịch', name },
        recipients: ['Như trên'],
      }),
      { title: 'Báo cáo' },
    )
    const { person } = await findSignaturePlaces(letter, { signerName: name })
    const code = await ask(t, { title: 'Báo cáo mẫu', signers: [deputy], bytes: letter })
    const [x = 0, y = 0] = boxesOf(await sign(t, { code, account: 'phochutich', signer })).at(-1) ?? []
    assert.ok(Math.abs(x - person.x) < 0.1 && Math.abs(y - person.y) < 0.1, `${x} ${y}`)
    assert.equal(kindOf('Quyết định về việc mẫu'), 'quyet-dinh')
    assert.equal(kindOf('Về việc quyết định mẫu'), 'cong-van')
  },
)

/** Whether the picture at this place of the last page is this code. */
async function showsQr(pdf: Buffer, page: number, text: string): Promise<boolean> {
  const folder = await makeFolder()
  await writeFile(join(folder, 'a.pdf'), pdf)
  const options = ['-r', '288', '-f', `${page}`, '-l', `${page}`, '-png', '-singlefile', 'a.pdf', 'a']
  await promisify(execFile)(await pdfToPpm.find(), options, { cwd: folder })
  const { data, info } = await sharp(join(folder, 'a.png')).greyscale().raw().toBuffer({ resolveWithObject: true })
  const { modules } = makeQr(text, { errorCorrectionLevel: 'M' })
  const scale = 288 / 72
  const side = (130 * scale) / modules.size
  const [left, top] = [85 * scale, info.height - 630 * scale]
  for (let row = 0; row < modules.size; row += 1)
    for (let column = 0; column < modules.size; column += 1) {
      const at = Math.round(top + (row + 0.5) * side) * info.width + Math.round(left + (column + 0.5) * side)
      if ((data[at] ?? 255) < 128 !== Boolean(modules.get(row, column))) return false
    }
  return true
}

if (openssl.skip || pdfToPpm.skip)
  console.log(`A published document is not looked at: ${openssl.skip || pdfToPpm.skip}`)
else
  dbTest(
    'a document to be published bears its link and its QR code before it is signed; signed by all, it is opened by them, with what proves it later',
    (db) =>
      withTrust(db, async (t, trust) => {
        const title = 'Thông báo về việc công bố mẫu'
        const bytes = await makePdf('cong bo')
        const code = await ask(t, { title, signers: [leader], bytes, publish: { site } })
        const own = t.as('lanhdao')
        const unsigned = (await own.get(`/ky-so/${code}/tep`)).rawPayload
        const publicCode = /khi ký xong, mã ([0-9A-Z-]{14})/.exec((await own.get(`/ky-so/${code}`)).body)?.[1] ?? ''
        assert.ok(await showsQr(unsigned, 2, `${site}/vb/${publicCode}`))
        assert.equal((await t.visitor().get(`/vb/${publicCode}`)).statusCode, 404, 'not before it is signed')
        const { chain, sign: signDigest } = trust.means('leader')
        const signer = { chain: chain.map((one) => Buffer.from(one).toString('base64')), sign: signDigest }
        const signed = await sign(t, { code, account: 'lanhdao', signer })
        const later = t.at(new Date())
        const report = await validateDocument(later.context(), signed)
        assert.deepEqual([report.verdict, report.signatures[0]?.level], ['valid', 'B-LT'])
        const open = await later.visitor().get(`/vb/${publicCode}`)
        assert.equal(open.statusCode, 200)
        assert.match(open.body, /Thông báo về việc công bố mẫu/)
        assert.match(open.body, /Phần thêm sau chữ ký cuối là phần được phép thêm/)
        assert.match(open.body, /B-LT: có dấu thời gian và dữ liệu để kiểm tra lâu dài/)
        assert.deepEqual((await later.visitor().get(`/vb/${publicCode}/tep`)).rawPayload, signed)
        assert.ok(await showsQr(signed, 2, `${site}/vb/${publicCode}`))
        await assert.rejects(ask(t, { title, signers: [leader], bytes: signed, publish: { site } }), {
          code: 'signing-request.signed-before',
        })
      }),
  )
