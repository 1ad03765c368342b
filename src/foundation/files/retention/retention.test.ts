import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { keepBytes, openFile, sweepFiles } from '#files'
import { listEntries } from '#ledger'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { storeOf } from '../storage/choose.ts'
import { nameOf } from '../storage/names.ts'
import { decideOnDisposal, drawDisposal, holdFile, releaseHold } from './actions.ts'
import { applyDueRules } from './rules.ts'
import { filesPath, rulePath } from './rules-page.tsx'
import { listHolds } from './store.ts'

const all = { 'file:manage': 'all', 'file:dispose': 'all' } as const
const drawer = makeActor('nguoi-lap', all, 'H32')
const approver = makeActor('nguoi-duyet', all, 'H32')
const refusedWith = (code: string) => (error: unknown) => error instanceof Problem && error.code === code
const keepOne = async (ctx: Context) =>
  (await keepBytes(ctx, Buffer.from(`Tệp ${randomUUID()}`), 'a.txt', 'evidence')).sha256
const isThere = async (ctx: Context, sha256: string) =>
  openFile(ctx, sha256).then(
    ({ bytes }) => bytes.destroy() !== undefined,
    () => false,
  )
/** The clock of files is the machine's own. */
const muchLater = (t: DbTest) => t.at(new Date('2050-06-01T00:00:00Z'))

dbTest('what is past its last day is listed by one, disposed of by another, and says so; holds stay', async (t) => {
  const then = t.context(drawer)
  const [ended, held] = [await keepOne(then), await keepOne(then)]
  const later = muchLater(t)
  await assert.rejects(drawDisposal(then, '2026-11-23'), refusedWith('disposal.nothing'))
  await holdFile(later.context(drawer), held, { reason: 'Thanh tra', document: 'QĐ 1/2050' })
  const id = await drawDisposal(later.context(drawer), '2050-06-01')
  await assert.rejects(
    decideOnDisposal(later.context(drawer), id, { approve: true, document: 'QĐ 2' }),
    refusedWith('disposal.same-person'),
  )
  await assert.rejects(decideOnDisposal(later.context(approver), id, { approve: true }), refusedWith('request.invalid'))
  await decideOnDisposal(later.context(approver), id, { approve: true, document: 'QĐ 2/2050' })
  await assert.rejects(openFile(later.context(), ended), refusedWith('file.disposed'))
  assert.ok(await isThere(later.context(), held))
  await sweepFiles(later.context())
  assert.equal(await storeOf(later.context().config).findSize(nameOf(ended)), undefined)
  assert.ok(await isThere(later.context(), held))
  const answer = await later.as(drawer).submit(`${filesPath}/giu`, { ma: 'không có', 'ly-do': 'a', 'van-ban': 'b' })
  assert.equal(answer.statusCode, 422)
  assert.match((await later.as(approver).get(filesPath)).body, /Thanh tra/)
  assert.match((await later.as(approver).get(`${filesPath}/danh-muc/${id}`)).body, /Đã duyệt/)
  assert.equal((await later.as('ai-do', 'file:dispose').submit(`${filesPath}/danh-muc`, {})).statusCode, 403)
  assert.equal((await later.as(makeActor('khong-quyen', {}, 'H32')).get(filesPath)).statusCode, 403)
})

