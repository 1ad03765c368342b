// What was shown at a moment is what is shown when it is asked for again.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import type { Actor } from '#platform/context'
import { Problem } from '#platform/errors'
import { applicationRole } from '#platform/migrations'
import { inTransaction, type Sql } from '#platform/sql'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { wakeTimers } from '../clock/wake.ts'
import { giveDirective } from '../giving/give.ts'
import { issueDirective } from '../giving/issue.ts'
import { GivenDirective } from '../model.ts'
import { issued, ok, opinion } from '../testing.ts'
import { type Transition, transition } from '../transitions.ts'
import { listRequests, requestsBy } from '../working/request-store.ts'
import { listBoard } from './board.ts'
import { countDirectives } from './count.ts'
import { summariseDirectives } from './faces.ts'
import { getWhole } from './find.ts'
import { countPartsBy, listPartsBy } from './list.ts'
import type { At } from './past.ts'

const hourMs = 3_600_000
const span = { from: '2026-11-01', to: '2026-11-30' }
const permissions = { 'directive:read': 'all', 'directive:work': 'all', 'directive:give': 'all' } as const
const people = ['an', 'binh', 'chi'].map((who): Actor => makeActor(who, permissions))

const wishes: Transition[] = [
  { deed: 'accept' },
  { deed: 'report', percent: 40, words: 'Đã làm một phần.' },
  { deed: 'submit', words: 'Đã làm xong cả.' },
  { deed: 'verify', words: 'Đã xem đủ.' },
  { deed: 'return', reason: 'Chưa đủ kết quả.' },
  { deed: 'ask-extension', days: 2, reason: 'Cần thêm thời gian.' },
  { deed: 'decide-extension', granted: true, answer: 'Đồng ý thêm.' },
  { deed: 'ask-adjustment', reason: 'Xin đổi nội dung.' },
  { deed: 'decide-adjustment', granted: true, answer: 'Đồng ý đổi.', organisation: 'H32.TC', days: 4 },
  { deed: 'reopen', reason: 'Phát sinh lại.', days: 3 },
  { deed: 'withdraw', reason: 'Không còn cần.' },
]
const step = fc.record({
  hours: fc.constantFrom(0, 1, 5, 30, 80),
  who: fc.nat(people.length - 1),
  part: fc.nat(2),
  // Withdrawing ends a story: seldom.
  wish: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...wishes.slice(0, -1)) }, fc.constantFrom(...wishes)),
})

/** All that the room shows, as it is or was. */
async function shown(t: DbTest, codes: readonly string[], at?: At) {
  const ctx = t.context()
  const counts: number[] = []
  for (const group of ['qua-han', 'tuan-nay', 'xong'] as const) counts.push(await countPartsBy(ctx, { group, at }))
  const wholes: unknown[] = []
  for (const code of codes)
    wholes.push([
      await getWhole(ctx, code, at).catch(() => undefined),
      requestsBy(await listRequests(ctx.sql, code), at?.knownAt),
    ])
  const rows = await listPartsBy(ctx, { limit: 50, at })
  const second = await listPartsBy(ctx, { limit: 50, after: rows[0]?.code, sort: 'due', at })
  return {
    rows,
    second,
    counts,
    wholes,
    board: await listBoard(ctx, at),
    sum: await summariseDirectives(ctx, 'all', at),
    month: await countDirectives(ctx, { ...span, at }),
  }
}

const attempt = (work: Promise<unknown>) =>
  work.catch((error) => {
    if (!(error instanceof Problem) || error.status >= 500) throw error
  })

