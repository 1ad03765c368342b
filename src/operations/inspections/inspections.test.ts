import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { approveEntries, listDefinitions, lockPeriod, saveEntries } from '#indicators'
import { createPosition, recordAppointment, recordLeaving } from '#organisations'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { communeA, communeB, fillSamples } from '#test/samples'
import { faultOfScope } from './right.ts'

const run = promisify(execFile)

const day = (name: string, date: string) => {
  const [year = '', month = '', on = ''] = date.split('-')
  return { [`${name}-day`]: on, [`${name}-month`]: month, [`${name}-year`]: year }
}

const wish = {
  account: 'thanhtra',
  decisionNumber: '12/QĐ-TTr',
  ...day('decidedOn', '2026-11-02'),
  issuedBy: 'Thanh tra tỉnh (minh họa)',
  about: 'Thanh tra việc giải quyết thủ tục hành chính',
  organisations: communeA.organisation,
  subjects: '',
  ...day('periodFrom', '2026-01-01'),
  ...day('periodTo', '2026-12-31'),
  ...day('validFrom', '2026-11-10'),
  ...day('validTo', '2026-12-15'),
}

/** Asked by the administrator and approved by the chairman; its page. */
async function give(t: DbTest, changes: Record<string, string> = {}): Promise<string> {
  const asked = await t.as('quantri').submit('/quan-tri/thanh-tra/tao-moi', { ...wish, ...changes })
  assert.equal(asked.statusCode, 303, asked.body.slice(0, 3000))
  const path = String(asked.headers.location).split('?')[0] ?? ''
  assert.equal((await t.as('quantri').submit(`${path}/duyet`, { viec: 'approved' })).statusCode, 409, 'a second person')
  assert.equal((await t.as('thanhtra').get('/thanh-tra')).statusCode, 403, 'nothing is open before it is approved')
  assert.equal((await t.as('lanhdao').submit(`${path}/duyet`, { viec: 'approved' })).statusCode, 303)
  return path
}

const factOf = async (t: DbTest, organisation: string) => {
  const [fact] = await t.sql<{ id: number; indicator: string }[]>`
    select id, indicator from indicators.fact where organisation = ${organisation} and period = '2026-11' and area = ''
      and superseded_at is null and origin = 'computed' and record_count > 0 order by record_count desc, id limit 1`
  assert.ok(fact)
  return fact
}

