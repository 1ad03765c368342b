/** The page behind a document that will be given out: where anyone checks it. It is added before the first signature, never after. */
import { PDF } from '@libpdf/core'
import { toBuffer as drawQr } from 'qrcode'
import { Problem } from '#platform/errors'
import { publicPath } from '../actions.ts'
import { drawLines } from '../pades/appearance.ts'
import { readDocument } from '../pdf/document.ts'
import { findSignatures } from '../verification/structure.ts'

interface PublicPage {
  code: string
  title: string
  /** Of this site, without a slash at its end. */
  site: string
}

const left = 85
const lettersInLine = 78

/** @throws Problem 422 for a document that is signed already: a page added to it would be a change. */
export async function addPublicPage(pdf: Buffer, { code, title, site }: PublicPage): Promise<Buffer> {
  if (findSignatures(readDocument(pdf)).length > 0)
    throw new Problem('signing-request.signed-before', 422, words, {}, [{ path: 'cong-bo', message: words }])
  const document = await PDF.load(new Uint8Array(pdf))
  const page = document.addPage({ size: 'a4' })
  const address = `${site}${publicPath(code)}`
  drawLines(document, page, { left, top: 760, fontSize: 16, lines: ['Trang kiểm tra văn bản ký số'] })
  drawLines(document, page, { left, top: 728, fontSize: 12, lines: fold(title).slice(0, 5) })
  const picture = document.embedImage(await drawQr(address, { errorCorrectionLevel: 'M', margin: 0, scale: 8 }))
  page.drawImage(picture, { x: left, y: 500, width: 130, height: 130 })
  drawLines(document, page, {
    left: left + 150,
    top: 630,
    fontSize: 12,
    lines: ['Quét mã để mở bản gốc và kiểm tra chữ ký, hoặc', 'vào địa chỉ dưới đây.', '', `Mã tra cứu: ${code}`],
  })
  drawLines(document, page, { left, top: 480, fontSize: 12, lines: [address] })
  return Buffer.from(await document.save())
}

const words =
  'Tệp này đã có chữ ký số; trang kiểm tra chỉ thêm được trước chữ ký đầu tiên. Bỏ chọn công bố, hoặc tải bản chưa ký.'

function fold(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < lettersInLine) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
