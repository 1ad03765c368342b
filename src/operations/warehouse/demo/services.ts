import {
  activityOf,
  addDays,
  addWorkingDays,
  arrivalAfter,
  type DemoFile,
  type DemoWorld,
  daysBetween,
  eachDay,
  isFlooded,
  monthsOf,
  vietnameseDate,
  weekdayOf,
} from './profile.ts'
import { type Chance, chanceOf } from './random.ts'

const csvFile = (contract: string, name: string, lines: string[], last: string): DemoFile => ({
  contract,
  name,
  bytes: Buffer.from(`${lines.join('\n')}\n`),
  receivedAt: arrivalAfter(last),
})

/** Citizens' reports, JSON lines a month; a flood brings many. */
export function* reportFiles(world: DemoWorld): Generator<DemoFile> {
  const { reports } = world.profile
  for (const [first, last] of monthsOf(world)) {
    const chance = chanceOf(`${world.profile.seed} reports ${first}`)
    const lines: string[] = []
    for (const day of eachDay(first, last)) {
      const surge = isFlooded(world, day) ? 6 : 1
      const count = chance.count((reports.perYear / 365) * (0.4 + 0.6 * Math.min(1, activityOf(world, day))) * surge)
      for (let nth = 1; nth <= count; nth += 1) lines.push(JSON.stringify(makeReport(world, day, nth, last, chance)))
    }
    yield csvFile('citizen-reports', `phan-anh-${last}.jsonl`, lines, last)
  }
}

function makeReport(world: DemoWorld, day: string, nth: number, asOf: string, chance: Chance) {
  const flooded = isFlooded(world, day)
  const floodArea = world.communes.find(
    ({ area }) => area === world.profile.flood.areas[chance.between(0, world.profile.flood.areas.length - 1)],
  )
  const chosen = world.communes[chance.between(0, world.communes.length - 1)]
  const agency = (flooded && chance.happens(0.7) ? floodArea : chosen) ?? chosen ?? world.communes[0]
  const onTime = chance.happens(flooded ? 0.7 : world.profile.reports.onTimeShare)
  const answeredOn = addWorkingDays(world, day, onTime ? chance.between(2, 14) : chance.between(16, 24))
  const answered = answeredOn <= asOf || answeredOn <= world.to
  const code = `PA-${day.replaceAll('-', '')}-${String(nth).padStart(3, '0')}`
  const [longitude, latitude] = placeOf(world, agency?.area ?? '', code)
  return {
    ma: code,
    linh_vuc: flooded
      ? chance.pick({ 'Hạ tầng đô thị': 5, 'Giao thông': 3, 'Điện nước': 4 })
      : chance.pick(world.profile.reports.categories),
    kenh: chance.pick({ 'Ứng dụng di động': 5, 'Cổng thông tin': 3, 'Tổng đài': 2 }),
    don_vi: agency?.code,
    dia_ban: agency?.area,
    tiep_nhan: `${day}T${String(chance.between(7, 20)).padStart(2, '0')}:${String(chance.between(0, 59)).padStart(2, '0')}:00+07:00`,
    han_tra_loi: `${addWorkingDays(world, day, 15)}T17:00:00+07:00`,
    tra_loi: answered ? `${answeredOn}T15:30:00+07:00` : null,
    trang_thai: answered ? (chance.happens(0.04) ? 'tu-choi' : 'da-tra-loi') : 'dang-xu-ly',
    hai_long:
      answered && chance.happens(0.55) ? Number(chance.pick({ '5': 46, '4': 32, '3': 12, '2': 6, '1': 4 })) : null,
    vi_do: latitude,
    kinh_do: longitude,
    noi_dung: 'Nội dung minh họa',
    cap_nhat: `${asOf}T23:00:00+07:00`,
  }
}

/** Reports are told by telephone too: those name no point. */
const withPoint = 0.85
/** Relative numbers of the patches of a commune, the first the busiest. */
const crowds = { '0': 8, '1': 4, '2': 2, '3': 1 }

