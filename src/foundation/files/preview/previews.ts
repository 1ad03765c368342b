/**
 * What is shown of a kept file: made when somebody first looks, once, and kept beside the content. What was sent to us is only ever read by
 * other programs in bounds; a picture has been made anew when it was kept. One is made at a time in a process, and office files, which take
 * long, are kept apart from the rest.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { getOpenable, openFile } from '../actions.ts'
import { ProgramFault, withScratch } from '../bounded.ts'
import type { StoredFile } from '../model.ts'
import { findScan } from '../scan/store.ts'
import { storeOf } from '../storage/choose.ts'
import { previewName, readName } from '../storage/names.ts'
import * as model from './model.ts'
import { findOffice, officeToPdf } from './office.ts'
import { countPdfPages, drawPdfPage, findPdfTools, type PdfTools } from './pdf.ts'
import { type Drawn, findDrawn, setDrawn } from './store.ts'

const none = (words: string): model.Preview => ({ kind: 'none', words: `${words} Hãy tải tệp về để xem.` })
const noTools = none('Máy chủ chưa có chương trình vẽ trang PDF (poppler-utils) nên chưa xem trước được.')
const noOffice = none('Máy chủ chưa có LibreOffice nên chưa xem trước được tệp văn phòng.')
const isFaulty = none('Không vẽ được tệp này để xem trước: tệp bị hỏng, có mật khẩu hoặc quá nặng.')
const isWaiting = none('Tệp chưa được quét mã độc nên chưa xem trước được.')

const thumbPart = 'nho.webp'
const pagePart = (page: number) => `${page}.webp`
const convertedPart = 'van-ban.pdf'
/** What could not be drawn is not tried again at each look. */
const againMs = 24 * 3_600_000

/** Programs there may be; those of this machine where nothing is said. */
export interface Tools {
  pdf: PdfTools | undefined
  office: string | undefined
}
const toolsHere = (): Tools => ({ pdf: findPdfTools(), office: findOffice() })

/** The caller has asked whether this person may read the file. @throws Problem as `openFile` does; 503 when too many wait. */
export async function lookAt(ctx: Context, sha256: string, tools = toolsHere()): Promise<model.Preview> {
  const file = await getOpenable(ctx, sha256)
  if ((await findScan(ctx.sql, sha256)) === 'waiting') return isWaiting
  if (model.isText(file.type)) return readText(ctx, sha256)
  const known = await findDrawn(ctx.sql, sha256)
  const isOld = known?.pages === null && ctx.now.getTime() - known.madeAt.getTime() > againMs
  if (known && !isOld) return previewOf(known)
  if (!model.isImage(file.type) && !tools.pdf) return noTools
  if (model.isOffice(file.type) && !tools.office) return noOffice
  return previewOf(await makeFirst(ctx, file, tools))
}

const previewOf = ({ pages, width, height }: Drawn): model.Preview =>
  pages && width && height ? { kind: 'pages', pages, width, height } : isFaulty

/** For lists: a small picture of the first page; nothing where there is none, or where making it takes long. */
export async function openThumb(ctx: Context, sha256: string): Promise<Buffer | undefined> {
  try {
    const file = await getOpenable(ctx, sha256)
    // A conversion is begun only by who opens the large view.
    const isReady = model.isOffice(file.type) ? await findDrawn(ctx.sql, sha256) : await lookAt(ctx, sha256)
    return isReady && (await findPart(ctx, sha256, thumbPart))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
  }
}

/** @throws Problem 404 for a page that is not shown; nothing where it cannot be drawn. */
export async function openPage(ctx: Context, sha256: string, page: number): Promise<Buffer | undefined> {
  const tools = toolsHere()
  const preview = await lookAt(ctx, sha256, tools)
  if (preview.kind !== 'pages' || page > Math.min(preview.pages, model.mostPagesShown))
    throw notFound('page', String(page))
  const made = (await findPart(ctx, sha256, pagePart(page))) ?? (await makePage(ctx, { sha256, page }, tools))
  return made.length > 0 ? made : undefined
}

const findPart = (ctx: Context, sha256: string, part: string): Promise<Buffer | undefined> =>
  readName(storeOf(ctx.config), previewName(sha256, part))

async function keepPart(ctx: Context, sha256: string, part: string, bytes: Buffer): Promise<Buffer> {
  await storeOf(ctx.config).put(previewName(sha256, part), bytes)
  return bytes
}

async function readText(ctx: Context, sha256: string): Promise<model.Preview> {
  const { bytes } = await openFile(ctx, sha256)
  let text = ''
  // Bytes that are cut in the midst of a letter are those behind what is shown.
  for await (const piece of bytes.setEncoding('utf8')) {
    text += piece
    if (text.length > model.mostTextShown) break
  }
  const isCut = text.length > model.mostTextShown
  return { kind: 'text', text: text.replace(/^\ufeff/, '').slice(0, model.mostTextShown), isCut }
}