dbTest('whatever is done to tasks, asked as of any instant they are as they stood then', async (t) => {
  const walks = fc.sample(fc.array(step, { minLength: 11, maxLength: 13 }), { numRuns: 2, seed: 20261130 })
  for (const [run, walk] of walks.entries()) {
    const moments: { at: Date; was: unknown }[] = []
    let now = new Date(t.now.getTime() + run * 24 * 30 * hourMs)
    const ctx = t.at(now).context(people[0])
    const parts = ['H32.KHCN', 'H32.YT', 'H32.22366'].map((organisation) => ({
      organisation,
      deadline: { budget: { amount: 2 } },
    }))
    const code = await giveDirective(ctx, GivenDirective.parse(opinion({ parts })))
    const codes = parts.map((_, index) => `${code}.${index + 1}`)
    for (const [index, { hours, who, part, wish }] of walk.entries()) {
      // Of what is done at one instant the last stands.
      if (hours > 0) moments.push({ at: now, was: await shown(t.at(now), codes) })
      now = new Date(now.getTime() + hours * hourMs)
      const then = t.at(now)
      if (index === 0) {
        const on = new Date(now.getTime() + 7 * hourMs).toISOString().slice(0, 10)
        await issueDirective(then.context(), code, { number: `${run + 1}/THU`, on })
      } else await attempt(transition(then.context(people[who]), { code: codes[part] ?? code }, wish))
      if (hours >= 30) await wakeTimers(then.context())
    }
    const later = t.at(new Date(now.getTime() + hourMs))
    await checkWorkedOut(t, codes)
    for (const { at, was } of moments) {
      const day = new Date(at.getTime() + 7 * hourMs).toISOString().slice(0, 10)
      assert.deepEqual(await shown(later, codes, { asOf: day, knownAt: at, text: day }), was, at.toISOString())
    }
  }
})

/** What the migration makes of the hops alone: as it was, but for deadlines that nothing tells any more and for terms changed since. */
async function checkWorkedOut({ sql }: DbTest, codes: readonly string[]): Promise<void> {
  const script = await readFile(new URL('../migrations/0004_former_parts_before.sql', import.meta.url), 'utf8')
  const read = (sql: Sql) => sql<Record<string, unknown>[]>`
    select code, state, round, started_at, progress, returned, escalated, submitted_at, done_at, done_in_time, verified_by, moved_at,
      stood_until, due_at, array(select doer from unnest(doers) doer order by 1) as doers
    from directives.former_part where code = any(${[...codes]}) order by code, moved_at`
  const kept = await read(sql)
  await inTransaction(sql, async (inner) => {
    // As whoever migrates: the program itself cannot take back what it kept.
    await inner`set local role none`
    await inner`delete from directives.former_part`
    await inner.unsafe(script)
    const made = await read(inner)
    assert.deepEqual(
      made.map(({ dueAt, ...row }, at) => ({ ...row, dueAt: dueAt ?? kept[at]?.dueAt })),
      kept.map(({ dueAt, ...row }) => ({ ...row, dueAt })),
    )
    assert.ok(made.filter(({ dueAt }) => dueAt).length > 3)
    throw undo
  }).catch((error) => assert.equal(error, undo))
}

const undo = new Error('all of it is undone')

const files = [
  '/nhiem-vu/danh-sach',
  '/nhiem-vu/danh-sach?nhom=qua-han',
  '/nhiem-vu',
  '/nhiem-vu/theo-doi?thang=2026-11',
]

const wordsOf = (body: string, from: string, to: string) =>
  body
    .slice(body.indexOf(from), body.indexOf(to, body.indexOf(from)))
    // How long ago something was is said from now.
    .replaceAll(/<time[^>]* datetime="([^"]+)"[^>]*>[^<]*<\/time>/gi, '$1')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')

/** What somebody reads at a moment: the files of the lists, the API, and the page of one task without what only surrounds it. */
async function read(t: DbTest, code: string, tai?: string) {
  const leader = t.as('phochutich')
  const asked = (url: string) => (tai ? `${url}${url.includes('?') ? '&' : '?'}tai=${tai}` : url)
  const csv: string[] = []
  for (const file of files) csv.push((await leader.get(asked(`${file}${file.includes('?') ? '&' : '?'}tep=csv`))).body)
  const detail = await leader.get(asked(`/nhiem-vu/${code}`))
  const asOf = tai ? `?asOf=${tai}:00%2B07:00` : ''
  return {
    csv,
    status: detail.statusCode,
    facts: wordsOf(detail.body, '<dl', '</dl>'),
    story: wordsOf(detail.body, '<ol class="timeline"', '</ol>'),
    evidence: wordsOf(detail.body, 'id="minh-chung"', '</ul>'),
    api: (await leader.get(`/api/v1/directives/${code}${asOf}`)).json(),
    list: (await leader.get(`/api/v1/directives${asOf}`)).json(),
    calendar: wordsOf(
      (await leader.get(asked('/nhiem-vu/lich?thang=2026-11'))).body,
      '<table class="month"',
      '</table>',
    ),
    source: wordsOf(
      (await leader.get(asked('/chi-tieu/dossier.on-time'))).body,
      'Nhiệm vụ đã giao từ chỉ tiêu',
      '</table>',
    ),
  }
}

