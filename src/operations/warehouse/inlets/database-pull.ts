/**
 * New and changed rows of a table of an agency's database, found by a column that rises with every change (the watermark). Rows are read
 * in the order (watermark, key), page by page, each page beginning behind the last row of the one before: rows of equal watermark are
 * neither lost nor doubled. A run begins `overlap` behind the last watermark, because a transaction may commit later than its rows
 * say; what is read twice for that is a duplicate to the warehouse. The whole run reads one snapshot, in a session that cannot write.
 */
import type { Context } from '#platform/context'
import { resolveHost } from '#platform/host-guard'
import type { FileFormat } from '../model.ts'
import { openReader } from './database-reader.ts'
import type { PageStart, Reader, TextRow } from './database-rows.ts'
import type { DatabasePull, Position } from './pull-settings.ts'
import type { Pull } from './pull-store.ts'
import type { Pulled } from './pulled.ts'
import { readSecret } from './secret-file.ts'

export async function pullDatabase(
  ctx: Context,
  { position }: Pull,
  settings: DatabasePull,
  own: FileFormat['type'],
): Promise<Pulled> {
  const [address = ''] = await resolveHost(ctx.config.pullHosts, settings.host, settings.port)
  const password = await readSecret(ctx.config, settings.passwordSecret)
  const reader = await openReader(settings, { address, password })
  const walk = walkPages(reader, settings, position)
  try {
    const first = await walk.pages.next()
    if (first.done) {
      return {
        arrival: undefined,
        position: () => ({ ...position, more: undefined }),
        rows: () => 0,
        message: () => 'Không có bản ghi mới.',
        close: () => reader.close(),
      }
    }
    return {
      arrival: { bytes: linesOf(first.value, walk.pages), format: own === 'jsonl' ? null : 'jsonl' },
      position: walk.position,
      rows: walk.rows,
      message: () => `Đã lấy ${walk.rows()} dòng${walk.position().more ? '; còn nữa, sẽ lấy tiếp ngay' : ''}.`,
      close: () => reader.close(),
    }
  } catch (error) {
    await reader.close()
    throw error
  }
}

function startOf(position: Position, { overlap }: DatabasePull): PageStart {
  if (position.watermark === undefined) return undefined
  if (position.more) return { behind: { watermark: position.watermark, key: position.key ?? [] } }
  return { from: position.watermark, less: overlap }
}

function walkPages(reader: Reader, settings: DatabasePull, position: Position) {
  const keyEnd = 1 + settings.key.length
  let next = position
  let rows = 0
  const pages = (async function* () {
    let start = startOf(position, settings)
    for (;;) {
      const wanted = Math.min(settings.pageRows, settings.maxRows - rows)
      const page = await reader.readPage(start, wanted)
      const last = page.at(-1)
      if (!last) return
      rows += page.length
      const [watermark, ...key] = last.slice(0, keyEnd).map((part) => part ?? '')
      next = { watermark, key, more: page.length === wanted && rows >= settings.maxRows ? true : undefined }
      yield page.map((row) => toLine(settings.columns, row.slice(keyEnd))).join('')
      if (page.length < wanted || next.more) return
      start = { behind: { watermark: watermark ?? '', key } }
    }
  })()
  return { pages, rows: () => rows, position: () => next }
}

const toLine = (names: readonly string[], values: TextRow): string =>
  `${JSON.stringify(Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])))}\n`

async function* linesOf(first: string, rest: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first)
  for await (const page of rest) yield Buffer.from(page)
}
