// Order and search of Vietnamese text. Plain code-point order is wrong (An Ánh Ăn Ân; D before Đ; E before Ê), and people
// type without diacritics, so a search column holds the bare letters.

const collator = new Intl.Collator('vi', { numeric: true })

/** Vietnamese order; runs of digits count as numbers. */
export function compareText(a: string, b: string): number {
  return collator.compare(a, b)
}

/** People by given name (the last word), then by the rest. */
export function comparePeople(a: string, b: string): number {
  const [givenA, restA] = splitName(a)
  const [givenB, restB] = splitName(b)
  return collator.compare(givenA, givenB) || collator.compare(restA, restB)
}

function splitName(name: string): [string, string] {
  const words = name.trim().split(/\s+/)
  const given = words.pop() ?? ''
  return [given, words.join(' ')]
}

/** Lower case, marks stripped, đ → d, single spaces: what is compared when someone searches. */
export function searchKey(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('đ', 'd')
    .replace(/\s+/g, ' ')
    .trim()
}