/** A point in one of the patches of its commune, denser towards the middle. Its chance is its own: all else stays as it was without. */
function placeOf(world: DemoWorld, area: string, code: string): [number, number] | [null, null] {
  const chance = chanceOf(`${world.profile.seed} place ${code}`)
  const patches = world.patches[area] ?? []
  const patch = patches[Number(chance.pick(crowds))] ?? patches[0]
  if (!patch || !chance.happens(withPoint)) return [null, null]
  const [longitude, latitude, radius] = patch
  const [way, angle] = [radius * chance.next() ** 0.8, 2 * Math.PI * chance.next()]
  const round = (degrees: number) => Number(degrees.toFixed(5))
  return [round(longitude + way * Math.cos(angle)), round(latitude + way * Math.sin(angle))]
}

/** Look-ups in the population database: unit × day, one file a month, Vietnamese number and date forms. */
export function* lookupFiles(world: DemoWorld): Generator<DemoFile> {
  const { lookups } = world.profile
  const units = [...world.departments.slice(0, 2), ...world.communes].slice(0, lookups.units)
  for (const [first, last] of monthsOf(world)) {
    const chance = chanceOf(`${world.profile.seed} lookups ${first}`)
    const lines = ['ngay;don_vi;so_luot;so_loi']
    for (const day of eachDay(first, last)) {
      if (!world.isWorkingDay(day)) continue
      for (const unit of units) {
        const count = chance.count((lookups.perYear / 250 / units.length) * activityOf(world, day))
        const failed = chance.count(count * lookups.failedShare)
        lines.push([vietnameseDate(day), unit.code, count.toLocaleString('de-DE'), Math.min(count, failed)].join(';'))
      }
    }
    yield csvFile('population-lookups', `khai-thac-dan-cu-${last}.csv`, lines, last)
  }
}

/** Results put into the repository: unit × week, one file a month. */
export function* resultFiles(world: DemoWorld): Generator<DemoFile> {
  const { results } = world.profile
  const units = [...world.departments.slice(0, 4), ...world.communes].slice(0, results.units)
  for (const [first, last] of monthsOf(world)) {
    const chance = chanceOf(`${world.profile.seed} results ${first}`)
    const lines = ['tuan_tu_ngay,don_vi,so_ket_qua']
    for (const day of eachDay(first, last)) {
      if (weekdayOf(day) !== 1 || addDays(day, 6) > world.to) continue
      for (const unit of units)
        lines.push(
          [day, unit.code, chance.count((results.perYear / 52 / units.length) * activityOf(world, day))].join(','),
        )
    }
    if (lines.length > 1) yield csvFile('result-repository', `kho-ket-qua-${last}.csv`, lines, last)
  }
}

/** Capital of public investment: plans in January (or at the beginning), disbursements that gather towards the end of the year. */
export function* investmentFiles(world: DemoWorld): Generator<DemoFile> {
  const { projects, planBillion } = world.profile.investment
  const owners = [...world.departments, ...world.communes.slice(0, 12)]
  const chance = chanceOf(`${world.profile.seed} investment`)
  const plans = Array.from({ length: projects }, (_, index) => ({
    project: `DA-${String(index + 1).padStart(3, '0')}`,
    owner: owners[(index * 7) % owners.length] ?? owners[0],
    planMillion: Math.round(((planBillion * 1000) / projects) * (0.3 + 1.4 * chance.next())),
    pace: 0.72 + 0.26 * chance.next(),
    fund: chance.pick({ 'Ngân sách trung ương': 4, 'Ngân sách tỉnh': 6 }),
  }))
  let voucher = 0
  for (const [position, [first, last]] of monthsOf(world).entries()) {
    const lines = ['so_chung_tu;ma_du_an;chu_dau_tu;dia_ban;nguon_von;loai;ngay;so_tien']
    const write = (plan: (typeof plans)[number], kind: string, day: string, million: number) => {
      voucher += 1
      const amount = (million * 1_000_000).toLocaleString('de-DE')
      lines.push(
        [
          `CT-${String(voucher).padStart(6, '0')}`,
          plan.project,
          plan.owner?.code,
          plan.owner?.area,
          plan.fund,
          kind,
          vietnameseDate(day),
          amount,
        ].join(';'),
      )
    }
    const month = Number(first.slice(5, 7))
    for (const plan of plans) {
      if (position === 0 || month === 1) write(plan, 'ke-hoach', first, plan.planMillion)
      const part = (plan.pace * (0.03 + (month / 12) ** 2 * 0.19) * (0.6 + 0.8 * chance.next())) as number
      if (daysBetween(first, last) >= 9)
        write(plan, 'giai-ngan', addDays(first, 9), Math.max(1, Math.round(plan.planMillion * part)))
    }
    yield csvFile('public-investment', `dau-tu-cong-${last}.csv`, lines, last)
  }
}

