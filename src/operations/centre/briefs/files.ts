// A brief as files: the same for who loads them from its page and for who gets them by mail.

import type { PrintedSection } from '#files'
import { keepBytes, printPdf, type StoredFile, tablesHtml } from '#files'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type TableCell, writeTable } from '#platform/table-file'
import { formatDateTime } from '#ui'
import { namesOf } from '../pages/setting.ts'
import { readView } from '../pages/view.tsx'
import { titleOf } from './compose.ts'
import type { Brief } from './store.ts'

export type WholeBrief = Brief & { sections: readonly PrintedSection[] }

/** @throws Problem 503 where no PDF can be made */
export async function briefPdf(ctx: Context, brief: WholeBrief): Promise<Buffer> {
  const title = titleOf(brief)
  const sections = [...brief.sections]
  const html = tablesHtml({ title, subtitle: await subtitleOf(ctx, brief), sections, landscape: true })
  return printPdf(ctx, html, { title })
}

async function subtitleOf(ctx: Context, { organisation, madeAt }: Brief): Promise<string> {
  const view = await readView(ctx, { 'don-vi': organisation })
  const illustrative = ctx.config.demo ? ' · dữ liệu minh họa' : ''
  return `${namesOf(view)(organisation)}, lập lúc ${formatDateTime(madeAt, view.timeZone)}${illustrative}`
}

/** Its words and tables one under the other. */
export async function briefTable(ctx: Context, brief: WholeBrief) {
  const { card } = await getHomePack(ctx.sql)
  return {
    titles: [titleOf(brief), `lập lúc ${formatDateTime(brief.madeAt, card.timeZone)}`],
    rows: brief.sections.flatMap(rowsOf),
  }
}

function rowsOf({ title, words, table }: PrintedSection): TableCell[][] {
  return [
    [],
    [title],
    ...(words?.split('\n').map((line) => [line]) ?? []),
    ...(table ? [table.columns.map(({ label }) => label), ...table.rows.map((row) => [...row])] : []),
  ]
}

export interface BriefBytes {
  name: string
  bytes: Buffer
}

/** What goes with the mail. Where no PDF can be made the workbook goes alone: the page and its words are there all the same. */
export async function makeFiles(ctx: Context, brief: WholeBrief): Promise<BriefBytes[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTable('xlsx', await briefTable(ctx, brief))) chunks.push(chunk)
  const workbook = { name: `${brief.code}.xlsx`, bytes: Buffer.concat(chunks) }
  try {
    return [{ name: `${brief.code}.pdf`, bytes: await briefPdf(ctx, brief) }, workbook]
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 503) throw error
    ctx.log.warn({ brief: brief.code, reason: error.code }, 'a brief goes out without its PDF')
    return [workbook]
  }
}

export const keepFiles = async (ctx: Context, made: readonly BriefBytes[]): Promise<StoredFile[]> => {
  const kept: StoredFile[] = []
  for (const { name, bytes } of made) kept.push(await keepBytes(ctx, bytes, name, 'attachment'))
  return kept
}
