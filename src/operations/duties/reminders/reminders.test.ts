import assert from 'node:assert/strict'
import { listEntries } from '#ledger'
import type { Problem } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { emptyQueue, workQueue } from '#test/queue'
import { begin, courierOf, makeSigner, signAll } from '#test/signers'
import { keepDuties } from '../keeping/pass.ts'
import { arrive, at, pass, watchOnly } from '../testing.ts'
import { decideExplanation, dropLetter, explainLetter, issueLetter, withdrawLetter } from './actions.ts'
import { countIssued, findLetter, type LetterRow, listLetterDuties, listLetters, listSteps } from './store.ts'

const agency = 'H32.NNMT'
const everyone = { organisations: 'all', limit: 50 } as const

const custodian = makeActor('custodian', { 'duty:explain': [agency], 'duty:read': [agency] }, agency)
const operator = makeActor('operator', { 'duty:remind': 'all', 'duty:read': 'all' }, 'H32.VP.IOC')
const signer = {
  ...makeActor('giamdoc-khcn', { 'duty:issue': ['H32.KHCN'], 'duty:remind': ['H32.KHCN'] }, 'H32.KHCN'),
  position: { code: 'H32.KHCN:GD', title: 'Giám đốc', held: 1 },
}
const chair = {
  ...makeActor('lanhdao', { 'duty:issue': 'all', 'duty:remind': 'all' }, 'H32'),
  position: { code: 'H32:CT', title: 'Chủ tịch', held: 1 },
}

const codeOf = (doing: Promise<unknown>) =>
  doing.then(
    () => 'done',
    (error: Problem) => error.code ?? String(error),
  )

async function letterTo(sql: Sql, code = agency): Promise<LetterRow> {
  const [row] = await listLetters(sql, { ...everyone, agency: code })
  assert.ok(row, `a letter to ${code}`)
  return row
}

/** Rain is reported daily by 09:00; it stops on Monday 02-11 and is two working days late on Wednesday. */
async function silence(t: DbTest): Promise<LetterRow> {
  await watchOnly(t, 'rain-and-water')
  await arrive(t, 'rain-and-water', at('2026-11-01T20:00'))
  await pass(t, '2026-11-02T06:30', '2026-11-04T12:30', 6)
  return letterTo(t.sql)
}

const refused = async (t: DbTest, row: LetterRow) => {
  const thursday = t.at(at('2026-11-05T09:00'))
  await explainLetter(thursday.context(custodian), row.code, 'Trạm đo mất điện, đang khắc phục')
  await decideExplanation(thursday.context(operator), row.code, { accept: false, reason: 'Có nguồn điện dự phòng' })
  return thursday
}

dbTest('two working days late, and a letter is drafted and the agency asked, once', async (t) => {
  await watchOnly(t, 'rain-and-water')
  await arrive(t, 'rain-and-water', at('2026-11-01T20:00'))
  await pass(t, '2026-11-02T06:30', '2026-11-03T23:00', 6)
  assert.equal((await listLetters(t.sql, everyone)).filter((one) => one.agency === agency).length, 0)
  await Promise.all([1, 2].map(() => keepDuties(t.at(at('2026-11-04T09:30')).context())))
  await keepDuties(t.at(at('2026-11-04T10:30')).context())
  const letters = (await listLetters(t.sql, everyone)).filter((one) => one.agency === agency)
  assert.equal(letters.length, 1)
  const [row] = letters
  assert.deepEqual([row?.kind, row?.state, row?.issuer], ['reminder', 'asked', 'H32.KHCN'])
  // Three working days for the explanation: Thursday, Friday, Monday.
  assert.equal(row?.explainBy?.toISOString(), at('2026-11-09T17:00').toISOString())
  const named = await listLetterDuties(t.sql, row?.id ?? 0)
  assert.ok(named.every(({ state }) => state === 'late'))
  assert.ok(named.some(({ subject, period }) => subject === 'rain-and-water' && period === '2026-11-02'))
})

