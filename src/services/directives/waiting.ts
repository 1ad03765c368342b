// Whose turn it is: one item in the list of work for whoever must act next, none for the others.
import { closeItem, openItem } from '#worklist'
import type { Held } from './held.ts'
import type { State } from './model.ts'
import { partPath } from './paths.ts'
import { givePermission, issuePermission, workPermission } from './rights.ts'

type Kind = 'issue' | 'accept' | 'work' | 'decide' | 'extension' | 'verify'

const kindOf: Partial<Record<State, Kind>> = {
  opinion: 'issue',
  assigned: 'accept',
  accepted: 'work',
  'in-progress': 'work',
  'adjustment-asked': 'decide',
  'awaiting-verification': 'verify',
}

/** Kinds of the items that may bear the deadline of a part. */
export const itemKindsOf = (state: State): Kind[] => [...(kindOf[state] ? [kindOf[state]] : []), 'extension']

const says: Record<Kind, string> = {
  issue: 'Ban hành',
  accept: 'Tiếp nhận nhiệm vụ',
  work: 'Thực hiện',
  decide: 'Quyết định đề nghị điều chỉnh',
  extension: 'Quyết định đề nghị gia hạn',
  verify: 'Xác nhận kết quả',
}

/** After a change: the item of the earlier state is closed, that of the present one opened or brought up to date. */
export async function syncItems(held: Held, before: State): Promise<void> {
  const { ctx, part } = held
  const kind = kindOf[part.state]
  const old = kindOf[before]
  if (old && old !== kind) await closeItem(ctx, { capability: 'directives', kind: old, code: part.code })
  if (kind) await open(held, kind)
}

export const openExtensionItem = (held: Held): Promise<void> => open(held, 'extension')
export const closeExtensionItem = ({ ctx, part }: Held): Promise<void> =>
  closeItem(ctx, { capability: 'directives', kind: 'extension', code: part.code })

async function open({ ctx, directive, part, settings }: Held, kind: Kind): Promise<void> {
  const byGiver = kind === 'decide' || kind === 'extension' || kind === 'verify'
  const place =
    kind === 'issue'
      ? { organisation: directive.office, permission: issuePermission }
      : byGiver
        ? { organisation: directive.authority, permission: givePermission }
        : { organisation: part.organisation, permission: workPermission }
  const named = kind === 'verify' ? (part.verifier ?? directive.giver) : byGiver ? directive.giver : undefined
  await openItem(ctx, {
    capability: 'directives',
    kind,
    code: part.code,
    title: `${says[kind]}: ${directive.title}`.slice(0, 300),
    ...place,
    ...(named ? { assignee: named } : {}),
    ...(part.dueAt ? { dueAt: part.dueAt } : {}),
    url: partPath(part.code),
    grave: part.escalated >= settings.ladders.length && part.escalated > 0,
  })
}
