import assert from 'node:assert/strict'
import { raiseAlert, type Severity } from '#alerts'
import type { Context } from '#platform/context'
import { browser, cloneTest, dbTest, findAxeFaults, signIn } from '#test/harness'
import { sampleDossiers, takeIn } from '../pages/testing.ts'

const raise = (ctx: Context, headline: string, severity: Severity = 'high') =>
  raiseAlert(ctx, {
    source: 'thu',
    fingerprint: headline,
    headline,
    severity,
    organisation: 'H32.22366',
    area: '22366',
    at: ctx.now,
  })

dbTest('the desk leads to the playbook in force that an alert goes by, under whichever name', async (t) => {
  const named = { source: 'thu', fingerprint: 'ngap', headline: 'Ngập thử nghiệm', severity: 'high' } as const
  await raiseAlert(t.context(), { ...named, organisation: 'H32.22366', at: t.now, playbook: 'ngap-lut' })
  const operator = t.as('trucban')
  const link = /<h3>Kịch bản<\/h3><p><a href="([^"]+)">/.exec((await operator.get('/ban-truc')).body)?.[1]
  assert.equal((await operator.get(link ?? 'none')).statusCode, 200, link)
})

dbTest(
  'the wall shows numbers, map, alerts, what runs and what it cannot see, and says whose shift it is',
  async (t) => {
    await takeIn(t.context(), sampleDossiers)
    await raise(t.context(), 'Ngập cục bộ tại cầu thử nghiệm')
    const { body, statusCode } = await t.as('trucban').get('/man-hinh')
    assert.equal(statusCode, 200)
    assert.match(body, /data-face="wall"/)
    assert.match(body, /dữ liệu minh họa/)
    assert.match(body, /Tỷ lệ hồ sơ giải quyết đúng hạn[\s\S]*76,92/)
    assert.match(body, /Ngập cục bộ tại cầu thử nghiệm/)
    assert.match(body, /nguồn đúng hạn/)
    assert.match(body, /ca trực|trưởng ca/)
  },
)

dbTest('the wall turns from map to map while it is calm, and stands still once something grave is open', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const address = '/man-hinh?canh=dossier.on-time,dossier.received'
  const nextOf = async (url: string) =>
    /id="wall-map"[^>]*data-next="([^"]*)"/.exec((await t.as('trucban').get(url)).body)?.[1]?.replaceAll('&amp;', '&')
  const next = await nextOf(address)
  assert.match(next ?? '', /c=1/)
  assert.doesNotMatch((await nextOf(next ?? '')) ?? '', /c=1/, 'and back to the first')
  assert.equal(await nextOf(`${address}&xoay=khong`), undefined)
  assert.equal(await nextOf(`${address}&chon=CB-1`), undefined)
  await raise(t.context(), 'Cháy rừng (thử nghiệm)', 'critical')
  assert.equal(await nextOf(address), undefined)
})

dbTest('an operator takes an alert at the desk and is back there; what he holds lies in his box', async (t) => {
  const code = await raise(t.context(), 'Mất kết nối trạm thử nghiệm')
  const operator = t.as('trucban')
  const desk = await operator.get('/ban-truc')
  assert.match(desk.body, /Mất kết nối trạm thử nghiệm/)
  assert.match(desk.body, /Giao nhiệm vụ/)
  const back = `/ban-truc?hop=moi&chon=${code}`
  const taken = await operator.submit(`/canh-bao/${code}`, { viec: 'nhan', ve: back })
  assert.equal(taken.headers.location, back)
  const own = await operator.get('/ban-truc?hop=cua-toi')
  assert.match(own.body, /Mất kết nối trạm thử nghiệm/)
  assert.equal(
    (await operator.submit(`/canh-bao/${code}`, { viec: 'xu-ly', ve: 'https://elsewhere.invalid/' })).headers.location,
    '/',
    'no press leads to another site',
  )
})

dbTest(
  'a commune sees on the overview what runs in its own reach, and nobody is offered what he may not do',
  async (t) => {
    await takeIn(t.context(), sampleDossiers)
    const leader = await t.as('lanhdao').get('/')
    assert.match(leader.body, /Đang điều hành/)
    assert.match(leader.body, /href="\/nhiem-vu\/giao\?loai=indicator[^"]*dossier\.on-time/)
    const reader = await t.as('kiemtra').get('/')
    assert.doesNotMatch(reader.body, /nhiem-vu\/giao/)
  },
)

cloneTest('an alert that comes reaches the open wall and the open desk by itself; keys work the desk', async (t) => {
  const first = await raise(t.context(), 'Cảnh báo thứ nhất (thử nghiệm)', 'critical')
  const context = await (await browser()).newContext({ viewport: { width: 1920, height: 1080 } })
  try {
    const wall = await context.newPage()
    await signIn(wall, t.url, 'trucban')
    await wall.goto(`${t.url}/man-hinh`)
    await wall.getByText('Cảnh báo thứ nhất (thử nghiệm)').first().waitFor()
    assert.deepEqual(await findAxeFaults(wall), [])
    await wall.waitForTimeout(600)
    const second = await raise(t.context(), 'Cảnh báo thứ hai (thử nghiệm)', 'critical')
    await wall.getByText('Cảnh báo thứ hai (thử nghiệm)').first().waitFor({ timeout: 30_000 })

    const desk = await context.newPage()
    await desk.setViewportSize({ width: 1440, height: 900 })
    await desk.goto(`${t.url}/ban-truc`)
    assert.deepEqual(await findAxeFaults(desk), [])
    const chosen = () => desk.locator('#desk-queue [aria-current="true"][data-code]').getAttribute('data-code')
    assert.equal(await chosen(), second, 'the gravest first, and the newest of these')
    await desk.keyboard.press('j')
    await desk.waitForURL(new RegExp(`chon=${first}`))
    assert.equal(await chosen(), first)
    await desk.keyboard.press('n')
    await desk.getByRole('button', { name: 'Bắt đầu xử lý' }).waitFor()
    await desk.keyboard.press('d')
    await desk.keyboard.type('Đã kiểm tra')
    assert.equal(
      await desk.locator('#desk-detail input[name="ly-do"]').inputValue(),
      'Đã kiểm tra',
      'keys are letters where one types',
    )
  } finally {
    await context.close()
  }
})