dbTest('an accepted explanation excuses the duties with reason and approver, and nothing counts', async (t) => {
  const row = await silence(t)
  const thursday = t.at(at('2026-11-05T09:00'))
  assert.equal(
    await codeOf(explainLetter(thursday.context(operator), row.code, 'Không phải việc của tôi')),
    'access.forbidden',
  )
  await explainLetter(thursday.context(custodian), row.code, 'Trạm đo mất điện, đang khắc phục')
  const accept = { accept: true, reason: 'Có biên bản mất điện kèm theo' }
  assert.equal(await codeOf(decideExplanation(thursday.context(custodian), row.code, accept)), 'access.forbidden')
  const ownHead = makeActor('own-head', { 'duty:remind': 'all', 'duty:issue': 'all' }, agency)
  assert.equal(await codeOf(decideExplanation(thursday.context(ownHead), row.code, accept)), 'reminder.own-agency')
  await decideExplanation(thursday.context(operator), row.code, accept)
  const after = await findLetter(t.sql, row.code)
  assert.equal(after?.state, 'excused')
  const named = await listLetterDuties(t.sql, row.id)
  assert.ok(
    named.every(({ isExcused, excusedBy, excuseReason }) => isExcused && excusedBy === 'operator' && excuseReason),
  )
  assert.equal(await countIssued(t.sql, agency, 2026), 0)
  assert.equal(
    await codeOf(issueLetter(thursday.context(signer), row.code, { number: 1, issuedOn: '2026-11-05' })),
    'reminder.illegal-transition',
  )
  await pass(t, '2026-11-05T10:00', '2026-11-06T10:00', 6)
  assert.equal((await listLetters(t.sql, { ...everyone, agency })).length, 1, 'no second letter at once')
})

dbTest('an explanation may be accepted for some periods only', async (t) => {
  await watchOnly(t, 'rain-and-water')
  await keepDuties(t.at(at('2026-11-02T06:30')).context())
  // The program stood still until Friday.
  const friday = t.at(at('2026-11-06T10:00'))
  await keepDuties(friday.context())
  const row = await letterTo(t.sql)
  await explainLetter(friday.context(custodian), row.code, 'Trạm đo mất điện ngày 02/11')
  const [first, ...others] = await listLetterDuties(t.sql, row.id)
  assert.ok(first)
  assert.equal(others.length, 2)
  await decideExplanation(friday.context(operator), row.code, {
    accept: true,
    reason: 'Chỉ mất điện ngày đầu',
    duties: [first.id],
  })
  assert.equal((await findLetter(t.sql, row.code))?.state, 'to-sign')
  assert.deepEqual(
    (await listLetterDuties(t.sql, row.id)).map(({ isExcused }) => isExcused),
    [true, false, false],
  )
})

dbTest('who says nothing in time has the draft laid before the signer', async (t) => {
  const row = await silence(t)
  await keepDuties(t.at(at('2026-11-09T17:00')).context())
  assert.equal((await findLetter(t.sql, row.code))?.state, 'asked')
  const after = t.at(at('2026-11-09T17:01'))
  assert.equal(
    await codeOf(explainLetter(after.context(custodian), row.code, 'Xin giải trình muộn')),
    'reminder.too-late',
  )
  await keepDuties(after.context())
  await keepDuties(after.context())
  assert.equal((await findLetter(t.sql, row.code))?.state, 'to-sign')
  assert.equal((await listSteps(t.sql, row.id)).filter(({ toState }) => toState === 'to-sign').length, 1)
})

