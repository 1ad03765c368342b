import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveApart } from '#test/apart'
import { type CloneTest, cloneTest } from '#test/harness'
import { makePdf, makeSigner, readWish } from '#test/signers'
import { validateDocument } from '../verification/validate.ts'
import { requestSignature } from './actions.ts'
import { readKept } from './document.ts'

/** The page of a signer, at whichever process answers. */
const pageOf = (cookie: string) => async (url: string, path: string, body: URLSearchParams | object) => {
  const isForm = body instanceof URLSearchParams
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie, origin: url, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
  })
  const text = await answer.text()
  assert.ok(answer.status < 400, `${path}: ${answer.status} ${text.slice(0, 500)}`)
  return { place: answer.headers.get('location') ?? '', value: !isForm && text ? JSON.parse(text) : {} }
}

interface Standing {
  code: string
  state: string
  step: string
  item: string
  isUntouched: boolean
  entries: number
  currentSha256: string
}

const standingOf = (t: CloneTest): Promise<Standing[]> =>
  t.sql<Standing[]>`
    select r.code, r.state, s.state as step, i.state as item, r.document_sha256 = r.current_sha256 as is_untouched, r.current_sha256,
      (select count(*) from ledger.entry e where e.subject = 'signing-request:' || r.code and e.action = 'signing-request.signed') as entries
    from signing.request r join signing.step s on s.request = r.code join signing.session_item i on i.request = r.code
    order by i.place`

/** Each is unsigned or signed, as a whole, and everything that speaks of it says the same. */
async function countWhole(t: CloneTest): Promise<number> {
  let signed = 0
  for (const { code, state, step, item, isUntouched, entries, currentSha256 } of await standingOf(t)) {
    const pdf = await readKept(t.context(), currentSha256)
    const report = await validateDocument(t.context(), pdf)
    if (state === 'signed') {
      assert.deepEqual(
        { step, item, isUntouched, entries },
        { step: 'signed', item: 'signed', isUntouched: false, entries: 1 },
      )
      assert.deepEqual(
        [report.signatures.length, report.isWhole, report.signatures[0]?.isIntact],
        [1, true, true],
        code,
      )
      signed += 1
    } else {
      assert.deepEqual(
        { state, step, isUntouched, entries },
        { state: 'pending', step: 'current', isUntouched: true, entries: 0 },
      )
      assert.ok(['waiting', 'prepared'].includes(item), item)
      assert.equal(report.signatures.length, 0)
    }
  }
  return signed
}

cloneTest(
  'a program killed while it signs a batch leaves each document unsigned or signed whole; another goes on with the rest',
  async (t) => {
    const apart = serveApart(t)
    const codes: string[] = []
    for (let number = 0; number < 12; number += 1)
      codes.push(
        await requestSignature(t.context(), {
          title: `Công văn số ${number}`,
          pdf: { bytes: await makePdf(`so ${number}`), name: 'cong-van.pdf' },
          organisation: 'H32.VP',
          signers: [{ kind: 'person', account: 'lanhdao', organisation: 'H32' }],
        }),
      )
    const signer = await makeSigner('Nguyễn Văn Mẫu')
    const cookie = await t.signIn('lanhdao')
    const post = pageOf(cookie)
    const signaturesOf = (token: string) =>
      (readWish(token).items ?? []).map(({ sha256, digest }) => ({
        sha256,
        signature: signer.sign(Buffer.from(digest, 'hex')).toString('base64'),
      }))

    const wish = new URLSearchParams([...codes.map((code) => ['chon', code]), ['phuong-tien', 'helper']])
    const { url, kill } = await apart
    const { place: session } = await post(url, '/ky-so/phien', wish)
    await post(url, `${session}/chung-thu`, { chain: signer.chain })
    const sent = await post(url, `${session}/ke-tiep`, {})
    assert.equal(await countWhole(t), 0, 'what is prepared is not signed')

    const signatures = signaturesOf(sent.value.token)
    assert.equal(signatures.length, 10)
    // The fourth stops in its transaction, after its file and its step are written, before its entry in the ledger.
    await t.sql.begin(async (sql) => {
      const [held] = await sql`
        select id from worklist.item where capability = 'signing' and code = ${`${codes[3]}/1`} and closed_at is null for update`
      assert.ok(held)
      const sending = post(url, `${session}/chu-ky`, { signatures })
      const cut = assert.rejects(sending, TypeError)
      const isHeld = async () => (await t.sql`select 1 from pg_locks where not granted`).length > 0
      while (!(await isHeld())) await Promise.race([sleep(50), cut])
      await kill()
      await cut
    })
    assert.equal(await countWhole(t), 3)
    const page = await (await fetch(`${t.url}${session}`, { headers: { cookie } })).text()
    assert.match(page, /Đang ký/)
    assert.match(page, /3[^<]*12/)

    // The page sends once more what it has not heard of, to another process.
    await post(t.url, `${session}/chu-ky`, { signatures })
    assert.equal(await countWhole(t), 10)
    const rest = await post(t.url, `${session}/ke-tiep`, {})
    await post(t.url, `${session}/chu-ky`, { signatures: signaturesOf(rest.value.token) })
    await post(t.url, `${session}/chu-ky`, { signatures }).catch(() => undefined)
    assert.equal(await countWhole(t), 12)
    const done = await (await fetch(`${t.url}${session}`, { headers: { cookie } })).text()
    assert.match(done, /Đã ký xong/)
  },
  { timeoutMs: 240_000 },
)
