// What a role over an organisation reaches: everything below it, and the past of all that. A leader of the merged province
// reads the figures of the two it came from; an agency that moved away is left to its new superior.
import type { Organisation, Succession } from '../store.ts'

type Placement = Pick<Organisation, 'code' | 'parent' | 'validFrom'>

/** `versions`: every version known now that began on or before the day. */
export function reachableFrom(
  versions: readonly Placement[],
  successions: readonly Pick<Succession, 'successor' | 'predecessor'>[],
): (code: string) => string[] {
  const last = new Map<string, Placement>()
  for (const version of versions) {
    const known = last.get(version.code)
    if (!known || (known.validFrom ?? '') <= (version.validFrom ?? '')) last.set(version.code, version)
  }
  const below = new Map<string, Set<string>>()
  const add = (above: string | null, code: string | null) => {
    if (!above || !code || above === code) return
    const codes = below.get(above) ?? new Set()
    below.set(above, codes.add(code))
  }
  for (const { code, parent } of last.values()) add(parent, code)
  for (const { successor, predecessor } of successions) add(successor, predecessor)
  return (code) => {
    const reached = new Set([code])
    // A set is walked in the order of adding, what is added on the way included.
    for (const one of reached) for (const next of below.get(one) ?? []) reached.add(next)
    return [...reached]
  }
}
