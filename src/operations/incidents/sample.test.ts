import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { listOpenIncidents } from './record/face.ts'
import { makeSample } from './sample.ts'
import { plain } from './testing.ts'

dbTest('the demonstration has a flood that is over, an exercise under way and a roster with gaps ahead', async (t) => {
  const began = performance.now()
  await makeSample(t.context())
  assert.ok(performance.now() - began < 20_000)
  const open = await listOpenIncidents(t.context())
  assert.deepEqual(
    open.map(({ exercise }) => exercise),
    [true],
  )
  const operator = t.as('trucban')
  const list = plain((await operator.get('/tinh-huong')).body)
  assert.match(list, /Lũ trên sông vượt báo động 2 \(minh họa\)/)
  assert.match(list, /Đã đóng/)
  const roster = plain((await operator.get('/ca-truc')).body)
  assert.match(roster, /Trưởng ca: \S+/)
  assert.match(roster, /chưa có người/)
  const [flood] = await t.sql<{ code: string }[]>`select code from incidents.incident where not exercise`
  assert.match(plain((await operator.get(`/tinh-huong/${flood?.code}/bao-cao/1`)).body), /214 hộ, 731 người/)
  assert.match(plain((await operator.get(`/tinh-huong/${flood?.code}/ban-tin`)).body), /Đã hủy bởi số 2/)
})

dbTest('it is made on the day of the installation too, when nobody held a role before', async (t) => {
  await t.sql`update identity.role_assignment set valid_from = '2026-11-23'`
  await makeSample(t.context())
  assert.equal((await listOpenIncidents(t.context())).length, 1)
})
