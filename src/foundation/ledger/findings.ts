export type FindingCode =
  | 'entry.changed'
  | 'entry.missing'
  | 'entry.unnumbered'
  | 'entry.vanished'
  | 'leaf.changed'
  | 'leaf.missing'
  | 'subtree.changed'
  | 'subtree.missing'
  | 'subtree.stray'
  | 'checkpoint.changed'
  | 'checkpoint.signature'
  | 'checkpoint.missing'
  | 'checkpoint.root'
  | 'checkpoint.beyond'
  | 'witness.changed'
  | 'witness.beyond'
  | 'witness.root'
  | 'batch.changed'
  | 'batch.stray'
  | 'key.changed'
  | 'key.missing'

export interface FindingPlace {
  entryId?: string
  leafIndex?: number
  /** Size of the checkpoint. */
  size?: number
  /** First and last number of the rows among which it lies. */
  from?: number
  to?: number
}

/** One thing that is wrong with the ledger. */
export interface Finding extends FindingPlace {
  code: FindingCode
  message: string
}

export interface Report {
  findings: Finding[]
  add(code: FindingCode, message: string, place: FindingPlace): void
  count(): number
}

const listedFindings = 1000

export function startReport(): Report {
  const findings: Finding[] = []
  let count = 0
  return {
    findings,
    count: () => count,
    add(code, message, place) {
      count += 1
      if (findings.length < listedFindings) findings.push({ code, message, ...place })
    },
  }
}
