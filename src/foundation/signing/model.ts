import { z } from 'zod'

/** Largest document that anyone may have checked. */
export const mostCheckedBytes = 20 * 1024 ** 2

/** Code printed on a document, by which anyone finds it: twelve letters and digits in fours, none of which looks like another. */
export const PublicCode = z
  .string()
  .max(40)
  .transform((words) => words.toUpperCase().replace(/[^0-9A-Z]/g, ''))
  .pipe(z.string().regex(/^[0-9A-HJKMNP-TV-Z]{12}$/))
  .transform((letters) => letters.replace(/(.{4})(?!$)/g, '$1-'))

const Words = z.strictObject({ code: z.string(), weight: z.enum(['fault', 'warning', 'note']), words: z.string() })
const PartyAnswer = z.strictObject({ name: z.string(), organisation: z.string().optional() })

/** What the API says of a document. */
export const ValidationAnswer = z.strictObject({
  sha256: z.string(),
  sizeBytes: z.number(),
  verdict: z.enum(['valid', 'warning', 'invalid', 'unsigned']),
  isWhole: z.boolean(),
  findings: z.array(Words),
  signatures: z.array(
    z.strictObject({
      field: z.string(),
      kind: z.enum(['signature', 'time-stamp']),
      verdict: z.enum(['valid', 'warning', 'invalid']),
      isIntact: z.boolean(),
      coversWholeFile: z.boolean(),
      signer: PartyAnswer.optional(),
      issuer: PartyAnswer.optional(),
      at: z.iso.datetime().optional(),
      timeFrom: z.enum(['stamp', 'claimed']).optional(),
      level: z.enum(['B-B', 'B-T', 'B-LT', 'B-LTA']).optional(),
      reason: z.string().optional(),
      findings: z.array(Words),
    }),
  ),
})

export interface PublishedDocument {
  code: string
  sha256: string
  fileName: string
  title: string
  organisation: string
  publishedAt: Date
  withdrawnAt: Date | null
  withdrawnReason: string | null
}