dbTest('pages, files and API of an earlier moment tell what they told then, and change nothing', async (t) => {
  const source = { kind: 'indicator', code: 'dossier.on-time', title: 'Hồ sơ đúng hạn' }
  const code = await issued(t, { source })
  const day = (date: string) => t.at(new Date(`${date}:00+07:00`))
  const moments = ['2026-11-23T10:00', '2026-11-24T09:00', '2026-11-26T15:00', '2026-12-02T08:00', '2026-12-03T16:00']
  const deeds = [
    { who: 'dulieu-khcn', deeds: [{ deed: 'accept' }, { deed: 'report', percent: 40, words: 'Đã làm một phần.' }] },
    { who: 'dulieu-khcn', deeds: [{ deed: 'ask-extension', days: 2, reason: 'Cần thêm thời gian.' }] },
    { who: 'phochutich', deeds: [{ deed: 'decide-extension', granted: true, answer: 'Đồng ý thêm.' }] },
    { who: 'dulieu-khcn', deeds: [{ deed: 'submit', words: 'Đã làm xong cả.' }] },
    { who: 'phochutich', deeds: [{ deed: 'verify', words: 'Đã xem đủ.' }] },
  ]
  const was: unknown[] = []
  for (const [index, moment] of moments.entries()) {
    was.push(await read(day(moment), code))
    const next = new Date(day(moment).now.getTime() + 60_000)
    for (const deed of deeds[index]?.deeds ?? []) await ok(t.at(next), deeds[index]?.who ?? '', code, deed)
  }
  const later = day('2026-12-08T10:00')
  await issued(later)
  for (const [index, moment] of moments.entries()) assert.deepEqual(await read(later, code, moment), was[index], moment)
  const then = await later.as('phochutich').get(`/nhiem-vu/${code}?tai=2026-11-24T09:00`)
  assert.match(then.body, /Đang xem lại nhiệm vụ như đã biết lúc 09:00 24\/11\/2026/)
  assert.doesNotMatch(
    then.body.slice(then.body.indexOf('<main'), then.body.indexOf('</main')),
    /method="post"|data-live="directive/,
  )
  for (const page of ['', '/danh-sach', '/lich', '/theo-doi', `/${code}`, `/${code}/phieu-giao`]) {
    const { body } = await later.as('phochutich').get(`/nhiem-vu${page}?tai=2026-11-24T09:00`)
    assert.match(body, /Đang xem lại nhiệm vụ như đã biết lúc 09:00 24\/11\/2026/, page)
    const links = [...body.slice(body.indexOf('<main')).matchAll(/<a[^>]*href="(\/nhiem-vu[^"]*)"[^>]*>(?!Về )/g)].map(
      ([, href = '']) => href,
    )
    const stray = links.filter((href) => !href.includes('tai='))
    assert.deepEqual(stray, [], `links of ${page} stay there`)
  }
  // As if all of it had happened before changes were kept.
  await t.sql`set local role none`
  await t.sql`update directives.former_part set kept = false, due_at = null`
  await t.sql.unsafe(`set local role ${applicationRole}`)
  for (const page of ['', '/danh-sach', '/theo-doi', `/${code}`]) {
    const { body } = await later.as('phochutich').get(`/nhiem-vu${page}?tai=2026-11-24T09:00`)
    assert.match(body, /Một phần được dựng lại từ diễn biến/, page)
    if (page === '/danh-sach' || page === `/${code}`) assert.match(body, /Hạn khi đó không còn lưu/, page)
  }
  const before = await later.as('phochutich').get(`/nhiem-vu/${code}?tai=2026-11-20`)
  assert.equal(before.statusCode, 404, 'nobody had said it yet')
  const early = (await later.as('phochutich').get('/api/v1/directives?asOf=2026-11-20')).json()
  assert.deepEqual(early.directives, [])
})
