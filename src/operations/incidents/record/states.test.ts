/** Whatever is pressed, by whomever, in whatever order: the rules of incidents, tasks and bulletins hold after each press. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { createContext, systemActor } from '#platform/context'
import { type Asker, cloneTest, type DbTest, dbTest } from '#test/harness'
import { endTaskBy, open, sendParts } from '../testing.ts'
import { closeIncident, openIncident } from './open.ts'
import { addTask, watchTasks } from './tasks.ts'

const people = ['trucban', 'truongca-hai', 'lanhdao'] as const
const deeds = [
  'task',
  'end',
  'skip',
  'close',
  'reopen',
  'draft',
  'change',
  'approve',
  'send',
  'both',
  'drop',
  'log',
] as const

const press = fc.record({
  who: fc.constantFrom(...people),
  deed: fc.constantFrom(...deeds),
  number: fc.integer({ min: 1, max: 4 }),
})
type Press = typeof press extends fc.Arbitrary<infer T> ? T : never

const bulletin = { ten: 'Tin', 'noi-dung': 'Nội dung', 'khu-vuc': 'Mẫu', kenh: 'zalo' }

async function send(t: DbTest, asker: Asker, code: string, { deed, number }: Press): Promise<number> {
  const own = `/tinh-huong/${code}`
  const post = async (path: string, fields: Record<string, string> = {}) =>
    (await asker.submit(`${own}/${path}`, fields)).statusCode
  const deedPaths = { approve: 'duyet', send: 'phat', both: 'duyet-phat', drop: 'bo' } as const
  switch (deed) {
    case 'task':
      return post('nhiem-vu', { title: 'Việc', 'don-vi': 'H32', han: '23:00', khoa: randomUUID() })
    case 'end':
      return (await endTaskBy(asker, code, number)).statusCode
    case 'skip':
      return (await endTaskBy(asker, code, number, { cach: 'skipped' })).statusCode
    case 'close':
      return post('dong', { 'ket-luan': 'Xong' })
    case 'reopen':
      return post('mo-lai', { 'ly-do': 'Lại' })
    case 'draft':
      return post('ban-tin', { ...bulletin, khoa: randomUUID() })
    case 'change':
      return post(`ban-tin/${number}/sua`, { ...bulletin, ten: `Tin ${t.now.getTime()}` })
    case 'log':
      return (await sendParts(asker, `${own}/dien-bien`, { loai: 'note', 'noi-dung': 'Ghi' })).statusCode
    default:
      return post(`ban-tin/${number}/${deedPaths[deed]}`)
  }
}

interface Marks {
  warnedAt: Date | null
  lateAt: Date | null
}

/** What must hold whatever has happened. */
async function holdsTrue(t: DbTest, code: string, exercise: boolean): Promise<void> {
  const [faults] = await t.sql<
    { closedOpen: number; unapproved: number; own: number; mixed: number; undone: number }[]
  >`
    select
      (select count(*) from incidents.incident i where i.state = 'closed' and exists (
        select from incidents.task k where k.incident = i.code and k.state in ('open', 'waiting')))::int as closed_open,
      (select count(*) from incidents.bulletin b where b.state = 'sent' and b.approved_at is null)::int as unapproved,
      (select count(*) from incidents.bulletin b where b.state in ('approved', 'sent')
        and (b.approved_by = any(b.drafted_parties) or b.sent_by = any(b.drafted_parties)))::int as own,
      (select count(*) from incidents.task k where k.incident = ${code} and k.exercise <> ${exercise})::int
        + (select count(*) from incidents.bulletin b where b.incident = ${code} and b.exercise <> ${exercise})::int
        + (select count(*) from incidents.log_entry e where e.incident = ${code} and e.exercise <> ${exercise})::int as mixed,
      (select count(*) from incidents.task k where k.state = 'skipped' and k.result is null)::int as undone`
  assert.deepEqual(faults, { closedOpen: 0, unapproved: 0, own: 0, mixed: 0, undone: 0 })
}

dbTest(
  'no order of presses closes over open tasks, sends what nobody else approved, or mixes an exercise in',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(press, { minLength: 4, maxLength: 14 }), async (exercise, presses) => {
        const code = await open(t.as('trucban'), { 'kich-ban': '', 'la-that': 'yes' }, exercise)
        let entries = 0
        for (const one of presses) {
          const status = await send(t, t.as(one.who), code, one)
          assert.ok([303, 404, 422].includes(status), `${one.deed} by ${one.who}: ${status}`)
          await holdsTrue(t, code, exercise)
          const [{ count = 0 } = {}] = await t.sql<{ count: number }[]>`
          select count(*)::int as count from incidents.log_entry where incident = ${code}`
          assert.ok(count >= entries, 'the log never shrinks')
          entries = count
        }
      }),
      { numRuns: 12 },
    )
  },
)

dbTest(
  'a late task is raised once, a warning comes once and never after it, on whatever beat the clock is looked at',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 12 }), async (beats) => {
        const code = await open(t.as('trucban'), { 'la-that': 'yes' })
        const [task] = await t.sql<{ id: number; dueAt: Date }[]>`
        select id, due_at from incidents.task where incident = ${code} and number = 1`
        assert.ok(task)
        let now = t.now.getTime()
        for (const seconds of beats) {
          now += seconds * 1000
          await watchTasks(t.at(new Date(now)).context(), 5)
          await watchTasks(t.at(new Date(now)).context(), 5)
          const rows: Marks[] = await t.sql<Marks[]>`
          select warned_at, late_at from incidents.task where id = ${task.id}`
          const row = rows[0]
          const due = task.dueAt.getTime()
          assert.equal(row?.lateAt !== null, now > due, 'late when its time is over, not before')
          if (row?.warnedAt) assert.ok(row.warnedAt.getTime() >= due - 5 * 60_000 && row.warnedAt.getTime() < due)
          const [{ count = 0 } = {}] = await t.sql<{ count: number }[]>`
          select count(*)::int as count from incidents.log_entry where incident = ${code} and text like '%quá hạn%'`
          assert.equal(count, now > due ? 1 : 0)
        }
      }),
      { numRuns: 15 },
    )
  },
)

cloneTest('two operators at once: one incident of an alert, and no task slips into one that is closing', async (t) => {
  const context = () => createContext(t.app.workshop, { actor: { ...systemActor, name: 'Thử' } })
  const wish = {
    exercise: false,
    kind: 'cyber',
    level: 'high',
    title: 'Mã độc',
    organisation: 'H32',
    place: 'Trung tâm dữ liệu',
    alert: 'CB-7',
    takesCommand: false,
  }
  const openings = await Promise.allSettled(
    Array.from({ length: 10 }, () => openIncident(context(), { ...wish, formKey: randomUUID() })),
  )
  const codes = openings.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  assert.equal(codes.length, 1, 'the others are told which there is')
  for (let round = 0; round < 8; round += 1) {
    const code = await openIncident(context(), { ...wish, alert: undefined, formKey: randomUUID() })
    await Promise.allSettled([
      closeIncident(context(), code, 'Xong'),
      addTask(context(), code, {
        title: 'Thêm',
        what: '',
        organisation: 'H32',
        dueAt: new Date(Date.now() + 3_600_000),
        formKey: randomUUID(),
      }),
    ])
    const [row] = await t.sql<{ state: string; open: number }[]>`
      select i.state, (select count(*) from incidents.task k where k.incident = i.code and k.state = 'open')::int as open
      from incidents.incident i where i.code = ${code}`
    assert.ok(row?.state === 'open' || row?.open === 0, `${row?.state} with ${row?.open}`)
  }
})
