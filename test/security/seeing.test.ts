/**
 * "Who may see this": what the cards of the capabilities tell auditors of a thing is what its page answers, person by person. And what
 * auditors ask stands in the ledger.
 */
import assert from 'node:assert/strict'
import { raiseAlert } from '#alerts'
import { listEntries } from '#ledger'
import { requestSignature } from '#signing'
import { type DbTest, dbTest, makeActor, testNow } from '#test/harness'
import { capabilities } from '../../src/app.ts'
import { auditAccess } from '../../src/foundation/identity/access/audit.ts'
import { findNamed, findSeers } from '../../src/foundation/identity/access/seeing.ts'
import { communeA, fillSamples } from '../samples.ts'
import { makePdf } from '../signers.ts'

const today = '2026-11-23'
const askable = {
  guards: () => capabilities.flatMap(({ guards = [] }) => guards),
  routes: () => capabilities.flatMap(({ routes = [] }) => routes),
}

/** Each of another role or place. */
const people = [
  'lanhdao',
  'trucban',
  'kiemtra',
  'quantri',
  'dulieu-nhatrang',
  'canbo-nhatrang',
  'motcua-nhatrang',
  'giamdoc-khcn',
]

/** One or two addresses of each kind, and the code that the ledger knows the thing by. */
async function listThings({ sql }: DbTest): Promise<{ address: string; code: string }[]> {
  const rows = await sql<{ address: string; code: string }[]>`
    (select distinct on (r.organisation) '/ban-ghi/' || r.record_id as address, 'record:' || k.source || '/' || k.key as code
      from warehouse.citizen_report r join warehouse.record k on k.id = r.record_id order by r.organisation, r.record_id limit 1)
    union all (select '/nguon/' || code, 'source:' || code from warehouse.source order by code limit 1)
    union all (select '/nguon/' || source || '/dot/' || id, 'landing:' || id from warehouse.landing order by id limit 1)
    union all (select '/cach-ly/' || id, 'quarantine:' || id from warehouse.quarantine order by id limit 1)
    union all (select '/nhiem-vu/' || code, 'directive:' || code from directives.part order by code limit 2)
    union all (select '/canh-bao/' || code, 'alert:' || code from alerts.alert order by code limit 1)
    union all (select '/tinh-huong/' || code, 'incident:' || code from incidents.incident order by code limit 1)
    union all (select '/danh-muc-du-an/' || code, 'project:' || code from portfolio.project order by code limit 1)
    union all (select '/ky-so/' || code, 'signing-request:' || code from signing.request order by code limit 1)
    union all (select '/so-lieu/' || max(id), 'fact:' || max(id) from indicators.fact where organisation in ('H32.22366', 'H32')
      group by organisation)
    union all (select '/quan-tri/tai-khoan/motcua-nhatrang', 'account:motcua-nhatrang')
    union all (select '/nhat-ky/' || id, 'entry:' || id from ledger.entry order by id desc limit 1)`
  return [...rows]
}

dbTest('who may see a thing is told as its own page answers, person by person', async (t) => {
  const ctx = t.context()
  await fillSamples(ctx)
  await raiseAlert(ctx, {
    ...communeA,
    ...{
      source: 'thu',
      fingerprint: 'xem',
      headline: 'Cảnh báo thử',
      severity: 'high',
      labels: {},
      annotations: {},
      at: ctx.now,
    },
  })
  await requestSignature(ctx, {
    title: 'Công văn thử',
    pdf: { bytes: await makePdf('thử'), name: 'thu.pdf' },
    organisation: communeA.organisation,
    signers: [
      { kind: 'person', account: 'lanhdao', organisation: 'H32', block: [] },
      { kind: 'seal', organisation: 'H32.VP' },
    ],
  })
  const auditor = t.context(makeActor('kiem-tra', { [auditAccess]: 'all' }))
  const wrong: string[] = []
  let seen = 0
  for (const { address, code } of await listThings(t)) {
    const { things } = await findNamed(auditor, askable, `https://vidu.invalid${address}?tab=1`)
    const byCode = await findNamed(auditor, askable, code)
    const [thing] = things
    assert.ok(thing, address)
    assert.ok(
      byCode.things.some(({ subject }) => subject === thing.subject),
      code,
    )
    const told = new Set<string>()
    for (const way of thing.ways)
      for (const { account } of await findSeers(auditor, way, { on: today, limit: 1000 })) told.add(account)
    for (const name of people) {
      const { statusCode } = await t.as(name).get(address)
      if ((statusCode === 200) !== told.has(name))
        wrong.push(`${name} ${address}: ${statusCode}, told ${told.has(name)}`)
      if (told.has(name)) seen += 1
    }
  }
  assert.deepEqual(wrong, [])
  const [task] = await t.sql<{ code: string }[]>`select code from directives.part order by code limit 1`
  const { body } = await t.as('kiemtra').get(`/kiem-tra-quyen/noi-dung?muc=directive:${task?.code}`)
  const lists = [...body.matchAll(/<nav class="table-foot" aria-label="([^"]+)"/g)].map(([, label]) => label)
  assert.equal(new Set(lists).size, 2, 'two lists on a page are told apart')
  assert.ok(seen > 30, `${seen}`)
})

