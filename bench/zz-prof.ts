import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { loadPacks, openApp } from '/work/wt/client/src/app.ts'
import { startServing } from '/work/wt/client/src/serving.ts'
import { testConfig } from '/work/wt/client/test/settings.ts'
const folder = join(tmpdir(), `prof-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
app.config.demo = true
await loadPacks(app, () => {})
const serving = await startServing(app)
const url = serving.url
const cost = new Map<string, {ms:number,cpu:number,n:number}>()
let n = 0
async function once(measure: boolean) {
  n++
  const jar = new Map<string,string>()
  const step = async (name: string, path: string, fields?: Record<string,string>) => {
    const c = process.cpuUsage(), at = performance.now()
    const answer = await fetch(url+path, {redirect:'manual', headers: {'x-forwarded-for': `10.1.${n>>8}.${n&255}`, accept:'text/html', cookie: [...jar.values()].join('; ')}, ...(fields ? {method:'POST', body: new URLSearchParams(fields)} : {})})
    const body = await answer.text()
    for (const l of answer.headers.getSetCookie()) jar.set((l.split("=")[0] ?? ""), (l.split(";")[0] ?? ""))
    if (measure) { const k = cost.get(name) ?? {ms:0,cpu:0,n:0}; const u = process.cpuUsage(c); k.ms += performance.now()-at; k.cpu += (u.user+u.system)/1000; k.n++; cost.set(name,k) }
    return { to: answer.headers.get('location') ?? '', body }
  }
  const page = await step('page', '/dang-nhap')
  const action = /\/oidc\/tiep-tuc\/[\w-]+\/dang-nhap/.exec(page.body)?.[0] ?? ''
  const posted = await step('post', action, {account:'vanphong', password:'tram-huong-2026'})
  const resumed = await step('resume', posted.to)
  const back = await step('callback', resumed.to)
  if (back.to !== '/') throw new Error(back.to + back.body.slice(0,500))
}
for (let i=0;i<15;i++) await once(false)
for (let i=0;i<60;i++) await once(true)
for (const [k,{ms,cpu,n}] of cost) console.log(k, (ms/n).toFixed(1),'ms', (cpu/n).toFixed(1), 'cpu ms')
await serving.close(); await app.close(); await rm(folder,{recursive:true,force:true})
