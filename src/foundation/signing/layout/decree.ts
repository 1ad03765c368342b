/**
 * Where signatures stand by Decree 30/2020/NĐ-CP, Annex I, part II (unverified: from practice): the person's image in blue between position
 * and name; the agency's seal in red at its real size, over about a third of that image on its left; on an attachment in a file of its own
 * no image but number and time, at the top right of the first page, upright in 10 points.
 */
import { PDF } from '@libpdf/core'
import { Problem } from '#platform/errors'
import type { Appearance, Box } from '../pades/means.ts'
import type { DocumentReport } from '../verification/report.ts'

const point = 72 / 25.4
const millimetres = (count: number) => count * point

/** Width of what a hand-written signature takes, height that a letter leaves for it, and its distance from the name. */
const room = { width: 50, height: 22, gap: 1.5 } as const

/** Diameter of an agency's round seal. */
const sealMillimetres = 36

export interface SignaturePlaces {
  page: number
  /** The image of the person's signature. */
  person: Box
  seal: Box
}

export interface PlaceQuestion {
  /** As it stands under the signature. */
  signerName: string
  /** PNG of the person's signature: its proportions say how much of the room it fills. */
  signatureImage?: Uint8Array
  sealMillimetres?: number
}

/** Found by the last place where the signer's name stands. @throws Problem 422 when it stands nowhere. */
export async function findSignaturePlaces(pdf: Uint8Array, question: PlaceQuestion): Promise<SignaturePlaces> {
  const document = await PDF.load(new Uint8Array(pdf))
  const name = question.signerName.normalize('NFC')
  for (let page = document.getPageCount() - 1; page >= 0; page -= 1) {
    const found = document.getPage(page)?.findText(name) ?? []
    // The lowest on the page: a name in the text stands above.
    const [last] = found.toSorted((a, b) => a.bbox.y - b.bbox.y)
    if (last) return { page, ...placesOver(last.bbox, question) }
  }
  throw new Problem(
    'signing.no-place',
    422,
    `Không tìm thấy họ tên “${name}” trong văn bản để đặt chữ ký. Hãy kiểm tra phần ký, hoặc chọn vị trí.`,
  )
}

/** Both boxes over the box of the name. */
export function placesOver(name: Box, question: Omit<PlaceQuestion, 'signerName'>): Omit<SignaturePlaces, 'page'> {
  const [most, height] = [millimetres(room.width), millimetres(room.height)]
  const ratio = question.signatureImage ? ratioOf(question.signatureImage) : room.width / room.height
  const width = Math.min(most, height * ratio)
  const tall = width / ratio
  const bottom = name.y + name.height + millimetres(room.gap)
  const person: Box = {
    x: name.x + name.width / 2 - width / 2,
    y: bottom + (height - tall) / 2,
    width,
    height: tall,
  }
  const side = millimetres(question.sealMillimetres ?? sealMillimetres)
  const middle = person.y + person.height / 2
  return { person, seal: { x: person.x + width / 3 - side, y: middle - side / 2, width: side, height: side } }
}

/** Width to height of a PNG, by its head. @throws Problem 422 for anything else. */
function ratioOf(png: Uint8Array): number {
  const bytes = Buffer.from(png)
  const isPng = bytes.length > 24 && bytes.toString('latin1', 1, 4) === 'PNG'
  const [width, height] = isPng ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : [0, 0]
  if (width === 0 || height === 0)
    throw new Problem('signing.image', 422, 'Hình chữ ký và hình con dấu phải là tệp PNG nền trong suốt.')
  return width / height
}

/** What the agency's signature shows on an attachment in a file of its own: "12/QĐ-UBND" and the time with its zone. */
export async function attachmentAppearance(
  pdf: Uint8Array,
  { number, at }: { number: string; at: Date },
): Promise<Appearance> {
  const page = (await PDF.load(new Uint8Array(pdf))).getPage(0)
  const [width, height] = [millimetres(60), millimetres(10)]
  const time = new Date(at.getTime() + 7 * 3_600_000).toISOString()
  return {
    page: 0,
    box: {
      x: (page?.width ?? millimetres(210)) - width - millimetres(10),
      y: (page?.height ?? millimetres(297)) - height - millimetres(6),
      width,
      height,
    },
    lines: [number, `${time.slice(0, 19)}+07:00`],
    fontSize: 10,
  }
}

/**
 * The agency signs after the person, over a document that is as he signed it. @throws Problem 409 unless somebody has signed, every
 * signature is intact, and the last covers the whole file.
 */
export function requireSignedByPerson(report: DocumentReport): void {
  const persons = report.signatures.filter(({ kind }) => kind === 'signature')
  if (persons.length === 0)
    throw new Problem(
      'signing.person-first',
      409,
      'Người có thẩm quyền phải ký trước, sau đó cơ quan mới ký, đóng dấu.',
    )
  if (!report.isWhole)
    throw new Problem(
      'signing.not-whole',
      409,
      'Chữ ký của người có thẩm quyền không bao trùm toàn bộ văn bản, hoặc văn bản đã bị sửa: không được đóng dấu.',
    )
}
