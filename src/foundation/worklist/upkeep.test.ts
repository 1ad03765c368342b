import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Sql } from '#platform/sql'
import { browser, type CloneTest, cloneTest, type DbTest, dbTest, signIn, testNow } from '#test/harness'
import { closeItem, openItem, type WorkItem } from './index.ts'
import { returnOrphans, wake } from './jobs.ts'
import { type Bounds, bandOf, boundsOf, plainCalendar } from './model.ts'
import { countByKind, countHeld, countLoads, countPiles, noBands } from './reading/counts.ts'
import type { Sight } from './reading/sight.ts'
import { foldTally, listHeldIds, setHolder, takeNewlyLate } from './store.ts'

const units = ['H32.22366', 'H32.22366.VP', 'H32.22736']
const permissions = ['entry:write', 'entry:approve']
const holders = ['dulieu-nhatrang', 'chutich-nhatrang', null]
const sight: Sight = {
  everywhere: ['entry:approve'],
  within: [{ permissions: ['entry:write'], organisations: ['H32.22366', 'H32.22366.VP'] }],
}

interface Listed {
  holder: string | null
  permission: string
  organisation: string
  capability: string
  kind: string
  dueAt: Date | null
}

/** What the counts must be: item by item. */
const listAll = (sql: Sql) => sql<Listed[]>`
  select holder, permission, organisation, capability, kind, due_at from worklist.item where closed_at is null`

const isSeen = ({ permission, organisation }: Listed): boolean =>
  permission === 'entry:approve' || organisation.startsWith('H32.22366')

async function checkCounts(sql: Sql, bounds: Bounds): Promise<void> {
  const items = await listAll(sql)
  const isLate = ({ dueAt }: Listed) => dueAt !== null && dueAt < bounds.now
  for (const holder of holders) {
    const own = items.filter((item) => item.holder === holder)
    if (holder !== null)
      assert.deepEqual(
        { ...(await countHeld(sql, holder, bounds.now)) },
        { open: own.length, late: own.filter(isLate).length },
      )
    const bands = noBands()
    for (const item of own.filter(isSeen)) bands[bandOf(item.dueAt, bounds)] += 1
    const counted = noBands()
    for (const one of await countByKind(sql, { holder: holder ?? '', sight }, bounds))
      for (const band of Object.keys(counted) as (keyof typeof counted)[]) counted[band] += one.bands[band]
    assert.deepEqual(counted, bands, String(holder))
    if (holder === null) assert.equal(await countPiles(sql, sight), own.filter(isSeen).length)
  }
  const loads = await countLoads(sql, units.slice(0, 2), bounds)
  const inUnit = items.filter(({ organisation }) => units.slice(0, 2).includes(organisation))
  for (const holder of new Set(inUnit.map((item) => item.holder))) {
    const own = inUnit.filter((item) => item.holder === holder)
    const soon = own.filter((item) => !isLate(item) && item.dueAt !== null && item.dueAt < bounds.twoDaysEnd)
    assert.deepEqual(
      { ...loads.find((load) => load.holder === holder) },
      { holder, open: own.length, late: own.filter(isLate).length, dueSoon: soon.length },
    )
  }
  assert.equal(loads.length, new Set(inUnit.map((item) => item.holder)).size)
}

const code = fc.integer({ min: 0, max: 7 }).map((n) => `viec-${n}`)
const due = fc.option(fc.integer({ min: -60 * 24 * 3, max: 60 * 24 * 12 }))
const change = fc.oneof(
  fc.record({
    does: fc.constant('open' as const),
    code,
    due,
    unit: fc.constantFrom(...units),
    permission: fc.constantFrom(...permissions),
    holder: fc.constantFrom(...holders),
  }),
  fc.record({ does: fc.constant('close' as const), code }),
  fc.record({ does: fc.constant('move' as const), from: fc.constantFrom(...holders), to: fc.constantFrom(...holders) }),
  fc.record({ does: fc.constant('fold' as const) }),
  fc.record({ does: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 3000 }) }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

const itemOf = (one: Change & { does: 'open' }, now: Date): WorkItem => ({
  capability: one.code.endsWith('1') ? 'directives' : 'duties',
  kind: 'duty',
  code: one.code,
  title: `Việc ${one.code}`,
  organisation: one.unit,
  permission: one.permission,
  url: '/',
  ...(one.holder ? { assignee: one.holder } : {}),
  ...(one.due === null ? {} : { dueAt: new Date(now.getTime() + one.due * 60_000) }),
})

