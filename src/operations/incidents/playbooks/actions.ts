import { partiesOf } from '#identity'
import { appendEntry } from '#ledger'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { isSameParty } from '../signing.ts'
import { PlaybookBody, StepKey } from './model.ts'
import * as store from './store.ts'

const permission = 'incident:command'

/** @throws Problem 404 */
export async function getVersion(
  ctx: Context,
  code: string,
  version?: number,
  at?: Date,
): Promise<store.PlaybookVersion> {
  const found = await store.findVersion(ctx.sql, code, version, at)
  if (found) return found
  const [newest] = version === undefined ? await store.listVersions(ctx.sql, code, at) : []
  if (!newest) throw notFound('playbook', code)
  return newest
}

/** @throws Problem 422 with a fault for each field, at paths of the body. */
export async function checkBody(ctx: Context, body: unknown): Promise<PlaybookBody> {
  const parsed = PlaybookBody.safeParse(body)
  if (!parsed.success)
    throw invalid(
      'Kịch bản chưa đúng; xin sửa các chỗ được nêu.',
      parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    )
  const faults = []
  for (const [index, { who }] of parsed.data.steps.entries())
    if (!(await findOrganisation(ctx.sql, who.organisation)))
      faults.push({
        path: `steps.${index}.who.organisation`,
        message: `Không có đơn vị ${who.organisation}. Hãy chọn mã đơn vị trong danh mục.`,
      })
  if (faults.length > 0) throw invalid('Kịch bản chưa đúng; xin sửa các chỗ được nêu.', faults)
  return parsed.data
}

/** Makes a playbook with its first draft. @throws Problem 409 where the code is taken. */
export async function createPlaybook(
  ctx: Context,
  { code, organisation, body }: { code: string; organisation: string; body: unknown },
): Promise<void> {
  ctx.require(permission, organisation)
  const key = StepKey.safeParse(code)
  if (!key.success)
    throw invalid('Mã kịch bản chưa đúng.', [
      { path: 'code', message: 'Mã gồm chữ thường không dấu, chữ số và gạch ngang; ví dụ lu-bao-dong-2.' },
    ])
  const checked = await checkBody(ctx, body)
  await ctx.transaction(async (inner) => {
    if (await store.lockPlaybook(inner.sql, key.data))
      throw conflict('playbook.exists', 'Đã có kịch bản mang mã này. Hãy mở kịch bản đó và sửa.')
    await store.upsertPlaybook(inner.sql, {
      code: key.data,
      kind: checked.kind,
      organisation,
      packSha256: null,
      at: inner.now,
    })
    await insertDraft(inner, key.data, checked)
    await record(inner, 'playbook.drafted', { code: key.data, organisation, version: 1 })
  })
}

/** Keeps the draft of the next version; there is one draft at a time. @returns its number. */
export async function saveDraft(ctx: Context, code: string, body: unknown): Promise<number> {
  const { organisation } = await getVersion(ctx, code)
  ctx.require(permission, organisation)
  const checked = await checkBody(ctx, body)
  return ctx.transaction(async (inner) => {
    await lock(inner, code)
    const changed = await store.updateDraft(inner.sql, code, {
      body: checked,
      draftedBy: account(inner),
      draftedName: inner.actor.name,
      parties: partiesOf(inner.actor),
      at: inner.now,
    })
    const version = changed ?? (await insertDraft(inner, code, checked))
    await record(inner, 'playbook.drafted', { code, organisation, version })
    return version
  })
}

/** A draft comes into force by the word of another person than those who wrote it. */
export function approveDraft(ctx: Context, code: string, version: number): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { organisation } = await lock(inner, code)
    inner.require(permission, organisation)
    const draft = await store.findVersion(inner.sql, code, version)
    if (!draft) throw notFound('playbook', `${code}/${version}`)
    if (draft.state !== 'draft')
      throw conflict('playbook.not-a-draft', 'Bản này không còn là dự thảo. Hãy tải lại trang để xem bản hiện hành.')
    if (isSameParty(inner, draft.draftedParties))
      throw conflict('playbook.own-draft', 'Người soạn không tự duyệt. Hãy nhờ một người khác duyệt bản dự thảo này.')
    const by = { account: account(inner), name: inner.actor.name, parties: partiesOf(inner.actor), at: inner.now }
    await store.approveVersion(inner.sql, code, version, by)
    await store.upsertPlaybook(inner.sql, {
      code,
      kind: draft.body.kind,
      organisation,
      packSha256: null,
      at: inner.now,
    })
    await record(inner, 'playbook.approved', { code, organisation, version })
  })
}

export function discardDraft(ctx: Context, code: string, version: number): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { organisation } = await lock(inner, code)
    inner.require(permission, organisation)
    if (!(await store.discardVersion(inner.sql, code, version, inner.now)))
      throw conflict('playbook.not-a-draft', 'Bản này không còn là dự thảo. Hãy tải lại trang để xem bản hiện hành.')
    await record(inner, 'playbook.discarded', { code, organisation, version })
  })
}

async function lock(ctx: Context, code: string): Promise<{ organisation: string }> {
  const found = await store.lockPlaybook(ctx.sql, code)
  if (!found) throw notFound('playbook', code)
  return found
}

const account = (ctx: Context): string => ctx.actor.account ?? 'system'

const insertDraft = (ctx: Context, playbook: string, body: PlaybookBody): Promise<number> =>
  store.insertVersion(ctx.sql, {
    playbook,
    body,
    state: 'draft',
    draftedBy: account(ctx),
    draftedName: ctx.actor.name,
    draftedParties: partiesOf(ctx.actor),
    at: ctx.now,
  })

async function record(
  ctx: Context,
  action: string,
  { code, organisation, version }: { code: string; organisation: string; version: number },
): Promise<void> {
  await appendEntry(ctx, { action, subject: `playbook:${code}`, organisation, body: { version } })
}
