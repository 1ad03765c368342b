import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Apart, serveApart, workApart } from '#test/apart'
import { type CloneTest, cloneTest } from '#test/harness'
import { makePdf, makeSigner, readWish } from '#test/signers'
import { makeAuthority, makeFolder, makeToken, noTokens } from '#test/tokens'
import { keyName, setSeal } from '../means/seals.ts'
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
  position: number
  state: string
  /** Of each document that a session holds: what the session says. */
  item: string
  entries: number
  resultSha256: string | null
  currentSha256: string
}

const standingOf = (t: CloneTest, kind: 'person' | 'seal'): Promise<Standing[]> =>
  t.sql<Standing[]>`
    select s.request as code, s.position, s.state, i.state as item, s.result_sha256, r.current_sha256,
      (select count(*) from ledger.entry e where e.subject = 'signing-request:' || s.request
        and e.action = 'signing-request.signed') as entries
    from signing.step s join signing.request r on r.code = s.request
      join signing.session_item i on i.request = s.request and i.position = s.position
    where s.kind = ${kind} order by i.place`

/** Each is unsigned or signed, as a whole, and everything that speaks of it says the same. */
async function countWhole(t: CloneTest, kind: 'person' | 'seal' = 'person'): Promise<number> {
  let signed = 0
  for (const { code, position, state, item, entries, resultSha256, currentSha256 } of await standingOf(t, kind)) {
    const report = await validateDocument(t.context(), await readKept(t.context(), currentSha256))
    const done = state === 'signed' ? position : position - 1
    assert.deepEqual([entries, report.signatures.length], [done, done], code)
    assert.ok(report.signatures.every(({ isIntact }) => isIntact) && (done === 0 || report.isWhole), code)
    if (state === 'signed') {
      assert.deepEqual([item, resultSha256], ['signed', currentSha256], code)
      signed += 1
    } else {
      assert.deepEqual([state, resultSha256], ['current', null], code)
      assert.ok(['waiting', 'prepared'].includes(item), item)
    }
  }
  return signed
}

/** Kills a process when it waits for the item of work of this signature, within the transaction that signs. */
async function killAt(t: CloneTest, item: string, { kill, work }: { kill(): Promise<void>; work(): Promise<unknown> }) {
  await t.sql.begin(async (sql) => {
    const [held] = await sql`
      select id from worklist.item where capability = 'signing' and code = ${item} and closed_at is null for update`
    assert.ok(held)
    const cut = work()
    const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
    const listHeld = () => t.sql`
      select from pg_locks where not granted and ${own?.pid ?? 0}::int = any(pg_blocking_pids(pid))`
    while ((await listHeld()).length === 0) await Promise.race([sleep(50), cut.then(() => sleep(50))])
    await kill()
    await cut
  })
}

const agency = 'H32.VP'
const sealed = 3

/** The agency's seal on a token of this machine; what another process needs to reach it. */
async function makeSeal(t: CloneTest): Promise<NodeJS.ProcessEnv> {
  const folder = await makeFolder()
  const key = await (await makeAuthority(folder)).issue('agency', '/C=VN/CN=Văn phòng (minh họa)', { kind: 'ec' })
  const hsm = await makeToken(folder, 'HSM Mẫu', [{ id: 'c3', ...key }])
  process.env.SOFTHSM2_CONF = hsm.environment.SOFTHSM2_CONF
  Object.assign(t.app.config.signing, { modules: [hsm.module], tool: hsm.tool })
  const name = keyName({ module: hsm.module, token: 'HSM Mẫu', id: 'c3' })
  await setSeal(t.context(), { organisation: agency, key: name, pin: hsm.pin })
  return { PKCS11_MODULES: hsm.module, PKCS11_TOOL: hsm.tool, SOFTHSM2_CONF: hsm.environment.SOFTHSM2_CONF }
}

async function askForAll(t: CloneTest): Promise<string[]> {
  const codes: string[] = []
  for (let number = 0; number < 12; number += 1)
    codes.push(
      await requestSignature(t.context(), {
        title: `Công văn số ${number}`,
        pdf: { bytes: await makePdf(`so ${number}`), name: 'cong-van.pdf' },
        organisation: agency,
        signers: [
          { kind: 'person', account: 'lanhdao', organisation: 'H32' },
          ...(number < sealed && !noTokens ? [{ kind: 'seal' as const, organisation: agency }] : []),
        ],
      }),
    )
  return codes
}

const wishFor = (codes: readonly string[], means: string) =>
  new URLSearchParams([...codes.map((code) => ['chon', code]), ['phuong-tien', means]])

cloneTest(
  'a server killed while a batch is signed, then a process of jobs while it is sealed, leave each document unsigned or signed whole; others go on with the rest',
  async (t) => {
    const server = serveApart(t)
    const worker = noTokens ? undefined : makeSeal(t).then((settings) => workApart(t, settings))
    const codes = await askForAll(t)
    const signer = await makeSigner('Nguyễn Văn Mẫu')
    const post = pageOf(await t.signIn('lanhdao'))
    const read = async (path: string) =>
      (await fetch(`${t.url}${path}`, { headers: { cookie: await t.signIn('lanhdao') } })).text()
    const signaturesOf = (token: string) =>
      (readWish(token).items ?? []).map(({ sha256, digest }) => ({
        sha256,
        signature: signer.sign(Buffer.from(digest, 'hex')).toString('base64'),
      }))

    const { url, kill } = await server
    const { place: session } = await post(url, '/ky-so/phien', wishFor(codes, 'helper'))
    await post(url, `${session}/chung-thu`, { chain: signer.chain })
    const sent = await post(url, `${session}/ke-tiep`, {})
    assert.equal(await countWhole(t), 0, 'what is prepared is not signed')

    const signatures = signaturesOf(sent.value.token)
    assert.equal(signatures.length, 10)
    // The fourth stops in its transaction, after its file and its step are written, before its entry in the ledger.
    const work = () => assert.rejects(post(url, `${session}/chu-ky`, { signatures }), TypeError)
    await killAt(t, `${codes[3]}/1`, { kill, work })
    assert.equal(await countWhole(t), 3)
    const page = await read(session)
    assert.match(page, /Đang ký/)
    assert.match(page, /3[^<]*12/)

    // The page sends once more what it has not heard of, to another process.
    await post(t.url, `${session}/chu-ky`, { signatures })
    assert.equal(await countWhole(t), 10)
    const rest = await post(t.url, `${session}/ke-tiep`, {})
    await post(t.url, `${session}/chu-ky`, { signatures: signaturesOf(rest.value.token) })
    await post(t.url, `${session}/chu-ky`, { signatures }).catch(() => undefined)
    assert.equal(await countWhole(t), 12)
    assert.match(await read(session), /Đã ký xong/)
    if (worker) await killWhileSealing(t, codes.slice(0, sealed), await worker)
  },
  { timeoutMs: 120_000, withoutJobs: true },
)

async function killWhileSealing(t: CloneTest, codes: readonly string[], { kill }: Apart): Promise<void> {
  const cookie = await t.signIn('vanphong')
  const killed = { kill, work: () => pageOf(cookie)(t.url, '/ky-so/phien', wishFor(codes, 'seal')) }
  await killAt(t, `${codes[1]}/2`, killed)
  assert.equal(await countWhole(t, 'seal'), 1)
  // Another process of jobs takes up what the dead one had taken.
  await t.startWork()
  while ((await countWhole(t, 'seal')) < sealed) await sleep(200)
  const listRunning = () => t.sql`select from signing.session where means = 'seal' and state = 'running'`
  while ((await listRunning()).length > 0) await sleep(100)
}