async function apply(t: DbTest, one: Change): Promise<DbTest> {
  if (one.does === 'open') await openItem(t.context(), itemOf(one, t.now))
  if (one.does === 'close')
    for (const capability of ['directives', 'duties'])
      await closeItem(t.context(), { capability, kind: 'duty', code: one.code })
  if (one.does === 'move')
    await setHolder(t.sql, (await listHeldIds(t.sql, one.from ?? '', 3)).slice(0, 2), one.to, t.now)
  if (one.does === 'fold') await foldTally(t.sql)
  return one.does === 'wait' ? t.at(new Date(t.now.getTime() + one.minutes * 60_000)) : t
}

dbTest('every count is what counting item by item gives, whatever happened and whatever time it is', async (t) => {
  const calendar = plainCalendar('Asia/Ho_Chi_Minh')
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 25 }), async (changes) => {
      await t.sql`delete from worklist.item`
      let moment = t
      for (const one of changes) moment = await apply(moment, one)
      await checkCounts(t.sql, boundsOf(calendar, moment.now))
      await foldTally(t.sql)
      await checkCounts(t.sql, boundsOf(calendar, moment.now))
      const [left] = await t.sql<{ doubled: number }[]>`
        select count(*)::int as doubled from worklist.tally where not folded or items <= 0`
      assert.equal(left?.doubled, 0, 'one row a key when folded, and none that holds nothing')
    }),
    { numRuns: 25 },
  )
})

cloneTest('counts are right at every moment while many change items and the tally is folded', async (t) => {
  const ctx = t.context()
  const item = (n: number): WorkItem => ({
    capability: 'duties',
    kind: 'duty',
    code: `viec-${n % 40}`,
    title: `Việc ${n}`,
    organisation: units[n % 3] ?? '',
    permission: permissions[n % 2] ?? '',
    url: '/',
    assignee: n % 5 === 0 ? undefined : `nguoi-${n % 4}`,
    dueAt: new Date(testNow.getTime() + (n % 9) * 3600_000),
  })
  let isOver = false
  const worker = async (seed: number) => {
    for (let n = seed; n < seed + 120; n += 1)
      await (n % 3 === 2 ? closeItem(ctx, keyOf(item(n * 7))) : openItem(ctx, item(n * 7)))
  }
  const keyOf = ({ capability, kind, code }: WorkItem) => ({ capability, kind, code })
  const folder = async () => {
    while (!isOver) await wake(ctx)
  }
  let looks = 0
  const looker = async () => {
    while (!isOver) {
      const [row] = await t.sql<{ tally: number; items: number }[]>`
        select (select coalesce(sum(items), 0)::int from worklist.tally) as tally,
          (select count(*)::int from worklist.item where closed_at is null) as items`
      assert.equal(row?.tally, row?.items)
      looks += 1
    }
  }
  const others = [folder(), folder(), looker()]
  await Promise.all([0, 31, 62, 93, 124, 155].map(worker)).finally(() => {
    isOver = true
  })
  await Promise.all(others)
  assert.ok(looks > 20, `${looks} looks`)
  await foldTally(t.sql)
  const wrong = await t.sql`
    select from (select coalesce(holder, '') as holder, organisation, permission, count(*) as items from worklist.item
      where closed_at is null group by 1, 2, 3) counted
    full join (select holder, organisation, permission, sum(items) as items from worklist.tally group by 1, 2, 3) kept
      using (holder, organisation, permission)
    where counted.items is distinct from kept.items`
  assert.equal(wrong.length, 0)
})

const waiting = (change: Partial<WorkItem> = {}): WorkItem => ({
  capability: 'duties',
  kind: 'duty',
  code: 'a',
  title: 'Cập nhật số liệu',
  organisation: 'H32.22366',
  permission: 'entry:write',
  url: '/viec/a',
  assignee: 'dulieu-nhatrang',
  ...change,
})

const holderOf = async (sql: Sql) =>
  (await sql<{ holder: string | null }[]>`select holder from worklist.item`)[0]?.holder

