/**
 * Watched folder: `<var>/inbox/<source>/`. A file that has lain unchanged for a while is taken in under the contract of its source and
 * moved to `done/` or `refused/`, each with a `.txt` beside it that says what became of it. The arrival is known by name, size and time
 * of the file, so that one whose move a crash has prevented is not taken in twice.
 */
import { createReadStream, type Stats } from 'node:fs'
import { lstat, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type ImportOutcome, importBytes } from '../import.ts'
import { sourceIsFree, withSourceLock } from '../source-lock.ts'
import { findCurrentContract, findSource } from '../store.ts'

const restMs = 5000
const lookAgainMs = 500
const mostFiles = 200
/** One program at a time looks through the folders; no source bears this name. */
const inboxLock = '*inbox'

export interface InboxOptions {
  /** A file is whole when it has not changed for this long. */
  restMs?: number
}

export const inboxFolder = (ctx: Context): string => join(ctx.config.varDir, 'inbox')

/** Takes in what lies in the folders of all sources. Returns how many files were taken or refused. */
export async function emptyInbox(ctx: Context, options: InboxOptions = {}): Promise<number> {
  if (!(await sourceIsFree(ctx, inboxLock))) return 0
  return withSourceLock(ctx, inboxLock, () => emptyAll(ctx, options))
}

async function emptyAll(ctx: Context, options: InboxOptions): Promise<number> {
  const root = inboxFolder(ctx)
  await mkdir(root, { recursive: true })
  let count = 0
  for (const entry of await readdir(root, { withFileTypes: true })) {
    // A link could lead anywhere.
    if (!entry.isDirectory()) continue
    count += await emptyFolder(ctx, entry.name, { restMs, ...options })
  }
  return count
}

async function emptyFolder(ctx: Context, source: string, { restMs }: Required<InboxOptions>): Promise<number> {
  const folder = join(inboxFolder(ctx), source)
  const names = (await readdir(folder))
    .filter((name) => !isPassing(name))
    .sort()
    .slice(0, mostFiles)
  const waiting: { name: string; stats: Stats }[] = []
  for (const name of names) {
    const stats = await lstat(join(folder, name)).catch(() => undefined)
    if (stats && Date.now() - stats.mtimeMs >= restMs) waiting.push({ name, stats })
  }
  if (waiting.length === 0) return 0
  await sleep(lookAgainMs)
  let count = 0
  for (const { name, stats } of waiting) {
    const now = await lstat(join(folder, name)).catch(() => undefined)
    if (!now || now.size !== stats.size || now.mtimeMs !== stats.mtimeMs) continue
    await takeFile(ctx, { source, folder, name, stats: now })
    count += 1
  }
  return count
}

/** Our own folders, and the names programs give to files that are still coming. */
const isPassing = (name: string): boolean =>
  ['done', 'refused'].includes(name) ||
  (name.startsWith('.') && !name.startsWith('..')) ||
  name.startsWith('~$') ||
  /\.(part|partial|tmp|crdownload|filepart)$/i.test(name)

interface Lying {
  source: string
  folder: string
  name: string
  stats: Stats
}

async function takeFile(ctx: Context, lying: Lying): Promise<void> {
  const fault = faultOf(lying)
  if (fault) return putAway(ctx, lying, 'refused', fault)
  const source = await findSource(ctx.sql, lying.source)
  const contract = source && (await findCurrentContract(ctx.sql, lying.source))
  if (!source || !contract)
    return putAway(
      ctx,
      lying,
      'refused',
      `Không có nguồn dữ liệu mã “${lying.source}”. Hãy đặt tệp vào thư mục mang đúng mã nguồn.`,
    )
  if (source.pausedAt) return
  try {
    const { size, mtimeMs } = lying.stats
    const outcome = await importBytes(ctx, {
      source: lying.source,
      contractVersion: contract.version,
      channel: 'folder',
      fileName: lying.name,
      bytes: createReadStream(join(lying.folder, lying.name)),
      size,
      idempotencyKey: `inbox:${lying.name}:${size}:${Math.round(mtimeMs)}`,
    })
    await putAway(ctx, lying, outcome.state, outcome.fault?.message ?? wordsOf(outcome))
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    await putAway(ctx, lying, 'refused', error.message)
  }
}

function faultOf({ name, stats }: Lying): string | undefined {
  if (!stats.isFile()) return 'Chỉ nhận tệp thường, không nhận thư mục hay liên kết.'
  if (stats.nlink > 1) return 'Tệp này là liên kết cứng tới một tệp khác. Hãy chép tệp vào thư mục.'
  if (stats.size === 0) return 'Tệp trống.'
  // Control and direction marks hide what a name really says.
  if (name.length > 150 || /[\p{Cc}\p{Cf}\\:*?"<>|]/u.test(name) || name.includes('..'))
    return 'Tên tệp có ký tự không được phép hoặc quá dài. Hãy đổi tên tệp rồi gửi lại.'
  return undefined
}

const wordsOf = ({ received, applied, superseded, duplicate, quarantined, landing }: ImportOutcome): string =>
  [
    `Đã nhận ${received} bản ghi (đợt ${landing}).`,
    `Ghi mới: ${applied}. Thay bản cũ: ${superseded}. Trùng: ${duplicate}. Chờ sửa: ${quarantined}.`,
    ...(quarantined > 0 ? ['Xem và sửa các bản ghi chờ sửa trên trang Nguồn dữ liệu.'] : []),
  ].join('\n')

/** Moves the file, then says why: a crash in between leaves the words out, never the file. */
async function putAway(
  ctx: Context,
  { source, folder, name }: Lying,
  state: 'done' | 'refused',
  words: string,
): Promise<void> {
  const to = join(folder, state)
  await mkdir(to, { recursive: true })
  const stamp = ctx.now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const safe = name.replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]/gu, '_').slice(0, 150)
  const target = join(to, await freeName(to, `${stamp}-${safe}`))
  await rename(join(folder, name), target)
  await writeFile(`${target}.txt`, `${words}\n`)
  ctx.log.info({ source, state }, 'a file of the inbox was taken')
}

async function freeName(folder: string, name: string): Promise<string> {
  const taken = new Set(await readdir(folder))
  if (!taken.has(name)) return name
  for (let number = 2; ; number += 1) if (!taken.has(`${number}-${name}`)) return `${number}-${name}`
}
