// Places of units among their peers. Equal values share a place (1, 2, 2, 4); a share of few cases is shown but gets none.

export interface Contender {
  code: string
  value: number | null
  /** Cases behind a share; what is no share has no size. */
  cases: number | undefined
}

export interface Placed extends Contender {
  /** Absent: no value, or too few cases. */
  place: number | undefined
  /** How many have a place. */
  of: number
  isTied: boolean
  why: 'no-data' | 'few-cases' | undefined
}

/** Best first; those without a place at the end, by their code. */
export function rankUnits(units: readonly Contender[], better: 'high' | 'low', fewCases: number): Placed[] {
  const sign = better === 'high' ? -1 : 1
  const isPlaced = ({ value, cases }: Contender) => value !== null && (cases === undefined || cases >= fewCases)
  const placed = units
    .filter(isPlaced)
    .toSorted((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)) || compareCodes(a, b))
  const of = placed.length
  const withPlace = placed.map((unit): Placed => {
    const equal = placed.filter(({ value }) => value === unit.value)
    const place = placed.findIndex(({ value }) => value === unit.value) + 1
    return { ...unit, place, of, isTied: equal.length > 1, why: undefined }
  })
  const without = units
    .filter((unit) => !isPlaced(unit))
    .toSorted(compareCodes)
    .map(
      (unit): Placed => ({
        ...unit,
        place: undefined,
        of,
        isTied: false,
        why: unit.value === null ? 'no-data' : 'few-cases',
      }),
    )
  return [...withPlace, ...without]
}

const compareCodes = (a: Contender, b: Contender) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)

export type SizeClass = 'small' | 'middle' | 'large'

/** Thirds by size; units without one are small. */
export function sizeClasses(units: readonly { code: string; size: number }[]): Map<string, SizeClass> {
  const sorted = units.toSorted((a, b) => a.size - b.size || (a.code < b.code ? -1 : 1))
  const third = sorted.length / 3
  return new Map(
    sorted.map(({ code }, index) => [code, index < third ? 'small' : index < 2 * third ? 'middle' : 'large'] as const),
  )
}
