import { z } from 'zod'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { findPreferences } from './actions.ts'
import { ownAccount } from './inbox.ts'
import { chosenChannels, digests, languages, type PersonalChannel, type Preference } from './model.ts'
import { getSettings } from './settings.ts'
import { keepPreference } from './store.ts'

const TimeTyped = z.string().trim().max(10)

/** The form of the page of preferences. */
export const PreferenceForm = z.object({
  language: z.enum(languages),
  digest: z.enum(digests),
  quietFrom: TimeTyped,
  quietTo: TimeTyped,
  quietDaysOff: z.literal('yes').optional(),
  /** `code:channel` of each box that is ticked. */
  channels: z.array(z.string().max(200)).max(2000).default([]),
})
export type PreferenceForm = z.infer<typeof PreferenceForm>

export async function findOwnPreference(ctx: Context): Promise<Preference> {
  const account = ownAccount(ctx)
  const settings = await getSettings(ctx)
  const found = (await findPreferences(ctx, [{ account }], settings)).get(account)
  if (!found) throw new Error('everybody has preferences, the usual ones at least')
  return found
}

/** Keeps what the actor wishes for himself. @throws Problem 422 with the faults beside their fields. */
export async function changePreference(ctx: Context, form: PreferenceForm): Promise<void> {
  const account = ownAccount(ctx)
  const quiet = readQuiet(form)
  const settings = await getSettings(ctx)
  const channels = readChannels(ctx, form.channels, settings.channels.routine)
  const quietDaysOff = form.quietDaysOff === 'yes'
  await ctx.transaction(async (ctx) => {
    const { language, digest } = form
    await keepPreference(
      ctx.sql,
      { account, language, digest, quietFrom: quiet?.from ?? null, quietTo: quiet?.to ?? null, quietDaysOff, channels },
      ctx.now,
    )
    await appendEntry(ctx, {
      action: 'message-preference.changed',
      subject: `account:${account}`,
      body: { language, digest, quietFrom: quiet?.from ?? null, quietTo: quiet?.to ?? null, quietDaysOff, channels },
    })
  })
}

function readQuiet({ quietFrom, quietTo }: PreferenceForm): { from: string; to: string } | undefined {
  if (!quietFrom && !quietTo) return undefined
  const [from, to] = [tidyTime(quietFrom), tidyTime(quietTo)]
  const message = 'Giờ gồm giờ và phút, ví dụ 21:00; bỏ trống cả hai ô nếu không cần giờ yên tĩnh.'
  const fields = [
    ...(from ? [] : [{ path: 'quietFrom', message }]),
    ...(to ? [] : [{ path: 'quietTo', message }]),
    ...(from && from === to ? [{ path: 'quietTo', message: 'Giờ bắt đầu và giờ kết thúc phải khác nhau.' }] : []),
  ]
  if (!from || !to || fields.length > 0) throw invalid(fields[0]?.message ?? message, fields)
  return { from, to }
}

/** `6:30`, `6h30`, `06.30` and `6` are what people type. */
function tidyTime(text: string): string | undefined {
  const [, hour = '', minute = '00'] = /^(\d{1,2})(?:\s*[:.hg]\s*(\d{2})?)?$/i.exec(text) ?? []
  const time = `${hour.padStart(2, '0')}:${minute}`
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(time) && hour ? time : undefined
}

/** Only choices that differ from what is usual: what is usual may still change for everybody else. */
function readChannels(
  ctx: Context,
  ticked: readonly string[],
  usual: readonly PersonalChannel[],
): Record<string, PersonalChannel[]> {
  const chosen: Record<string, PersonalChannel[]> = {}
  for (const code of ctx.notices.keys()) {
    const own = chosenChannels.filter((channel) => ticked.includes(`${code}:${channel}`))
    if (own.length !== usual.length || own.some((channel) => !usual.includes(channel))) chosen[code] = own
  }
  return chosen
}
