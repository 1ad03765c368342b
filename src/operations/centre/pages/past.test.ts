import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { sampleDossiers, takeIn } from './testing.ts'

const early = '2026-11-23T11:00'

/** A dossier is corrected and another comes, three hours after the first file. */
async function changed(t: DbTest): Promise<DbTest> {
  await takeIn(t.context(), sampleDossiers)
  const later = t.at(new Date(t.now.getTime() + 3 * 3_600_000))
  const of = { area: '22366', startedOn: '2026-11-02', dueOn: '2026-11-06' }
  await takeIn(later.context(), [
    { ...of, code: 'H32.22366-261102-1005', endedOn: '2026-11-12' },
    { ...of, code: 'H32.22366-261102-1099', endedOn: '2026-11-09' },
  ])
  return later
}

async function idAt(t: DbTest, tai?: string): Promise<number> {
  const asOf = tai && `&asOf=${tai}:00%2B07:00`
  const answer = await t
    .as('lanhdao')
    .get(`/api/v1/indicators/dossier.on-time/facts?organisation=H32.22366&period=2026-11${asOf ?? ''}`)
  return answer.json().facts.find(({ area }: { area: string }) => area === '').id
}

const rowsOf = (csv: string) => csv.trim().split('\r\n').slice(1)

dbTest('the records behind a number are those that were known when it was shown, as they were', async (t) => {
  const later = await changed(t)
  const [then, now] = [await idAt(later, early), await idAt(later)]
  assert.notEqual(then, now)
  const leader = later.as('lanhdao')
  const file = async (id: number, query: string) =>
    rowsOf((await leader.get(`/so-lieu/${id}/ban-ghi.csv?${query}`)).body)
  assert.equal((await file(now, '')).length, 13)
  const old = await file(then, `tai=${early}`)
  assert.equal(old.length, 12)
  assert.match(old.find((row) => row.includes('1005')) ?? '', /05\/11\/2026/, 'ended as it was said then')
  assert.equal((await file(then, `tai=${early}&phan=0`)).length, 9, 'of the numerator')
  assert.deepEqual(await file(then, ''), old, 'a number that was replaced keeps its own records')
  const page = await leader.get(`/so-lieu/${then}?tai=${early}`)
  assert.match(page.body, /Bản ghi như đã biết lúc 11:00 23\/11\/2026[\s\S]*Đủ 12 bản ghi/)
  assert.match((await leader.get(`/so-lieu/${now}`)).body, /1099/)
  assert.doesNotMatch((await leader.get(`/so-lieu/${now}`)).body, /Bản ghi như đã biết/)
  const api = (await leader.get(`/api/v1/facts/${then}/records`)).json()
  assert.deepEqual([api.count, api.records.length], [12, 12])
  const before = (await leader.get(`/api/v1/facts/${now}/records?asOf=2026-11-01`)).json()
  assert.equal(before.count, 0, 'nothing was known yet')
})
