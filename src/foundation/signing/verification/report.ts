/** What the check of a document says: findings with a stable code, a weight, and the reason in words. */

export interface Finding {
  code: string
  /** A fault makes it invalid; a warning leaves something unproved; a note only tells. */
  weight: 'fault' | 'warning' | 'note'
  words: string
}

export interface Party {
  name: string
  organisation?: string
}

export type Level = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA'

export interface SignatureReport {
  field: string
  kind: 'signature' | 'time-stamp'
  verdict: 'valid' | 'warning' | 'invalid'
  /** Nothing of what was signed has changed, and nothing but what may follow a signature follows. */
  isIntact: boolean
  /** It covers every byte of the file but itself. */
  coversWholeFile: boolean
  signer?: Party
  issuer?: Party
  /** The proof of time where there is one; otherwise what the signer's clock said. */
  at?: Date
  timeFrom?: 'stamp' | 'claimed'
  level?: Level
  reason?: string
  findings: Finding[]
}

export interface DocumentReport {
  sha256: string
  sizeBytes: number
  verdict: 'valid' | 'warning' | 'invalid' | 'unsigned'
  /** Every signature is intact and the newest covers the whole file: not one byte is unsigned. */
  isWhole: boolean
  /** In the order of signing. */
  signatures: SignatureReport[]
  findings: Finding[]
}

export const fault = (code: string, words: string): Finding => ({ code, weight: 'fault', words })
export const warning = (code: string, words: string): Finding => ({ code, weight: 'warning', words })
export const note = (code: string, words: string): Finding => ({ code, weight: 'note', words })

export const verdictOf = (findings: readonly Finding[]): 'valid' | 'warning' | 'invalid' => {
  if (findings.some(({ weight }) => weight === 'fault')) return 'invalid'
  return findings.some(({ weight }) => weight === 'warning') ? 'warning' : 'valid'
}
