import { z } from 'zod'

export const requestStates = ['pending', 'signed', 'refused', 'expired', 'withdrawn'] as const
export type RequestState = (typeof requestStates)[number]

export const stepStates = ['waiting', 'current', 'signed', 'refused', 'dropped'] as const
export type StepState = (typeof stepStates)[number]

export const meansOfSigning = ['helper', 'remote', 'seal'] as const
export type MeansOfSigning = (typeof meansOfSigning)[number]

/** Of one consent. */
export const mostDocuments = 1000
export const mostSigners = 10

export const Signer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('person'),
    account: z.string().min(1).max(63),
    organisation: z.string().min(1).max(35),
    /** Lines over the name: `["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]`. */
    block: z.array(z.string().min(1).max(120)).max(4).default([]),
  }),
  z.strictObject({ kind: z.literal('seal'), organisation: z.string().min(1).max(35) }),
])
export type Signer = z.input<typeof Signer>

/**
 * The person signs first, then the agency by its seal, and nothing after it (Decree 30/2020/NĐ-CP, articles 13 and Annex I). An attachment
 * in a file of its own is signed by the agency alone.
 * @returns what is wrong, in words.
 */
export function faultInOrder(
  signers: readonly { kind: 'person' | 'seal' }[],
  { isAttachment = false } = {},
): string | undefined {
  if (isAttachment)
    return signers.length === 1 && signers[0]?.kind === 'seal'
      ? undefined
      : 'Văn bản kèm theo ở tệp riêng chỉ có chữ ký số của cơ quan: chọn dấu của cơ quan, không chọn người ký.'
  if (signers.length === 0) return 'Chọn ít nhất một người ký.'
  if (signers.length > mostSigners) return `Nhiều nhất ${mostSigners} người ký.`
  const seal = signers.findIndex(({ kind }) => kind === 'seal')
  if (seal === 0) return 'Người có thẩm quyền ký trước, cơ quan đóng dấu sau.'
  if (seal >= 0 && seal < signers.length - 1) return 'Cơ quan đóng dấu sau cùng; không ai ký sau dấu của cơ quan.'
  return undefined
}

/** Points of an A4 page from its lower left corner. */
export interface Place {
  x: number
  y: number
  width: number
  height: number
}

const right = { x: 320, width: 220 }
const rowHeight = 96

/**
 * Where a signature stands on the last page: persons in the right column, each above the one before; the seal over a third of the last
 * person's, on its left (Decree 30/2020/NĐ-CP, Annex I).
 */
export function placeOf(position: number, kind: 'person' | 'seal'): Place {
  if (kind === 'person') return { ...right, y: 60 + (position - 1) * rowHeight, height: 80 }
  const person = placeOf(position - 1, 'person')
  const size = 100
  return { x: person.x + person.width / 3 - size, y: person.y - 10, width: size, height: size }
}