dbTest(
  'an auditor names a thing by code or address, in a file too; other pages by their right; nobody else asks',
  async (t) => {
    const ask = (muc: string, more = '') =>
      t.as('kiemtra').get(`/kiem-tra-quyen/noi-dung?muc=${encodeURIComponent(muc)}${more}`)
    const account = await ask('https://mot-tinh.vidu.invalid/quan-tri/tai-khoan/motcua-nhatrang?tab=1')
    assert.match(
      account.body,
      /Tài khoản motcua-nhatrang.*Người có quyền “Quản lý tài khoản và vai trò” tại .*có vai trò Quản trị/s,
    )
    assert.match((await ask('account:motcua-nhatrang', '&tai=csv')).body, /quantri/)
    assert.match((await ask('/nhat-ky')).body, /Trang \/nhat-ky.*“Đọc nhật ký” ở bất kỳ đơn vị nào.*kiemtra/s)
    assert.match((await ask('/dang-nhap')).body, /ai cũng mở được/)
    assert.match((await ask('khong-co-gi')).body, /Không tìm thấy/)
    const [person] = await t.sql<{ id: string }[]>`select id from identity.person limit 1`
    assert.match(
      (await ask(`person:${person?.id}`)).body,
      /“Tra cứu công dân theo mục đích” ở bất kỳ đơn vị nào, chỉ để: .*motcua-tinh/s,
    )
    assert.equal((await t.as('lanhdao').get('/kiem-tra-quyen/noi-dung?muc=alert:x')).statusCode, 403)
    const near = makeActor('giam-sat-xa', { [auditAccess]: ['H32.22736'] }, 'H32.22736')
    const beyond = await t.as(near).get('/kiem-tra-quyen/noi-dung?muc=account:motcua-nhatrang')
    assert.match(beyond.body, /Không tìm thấy/, 'what lies beyond his reach is not there')
  },
)

dbTest(
  'what auditors ask stands in the ledger, with the work it is for or the ground of their own, once in ten minutes',
  async (t) => {
    const asker = (minutes: number) => t.at(new Date(testNow.getTime() + minutes * 60_000)).as('kiemtra')
    const list = async () =>
      (
        await listEntries(t.sql, {
          actor: 'kiemtra',
          action: 'access.audited',
          reach: 'all',
          limit: 20,
          order: 'oldest',
        })
      ).map(({ subject, purpose, body }) => [subject, purpose?.replace(/,.*/, ''), body])
    await asker(0).get('/kiem-tra-quyen/nguoi?tai-khoan=lanhdao')
    await asker(5).get('/kiem-tra-quyen/nguoi?tai-khoan=lanhdao')
    await asker(6).get('/kiem-tra-quyen?quyen=entry:approve&don-vi=H32&viec=12/KH-TTr')
    await asker(7).get('/kiem-tra-quyen/noi-dung?muc=account:lanhdao&tai=csv')
    const duty = 'Theo chức trách: có vai trò Giám sát'
    const facts = (question: string, more = {}) => ({ actingAs: 'H32.TT:TTV', question, on: today, ...more })
    assert.deepEqual(await list(), [
      ['account:lanhdao', duty, facts('what-may')],
      ['permission:entry:approve', '12/KH-TTr', facts('who-may')],
      ['account:lanhdao', duty, facts('who-sees', { taken: 'csv' })],
    ])
    await asker(20).get('/kiem-tra-quyen/nguoi?tai-khoan=lanhdao')
    assert.equal((await list()).length, 4)
    await asker(20).get('/kiem-tra-quyen')
    assert.equal((await list()).length, 4, 'a form that is opened asks nothing')
  },
)
