import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { getHomePack } from '#organisations'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { Settings } from './model.ts'
import { findFormerSettings, findSettings, upsertSettings } from './store.ts'

/** Takes in duties.yaml of the pack at home; without one the plain settings below hold. */
export async function loadSettings(ctx: Context, packDir: string): Promise<void> {
  const { card } = await getHomePack(ctx.sql)
  const path = join(packDir, 'duties.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return
  const sha256 = createHash('sha256').update(text).digest('hex')
  if ((await findSettings(ctx.sql, card.code))?.sha256 === sha256) return
  const read = Settings.safeParse(parse(text))
  if (!read.success) throw new ConfigFault(`${path}: ${z.prettifyError(read.error)}`)
  await upsertSettings(ctx.sql, { pack: card.code, body: read.data, sha256, at: ctx.now })
}

/** Those in force, or those that were at a moment. */
export async function getSettings(ctx: Pick<Context, 'sql'>, asOf?: Date): Promise<Settings> {
  const { card } = await getHomePack(ctx.sql)
  const former = asOf && (await findFormerSettings(ctx.sql, card.code, asOf))
  return former ?? (await getSettingsNow(ctx.sql, card))
}

async function getSettingsNow(
  sql: Context['sql'],
  card: { code: string; rootOrganisation: string },
): Promise<Settings> {
  return (await findSettings(sql, card.code))?.body ?? plainSettings(card.rootOrganisation)
}

const plain = 'Giá trị mặc định của chương trình'

/** What holds for a pack that says nothing: letters are signed at the root. */
const plainSettings = (root: string): Settings => ({
  source: plain,
  warnBefore: {
    value: { daily: { amount: 2, unit: 'working-hour' }, other: { amount: 1, unit: 'working-day' } },
    citation: plain,
    unverified: true,
  },
  draftAfterWorkingDays: { value: 2, citation: plain, unverified: true },
  explainWithinWorkingDays: { value: 3, citation: plain, unverified: true },
  againAfterWorkingDays: { value: 10, citation: plain, unverified: true },
  ladder: {
    value: [
      { count: 3, words: 'Xem xét trách nhiệm người đứng đầu' },
      { count: 6, words: 'Có thể xử lý kỷ luật' },
    ],
    citation: plain,
    unverified: true,
  },
  issuer: { value: { organisation: root, ownIssuer: root }, citation: plain, unverified: true },
  numbering: {
    value: { reminder: '{number}/NN-DL', request: '{number}/ĐN-DL' },
    citation: plain,
    unverified: true,
  },
  outside: { value: 'request', citation: plain, unverified: true },
  letter: { value: { place: '', ground: 'Theo quy chế cập nhật dữ liệu' }, citation: plain, unverified: true },
})
