/**
 * The tasks of this very system as records, so that indicators are computed from them as from any agency's: whatever moved since the last
 * time is landed as lines under the pack's contract `directives`. Sent again it changes nothing, so it goes back a little each time for
 * what was committed late. A pack without that contract has no such source.
 */
import { z } from 'zod'
import { directiveClocksMoved, directiveMoved, listMovedParts, type MovedPart } from '#directives'
import type { Context } from '#platform/context'
import { subscribe } from '#platform/events'
import { defineJob, handleJob } from '#platform/jobs'
import { findMark, setMark } from '#platform/marks'
import { importBytes } from './import.ts'
import { findCurrentContract } from './store.ts'

const source = 'directives'
const mark = 'fed:directives'
const backMs = 10 * 60_000
const waitMs = 2000
const linesAtOnce = 5000

const feedJob = defineJob('warehouse.feed-directives', z.object({}))

export const feedJobs = [
  handleJob(feedJob, async (ctx) => {
    await feedDirectives(ctx)
  }),
]

/** Many moves at once are one arrival. */
export const feedSubscriptions = [
  subscribe(directiveMoved, 'warehouse.directive-moved', callFeed),
  subscribe(directiveClocksMoved, 'warehouse.directive-clocks-moved', callFeed),
]

function callFeed(ctx: Context): Promise<void> {
  return ctx.enqueue(feedJob, {}, { key: feedJob.name, runAt: new Date(ctx.now.getTime() + waitMs) })
}

/** @returns how many lines were landed. */
export async function feedDirectives(ctx: Context): Promise<number> {
  const contract = await findCurrentContract(ctx.sql, source)
  if (!contract) return 0
  let landed = 0
  for (;;) {
    const fedTo = new Date((await findMark(ctx.sql, mark)) ?? 0)
    const parts = await listMovedParts(ctx.sql, new Date(Math.max(0, fedTo.getTime() - backMs)), linesAtOnce)
    const last = parts.at(-1)
    if (!last) return landed
    const bytes = Buffer.from(parts.map((part) => `${JSON.stringify(lineOf(part))}\n`).join(''))
    await importBytes(ctx, {
      source,
      contractVersion: contract.version,
      channel: 'push',
      fileName: `${source}-${last.movedAt.toISOString()}.jsonl`,
      bytes: once(bytes),
      size: bytes.length,
    })
    landed += parts.length
    await setMark(ctx.sql, mark, last.movedAt.toISOString())
    // A full piece that went no further would go round for ever.
    if (parts.length < linesAtOnce || last.movedAt <= fedTo) return landed
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

const lineOf = (part: MovedPart) => ({
  ma: part.code,
  nguon: part.source,
  don_vi: part.organisation,
  trang_thai: part.state,
  ban_hanh: part.startedAt.toISOString(),
  han: part.dueAt?.toISOString() ?? null,
  ket_thuc: part.endedAt?.toISOString() ?? null,
  nhap_dung_han: part.enteredInTime ? '1' : '0',
  so_lan_tra_lai: part.returned,
  phien_ban: part.version,
})