dbTest('an inspector reopens a number of his decision and takes a bundle away that a stranger checks', async (t) => {
  await fillSamples(t.context())
  const fact = await factOf(t, communeA.organisation)
  await give(t)
  const inspector = t.as('thanhtra')
  const home = await inspector.get('/thanh-tra')
  assert.match(home.body, /Đoàn kiểm tra theo Quyết định số 12\/QĐ-TTr ngày 02\/11\/2026/)
  assert.equal((await inspector.get(`/thanh-tra/chi-tieu/${fact.indicator}`)).statusCode, 200)
  const opened = await inspector.get(`/thanh-tra/so-lieu/${fact.id}`)
  assert.equal(opened.statusCode, 200)
  assert.match(opened.body, /tính tự động từ bản ghi/)
  assert.match(opened.body, /phiên bản \d+ của định nghĩa/)
  assert.ok(
    (await inspector.get('/thanh-tra')).body.includes(`/thanh-tra/so-lieu/${fact.id}`),
    'it stands among those opened',
  )
  assert.equal((await inspector.get('/thanh-tra/nhat-ky')).statusCode, 200)

  const taken = await inspector.submit('/thanh-tra/ho-so', {})
  assert.equal(taken.statusCode, 200)
  const folder = await mkdtemp(join(tmpdir(), 'tram-inspection-'))
  try {
    const files = unzipSync(taken.rawPayload)
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
    const { stdout } = await run(process.execPath, [join(folder, 'kiem-tra.mjs'), folder])
    assert.match(stdout, /ĐÚNG/)
    const text = (name: string) => Buffer.from(files[name] ?? []).toString()
    assert.ok(text('numbers.jsonl').includes(`"id":${fact.id},`))
    const landings = new Set(
      text('records.jsonl')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).landing),
    )
    assert.ok(landings.size > 0)
    for (const landing of landings)
      assert.ok(text('entries.jsonl').includes(`landing:${landing}`), `landing ${landing}`)
    assert.ok(text('entries.jsonl').includes('inspection.number-opened'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** A figure of a commune typed by its officer and approved by the chairman, twice: the second replaces the first. */
async function typeFigures(t: DbTest): Promise<number[]> {
  const [typed] = await listDefinitions(t.sql, ['certificate.issued'])
  assert.equal(typed?.body.formula.type, 'typed')
  const units = [communeA.organisation, communeB.organisation]
  const typist = t.context(makeActor('canbo-nhatrang', { 'entry:write': units }, communeA.organisation))
  const leader = t.context(makeActor('lanhdao', { 'entry:approve': units }))
  const keeper = t.context(makeActor('quantri', { 'indicator:lock': 'all' }))
  const figure = { indicator: 'certificate.issued', period: '2026-09', reason: 'Theo sổ theo dõi của đơn vị' }
  for (const value of [41, 43])
    for (const organisation of units) {
      const ids = await saveEntries(typist, [{ ...figure, organisation, value }], { submit: true })
      await approveEntries(leader, ids)
    }
  for (const organisation of units) {
    await lockPeriod(keeper, { indicator: figure.indicator, organisation, period: figure.period })
  }
  const rows = await t.sql<{ id: number }[]>`
    select id from indicators.fact where indicator = ${figure.indicator} and organisation = ${communeA.organisation} order by id`
  return rows.map(({ id }) => id)
}

/** The chairman leaves his seat the next day and takes another. */
async function moveOn(t: DbTest, account: string): Promise<void> {
  const ctx = t.context({ ...makeActor('quantri', { 'position:manage': 'all' }), roles: [] })
  const deed = { effectiveOn: '2026-11-24', decision: { number: '7/QĐ-UBND', issuedOn: '2026-11-20' } }
  const seat = { organisation: 'H32.XD', key: 'CG', title: 'Chuyên gia', rank: 'officer', seats: 1 } as const
  await createPosition(ctx, seat, deed)
  await recordLeaving(ctx, { position: 'H32:CT', account }, deed)
  await recordAppointment(ctx, { position: 'H32.XD:CG', account, personName: 'Nguyễn Văn Mẫu', acting: false }, deed)
}

dbTest(
  'a number that was typed is reopened with who approved it, and the bundle proves it and tells of no other agency',
  async (t) => {
    const [first, second] = await typeFigures(t)
    await give(t)
    await t.sql`update identity.account set disabled_at = ${t.now} where name = 'lanhdao'`
    const opened = await t.as('thanhtra').get(`/thanh-tra/so-lieu/${first}`)
    assert.match(opened.body, /Đây là con số đã được thay/)
    assert.match(opened.body, /Nguyễn Văn Mẫu, Chủ tịch/)
    await moveOn(t, 'lanhdao')
    const later = t.at(new Date(t.now.getTime() + 2 * 86_400_000))
    const again = await later.as('thanhtra').get(`/thanh-tra/so-lieu/${first}`)
    assert.match(again.body, /Nguyễn Văn Mẫu, Chủ tịch/, 'the position in which he approved, not the one he holds now')
    assert.doesNotMatch(again.body, /Chuyên gia/)
    const taken = await later.as('thanhtra').submit('/thanh-tra/ho-so', { so: String(first) })
    const files = unzipSync(taken.rawPayload)
    const text = (name: string) => Buffer.from(files[name] ?? []).toString()
    const [number] = text('numbers.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual([number.value, number.approvedBy, number.versions.length], [41, 'lanhdao', 2])
    assert.ok(second)
    const told = text('entries.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(JSON.parse(line).preimage))
    const actions = told.map(({ action }) => action)
    for (const action of ['figures.submitted', 'figures.approved', 'figures.locked'])
      assert.ok(actions.includes(action), action)
    assert.deepEqual(
      told.filter(({ organisation }) => organisation === communeB.organisation),
      [],
    )
  },
)

dbTest(
  'outside its agencies, its days and after its end an inspector sees nothing, and the refusal is written down',
  async (t) => {
    await fillSamples(t.context())
    const [own, other] = [await factOf(t, communeA.organisation), await factOf(t, communeB.organisation)]
    const path = await give(t)
    const inspector = t.as('thanhtra')
    assert.equal((await inspector.get(`/thanh-tra/so-lieu/${other.id}`)).statusCode, 403)
    assert.equal(
      (await inspector.get(`/thanh-tra/chi-tieu/${own.indicator}?don-vi=${communeB.organisation}`)).statusCode,
      403,
    )
    assert.equal(
      (await inspector.get(`/chi-tieu/${own.indicator}`)).statusCode,
      403,
      'the pages of officers stay closed',
    )
    const [refused] = await t.sql<{ count: number }[]>`
    select count(*) from ledger.entry where action = 'inspection.look-refused' and actor = 'thanhtra'`
    assert.equal(refused?.count, 2)
    assert.equal(
      (await t.at(new Date('2026-12-15T16:00:00Z')).as('thanhtra').get('/thanh-tra')).statusCode,
      200,
      'the last day',
    )
    assert.equal(
      (await t.at(new Date('2026-12-15T17:00:00Z')).as('thanhtra').get('/thanh-tra')).statusCode,
      403,
      'over',
    )
    assert.equal(
      (await t.at(new Date('2026-11-09T16:59:00Z')).as('thanhtra').get('/thanh-tra')).statusCode,
      403,
      'not begun',
    )
    assert.equal((await t.as('lanhdao').submit(`${path}/ket-thuc`, { lyDo: '' })).statusCode, 422)
    assert.equal((await t.as('lanhdao').submit(`${path}/ket-thuc`, { lyDo: 'Kết thúc sớm' })).statusCode, 303)
    assert.equal((await t.as('thanhtra').get('/thanh-tra')).statusCode, 403, 'ended')
  },
)

dbTest(
  'only who may asks and approves, faults stand at their fields, and one person has one inspection at a time',
  async (t) => {
    const page = '/quan-tri/thanh-tra/tao-moi'
    assert.equal((await t.as('lanhdao').get(page)).statusCode, 403)
    assert.equal((await t.as('canbo-nhatrang').get('/quan-tri/thanh-tra')).statusCode, 403)
    assert.equal(
      (await t.as('canbo-nhatrang').submit('/quan-tri/thanh-tra/1/duyet', { viec: 'approved' })).statusCode,
      403,
    )
    const wrong = await t.as('quantri').submit(page, { ...wish, organisations: 'KHONG.CO', decisionNumber: '' })
    assert.equal(wrong.statusCode, 422)
    assert.match(wrong.body, /Xin nhập số quyết định/)
    const unknown = await t.as('quantri').submit(page, { ...wish, organisations: 'KHONG.CO' })
    assert.ok(unknown.statusCode === 422 && unknown.body.includes('Không có đơn vị mang mã KHONG.CO'))
    await give(t)
    const again = await t.as('quantri').submit(page, { ...wish, decisionNumber: '13/QĐ-TTr' })
    const path = String(again.headers.location).split('?')[0]
    const second = await t.as('lanhdao').submit(`${path}/duyet`, { viec: 'approved' })
    assert.ok(second.statusCode === 409 && second.body.includes('quyết định khác'))
  },
)

dbTest('a decision that names indicators and a period opens no others', async () => {
  const right = {
    id: 1,
    decisionNumber: '12/QĐ-TTr',
    decidedOn: '2026-11-02',
    issuedBy: 'x',
    about: 'x',
    periodFrom: '2026-03-15',
    periodTo: '2026-06-30',
    validTo: '2026-12-31',
    organisations: ['X01'],
    subjects: ['a.one'],
  }
  const isOpen = (indicator: string, period: string) => faultOfScope(right, { indicator, period }) === undefined
  assert.ok(
    isOpen('a.one', '2026-03') && isOpen('a.one', '2026') && isOpen('a.one', '2026-06') && isOpen('a.one', '2021/2026'),
  )
  assert.ok(
    !isOpen('a.two', '2026-03') &&
      !isOpen('a.one', '2026-02') &&
      !isOpen('a.one', '2026-Q3') &&
      !isOpen('a.one', '2021/2025'),
  )
})
