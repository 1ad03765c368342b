// One sentence that a chart's title states: what the course or the comparison shows.

import { type Definition, isAdditive } from '#indicators'
import { sayFigure, sayPeriod } from './words.ts'

interface Point {
  period: string
  value: number | null
}

/** What the course shows up to its last whole period. */
export function findingOfCourse(definition: Definition, points: readonly Point[]): string {
  const known = points.flatMap(({ period, value }) => (value === null ? [] : [{ period, value }]))
  const last = known.at(-1)
  if (!last) return `Chưa có số liệu của ${definition.name}`
  const figure = sayFigure(definition, last.value)
  const run = runOf(known.map(({ value }) => value))
  if (Math.abs(run) >= 3)
    return `${definition.name} ${run > 0 ? 'tăng' : 'giảm'} ${Math.abs(run)} kỳ liền, ${sayPeriod(last.period)} là ${figure}`
  const values = known.map(({ value }) => value)
  if (known.length >= 6 && last.value === Math.max(...values))
    return `${definition.name} ${sayPeriod(last.period)} là ${figure}, cao nhất trong ${known.length} kỳ`
  if (known.length >= 6 && last.value === Math.min(...values))
    return `${definition.name} ${sayPeriod(last.period)} là ${figure}, thấp nhất trong ${known.length} kỳ`
  const before = known.at(-2)
  if (!before) return `${definition.name} ${sayPeriod(last.period)} là ${figure}`
  const step = last.value - before.value
  const words = step === 0 ? 'không đổi' : step > 0 ? 'tăng' : 'giảm'
  return `${definition.name} ${sayPeriod(last.period)} là ${figure}, ${words} so với kỳ trước`
}

/** How many steps in a row went one way; negative downwards. */
function runOf(values: readonly number[]): number {
  let run = 0
  for (let index = values.length - 1; index > 0; index -= 1) {
    const step = Math.sign((values[index] ?? 0) - (values[index - 1] ?? 0))
    if (step === 0 || (run !== 0 && Math.sign(run) !== step)) break
    run += step
  }
  return run
}

interface Unit {
  name: string
  value: number | null
}

/** What the comparison of units shows. */
export function findingOfUnits(definition: Definition, units: readonly Unit[], target: number | undefined): string {
  const known = units.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]))
  if (known.length === 0) return `Chưa đơn vị nào có số liệu của ${definition.name}`
  const sorted = known.toSorted((a, b) => a.value - b.value)
  const [low, high] = [sorted[0], sorted.at(-1)]
  if (!low || !high) return definition.name
  if (definition.direction !== 'none' && target !== undefined) {
    const short = known.filter(({ value }) => (definition.direction === 'up' ? value < target : value > target))
    const worst = definition.direction === 'up' ? low : high
    return short.length === 0
      ? `Cả ${known.length} đơn vị có số liệu đều đạt kế hoạch`
      : `${short.length}/${known.length} đơn vị chưa đạt kế hoạch; ${worst.name} ${sayFigure(definition, worst.value)}`
  }
  if (isAdditive(definition)) {
    const sum = known.reduce((total, { value }) => total + value, 0)
    const three = sorted.slice(-3).reduce((total, { value }) => total + value, 0)
    if (known.length > 5 && sum > 0) return `Ba đơn vị cao nhất chiếm ${Math.round((three / sum) * 100)}% tổng số`
  }
  return `Từ ${sayFigure(definition, low.value)} (${low.name}) đến ${sayFigure(definition, high.value)} (${high.name})`
}
