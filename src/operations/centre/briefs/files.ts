// A brief as files: the same for who loads them from its page and for who gets them by mail.

import type { PrintedSection, PrintedTables } from '#files'
import { keepBytes, printPdf, type StoredFile, tablesDocx, tablesHtml } from '#files'
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

const printed = async (ctx: Context, brief: WholeBrief): Promise<PrintedTables> => ({
  title: titleOf(brief),
  subtitle: await subtitleOf(ctx, brief),
  sections: [...brief.sections],
  landscape: true,
})

/** @throws Problem 503 where no PDF can be made */
export async function briefPdf(ctx: Context, brief: WholeBrief): Promise<Buffer> {
  return printPdf(ctx, tablesHtml(await printed(ctx, brief)), { title: titleOf(brief) })
}

export const briefDocx = async (ctx: Context, brief: WholeBrief): Promise<Buffer> =>
  tablesDocx(await printed(ctx, brief))

async function subtitleOf(ctx: Context, brief: Brief): Promise<string> {
  const view = await readView(ctx, { 'don-vi': brief.organisation })
  const illustrative = ctx.config.demo ? ' · dữ liệu minh họa' : ''
  return `${namesOf(view)(brief.organisation)}, ${sayMade(brief, view.timeZone)}${illustrative}`
}

/** When it was made; of one made later, as of when and who asked for it. */
export function sayMade({ madeAt, knownAt, askedName }: Brief, timeZone: string): string {
  const at = `lúc ${formatDateTime(madeAt, timeZone)}`
  if (knownAt >= madeAt) return `lập ${at}`
  const known = `theo những gì đã biết lúc ${formatDateTime(knownAt, timeZone)}`
  return askedName === null ? `lập muộn ${at}, ${known}` : `lập lại ${at} theo yêu cầu của ${askedName}, ${known}`
}

/** Its words and tables one under the other. */
export async function briefTable(ctx: Context, brief: WholeBrief) {
  const { card } = await getHomePack(ctx.sql)
  return {
    titles: [titleOf(brief), sayMade(brief, card.timeZone)],
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

/** What goes with the mail. Where no PDF can be made the others go alone: the page and its words are there all the same. */
export async function makeFiles(ctx: Context, brief: WholeBrief): Promise<BriefBytes[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeTable('xlsx', await briefTable(ctx, brief))) chunks.push(chunk)
  const others = [
    { name: `${brief.code}.xlsx`, bytes: Buffer.concat(chunks) },
    { name: `${brief.code}.docx`, bytes: await briefDocx(ctx, brief) },
  ]
  try {
    return [{ name: `${brief.code}.pdf`, bytes: await briefPdf(ctx, brief) }, ...others]
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 503) throw error
    ctx.log.warn({ brief: brief.code, reason: error.code }, 'a brief goes out without its PDF')
    return others
  }
}

export const keepFiles = async (ctx: Context, made: readonly BriefBytes[]): Promise<StoredFile[]> => {
  const kept: StoredFile[] = []
  for (const { name, bytes } of made) kept.push(await keepBytes(ctx, bytes, name, 'attachment'))
  return kept
}