dbTest('only the department in charge signs, with a number that nobody used; from then on it counts', async (t) => {
  const row = await silence(t)
  const thursday = await refused(t, row)
  const issue = { number: 12, issuedOn: '2026-11-05' }
  assert.equal(await codeOf(issueLetter(thursday.context(operator), row.code, issue)), 'access.forbidden')
  assert.equal(await codeOf(issueLetter(thursday.context(chair), row.code, issue)), 'reminder.not-the-issuer')
  const tomorrow = { ...issue, issuedOn: '2026-11-06' }
  assert.equal(await codeOf(issueLetter(thursday.context(signer), row.code, tomorrow)), 'request.invalid')
  await issueLetter(thursday.context(signer), row.code, issue)
  const issued = await findLetter(t.sql, row.code)
  assert.deepEqual([issued?.state, issued?.numberText, issued?.year], ['issued', '12/NN-SKHCN', 2026])
  assert.match(issued?.letter?.paragraphs.join(' ') ?? '', /lần nhắc nhở thứ 1 trong năm/)
  assert.equal(await countIssued(t.sql, agency, 2026), 1)
  assert.equal(
    await codeOf(issueLetter(thursday.context(signer), row.code, { ...issue, number: 13 })),
    'reminder.illegal-transition',
  )
  const steps = await listSteps(t.sql, row.id)
  assert.deepEqual(
    steps.map(({ toState }) => toState),
    ['asked', 'explained', 'to-sign', 'issued'],
  )
  const entries = await listEntries(t.sql, { reach: 'all', subject: `reminder:${row.code}`, limit: 50 })
  assert.equal(entries.length, 4, 'each step stands in the ledger')
  const head = await thursday.as('giamdoc-khcn').submit(`/trach-nhiem/van-ban/${row.code}`, { viec: 'trinh-ky' })
  assert.equal(head.statusCode, 303)
  await withdrawLetter(thursday.context(signer), row.code, 'Số liệu đã nộp qua đường khác')
  const [asked] = await t.sql<{ state: string; reason: string }[]>`
    select state, reason from signing.request where origin_code = ${row.code}`
  assert.deepEqual({ ...asked }, { state: 'withdrawn', reason: 'Văn bản bị thu hồi: Số liệu đã nộp qua đường khác' })
  assert.equal(await countIssued(t.sql, agency, 2026), 0)
  assert.equal((await findLetter(t.sql, row.code))?.numberText, '12/NN-SKHCN', 'the book keeps its number')
})

dbTest('a number cannot be used twice, not even one that was withdrawn', async (t) => {
  const row = await silence(t)
  const thursday = await refused(t, row)
  const other = (await listLetters(t.sql, everyone)).find(
    (one) => one.agency !== agency && one.kind === 'reminder' && one.issuer === 'H32.KHCN',
  )
  assert.ok(other, 'another agency is late too')
  await keepDuties(t.at(at('2026-11-10T08:00')).context())
  await issueLetter(thursday.context(signer), row.code, { number: 7, issuedOn: '2026-11-05' })
  await withdrawLetter(thursday.context(signer), row.code, 'Ban hành nhầm cơ quan nhận')
  const tuesday = t.at(at('2026-11-10T09:00'))
  const twice = issueLetter(tuesday.context(signer), other.code, { number: 7, issuedOn: '2026-11-10' })
  const fault = await twice.catch((error: Problem) => error)
  assert.ok(fault instanceof Error)
  assert.equal(fault.code, 'reminder.number-taken')
  assert.match(fault.fields[0]?.message ?? '', /số kế tiếp là 8/)
})

dbTest('data that turn out to have come in time take the draft back', async (t) => {
  const row = await silence(t)
  for (const source of ['rain-and-water', 'air-stations'])
    for (let hour = 0; hour < 66; hour += 1)
      await arrive(t, source, new Date(at('2026-11-01T21:00').getTime() + hour * 3_600_000))
  await keepDuties(t.at(at('2026-11-04T14:00')).context())
  await keepDuties(t.at(at('2026-11-04T15:00')).context())
  assert.equal((await findLetter(t.sql, row.code))?.state, 'dropped')
})

