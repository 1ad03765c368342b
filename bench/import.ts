/**
 * Import of 600,000 case events, from a CSV on disk to facts, by the command a person uses; beside it, in the same database, COPY of
 * the same rows into a copy of the canonical table with its indexes: `npx tsx bench/import.ts [rows]`.
 */
import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readConfig } from '#platform/config'
import { openPool } from '#platform/sql'
import { openApp } from '../src/app.ts'

const rowCount = Number(process.argv[2] ?? 600_000)
const folder = join(import.meta.dirname, '../var/bench-import')
const file = join(folder, 'events.csv')

const steps = ['Tiếp nhận', 'Phân công', 'Thẩm định', 'Lấy ý kiến', 'Trình ký', 'Ký duyệt', 'Đóng dấu', 'Trả kết quả']
const channels = ['Trực tiếp', 'Trực tuyến', 'Bưu chính công ích']

function* eventRows(): Generator<string> {
  yield 'ma_ho_so,thu_tuc,kenh,tiep_nhan,hen_tra,ket_thuc,ma_buoc,buoc,thoi_diem,nguoi,bo_phan\n'
  const start = Date.UTC(2025, 0, 2)
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
  for (let row = 0; row < rowCount; row += 1) {
    const number = Math.floor(row / steps.length)
    const step = row % steps.length
    const from = start + (number % 365) * 86_400_000 + (number % 600) * 60_000
    const end = from + (3 + (number % 12)) * 86_400_000
    const at = from + step * 7_200_000
    yield `H32.${number % 70}-${String(number).padStart(7, '0')},1.${1000 + (number % 150)},${channels[number % 3]},${iso(from)},${iso(from + 864_000_000)},${number % 9 === 0 ? '' : iso(end)},${row},${steps[step]},${iso(at)},cb${number % 300},Phòng ${number % 20}\n`
  }
}

/** Peak memory of a process, from the system. */
async function watchMemory(pid: number, until: Promise<unknown>): Promise<number> {
  let peak = 0
  let running = true
  const stop = () => {
    running = false
  }
  until.then(stop, stop)
  while (running) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return Math.round(peak / 1024)
}

interface Printed {
  received: number
  applied: number
  seconds: number
}

async function runImport(environment: NodeJS.ProcessEnv): Promise<{ printed: Printed; memoryMb: number }> {
  const flags =
    '--source bench --case ma_ho_so --activity buoc --timestamp thoi_diem --event-id ma_buoc --resource nguoi --unit bo_phan'
  const more = '--case-type thu_tuc --channel kenh --start tiep_nhan --due hen_tra --end ket_thuc --json'
  // As `npm run tram` starts it.
  const args = [
    '--max-semi-space-size=32',
    'scripts/launch.mjs',
    'src/main.ts',
    'import',
    'event-log-csv',
    file,
    ...flags.split(' '),
    ...more.split(' '),
  ]
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  const parts: Buffer[] = []
  child.stdout.on('data', (part: Buffer) => parts.push(part))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const memoryMb = await watchMemory(child.pid ?? 0, ended)
  if ((await ended) !== 0) throw new Error('the import failed')
  return { printed: JSON.parse(Buffer.concat(parts).toString()) as Printed, memoryMb }
}

await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
await pipeline(Readable.from(eventRows()), createWriteStream(file))
const { size } = await stat(file)
const environment = { ...process.env, TRAM_VAR: folder, TRAM_LOG: 'warn' }
const app = await openApp(readConfig({ TRAM_VAR: folder, TRAM_LOG: 'warn' }), { tables: 'migrate' })
const owner = openPool(app.url, { max: 1 })
try {
  const { printed, memoryMb } = await runImport(environment)
  // Written by the database itself: the library can leave a connection that reads a COPY waiting.
  const rows = join(tmpdir(), `bench-import-${process.pid}.copy`)
  await owner.unsafe(`copy warehouse.case_event to '${rows}'`)
  await owner`create table public.floor (like warehouse.case_event including indexes)`
  // On a connection of its own: one that has sent rows out takes none in.
  const loader = openPool(app.url, { max: 1 })
  const from = performance.now()
  await pipeline(
    createReadStream(rows, { highWaterMark: 256 * 1024 }),
    await loader`copy public.floor from stdin`.writable(),
  )
  const temporary = (performance.now() - from) / 1000
  await loader.end({ timeout: 5 })
  await rm(rows, { force: true })
  console.log(
    JSON.stringify(
      {
        rows: printed.received,
        megabytes: Math.round(size / 1024 ** 2),
        ...printed,
        memoryMb,
        perSecond: Math.round(printed.received / printed.seconds),
        copySeconds: temporary,
        timesCopy: printed.seconds / temporary,
      },
      null,
      1,
    ),
  )
} finally {
  await owner.end({ timeout: 5 })
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
