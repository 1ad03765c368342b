/**
 * Codes of agencies in their two forms. Decision 20/2020/QĐ-TTg writes the levels from left to right, `H32.1.2`: province, agency, unit. The
 * form before it (QCVN 102:2016) wrote them from right to left in groups of a fixed width, `000.02.01.H32`, nought where a level is absent.
 * Both unverified against the texts. Only codes whose groups below the first are numbers that fit the old widths have an old form.
 */
const widths = [2, 2, 3] as const

const root = /^[A-Z]\d{2}$/
const number = /^[1-9]\d{0,2}$/

/** `H32.1.2` → `000.02.01.H32`; nothing where the code has no old form. */
export function toReversedCode(code: string): string | undefined {
  const [first = '', ...below] = code.split('.')
  if (!root.test(first) || below.length > widths.length) return undefined
  const groups = widths.map((width, level) => {
    const group = below[level]
    if (group === undefined) return '0'.repeat(width)
    return number.test(group) && group.length <= width ? group.padStart(width, '0') : undefined
  })
  return groups.includes(undefined) ? undefined : [...groups.toReversed(), first].join('.')
}

/** `000.02.01.H32` → `H32.1.2`; nothing where it is no code of the old form. A level under an absent one is none. */
export function fromReversedCode(code: string): string | undefined {
  const groups = code.split('.').toReversed()
  const [first = '', ...below] = groups
  if (!root.test(first) || below.length !== widths.length) return undefined
  if (below.some((group, level) => !/^\d+$/.test(group) || group.length !== widths[level])) return undefined
  const numbers = below.map(Number)
  const depth = numbers.indexOf(0)
  const present = depth < 0 ? numbers : numbers.slice(0, depth)
  if (numbers.slice(present.length).some((one) => one !== 0)) return undefined
  return [first, ...present.map(String)].join('.')
}

/** A code as it is typed, in either form and any case, in the form of Decision 20/2020. */
export function tidyAgencyCode(typed: string): string {
  const code = typed.trim().toUpperCase()
  return fromReversedCode(code) ?? code
}