async function makeFirst(ctx: Context, file: StoredFile, tools: Tools): Promise<Drawn> {
  const { sha256 } = file
  const makeAndKnow = async (): Promise<Drawn> => {
    const made = await makeOrFail(ctx, sha256, () => drawFirst(ctx, file, tools))
    const drawn = { ...(made ?? { pages: null, width: null, height: null }), madeAt: ctx.now }
    await setDrawn(ctx.sql, sha256, drawn)
    return drawn
  }
  if (!model.isOffice(file.type)) return pageLane(sha256, makeAndKnow)
  return officeLane(sha256, async () => {
    const converted = (await findPart(ctx, sha256, convertedPart)) ?? (await convert(ctx, file, tools))
    if (converted) return pageLane(sha256, makeAndKnow)
    const failed = { pages: null, width: null, height: null, madeAt: ctx.now }
    await setDrawn(ctx.sql, sha256, failed)
    return failed
  })
}

const convert = (ctx: Context, { sha256, type }: StoredFile, { office }: Tools): Promise<Buffer | undefined> =>
  makeOrFail(ctx, sha256, () =>
    withScratch(async (folder) => {
      const name = `tep.${model.shortKind(type).toLowerCase()}`
      await writeFile(join(folder, name), await buffer((await openFile(ctx, sha256)).bytes))
      return keepPart(ctx, sha256, convertedPart, await officeToPdf(office ?? '', folder, name))
    }),
  )

async function makeOrFail<T>(ctx: Context, sha256: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ProgramFault)) throw error
    ctx.log.warn({ sha256, reason: error.message }, 'A file could not be drawn')
  }
}

async function drawFirst(ctx: Context, file: StoredFile, tools: Tools) {
  const { sha256, type } = file
  const { pages, picture } = model.isImage(type)
    ? { pages: 1, picture: await buffer((await openFile(ctx, sha256)).bytes) }
    : await withPdf(ctx, file, tools, async (pdf, folder, name) => ({
        pages: await countPdfPages(pdf, folder, name),
        picture: await drawPdfPage(pdf, folder, { name, page: 1 }),
      }))
  const { data, info } = await shrink(picture, model.pageEdge)
  await keepPart(ctx, sha256, pagePart(1), data)
  await keepPart(ctx, sha256, thumbPart, (await shrink(data, model.thumbEdge)).data)
  return { pages, width: info.width, height: info.height }
}

function makePage(ctx: Context, { sha256, page }: { sha256: string; page: number }, tools: Tools): Promise<Buffer> {
  return pageLane(`${sha256} ${page}`, async () => {
    const file = await getOpenable(ctx, sha256)
    const draw = (pdf: PdfTools, folder: string, name: string) => drawPdfPage(pdf, folder, { name, page })
    const picture = await makeOrFail(ctx, sha256, async () => {
      const drawn = await withPdf(ctx, file, tools, draw)
      return (await shrink(drawn, model.pageEdge)).data
    })
    // One that cannot be drawn is kept as nothing: it is not tried at each look.
    return keepPart(ctx, sha256, pagePart(page), picture ?? Buffer.alloc(0))
  })
}

async function withPdf<T>(
  ctx: Context,
  { sha256, type }: StoredFile,
  { pdf }: Tools,
  work: (tools: PdfTools, folder: string, name: string) => Promise<T>,
): Promise<T> {
  const bytes = model.isPdf(type)
    ? await buffer((await openFile(ctx, sha256)).bytes)
    : await findPart(ctx, sha256, convertedPart)
  if (!pdf || !bytes) throw new ProgramFault('nothing to draw from, or by')
  return withScratch(async (folder) => {
    await writeFile(join(folder, 'tep.pdf'), bytes)
    return work(pdf, folder, 'tep.pdf')
  })
}

async function shrink(picture: Buffer, edge: number) {
  try {
    return await sharp(picture, { limitInputPixels: 64_000_000, sequentialRead: true })
      .timeout({ seconds: 20 })
      .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .webp({ quality: 80 })
      .toBuffer({ resolveWithObject: true })
  } catch (error) {
    throw new ProgramFault(String(error))
  }
}

const longestQueue = 40

/** One after the other; who asks for what is being made already waits for the same. */
function makeLane() {
  const underWay = new Map<string, Promise<unknown>>()
  let last: Promise<unknown> = Promise.resolve()
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const known = underWay.get(key)
    // The key names the work, and with it what comes of it.
    if (known) return known as Promise<T>
    if (underWay.size >= longestQueue)
      throw new Problem('preview.busy', 503, 'Đang có nhiều tệp chờ vẽ để xem trước. Hãy thử lại sau ít phút.')
    const done = last.then(work).finally(() => underWay.delete(key))
    last = done.catch(() => {})
    underWay.set(key, done)
    return done
  }
}

const pageLane = makeLane()
const officeLane = makeLane()
