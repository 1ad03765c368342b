import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { factsChanged } from '#indicators'
import { type CloneTest, cloneTest } from '#test/harness'
import { alertsOf, sendCsv, writeFact } from './testing.ts'

async function until(t: CloneTest, origin: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await alertsOf(t, origin)).length > 0) return
    await sleep(50)
  }
  throw new Error(`no alert of ${origin} came`)
}

cloneTest(
  'a number that changes and a record that arrives become alerts by themselves, and their ledger entries stand',
  async (t) => {
    const ctx = t.context()
    const today = ctx.now.toISOString().slice(0, 7)
    await writeFact(ctx, { indicator: 'dossier.on-time', period: today, on: `${today}-01`, value: 80 })
    await ctx.publish(factsChanged, { indicators: ['dossier.on-time'] })
    await until(t, 'ho-so.dung-han-thap')
    const local = new Date(ctx.now.getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
    await sendCsv(ctx, 'rain-and-water', `tram,dia_ban,dai_luong,ngay,gia_tri\nMUA-THU,22366,mua-ngay,${local},180`)
    await until(t, 'mua.rat-to')
    const [rain] = await alertsOf(t, 'mua.rat-to')
    assert.match(rain?.headline ?? '', /MUA-THU: mưa 180/)
    const entries = await t.sql`select action from ledger.entry where action = 'alert.raised'`
    assert.ok(entries.length >= 2)
    const cookie = await t.signIn('trucban')
    const html = await (await fetch(`${t.url}/canh-bao`, { headers: { cookie } })).text()
    assert.match(html, /MUA-THU/)
  },
)
