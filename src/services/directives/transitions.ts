// Every deed by name: what the API and the bulk actions of the list do, one at a time.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { reopenTask, returnResult, verifyResult, withdrawTask } from './closing/verify.ts'
import type { Key } from './held.ts'
import type { Part } from './store.ts'
import { acceptTask, reportProgress, submitResult } from './working/progress.ts'
import { askAdjustment, askExtension, decideAdjustment, decideExtension } from './working/requests.ts'

const text = z.string().max(4000)
const days = z.int().min(1).max(250)

export const Transition = z.discriminatedUnion('deed', [
  z.strictObject({ deed: z.literal('accept') }),
  z.strictObject({ deed: z.literal('ask-adjustment'), reason: text }),
  z.strictObject({
    deed: z.literal('decide-adjustment'),
    granted: z.boolean(),
    answer: text,
    organisation: z.string().max(35).optional(),
    days: days.optional(),
    task: text.optional(),
  }),
  z.strictObject({ deed: z.literal('report'), percent: z.int().min(0).max(100), words: text }),
  z.strictObject({ deed: z.literal('ask-extension'), days, reason: text }),
  z.strictObject({
    deed: z.literal('decide-extension'),
    granted: z.boolean(),
    days: days.optional(),
    answer: text,
  }),
  z.strictObject({ deed: z.literal('submit'), words: text }),
  z.strictObject({ deed: z.literal('verify'), words: text.optional() }),
  z.strictObject({ deed: z.literal('return'), reason: text }),
  z.strictObject({ deed: z.literal('withdraw'), reason: text }),
  z.strictObject({ deed: z.literal('reopen'), reason: text, days }),
])
export type Transition = z.infer<typeof Transition>

export function transition(ctx: Context, key: Key, wish: Transition): Promise<Part> {
  switch (wish.deed) {
    case 'accept':
      return acceptTask(ctx, key)
    case 'ask-adjustment':
      return askAdjustment(ctx, key, wish.reason)
    case 'decide-adjustment':
      return decideAdjustment(ctx, key, {
        ...wish,
        deadline: wish.days ? { budget: { amount: wish.days, unit: 'working-day' } } : undefined,
      })
    case 'report':
      return reportProgress(ctx, key, wish)
    case 'ask-extension':
      return askExtension(ctx, key, wish)
    case 'decide-extension':
      return decideExtension(ctx, key, wish)
    case 'submit':
      return submitResult(ctx, key, wish.words)
    case 'verify':
      return verifyResult(ctx, key, wish.words)
    case 'return':
      return returnResult(ctx, key, wish.reason)
    case 'withdraw':
      return withdrawTask(ctx, key, wish.reason)
    case 'reopen':
      return reopenTask(ctx, key, wish)
  }
}
