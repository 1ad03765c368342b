/** Uploaded files that wait for their owner's word: shown first, taken in when he says so, forgotten after a week. */
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { limitsOf } from '../input-format.ts'
import { type Sniffed, sniff, type TableShape } from '../readers/sniff.ts'
import type { Answers } from './answers.ts'

const pieceBytes = 1024 * 1024
export const draftDays = 7

export interface Draft {
  id: string
  account: string
  source: string | null
  fileName: string
  byteCount: number
  answers: Answers | null
  touchedAt: Date
}

const columns = (sql: Sql) => sql`id, account, source, file_name, byte_count, answers, touched_at`

/** Keeps an uploaded file. @throws Problem file.too-large, file.empty */
export async function keepUpload(
  ctx: Context,
  upload: { fileName: string; bytes: AsyncIterable<Uint8Array>; source: string | null },
): Promise<Draft> {
  const [draft] = await ctx.sql<Draft[]>`
    insert into warehouse.import_draft (account, source, file_name, created_at, touched_at)
    values (${ctx.actor.account ?? ''}, ${upload.source}, ${upload.fileName.slice(0, 300)}, ${ctx.now}, ${ctx.now})
    returning ${columns(ctx.sql)}`
  if (!draft) throw new Error('a draft was not written')
  try {
    const byteCount = await keepPieces(ctx, draft.id, upload.bytes)
    if (byteCount === 0) throw new Problem('file.empty', 422, 'Tệp không có nội dung. Hãy chọn tệp khác.')
    await ctx.sql`update warehouse.import_draft set byte_count = ${byteCount} where id = ${draft.id}`
    return { ...draft, byteCount }
  } catch (error) {
    await deleteDraft(ctx.sql, draft.id)
    throw error
  }
}

async function keepPieces({ sql, config }: Context, id: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let seq = 0
  let total = 0
  let waiting: Uint8Array[] = []
  let length = 0
  const flush = async () => {
    if (length === 0) return
    await sql`insert into warehouse.import_draft_piece (draft, seq, bytes) values (${id}, ${seq}, ${Buffer.concat(waiting)})`
    seq += 1
    waiting = []
    length = 0
  }
  for await (const part of bytes) {
    total += part.length
    if (total > config.maxFileBytes) {
      const most = Math.round(config.maxFileBytes / pieceBytes)
      throw new Problem('file.too-large', 413, `Tệp lớn hơn mức cho phép (${most} MB). Hãy chia tệp rồi gửi từng phần.`)
    }
    waiting.push(part)
    length += part.length
    if (length >= pieceBytes) await flush()
  }
  await flush()
  return total
}

/** The bytes as they were uploaded. */
export async function* openDraft(sql: Sql, id: string): AsyncGenerator<Buffer> {
  for (let seq = 0; ; seq += 1) {
    const [piece] = await sql<{ bytes: Buffer }[]>`
      select bytes from warehouse.import_draft_piece where draft = ${id} and seq = ${seq}`
    if (!piece) return
    yield piece.bytes
  }
}

/** A draft of the actor's own. @throws Problem 404 */
export async function getDraft(ctx: Context, id: string): Promise<Draft> {
  const [draft] = await ctx.sql<Draft[]>`
    select ${columns(ctx.sql)} from warehouse.import_draft where id = ${id} and account = ${ctx.actor.account ?? ''}`
  if (!draft) throw notFound('draft', id)
  return draft
}

/** Drafts of new sources that the actor has not finished, the latest first. */
export function listOwnDrafts(ctx: Context): Promise<Draft[]> {
  return ctx.sql<Draft[]>`
    select ${columns(ctx.sql)} from warehouse.import_draft
    where account = ${ctx.actor.account ?? ''} and source is null and answers is not null order by touched_at desc limit 10`
}

export async function saveAnswers(ctx: Context, id: string, answers: Answers): Promise<void> {
  await ctx.sql`
    update warehouse.import_draft set answers = ${ctx.sql.json(answers as never)}, touched_at = ${ctx.now} where id = ${id}`
}

export async function deleteDraft(sql: Sql, id: string): Promise<void> {
  await sql`delete from warehouse.import_draft where id = ${id}`
}

export async function deleteStaleDrafts(sql: Sql, before: Date): Promise<void> {
  await sql`delete from warehouse.import_draft where touched_at < ${before}`
}

/** What the file seems to be, in the shape a person says it has. @throws FileFault */
export const sniffDraft = (ctx: Context, id: string, shape: TableShape = {}): Promise<Sniffed> =>
  sniff(openDraft(ctx.sql, id), limitsOf(ctx.config.maxFileBytes), shape)
