/** Labelled addresses: made from the official mapping, written as people write them. */

import { type Dice, makeDice, namePart, rates, slip, streetPart, withoutMarks } from './noise.ts'
import type { NewUnit, OldUnit } from './official.ts'

export interface Labelled {
  text: string
  /** One code, or all that the divided unit went to. */
  codes: string[]
}

export function generateAddresses(
  official: { old: OldUnit[]; current: NewUnit[] },
  count: number,
  seed: number,
): Labelled[] {
  const dice = makeDice(seed)
  const namesakes = countNames(official)
  return Array.from({ length: count }, () => {
    if (!dice.chance(rates.old + rates.mixed)) {
      const unit = dice.pick(official.current)
      return { text: write([unit.ward, unit.province], dice), codes: [unit.code] }
    }
    const unit = dice.pick(official.old)
    const province = dice.chance(rates.mixed / (rates.old + rates.mixed)) ? unit.provinceNow : unit.province
    // Left out only where the name is one unit in its province, of before and of now: else nobody could say what was meant.
    const isAlone = namesakes.get(`${bare(unit.ward)}|${unit.provinceNow}`) === 1
    const parts =
      isAlone && dice.chance(rates.noDistrict) ? [unit.ward, province] : [unit.ward, unit.district, province]
    return { text: write(parts, dice), codes: unit.heirs.toSorted() }
  })
}

const bare = (name: string) =>
  withoutMarks(name)
    .toLowerCase()
    .replace(/^(phuong|xa|thi tran|dac khu) /, '')

function countNames(official: { old: OldUnit[]; current: NewUnit[] }): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (ward: string, province: string) => {
    const key = `${bare(ward)}|${province}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const { ward, provinceNow } of official.old) add(ward, provinceNow)
  for (const { ward, province } of official.current) add(ward, province)
  return counts
}

function write(units: readonly string[], dice: Dice): string {
  const last = units.length - 1
  let parts = units.map((name, at) => namePart(name, dice, at === last))
  if (dice.chance(rates.slip)) {
    const at = dice.below(parts.length)
    parts = parts.map((part, index) => (index === at ? slip(part, dice) : part))
  }
  if (units.length === 3 && dice.chance(rates.noProvince)) parts.pop()
  if (dice.chance(rates.reversed)) parts.reverse()
  else if (dice.chance(rates.shuffled)) parts.push(...parts.splice(0, 1))
  if (dice.chance(rates.street)) parts.unshift(streetPart(dice))
  if (dice.chance(rates.tail)) parts.push(dice.pick(['Việt Nam', 'VN', 'Viet Nam', '650000']))
  const joint = dice.chance(rates.noCommas)
    ? ' '
    : dice.chance(rates.dashes)
      ? ' - '
      : dice.pick([', ', ', ', ', ', ','])
  let text = parts.join(joint)
  if (dice.chance(rates.noMarks)) text = withoutMarks(text)
  if (dice.chance(rates.lowerCase)) text = text.toLowerCase()
  else if (dice.chance(rates.upperCase)) text = text.toUpperCase()
  return dice.chance(rates.decomposed) ? text.normalize('NFD') : text
}
