/**
 * A grave alert calls who is on duty, one after the other, until somebody has it. One call-out runs as long as the alert is open, new, going on
 * and not held back: repeats that fold into it call nobody again, what an acknowledgement that lapsed leaves open calls anew.
 */
import { endCallOut } from '#incidents'
import type { Context } from '#platform/context'
import type { Alert } from './store.ts'

/** Why nobody more is called. */
export const causeIsOver = 'Nguyên nhân của cảnh báo đã hết.'
export const isHidden = 'Cảnh báo đang được tạm im.'

export const callKey = (code: string, number: number): string =>
  number === 1 ? `alert:${code}` : `alert:${code}/${number}`

/** The key of the alert's latest call-out. */
export const lastCallOf = ({ code, calls }: Pick<Alert, 'code' | 'calls'>): string | undefined =>
  calls > 0 ? callKey(code, calls) : undefined

/** Code of the alert that a call-out was about. */
export const alertOfCall = (key: string): string | undefined => /^alert:(CB-\d{1,15})(?:\/\d+)?$/.exec(key)?.[1]

/** Nobody more is called for these; their rows are locked by this, if they were not. */
export async function endCalls(ctx: Context, ids: readonly number[], reason: string): Promise<void> {
  if (ids.length === 0) return
  const rows = await ctx.sql<{ code: string; calls: number }[]>`
    update alerts.alert set is_calling = false, since = ${ctx.now} where id = any(${[...ids]}::bigint[]) and is_calling returning code, calls`
  for (const { code, calls } of rows) await endCallOut(ctx, callKey(code, calls), reason)
}
