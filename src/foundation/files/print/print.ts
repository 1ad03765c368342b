import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { Bounds } from '../bounded.ts'
import { EndedEarly, findChromium, PrintFault, printDocument } from './chromium.ts'
import { escapeHtml } from './markup.ts'

const bounds: Bounds = { timeoutMs: 60_000, memoryBytes: 1.5 * 1024 ** 3 }
const longestQueue = 20
const mostBytes = 16 * 1024 ** 2

// One at a time in a process: a Chromium takes a few hundred megabytes.
let last: Promise<unknown> = Promise.resolve()
let waiting = 0

/**
 * The document as a tagged PDF. What it needs (styles, fonts, pictures) it brings along: nothing is fetched, and no script runs.
 * @throws Problem 503 where there is no Chromium, when too many documents wait, or when it could not be printed; the words say what to do.
 */
export async function printPdf(ctx: Context, html: string, { title }: { title: string }): Promise<Buffer> {
  const chromium = findChromium(ctx.config.chromiumPath)
  if (!chromium)
    throw new Problem(
      'print.no-chromium',
      503,
      'Máy chủ chưa có Chromium nên chưa tạo được tệp PDF. Hãy dùng bản in từ trình duyệt, hoặc nhờ quản trị cài Chromium (thiết lập CHROMIUM_PATH).',
    )
  if (Buffer.byteLength(html) > mostBytes)
    throw new Problem(
      'print.too-large',
      503,
      'Nội dung quá dài để tạo tệp PDF. Hãy thu hẹp bộ lọc, hoặc tải về dạng bảng tính.',
    )
  if (waiting >= longestQueue)
    throw new Problem('print.busy', 503, 'Đang có nhiều tệp PDF chờ tạo. Hãy thử lại sau một phút.')
  waiting += 1
  const printed = last.then(() => printOnce(ctx, chromium, dress(html, title)))
  last = printed
    .catch(() => {})
    .finally(() => {
      waiting -= 1
    })
  return printed.catch((error) => {
    if (!(error instanceof PrintFault)) throw error
    ctx.log.warn({ reason: error.message }, 'A document could not be printed')
    throw new Problem(
      'print.failed',
      503,
      'Chưa tạo được tệp PDF. Hãy thử lại; nếu vẫn không được, dùng bản in từ trình duyệt.',
    )
  })
}

/** Where there is no sandbox to be had the document is printed without: it is the program's own, runs no script and reaches nothing. */
function printOnce(ctx: Context, chromium: string, html: string): Promise<Buffer> {
  return printDocument(chromium, html, bounds).catch((error) => {
    if (!(error instanceof EndedEarly)) throw error
    ctx.log.warn({ reason: error.message }, 'Chromium ended early; tried again without its sandbox')
    return printDocument(chromium, html, bounds, false)
  })
}

const policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"

/** The first title and the first policy of a document are those that count, whatever the document says itself. */
const dress = (html: string, title: string) =>
  `<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>${escapeHtml(title)}</title>${html.replace(/^\s*<!doctype html>/i, '')}`
