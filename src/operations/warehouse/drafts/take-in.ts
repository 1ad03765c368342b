/** A draft's file goes in under a contract, like any other arrival. */
import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import { processSource } from '../import.ts'
import { landBytes } from '../landing.ts'
import { findCurrentContract, findSource, type Landing } from '../store.ts'
import { type Draft, deleteDraft, openDraft } from './draft.ts'

/** Up to here the answer waits until the file is worked through; a larger one is left to the jobs. */
const waitedForBytes = 4 * 1024 * 1024

export async function takeInDraft(ctx: Context, draft: Draft, source: string): Promise<Landing> {
  const found = await findSource(ctx.sql, source)
  const contract = await findCurrentContract(ctx.sql, source)
  if (!found || !contract) throw conflict('source.no-contract', 'Nguồn này không có hợp đồng đang dùng.', { source })
  ctx.require('record:import', found.organisation)
  if (found.pausedAt)
    throw conflict('source.paused', 'Nguồn đang tạm dừng nên không nhận tệp. Bấm “Nhận lại” ở trang nguồn rồi tải lên.')
  const landing = await landBytes(ctx, {
    source,
    contractVersion: contract.version,
    channel: 'upload',
    fileName: draft.fileName,
    bytes: openDraft(ctx.sql, draft.id),
    size: draft.byteCount,
    idempotencyKey: `draft:${draft.id}`,
  })
  await deleteDraft(ctx.sql, draft.id)
  if (draft.byteCount <= waitedForBytes) await processSource(ctx, source, { until: landing.id })
  return landing
}
