import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { getCalendarOf } from '#calendar'
import { dbTest } from '#test/harness'
import { viewProcess } from '../process/read.ts'
import { worldOf } from '../seed.ts'
import { sendFile } from '../testing.ts'
import { dossierFiles } from './dossiers.ts'
import { Profile } from './profile.ts'

dbTest('the demonstration tells the steps of dossiers, and they agree with the dossiers', async (t) => {
  const ctx = t.context()
  const text = await readFile(join(ctx.config.packDir, 'demo', 'profile.yaml'), 'utf8')
  const profile = Profile.parse(parse(text))
  const world = await worldOf(ctx, { ...profile, steps: { ...profile.steps, share: 1 } }, 0.0008)
  let aside = 0
  let steps = 0
  for (const file of dossierFiles(world)) {
    const outcome = await sendFile(ctx, file.contract, { name: file.name, bytes: file.bytes })
    if (file.contract !== 'dossier-steps') continue
    aside += outcome.quarantined
    steps += outcome.received
  }
  assert.ok(aside > 0 && aside < steps * 0.02, `${aside} of ${steps} steps are set aside`)

  // Where a step was set aside its case may lack its end; nothing else may tell the two apart.
  const [told] = await t.sql<{ both: number; apart: number; early: number }[]>`
    select count(*) as both,
      count(*) filter (where s.ended_at is distinct from d.ended_at or s.due_at <> d.due_at or s.state <> d.state
        or s.started_at <> d.started_at) as apart,
      count(*) filter (where s.ended_at < s.started_at) as early
    from warehouse.process_case s join warehouse.process_case d on d.case_id = s.case_id and d.source = 'one-stop-dossiers'
    where s.source = 'dossier-steps' and s.ended_at is not null`
  assert.ok(told && told.both > 300, `${told?.both} ended cases stand in both sources`)
  assert.equal(told.apart, 0)
  assert.equal(told.early, 0)

  const [outside] = await t.sql<{ count: number }[]>`
    with timed as (
      select occurred_at at time zone 'Asia/Ho_Chi_Minh' as local, started_at, ended_at, occurred_at
      from warehouse.case_event where source = 'dossier-steps')
    select count(*) as count from timed
    where occurred_at <> started_at and occurred_at is distinct from ended_at
      and not (local::time between '07:30' and '11:30' or local::time between '13:30' and '17:00')`
  assert.equal(outside?.count, 0)

  const calendar = await getCalendarOf(ctx, 'H32')
  const view = await viewProcess(t.sql, { source: 'dossier-steps', calendar, now: ctx.now, variants: 200 })
  const named = new Map(view.activities.map((activity) => [activity.name, activity]))
  for (const name of [
    'Tiếp nhận',
    'Phân công',
    'Thẩm định',
    'Lấy ý kiến',
    'Bổ sung giấy tờ',
    'Ký duyệt',
    'Trả kết quả',
  ])
    assert.ok(named.has(name), name)
  assert.ok(view.variantCount >= 8, `${view.variantCount} variants`)
  assert.ok(view.reworkCases > 0 && view.late > 0 && view.lateCauses.length > 0 && view.casesWithHandover > 0)
  const appraisal = named.get('Thẩm định')
  assert.ok(appraisal?.meanServiceMs && appraisal.meanWaitingMs, 'work and waiting are told apart')
})
