import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { feedPortfolio } from './portfolio-feed.ts'
import { loadSamples, sendFile } from './testing.ts'

const head =
  'Date Reported As Of,PID,Project Name,Description,Category,Borough,Managing Agency,Client Agency,Current Phase,Design Start,Budget Forecast,Latest Budget Changes,Total Budget Changes,Forecast Completion,Latest Schedule Changes,Total Schedule Changes'
const line = (on: string, pid: string, phase: string, budget: string) =>
  `${on} 12:00:00 AM,${pid},Cầu thử ${pid},,Bridges,Bronx,DOT,NA,${phase},01/01/2015,${budget},,,12/31/2020,12,`

const path = '/danh-muc-du-an'

dbTest(
  'reports of a project become its list, a movement for each change of its budget, whatever their order',
  async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    const send = (name: string, lines: string[]) =>
      sendFile(ctx, 'nyc-capital-changes', { name, bytes: [head, ...lines, ''].join('\n') })
    await send('may.csv', [
      line('05/01/2019', '100', 'Design', '5000000.50'),
      line('05/01/2019', '200', 'Design', '1000000'),
    ])
    await feedPortfolio(ctx, 'nyc-capital-changes')
    await send('sau.csv', [line('09/01/2019', '100', 'Construction', '7000000')])
    await send('truoc.csv', [line('01/01/2019', '100', 'Design', '4000000')])
    await feedPortfolio(ctx, 'nyc-capital-changes')
    await feedPortfolio(ctx, 'nyc-capital-changes')

    const reader = t.as('phantich')
    const list = await reader.get(`${path}?nguon=nyc-capital-changes&nam=2019`)
    assert.match(list.body, /Dữ liệu mẫu, không phải của tỉnh/)
    assert.match(list.body, /triệu USD/)
    const { body } = await reader.get(`${path}/nyc-capital-changes.100`)
    assert.match(body, /Construction/)
    assert.match(body, /7,0/)
    const [sums] = await t.sql<{ planned: string; movements: number }[]>`
    select p.planned, (select count(*) from portfolio.movement m where m.project = p.id) as movements
    from portfolio.project p where p.code = 'nyc-capital-changes.100'`
    assert.equal(Number(sums?.planned), 7_000_000)
    assert.equal(
      (await t.as('lanhdao').get(`${path}/nyc-capital-changes.100`)).statusCode,
      404,
      'no leader of the province',
    )
  },
)
