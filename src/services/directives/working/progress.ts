import type { StoredFile } from '#files'
import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import { conflict, invalid } from '#platform/errors'
import type { Held, Key } from '../held.ts'
import { Reason } from '../model.ts'
import { apply, changePart, move } from '../moving.ts'
import { tell, verifiersOf } from '../notices.ts'
import { demand, mayWork, workPermission } from '../rights.ts'
import type { Part } from '../store.ts'
import { countEvidence, insertEvidence } from './evidence.ts'
import { findOpenRequest } from './request-store.ts'

/** Whoever works on it cannot verify it later; an act for an absent colleague counts for both. */
export const withDoers = ({ ctx, part }: Held): Pick<Part, 'doers'> => ({
  doers: [...new Set([...part.doers, ...partiesOf(ctx.actor)])],
})

function working<T>(ctx: Context, key: Key, work: (held: Held) => Promise<T>): Promise<T> {
  ctx.require(workPermission)
  return changePart(ctx, key, (held) => {
    demand(mayWork(held.ctx, held.directive, held.part), workPermission, held.part.organisation)
    return work(held)
  })
}

/** The agency takes the task up. */
export const acceptTask = (ctx: Context, key: Key): Promise<Part> =>
  working(ctx, key, (held) => move(held, 'accept', { patch: withDoers(held) }))

/** How far it is, in per cent and in words. */
export function reportProgress(ctx: Context, key: Key, report: { percent: number; words: string }): Promise<Part> {
  return working(ctx, key, (held) => {
    const { percent } = report
    if (!Number.isInteger(percent) || percent < 0 || percent > 100)
      throw invalid('Tiến độ là số nguyên từ 0 đến 100.', [
        { path: 'percent', message: 'Nhập số nguyên từ 0 đến 100.' },
      ])
    const words = checkWords(report.words)
    return move(held, 'report', {
      patch: { ...withDoers(held), progress: percent },
      note: words,
      details: { progress: percent },
    })
  })
}

/** Proof that goes with the task: kept by #files, listed here. */
export function addEvidence(ctx: Context, key: Key, evidence: { file: StoredFile; note?: string }): Promise<Part> {
  return working(ctx, key, async (held) => {
    const { part } = held
    if (part.state !== 'accepted' && part.state !== 'in-progress')
      throw conflict('directive.no-evidence-now', 'Chỉ bổ sung minh chứng khi nhiệm vụ đang được thực hiện.', {
        state: part.state,
      })
    const { file, note } = evidence
    await insertEvidence(held.ctx, part, { ...file, note: note?.trim() || null })
    return apply(held, {
      deed: 'add-evidence',
      patch: withDoers(held),
      note: file.name,
      details: { sha256: file.sha256, sizeBytes: file.sizeBytes },
    })
  })
}

/** The agency says that it is done; somebody else, or the data, must say so too. */
export function submitResult(ctx: Context, key: Key, words: string): Promise<Part> {
  return working(ctx, key, async (held) => {
    const { directive, part } = held
    const said = checkWords(words)
    if (directive.evidenceRequired && (await countEvidence(held.ctx.sql, part)) === 0)
      throw invalid('Nhiệm vụ yêu cầu minh chứng; xin tải lên ít nhất một tệp trước khi báo cáo hoàn thành.', [
        { path: 'file', message: `Minh chứng phải có: ${directive.evidenceRequired}` },
      ])
    const waiting = await findOpenRequest(held.ctx.sql, part.code)
    if (waiting)
      throw conflict(
        'directive.request-waits',
        'Đang chờ quyết định gia hạn; xin rút đề nghị trước khi báo cáo hoàn thành.',
      )
    const next = await move(held, 'submit', {
      patch: { ...withDoers(held), progress: 100, submittedAt: held.ctx.now },
      note: said,
      pause: 'verification',
    })
    await tell(held, 'submitted', verifiersOf(directive, next), { note: said })
    return next
  })
}

export function checkWords(words: string, path = 'words'): string {
  const parsed = Reason.safeParse(words)
  if (parsed.success) return parsed.data
  const message = parsed.error.issues[0]?.message ?? 'Xin viết rõ nội dung.'
  throw invalid(message, [{ path, message }])
}