/** The programme's list of projects and tasks: a whole workbook each month. */
export async function* programmeFiles(world: DemoWorld): AsyncGenerator<DemoFile> {
  const { projects, tasks } = world.profile.programme
  const months = monthsOf(world)
  // Loaded when it is needed: half a second of every start otherwise.
  const { default: Excel } = await import('exceljs')
  for (const [position, [, last]] of months.entries()) {
    const workbook = new Excel.Workbook()
    const sheet = workbook.addWorksheet('Danh mục')
    sheet.addRow([
      'Mã',
      'Tên',
      'Loại',
      'Đơn vị chủ trì',
      'Tình trạng',
      'Ngày báo cáo',
      'Bắt đầu',
      'Hoàn thành dự kiến',
      'Kinh phí được giao (đồng)',
      'Đã giải ngân (đồng)',
      'Chậm (ngày)',
    ])
    for (let nth = 1; nth <= projects + tasks; nth += 1) {
      const chance = chanceOf(`${world.profile.seed} programme ${nth}`)
      const isProject = nth <= projects
      const starts = chance.between(-4, 7)
      const finishes = starts + chance.between(3, 9)
      const dropped = chance.happens(0.06)
      const slipMonths = chance.happens(0.22) ? chance.between(1, 4) : 0
      const done = position >= finishes + slipMonths
      const under = position >= starts
      const state = dropped
        ? 'Đề xuất không thực hiện'
        : done
          ? 'Hoàn thành'
          : under
            ? 'Đang triển khai'
            : 'Chưa triển khai'
      const funds = isProject ? chance.between(20, 550) * 100_000_000 : chance.between(1, 30) * 50_000_000
      const spent =
        Math.min(1, Math.max(0, (position - starts + 1) / (finishes - starts + 1))) * (dropped ? 0 : 0.95) * funds
      const startOn = addDays(world.from, starts * 30)
      sheet.addRow([
        `${isProject ? 'DA' : 'NV'}-CDS-${String(nth).padStart(3, '0')}`,
        isProject ? `Dự án chuyển đổi số minh họa số ${nth}` : `Nhiệm vụ chuyển đổi số minh họa số ${nth - projects}`,
        isProject ? 'Dự án' : 'Nhiệm vụ',
        (world.departments[nth % world.departments.length] ?? world.departments[0])?.code,
        state,
        vietnameseDate(last),
        vietnameseDate(startOn),
        vietnameseDate(addDays(startOn, (finishes - starts) * 30)),
        funds,
        Math.round(spent / 1_000_000) * 1_000_000,
        !done && !dropped && position > finishes ? (position - finishes) * 30 : 0,
      ])
    }
    const bytes = Buffer.from(await workbook.xlsx.writeBuffer())
    yield { contract: 'programme-projects', name: `danh-muc-cds-${last}.xlsx`, bytes, receivedAt: arrivalAfter(last) }
  }
}
