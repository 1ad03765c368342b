// Of which units of an earlier day a unit consists. Pure.

/** One step from an earlier unit to a later one. */
export interface Step {
  predecessor: string
  successor: string
  effectiveOn: string
  /** Which share of the earlier one's figures goes this way; null where it was divided and nobody has declared the shares. */
  share: number | null
}

export interface Forerunner {
  code: string
  /** 1: the whole of it; null: a part that cannot be told. */
  share: number | null
}

/** Steps that lie after `after` and not after `until`, by the later unit. */
export function stepsBetween(
  steps: readonly Step[],
  { after, until }: { after: string; until: string },
): ReadonlyMap<string, Step[]> {
  const found = new Map<string, Step[]>()
  for (const step of steps) {
    if (step.effectiveOn <= after || step.effectiveOn > until || step.predecessor === step.successor) continue
    found.set(step.successor, [...(found.get(step.successor) ?? []), step])
  }
  return found
}

/**
 * The units of the earlier day that a unit of the later day came from, itself among them where it stood then. `stood` says whether a unit
 * was there on the earlier day: one that came and went in between is followed further back.
 */
export function forerunnersOf(
  code: string,
  steps: ReadonlyMap<string, readonly Step[]>,
  stood: (code: string) => boolean,
): Forerunner[] {
  const shares = new Map<string, number | null>()
  const follow = (at: string, share: number | null, before: string | undefined, seen: readonly string[]) => {
    if (stood(at)) {
      const known = shares.get(at)
      shares.set(at, known === undefined ? share : known === null || share === null ? null : known + share)
    }
    for (const step of steps.get(at) ?? []) {
      // What joined this unit after it had itself gone into another belongs to a later life of its code.
      if ((before !== undefined && step.effectiveOn > before) || seen.includes(step.predecessor)) continue
      const part = share === null || step.share === null ? null : share * step.share
      follow(step.predecessor, part, step.effectiveOn, [...seen, step.predecessor])
    }
  }
  follow(code, 1, undefined, [code])
  return [...shares].map(([one, share]) => ({ code: one, share }))
}
