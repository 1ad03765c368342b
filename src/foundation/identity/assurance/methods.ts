/** The ways of proving who one is while signed in. A module that knows another puts it into this list. */
import { type Assurance, meets } from '#platform/assurance'
import type { Context } from '#platform/context'
import type { FieldFault } from '#platform/errors'
import { codeMethod, recoveryMethod } from '../codes/method.tsx'
import { passkeyMethod } from '../passkeys/method.tsx'
import type { Proof } from '../session-store.ts'
import { vneidMethod } from '../vneid/method.ts'
import type { Attempt, StepUpMethod } from './method.ts'
import { passwordMethod } from './password-method.tsx'

const methods: readonly StepUpMethod[] = [vneidMethod, passkeyMethod, codeMethod, recoveryMethod, passwordMethod]

/** What an account can prove a level by; a password alone is not asked of who has proved more before. */
export async function listMethods(ctx: Context, account: string, wanted: Assurance): Promise<StepUpMethod[]> {
  const able: StepUpMethod[] = []
  for (const method of methods)
    if (meets(method.level, wanted) && (await method.isOffered(ctx, account))) able.push(method)
  const had = ctx.actor.assurance
  const strong = able.filter(({ level }) => had !== undefined && meets(level, had))
  return strong.length > 0 ? strong : able
}

/** Proves by one of the offered methods' forms. */
export async function proveBy(
  ctx: Context,
  offered: readonly StepUpMethod[],
  attempt: Attempt,
): Promise<Proof | { faults: FieldFault[] }> {
  const form = offered.find(({ code }) => code === attempt.typed.cach)?.form
  return form ? form.prove(ctx, attempt) : { faults: [{ path: 'cach', message: 'Xin chọn một cách xác nhận.' }] }
}