dbTest('work of a disabled account, or of one that lost the permission, comes back to the unit, once', async (t) => {
  await openItem(t.context(), waiting())
  assert.equal(await returnOrphans(t.context()), 0)
  const administer = (what: string, fields = {}) =>
    t.as('quantri').submit(`/quan-tri/tai-khoan/dulieu-nhatrang/${what}`, fields)
  await administer('khoa-lai')
  const jobs = await t.sql<{ payload: { account: string } }[]>`
    select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks k on k.id = j.task_id
    where k.identifier = 'on:worklist.access-changed'`
  assert.deepEqual(
    jobs.map(({ payload }) => payload),
    [{ account: 'dulieu-nhatrang' }],
  )
  assert.equal(await returnOrphans(t.context(), 'dulieu-nhatrang'), 1)
  assert.equal(await returnOrphans(t.context(), 'dulieu-nhatrang'), 0)
  assert.equal(await holderOf(t.sql), null)
  await administer('mo-khoa')
  await openItem(t.context(), waiting({ title: 'Vẫn cùng người' }))
  assert.equal(await holderOf(t.sql), null, 'the owner’s same word does not give it back')
  await openItem(t.context(), waiting({ assignee: undefined }))
  await openItem(t.context(), waiting())
  assert.equal(await holderOf(t.sql), 'dulieu-nhatrang')
  const [role] = await t.sql<{ id: number }[]>`
    select id from identity.role_assignment where account = 'dulieu-nhatrang'`
  await administer('vai-tro/ket-thuc', { id: String(role?.id) })
  assert.equal(await returnOrphans(t.context()), 1)
  const deeds = await t.sql`select from ledger.entry where action = 'item.returned' and actor = 'system'`
  assert.equal(deeds.length, 2)
})

dbTest('what became late is told once, to who holds it or to the pile', async (t) => {
  const minute = (n: number) => new Date(testNow.getTime() + n * 60_000)
  await wake(t.context())
  await openItem(t.context(), waiting({ dueAt: minute(5) }))
  await openItem(t.context(), waiting({ code: 'b', assignee: undefined, dueAt: minute(70) }))
  const told = async (n: number) =>
    (await takeNewlyLate(t.sql, minute(n))).map(({ holder, organisation }) => holder ?? organisation)
  assert.deepEqual(await told(4), [])
  assert.deepEqual(await told(6), ['dulieu-nhatrang'])
  assert.deepEqual(await told(6), [])
  assert.deepEqual(await told(7), [])
  assert.deepEqual(await told(200), ['H32.22366'])
})

async function openInbox(t: CloneTest) {
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  await signIn(page, t.url, 'dulieu-nhatrang')
  return { context, page }
}

cloneTest('an open page counts on by itself, says which rows are ticked, and hands them over', async (t) => {
  await t.sql`
    insert into identity.role_assignment (account, role, organisation, valid_from, given_by, given_at)
    values ('canbo-nhatrang', 'custodian', 'H32.22366', '2026-01-01', 'system', now())`
  for (const code of ['a', 'b', 'c']) await openItem(t.context(), waiting({ code, title: `Việc ${code}` }))
  const { context, page } = await openInbox(t)
  try {
    await page.goto(`${t.url}/viec-cua-toi`)
    const badge = page.locator('#so-viec-o-danh-muc')
    assert.equal(await badge.innerText(), '3')
    await openItem(t.context(), waiting({ code: 'd', title: 'Việc d', dueAt: new Date(Date.now() - 3600_000) }))
    await page.locator('#so-viec-o-danh-muc', { hasText: '4 · 1 quá hạn' }).waitFor()
    await page.locator('#so-viec', { hasText: 'Của tôi 4' }).waitFor()
    await page.getByLabel('Đánh dấu Việc a').check()
    await page.getByLabel('Đánh dấu Việc c').check()
    await page.getByText('Đã đánh dấu 2 việc: Việc a; Việc c.').waitFor()
    await page.getByRole('button', { name: 'Bàn giao các việc đã đánh dấu' }).click()
    await page.getByText('2 việc được bàn giao').waitFor()
    await page.getByLabel('Người nhận', { exact: true }).selectOption('canbo-nhatrang')
    await page.getByLabel(/^Lời nhắn cho người nhận/).fill('Nghỉ phép đến hết tuần')
    await page.getByRole('button', { name: 'Bàn giao 2 việc' }).click()
    await page.getByText('Đã bàn giao 2 việc cho Hồ Thị Không Thật').waitFor()
    await page.locator('#so-viec-o-danh-muc', { hasText: '2 · 1 quá hạn' }).waitFor()
  } finally {
    await context.close()
  }
})