dbTest(
  'a period is changed from a day on, with its ground and a look at what would fall due; a list by the old one spares what stays longer',
  async (t) => {
    const [then, later] = [t.context(drawer), muchLater(t)]
    const sha256 = await keepOne(then)
    const id = await drawDisposal(later.context(drawer), '2050-06-01')
    const url = rulePath('evidence')
    const typed = {
      nam: '50',
      'can-cu': 'Thông tư 1/2050',
      'tu-ngay-day': '1',
      'tu-ngay-month': '6',
      'tu-ngay-year': '2050',
    }
    const wrong = await later
      .as(drawer)
      .submit(url, { ...typed, nam: 'x', 'can-cu': ' ', 'tu-ngay-year': '2049', viec: 'luu' })
    assert.equal(wrong.statusCode, 422)
    for (const words of [/bằng chữ số/, /văn bản quy định/, /không được trước hôm nay/]) assert.match(wrong.body, words)
    const look = await later.as(drawer).submit(url, { ...typed, nam: '1' })
    const due = (body: string) => (/: ([\d.]+) lượt lưu hết thời hạn/.exec(body)?.[1] ?? '').replace('.', '')
    assert.ok(Number(due(look.body)) > 0)
    assert.equal(due((await later.as(drawer).submit(url, typed)).body), '0')
    assert.equal((await later.as(approver).get(url)).body.includes('Thông tư 1/2050'), false, 'a look changes nothing')
    assert.equal((await later.as(drawer).submit(url, { ...typed, viec: 'luu' })).statusCode, 303)
    await decideOnDisposal(later.context(approver), id, { approve: true, document: 'QĐ 3' })
    assert.ok(await isThere(later.context(), sha256), 'kept longer since the list was drawn up')
    const next = { ...typed, nam: '1', 'tu-ngay-day': '2', viec: 'luu' }
    await later.as(drawer).submit(url, next)
    await assert.rejects(drawDisposal(later.context(drawer), '2050-06-01'), refusedWith('disposal.nothing'))
    await applyDueRules(t.at(new Date('2050-06-02T01:00:00Z')).context())
    await drawDisposal(later.context(drawer), '2050-06-01')
    const entries = await listEntries(t.sql, { subject: 'file-retention:evidence', reach: 'all', limit: 9 })
    assert.deepEqual(entries.map(({ action }) => action.split('.')[1]).toSorted(), [
      'applied',
      'applied',
      'changed',
      'changed',
    ])
    const inPart = makeActor('quan-tri-so', { 'file:manage': ['H32.KHCN'] }, 'H32.KHCN')
    assert.equal((await later.as(inPart).submit(url, { ...typed, viec: 'luu' })).statusCode, 403)
  },
)

type Step = { do: 'keep' | 'again' | 'hold' | 'lift' | 'dispose' | 'sweep'; at: number }
const steps = fc.array(
  fc.record<Step>({ do: fc.constantFrom('keep', 'again', 'hold', 'lift', 'dispose', 'sweep'), at: fc.nat(3) }),
  { minLength: 4, maxLength: 14 },
)

dbTest(
  'whatever is kept, held, lifted, disposed of and swept, nothing that is kept or held is ever lost',
  async (t) => {
    const later = muchLater(t)
    await fc.assert(
      fc.asyncProperty(steps, async (course) => {
        const texts = [0, 1, 2, 3].map((at) => Buffer.from(`Chuỗi ${at} ${randomUUID()}`))
        const hashes = new Map<number, string>()
        const safe = new Set<number>()
        const held = new Map<number, number>()
        for (const step of course) {
          const hash = hashes.get(step.at)
          if (step.do === 'keep' || (step.do === 'again' && hash)) {
            // Kept now, it ends; kept again much later, it does not.
            const ctx = step.do === 'keep' ? t.context(drawer) : later.context(drawer)
            const text = texts[step.at] ?? Buffer.from('x')
            hashes.set(step.at, (await keepBytes(ctx, text, 'a.txt', 'evidence')).sha256)
            if (step.do === 'again') safe.add(step.at)
          } else if (step.do === 'hold' && hash && !held.has(step.at) && (await isThere(later.context(), hash))) {
            await holdFile(later.context(drawer), hash, { reason: 'a', document: 'b' })
            held.set(step.at, (await listHolds(t.sql, 1))[0]?.id ?? 0)
          } else if (step.do === 'lift' && held.has(step.at)) {
            await releaseHold(later.context(drawer), held.get(step.at) ?? 0, 'xong')
            held.delete(step.at)
          } else if (step.do === 'dispose') {
            const id = await drawDisposal(later.context(drawer), '2050-06-01').catch(() => undefined)
            if (id) await decideOnDisposal(later.context(approver), id, { approve: true, document: 'c' })
          } else if (step.do === 'sweep') await sweepFiles(later.context())
          for (const at of new Set([...safe, ...held.keys()]))
            assert.ok(await isThere(later.context(), hashes.get(at) ?? ''), `${at} is lost after ${step.do}`)
        }
      }),
      { numRuns: 12 },
    )
  },
)
