// What a machine reads off a letter: a QR code and a Code 128 barcode, drawn as bars and squares, so that they are sharp on every printer.
import { create as makeQr } from 'qrcode'
import sharp from 'sharp'
import { drawCode128 } from './code128.ts'
import { escapeHtml } from './markup.ts'

interface Mark {
  svg: string
  /** Read aloud, and in place of the picture. */
  label: string
  widthMm: number
  heightMm: number
}

const qrMm = 22
const barcodeMm = { widthOfModule: 0.3, height: 9 }
const quietModules = 4

function svgOf(box: string, path: string, size: { width: string; height: string }, label: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${size.width}" height="${size.height}" preserveAspectRatio="none" shape-rendering="crispEdges" role="img" aria-label="${escapeHtml(label)}"><path d="${path}"/></svg>`
}

function qrMark(text: string): Mark {
  const { size, data } = makeQr(text, { errorCorrectionLevel: 'M' }).modules
  let path = ''
  for (let at = 0; at < data.length; at++)
    if (data[at]) path += `M${(at % size) + quietModules} ${Math.floor(at / size) + quietModules}h1v1h-1z`
  const whole = size + 2 * quietModules
  const label = `Mã QR: ${text}`
  const svg = svgOf(`0 0 ${whole} ${whole}`, path, { width: `${qrMm}mm`, height: `${qrMm}mm` }, label)
  return { svg, label, widthMm: qrMm, heightMm: qrMm }
}

function barcodeMark(text: string): Mark | undefined {
  const drawn = drawCode128(text)
  if (!drawn) return undefined
  const widthMm = drawn.modules * barcodeMm.widthOfModule
  const size = { width: `${widthMm.toFixed(1)}mm`, height: `${barcodeMm.height}mm` }
  const label = `Mã vạch: ${text}`
  return { svg: svgOf(`0 0 ${drawn.modules} 1`, drawn.path, size, label), label, widthMm, heightMm: barcodeMm.height }
}

export interface Marked {
  /** What a QR code at the foot says: where the document is found. */
  qr?: string
  /** What a Code 128 barcode at the foot says; left out where it has letters that this code cannot write. */
  barcode?: string
}

export function marksOf({ qr, barcode }: Marked): Mark[] {
  const bars = barcode === undefined ? undefined : barcodeMark(barcode)
  return [...(qr ? [qrMark(qr)] : []), ...(bars ? [bars] : [])]
}

/** For word processors, which do not all draw SVG. */
export const pngOf = ({ svg }: Mark): Promise<Buffer> =>
  sharp(Buffer.from(svg), { density: 300 }).flatten({ background: '#ffffff' }).png().toBuffer()
