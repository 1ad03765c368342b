import type { Definition } from '#indicators'
import { formatMoney, formatNumber } from '#ui'
import type { ValueClass } from '../model.ts'

/** The figure with its unit. */
export function sayValue({ unit, decimals }: Pick<Definition, 'unit' | 'decimals'>, value: number): string {
  if (unit === 'đồng') return formatMoney(value)
  return unit === '%' ? `${formatNumber(value, decimals)}%` : `${formatNumber(value, decimals)} ${unit}`
}

/** The limits of classes in words, with as many decimals as it takes to tell one from the next. */
export function sayClasses(
  { unit, decimals }: Pick<Definition, 'unit' | 'decimals'>,
  classes: readonly ValueClass[],
): string[] {
  const isTold = (places: number) =>
    classes.every(({ to }, index) => {
      const next = classes[index + 1]
      return !next || formatNumber(to, places) !== formatNumber(next.from, places)
    })
  const places = [decimals, decimals + 1, decimals + 2, decimals + 3].find(isTold) ?? decimals
  const say = (value: number) => (unit === 'đồng' ? formatMoney(value) : formatNumber(value, places))
  return classes.map(({ from, to }) => (say(from) === say(to) ? say(from) : `${say(from)}–${say(to)}`))
}

export const noValue = 'không có số liệu'

/** "12,240° B, 109,190° Đ". */
export function sayPoint([lon, lat]: readonly [number, number]): string {
  const say = (value: number, positive: string, negative: string) =>
    `${formatNumber(Math.abs(value), 3)}° ${value < 0 ? negative : positive}`
  return `${say(lat, 'B', 'N')}, ${say(lon, 'Đ', 'T')}`
}
