/**
 * Pages of a PDF as pictures, by poppler's own programs (Debian: poppler-utils): a page at a time, each run apart from this program and in
 * bounds. What they write is a plain picture, which is then made anew.
 */
import { existsSync } from 'node:fs'
import { type Bounds, ProgramFault, runBounded } from '../bounded.ts'
import { pageEdge } from './model.ts'

const bounds: Bounds = { timeoutMs: 15_000, memoryBytes: 700 * 1024 ** 2 }
const addressBytes = 1536 * 1024 ** 2
const mostPicture = 16 * 1024 ** 2

const inUsualPlaces = (name: string) =>
  ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
    .map((place) => `${place}/${name}`)
    .find((path) => existsSync(path))

export interface PdfTools {
  draw: string
  info: string
}

export function findPdfTools(): PdfTools | undefined {
  const [draw, info] = [inUsualPlaces('pdftoppm'), inUsualPlaces('pdfinfo')]
  return draw && info ? { draw, info } : undefined
}

/** @throws ProgramFault where it cannot be told. */
export async function countPdfPages(tools: PdfTools, folder: string, name: string): Promise<number> {
  const told = await runBounded({ path: tools.info, args: [name], folder, bounds, addressBytes })
  const pages = Number(/^Pages:\s+(\d+)$/m.exec(told.toString('latin1'))?.[1])
  if (!(pages > 0)) throw new ProgramFault('a PDF without pages')
  return pages
}

/** One page as PNG, as large as its longer side may be. @throws ProgramFault */
export function drawPdfPage(tools: PdfTools, folder: string, asked: { name: string; page: number }): Promise<Buffer> {
  const page = String(asked.page)
  const args = ['-png', '-f', page, '-l', page, '-singlefile', '-scale-to', String(pageEdge), asked.name]
  return runBounded({ path: tools.draw, args, folder, bounds, addressBytes, mostOutput: mostPicture })
}
