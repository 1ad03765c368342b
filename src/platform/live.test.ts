import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { announce, topicOf } from '#platform/live'
import { type CloneTest, cloneTest } from '#test/harness'

async function openScreen(t: CloneTest, account = 'lanhdao'): Promise<IncomingMessage> {
  const [answer] = await once(get(`${t.url}/live`, { headers: { cookie: await t.signIn(account) } }), 'response')
  assert.equal(answer.statusCode, 200)
  return answer
}

/** More than the buffers of the system hold for a reader that does not read. */
async function flood(t: CloneTest): Promise<void> {
  for (let round = 0; round < 40; round += 1) {
    const topics = Array.from({ length: 2500 }, (_, index) => `indicator:${'x'.repeat(60)}.${round}.${index}`)
    await announce(t.sql, topics)
  }
}

cloneTest('a screen that no longer reads is let go, and one that reads hears everything', async (t) => {
  const asleep = await openScreen(t)
  asleep.pause()
  const awake = await openScreen(t)
  let heard = ''
  awake.setEncoding('utf8').on('data', (text: string) => {
    heard += text
  })
  await flood(t)
  for (let waited = 0; waited < 10_000 && !heard.includes('.39.2499"'); waited += 50) await sleep(50)
  await announce(t.sql, ['indicator:last'])
  for (let waited = 0; waited < 20_000 && !heard.includes('indicator:last'); waited += 50) await sleep(50)
  assert.match(heard, /indicator:last/)
  let isOver = false
  asleep.on('close', () => {
    isOver = true
  })
  asleep.on('error', () => {})
  asleep.resume()
  for (let waited = 0; waited < 20_000 && !isOver; waited += 50) await sleep(50)
  assert.ok(isOver, 'the line of the one that did not read is closed')
  assert.ok(!awake.destroyed)
  awake.destroy()
})

cloneTest(
  'what is one account’s own is heard by its screens and by who stands in for it, by nobody else',
  async (t) => {
    await t.sql`
    insert into identity.stand_in (absent, substitute, valid_from, valid_to, reason, given_by, given_at)
    values ('dulieu-nhatrang', 'canbo-nhatrang', current_date - 1, current_date + 1, 'nghỉ phép', 'dulieu-nhatrang', now())`
    const heard = new Map<string, string>()
    const screens: IncomingMessage[] = []
    for (const account of ['dulieu-nhatrang', 'canbo-nhatrang', 'lanhdao']) {
      const screen = await openScreen(t, account)
      screens.push(screen)
      heard.set(account, '')
      screen.setEncoding('utf8').on('data', (text: string) => heard.set(account, `${heard.get(account)}${text}`))
    }
    await announce(t.sql, [topicOf('dulieu-nhatrang', 'worklist'), 'worklist:unit:H32.22366'])
    const everybody = () => [...heard.values()].every((text) => text.includes('worklist:unit:H32.22366'))
    for (let waited = 0; waited < 20_000 && !everybody(); waited += 50) await sleep(50)
    assert.ok(everybody())
    const own = [...heard].filter(([, text]) => text.includes('@dulieu-nhatrang')).map(([account]) => account)
    assert.deepEqual(own, ['dulieu-nhatrang', 'canbo-nhatrang'])
    for (const screen of screens) screen.destroy()
  },
)
