import { arrivalAfter, type DemoFile, type DemoWorld, eachDay, isFlooded, monthsOf, weekdayOf } from './profile.ts'
import { chanceOf } from './random.ts'

const csvFile = (contract: string, name: string, lines: string[], last: string): DemoFile => ({
  contract,
  name,
  bytes: Buffer.from(`${lines.join('\n')}\n`),
  receivedAt: arrivalAfter(last),
})

/** Four readings a day and station; dry months are dustier, a station goes silent now and then. */
export function* airFiles(world: DemoWorld): Generator<DemoFile> {
  for (const [first, last] of monthsOf(world)) {
    const lines = ['tram,dia_ban,thoi_diem,pm25,pm10']
    for (const station of world.profile.stations.air) {
      const chance = chanceOf(`${world.profile.seed} air ${station.code} ${first}`)
      const month = Number(first.slice(5, 7))
      const dry = month <= 4 ? 1.35 : month >= 10 ? 0.85 : 1
      for (const day of eachDay(first, last)) {
        const silent = chance.happens(0.02)
        for (const hour of [1, 7, 13, 19]) {
          const rush = hour === 7 || hour === 19 ? 1.3 : 0.9
          const rain = isFlooded(world, day) ? 0.4 : 1
          const pm25 = Math.max(2, (station.base ?? 18) * dry * rush * rain * Math.exp(0.35 * chance.normal()))
          const time = `${day} ${String(hour).padStart(2, '0')}:00`
          lines.push(
            [
              station.code,
              station.area,
              time,
              silent ? 'NA' : pm25.toFixed(1),
              silent ? 'NA' : (pm25 * 1.6).toFixed(1),
            ].join(','),
          )
        }
      }
    }
    yield csvFile('air-stations', `khong-khi-${last}.csv`, lines, last)
  }
}

/** Daily rain and reservoir levels; the rainy season is September to December, the flood stands out. */
export function* waterFiles(world: DemoWorld): Generator<DemoFile> {
  for (const [first, last] of monthsOf(world)) {
    const lines = ['tram,dia_ban,dai_luong,ngay,gia_tri']
    const month = Number(first.slice(5, 7))
    const wet = month >= 9 ? 0.5 : month >= 5 ? 0.25 : 0.08
    for (const station of world.profile.stations.rain) {
      const chance = chanceOf(`${world.profile.seed} rain ${station.code} ${first}`)
      for (const day of eachDay(first, last)) {
        const flood = isFlooded(world, day)
        const rain = flood
          ? world.profile.flood.rainMm * (0.4 + chance.next())
          : chance.happens(wet)
            ? -14 * Math.log(chance.next() || 0.01)
            : 0
        lines.push([station.code, station.area, 'mua-ngay', day, rain.toFixed(1)].join(','))
      }
    }
    for (const station of world.profile.stations.reservoir) {
      const chance = chanceOf(`${world.profile.seed} level ${station.code} ${first}`)
      for (const day of eachDay(first, last)) {
        const season = Math.sin(((month - 4) / 12) * 2 * Math.PI) * -3
        const level = (station.base ?? 40) + season + (isFlooded(world, day) ? 2.4 : 0) + 0.15 * chance.normal()
        lines.push([station.code, station.area, 'muc-nuoc', day, level.toFixed(2)].join(','))
      }
    }
    yield csvFile('rain-and-water', `mua-muc-nuoc-${last}.csv`, lines, last)
  }
}

/** Four counts a day and point. */
export function* trafficFiles(world: DemoWorld): Generator<DemoFile> {
  for (const [first, last] of monthsOf(world)) {
    const lines = ['diem_dem,dia_ban,thoi_diem,luot_xe,van_toc']
    for (const point of world.profile.stations.traffic) {
      const chance = chanceOf(`${world.profile.seed} traffic ${point.code} ${first}`)
      for (const day of eachDay(first, last)) {
        const weekend = [0, 6].includes(weekdayOf(day)) ? 1.2 : 1
        for (const [hour, factor] of [
          [6, 0.8],
          [11, 1],
          [17, 1.6],
          [22, 0.35],
        ] as const) {
          const flood = isFlooded(world, day) ? 0.45 : 1
          const cars = Math.round((point.base ?? 1000) * factor * weekend * flood * Math.exp(0.12 * chance.normal()))
          const speed = 58 - 14 * factor + 2.5 * chance.normal()
          lines.push(
            [point.code, point.area, `${day} ${String(hour).padStart(2, '0')}:00`, cars, speed.toFixed(1)].join(','),
          )
        }
      }
    }
    yield csvFile('traffic-counters', `luu-luong-${last}.csv`, lines, last)
  }
}
