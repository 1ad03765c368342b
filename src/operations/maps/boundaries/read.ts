// The outlines there are. A decoded one is kept under the hash of its file, so what is kept is never a stale one.
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { BoundaryFile } from '../model.ts'
import { type BoundaryHead, findBoundaryBody, listBoundaryHeads } from '../store.ts'
import { decodeOutline, type Outline } from './outline.ts'

const kept = new Map<string, Promise<Outline>>()
const most = 24

type Asked = Pick<Context, 'sql' | 'now'>

export async function listBoundaries({ sql }: Pick<Context, 'sql'>): Promise<BoundaryHead[]> {
  return listBoundaryHeads(sql)
}

/** Those of one name, of whatever pack. @throws Problem 422 where there is none */
export async function findNamed({ sql }: Pick<Context, 'sql'>, name: string): Promise<BoundaryHead[]> {
  const found = (await listBoundaryHeads(sql)).filter(({ code }) => code === name)
  if (found.length > 0) return found
  throw invalid('Không có bộ ranh giới này.', [
    { path: 'ranh-gioi', message: 'Chọn một bộ trong danh sách, hoặc bỏ trống để theo thời điểm của số liệu.' },
  ])
}

export function openOutline({ sql }: Pick<Context, 'sql'>, { sha256 }: { sha256: string }): Promise<Outline> {
  const known = kept.get(sha256)
  if (known) return known
  const made = findBoundaryBody(sql, sha256).then((body) => {
    if (body === undefined) throw new Error(`There is no outline ${sha256}`)
    return decodeOutline(BoundaryFile.parse(JSON.parse(body)), sha256)
  })
  kept.set(sha256, made)
  made.catch(() => kept.delete(sha256))
  const [oldest] = kept.keys()
  if (kept.size > most && oldest !== undefined) kept.delete(oldest)
  return made
}

const isValidOn = ({ validFrom, validTo }: BoundaryHead, day: string) =>
  (validFrom ?? '') <= day && (validTo ?? '9999') >= day

/** The sets that hold on a day, those of the home pack's own area first, then the finer ones. */
export async function listBoundariesOn(ctx: Asked, day: string): Promise<BoundaryHead[]> {
  const { card } = await getHomePack(ctx.sql)
  const rank = ({ within, level, pack }: BoundaryHead) =>
    (within === card.area ? 0 : 4) + (pack === card.code ? 0 : 2) + (level === 'commune' ? 0 : 1)
  const heads = (await listBoundaryHeads(ctx.sql)).filter((head) => isValidOn(head, day))
  return heads.sort((a, b) => rank(a) - rank(b))
}

/** The outline of the country on a day, which everything else lies on; nothing where no pack has one. */
export async function findNational(ctx: Asked, day: string): Promise<Outline | undefined> {
  const { card } = await getHomePack(ctx.sql)
  const found = (await listBoundariesOn(ctx, day)).find(({ within }) => within === card.nationalArea)
  return found && openOutline(ctx, found)
}