dbTest('agencies outside the line get requests that need no explanation and never count', async (t) => {
  await t.sql`
    update warehouse.source set organisation = 'G12.56-THUE' where code = 'rain-and-water'`
  await arrive(t, 'rain-and-water', at('2026-11-01T20:00'))
  await keepDuties(t.context())
  await pass(t, '2026-11-24T06:30', '2026-11-27T12:30', 6)
  const row = await letterTo(t.sql, 'G12.56-THUE')
  assert.deepEqual([row.kind, row.state, row.explainBy], ['request', 'to-sign', null])
  const friday = t.at(at('2026-11-27T14:00'))
  await issueLetter(friday.context(signer), row.code, { number: 40, issuedOn: '2026-11-27' })
  const issued = await findLetter(t.sql, row.code)
  assert.equal(issued?.numberText, '40/SKHCN-CĐS')
  assert.match(issued?.letter?.title ?? '', /đề nghị/)
  assert.equal(await countIssued(t.sql, 'G12.56-THUE', 2026), 0)
})

dbTest('the department in charge does not remind itself', async (t) => {
  await t.sql`update warehouse.source set organisation = 'H32.KHCN' where code = 'rain-and-water'`
  await keepDuties(t.context())
  await pass(t, '2026-11-24T06:30', '2026-11-27T12:30', 6)
  const row = await letterTo(t.sql, 'H32.KHCN')
  assert.equal(row.issuer, 'H32')
  const friday = t.at(at('2026-12-03T08:00'))
  await keepDuties(friday.context())
  const issue = { number: 1, issuedOn: '2026-12-03' }
  assert.equal(await codeOf(issueLetter(friday.context(signer), row.code, issue)), 'access.forbidden')
  await issueLetter(friday.context(chair), row.code, issue)
  assert.equal(await countIssued(t.sql, 'H32.KHCN', 2026), 1)
})

dbTest('a draft is dropped with a reason, and not made again at once', async (t) => {
  const row = await silence(t)
  const thursday = t.at(at('2026-11-05T09:00'))
  assert.equal(await codeOf(dropLetter(thursday.context(operator), row.code, 'không')), 'request.invalid')
  await dropLetter(thursday.context(operator), row.code, 'Sự cố chung của trung tâm dữ liệu')
  await pass(t, '2026-11-05T10:00', '2026-11-10T10:00', 12)
  assert.equal((await listLetters(t.sql, { ...everyone, agency })).length, 1)
})

dbTest(
  'an issued letter is sent to its signer to be signed digitally, once more after a refusal; the signed file is what is sent',
  async (t) => {
    const row = await silence(t)
    const thursday = await refused(t, row)
    await emptyQueue(t)
    const page = `/trach-nhiem/van-ban/${row.code}`
    const head = thursday.as('giamdoc-khcn')
    const send = (asker = head) => asker.submit(page, { viec: 'trinh-ky' })
    assert.match((await send()).body, /Chỉ văn bản đã có số, ngày/)
    await issueLetter(thursday.context(signer), row.code, { number: 12, issuedOn: '2026-11-05' })
    assert.equal((await send(thursday.as('trucban'))).statusCode, 403)
    const requestOf = async () => /\/ky-so\/(KS-[\d-]+)/.exec((await head.get(page)).body)?.[1] ?? ''
    assert.equal((await send()).statusCode, 303)
    const first = await requestOf()
    assert.match((await send()).body, /đã trình ký số/)
    const refusal = await head.submit(`/ky-so/${first}/tu-choi`, { 'ly-do': 'Thiếu phụ lục số liệu.' })
    assert.equal(refusal.statusCode, 303)
    await workQueue(thursday)
    assert.equal((await send()).statusCode, 303)
    const second = await requestOf()
    assert.ok(second && second !== first)
    const key = await makeSigner('Đặng Văn Tạm Gọi')
    const session = await begin(head, [second])
    await courierOf(head, session)('chung-thu', { chain: key.chain })
    assert.equal(await signAll(head, session, key), 1)
    await workQueue(thursday)
    assert.match((await head.get(page)).body, /Bản PDF đã ký số là bản được gửi/)
    const sent = (await head.get(`${page}/thu.pdf`)).rawPayload
    assert.match(sent.toString('latin1'), /\/ByteRange/)
    assert.deepEqual(sent, (await head.get(`/ky-so/${second}/tep`)).rawPayload)
    assert.match((await head.get(page)).body, /Đã ký số KS-/)
  },
)
