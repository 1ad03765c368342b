import { chromium } from 'playwright-core'
const url = 'http://127.0.0.1:8391'
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const answer = await fetch(`${url}/dang-nhap`, { method: 'POST', body: new URLSearchParams({ account: 'trucban', password: 'tram-huong-2026' }), redirect: 'manual' })
const [name, value] = answer.headers.getSetCookie()[0].split(';')[0].split('=')
const cookie = `${name}=${value}`
// a grave alert
const list = await (await fetch(`${url}/api/v1/alerts?limit=100`, { headers: { cookie } })).json()
console.log(list.alerts.map((a) => `${a.code} ${a.severity} ${a.state} ${a.playbook ?? ''} ${a.headline}`).join('\n'))
const pick = process.argv[2] ?? list.alerts.find((a) => a.severity === 'critical' && a.playbook)?.code ?? list.alerts.find((a) => a.playbook)?.code
console.log('pick', pick)
for (const [w, h, tag] of [[1440, 900, 'wide'], [390, 844, 'phone']]) {
  const ctx = await browser.newContext({ viewport: { width: w, height: h } })
  await ctx.addCookies([{ name, value, url }])
  const page = await ctx.newPage()
  await page.goto(`${url}/canh-bao/${pick}`)
  await page.screenshot({ path: `/tmp/storm/alert-${tag}.png`, fullPage: true })
  if (tag === 'wide') {
    const href = await page.locator('a', { hasText: /./ }).evaluateAll((as) => as.map((a) => [a.textContent, a.getAttribute('href')]).filter(([, h]) => /tinh-huong\/mo|goi|kich-ban/.test(h ?? '')))
    console.log(href)
    await page.goto(`${url}/ca-truc/goi`)
    await page.screenshot({ path: `/tmp/storm/calls-${tag}.png` })
    const open = href.find(([, h]) => h.includes('tinh-huong/mo'))
    if (open) { await page.goto(url + open[1]); await page.screenshot({ path: `/tmp/storm/open-${tag}.png` }) }
  }
}
await browser.close()
