import assert from 'node:assert/strict'
import { getCalendarOf } from '#calendar'
import type { Context } from '#platform/context'
import { dbTest } from '#test/harness'
import { keepContract, readContract } from './contracts.ts'
import type { KindName } from './kinds.ts'
import { knowledgeOf } from './knowledge.ts'
import { listCases, listCaseTypes } from './process/cases.ts'
import { viewProcess } from './process/read.ts'
import { countRecords, listRecords, type RecordQuery } from './records.ts'
import { applyContract } from './revision.ts'
import { loadSamples, makeSource, sendFile } from './testing.ts'

const source = 'test-permits'
const hour = 3_600_000

/** The same choices every time. */
function chooser(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

const askFor = (kind: KindName, at: string | undefined): RecordQuery => ({
  kind,
  sources: [source],
  at,
  where: [],
  organisations: [{ code: 'MAU.CP', from: '2000-01-01', to: '2100-01-01' }],
  asked: { today: '2026-11-23', timeZone: 'Asia/Ho_Chi_Minh' },
})

const day = (choose: (below: number) => number) => `${String(1 + choose(28)).padStart(2, '0')}/02/2026`

dbTest('records asked as of any earlier hour are those that were listed then, whatever came since', async (t) => {
  await loadSamples(t.context())
  const choose = chooser(7)
  const contract = await makeSource(t.context(), { mode: 'full' })
  const query = askFor('case', 'startedAt')
  const seen: { at: Date; rows: unknown }[] = []
  const look = async (ctx: ReturnType<typeof t.context>) =>
    seen.push({ at: ctx.now, rows: (await listRecords(ctx.sql, query, { limit: 100 })).map(({ fields }) => fields) })
  for (let round = 1; round <= 7; round += 1) {
    const ctx = t.at(new Date(t.now.getTime() + round * hour)).context()
    const lines = Array.from({ length: 8 }, (_, id) => `c${id},${day(choose)},,${choose(4)}`)
    const text = ['id,start,end,fee', ...lines.filter(() => choose(4) > 0), ''].join('\n')
    await sendFile(ctx, source, { name: `${round}.csv`, bytes: text })
    if (round === 5) {
      const columns = contract.columns
        .filter(({ name }) => name !== 'fee')
        .concat({ name: 'fee', type: 'text' } as never)
      const read = readContract({ ...contract, columns }, await knowledgeOf(ctx))
      assert.ok('contract' in read)
      await keepContract(ctx, { contract: read.contract, pack: 'test' }, { by: 'somebody' })
      await applyContract(ctx, source, 2, 'Lệ phí ghi bằng chữ.')
    }
    await look(ctx)
  }
  assert.ok(seen.some(({ rows }) => JSON.stringify(rows) !== JSON.stringify(seen[0]?.rows)))
  for (const { at, rows } of seen) {
    const then = { ...query, knownAt: at }
    const found = (await listRecords(t.sql, then, { limit: 100 })).map(({ fields }) => fields)
    assert.deepEqual(found, rows, at.toISOString())
    assert.equal(await countRecords(t.sql, then), found.length)
  }
  assert.equal(await countRecords(t.sql, { ...query, knownAt: t.now }), 0)
  await assert.rejects(t.sql`update warehouse.former_row set known_from = now()`, /permission denied/)
})

dbTest('a case made of its events is what the events known by then said of it', async (t) => {
  await loadSamples(t.context())
  const choose = chooser(11)
  await makeSource(t.context(), {
    kind: 'case-event',
    columns: [
      { name: 'id', required: true },
      { name: 'step', required: true },
      { name: 'on', type: 'date', patterns: ['dd/MM/yyyy'], required: true },
      { name: 'state' },
    ],
    key: ['id', 'step'],
    map: {
      caseId: { column: 'id' },
      activity: { column: 'step' },
      occurredAt: { column: 'on' },
      state: { column: 'state' },
    },
  })
  const query = askFor('case', 'startedAt')
  const seen: { at: Date; rows: unknown; process: unknown }[] = []
  for (let round = 1; round <= 8; round += 1) {
    const ctx = t.at(new Date(t.now.getTime() + round * hour)).context()
    const lines = Array.from({ length: 5 }, () => `c${choose(3)},s${choose(4)},${day(choose)},t${choose(3)}`)
    const firsts = new Map(lines.map((line) => [line.slice(0, 5), line]))
    await sendFile(ctx, source, {
      name: `${round}.csv`,
      bytes: ['id,step,on,state', ...firsts.values(), ''].join('\n'),
    })
    seen.push({
      at: ctx.now,
      rows: (await listRecords(t.sql, query, { limit: 100 })).map(({ fields }) => fields),
      process: await lookAtProcess(ctx),
    })
  }
  for (const { at, rows, process } of seen) {
    assert.deepEqual(await lookAtProcess(t.context(), at), process, at.toISOString())
    const found = await listRecords(t.sql, { ...query, knownAt: at }, { limit: 100 })
    assert.deepEqual(
      found.map(({ fields }) => fields),
      rows,
      at.toISOString(),
    )
  }
})

/** What the pages of the process view show of the log: steps, ways, the cases behind a step, a way and a repeated step. */
async function lookAtProcess(ctx: Context, knownAt?: Date) {
  const log = { source, now: ctx.now, knownAt, limit: 100 }
  const calendar = await getCalendarOf(ctx, 'H32')
  const view = await viewProcess(ctx.sql, { ...log, now: knownAt ?? ctx.now, calendar })
  const idsOf = async (part: { activity?: string; variant?: string[]; repeated?: boolean }) =>
    (await listCases(ctx.sql, { ...log, ...part })).map(({ caseId }) => caseId)
  return {
    view,
    types: await listCaseTypes(ctx.sql, log, 9),
    ofSteps: await Promise.all(view.activities.map(({ name }) => idsOf({ activity: name }))),
    ofWays: await Promise.all(view.variants.map(({ activities }) => idsOf({ variant: activities }))),
    repeated: await idsOf({ repeated: true }),
  }
}
