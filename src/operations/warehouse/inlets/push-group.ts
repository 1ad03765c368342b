/**
 * Group commit. A push must not be answered before it is on disk, and a disk gives a few hundred flushes a second at best: so pushes to
 * one source that come while a transaction is being written wait for the next and share it: its flush, its entry in the ledger, and
 * its one call of the processing job. Alone, a push waits for nothing.
 */
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import { appendBatch, appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { wakeProcessing } from '../landing.ts'
import type { Landing } from '../store.ts'

import { findPushedByKey, insertPushed, type NewPush } from './push-store.ts'

export const reusedKey = () =>
  new Problem(
    'push.key-reused',
    422,
    'Khóa Idempotency-Key này đã dùng cho một nội dung khác. Hãy dùng khóa mới cho nội dung mới.',
  )

export interface Push {
  source: string
  contractVersion: number
  format: Landing['format']
  idempotencyKey: string | null
  bytes: Buffer
  sha256: Buffer
}

interface Waiting {
  ctx: Context
  push: Push
  resolve(landing: number): void
  reject(error: unknown): void
}

interface Line {
  waiting: Waiting[]
  busy: boolean
}

const mostWaiting = 2000
const mostInGroup = 200
const smallBytes = 16 * 1024
const compress = promisify(gzip)

/** Lines by what they share, for each pool: they go when it goes. */
const lines = new WeakMap<object, Map<string, Line>>()

/** Keeps the push; the number of its landing, once committed. @throws Problem 503 when too many wait */
export function landInGroup(ctx: Context, push: Push): Promise<number> {
  // In an open transaction there is nobody to share with, and its connection takes one statement after the other.
  if (!('reserve' in ctx.sql)) return landAlone(ctx, push)
  const line = lineOf(ctx, `${push.source}\u0000${ctx.actor.account}`)
  if (line.waiting.length >= mostWaiting)
    throw new Problem('push.too-busy', 503, 'Hệ thống đang nhận quá nhiều bản ghi. Xin gửi lại sau ít giây.')
  return new Promise((resolve, reject) => {
    line.waiting.push({ ctx, push, resolve, reject })
    if (!line.busy) void work(line)
  })
}

function lineOf(ctx: Context, key: string): Line {
  const known = lines.get(ctx.sql) ?? new Map<string, Line>()
  lines.set(ctx.sql, known)
  const line = known.get(key) ?? { waiting: [], busy: false }
  known.set(key, line)
  return line
}

async function work(line: Line): Promise<void> {
  line.busy = true
  // Requests read in the same turn of the event loop go together.
  await new Promise((resolve) => setImmediate(resolve))
  while (line.waiting.length > 0) {
    const group = line.waiting.splice(0, mostInGroup)
    try {
      const landed = await landGroup(group)
      for (const [index, one] of group.entries()) settle(one, landed[index])
    } catch (error) {
      for (const one of group) one.reject(error)
    }
  }
  line.busy = false
}

function settle(one: Waiting, outcome: number | Problem | undefined): void {
  if (typeof outcome === 'number') one.resolve(outcome)
  else one.reject(outcome ?? new Error('a push was not written'))
}

async function landAlone(ctx: Context, push: Push): Promise<number> {
  const [outcome] = await landGroup([{ ctx, push, resolve: () => {}, reject: () => {} }])
  if (typeof outcome === 'number') return outcome
  throw outcome ?? new Error('a push was not written')
}

async function landGroup(group: readonly Waiting[]): Promise<(number | Problem)[]> {
  const first = group[0]
  if (!first) return []
  const rows: NewPush[] = await Promise.all(
    group.map(async ({ ctx, push }) => ({
      ...push,
      receivedAt: ctx.now,
      receivedBy: ctx.actor.account ?? ctx.actor.name,
      packed: await pack(push.bytes),
    })),
  )
  return first.ctx.transaction(async (ctx) => {
    const ids = await insertPushed(ctx.sql, rows)
    const fresh = rows.flatMap((row, index) =>
      ids[index] === undefined ? [] : [{ landing: ids[index], ...factsOf(row) }],
    )
    if (fresh.length > 0) {
      await writeLedger(ctx, first.push.source, fresh)
      await wakeProcessing(ctx, first.push.source)
    }
    const outcomes: (number | Problem)[] = []
    for (const [index, row] of rows.entries()) outcomes.push(ids[index] ?? (await findEarlier(ctx, row)))
    return outcomes
  })
}

const pack = (bytes: Buffer): Promise<Buffer> | Buffer =>
  bytes.length <= smallBytes ? gzipSync(bytes, { level: 1 }) : compress(bytes, { level: 1 })

const factsOf = ({ source, bytes, sha256 }: NewPush) => ({
  source,
  channel: 'push',
  fileName: null,
  byteCount: bytes.length,
  sha256: sha256.toString('hex'),
})

async function writeLedger(
  ctx: Context,
  source: string,
  landed: readonly (ReturnType<typeof factsOf> & { landing: number })[],
): Promise<void> {
  const [only] = landed
  if (only && landed.length === 1) {
    const { landing, ...body } = only
    await appendEntry(ctx, { action: 'landing.landed', subject: `landing:${landing}`, body })
    return
  }
  const body = { channel: 'push', landings: landed.map(({ landing }) => landing) }
  await appendBatch(ctx, { action: 'landing.landed', subject: `source:${source}`, body }, landed)
}

/** The arrival that this key named before: the same answer, if it is the same content. */
async function findEarlier(ctx: Context, row: NewPush): Promise<number | Problem> {
  const known = await findPushedByKey(ctx.sql, row.source, row.idempotencyKey ?? '')
  if (!known) throw new Error('a push was neither written nor known')
  if (!known.sha256) {
    return new Problem('push.in-progress', 409, 'Nội dung mang khóa này đang được nhận. Xin thử lại sau ít giây.')
  }
  return known.sha256.equals(row.sha256) ? known.id : reusedKey()
}
