// What must be written so that the tables say what the files say. A unit that was changed here by a decision is left
// alone: from then on its history is kept in the database.

export interface Known<T> {
  id: number
  origin: 'pack' | 'edit'
  content: T
}

export interface Difference<T> {
  /** Rows that no longer hold. */
  close: number[]
  insert: T[]
  /** Codes left alone because they were edited here. */
  kept: string[]
}

/** `keyOf` groups the rows that stand or fall together: all versions of one unit. */
export function compareRows<T extends object>(
  known: readonly Known<T>[],
  wanted: readonly T[],
  keyOf: (row: T) => string,
): Difference<T> {
  const difference: Difference<T> = { close: [], insert: [], kept: [] }
  const knownByKey = groupBy(known, (row) => keyOf(row.content))
  const wantedByKey = groupBy(wanted, keyOf)
  for (const key of new Set([...knownByKey.keys(), ...wantedByKey.keys()])) {
    const before = knownByKey.get(key) ?? []
    const after = wantedByKey.get(key) ?? []
    if (before.some((row) => row.origin === 'edit')) difference.kept.push(key)
    else if (fingerprint(before.map((row) => row.content)) !== fingerprint(after)) {
      difference.close.push(...before.map((row) => row.id))
      difference.insert.push(...after)
    }
  }
  return difference
}

const fingerprint = (rows: readonly object[]) =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .filter(([, value]) => value !== null)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
    )
    .sort()
    .join('\n')

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}
