import { callOut } from '#incidents'
import type { Context } from '#platform/context'
import { callKey, endCalls } from '../calls.ts'
import { alertPath } from '../model.ts'
import { getSettings } from '../settings.ts'

const mostAtOnce = 200
const mostLetters = 120

/** Begins a call-out for each grave alert that needs somebody and has none running; ends those of alerts that need nobody any more. */
export function followCalls(ctx: Context): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { sql, now } = inner
    const { graveSeverities } = await getSettings(sql)
    const isQuiet = sql`(a.inhibited_by is not null or a.flapping_since is not null or a.ended_at is not null or exists (
      select from alerts.silence i where i.id = a.silence_id and i.starts_at <= ${now} and i.ends_at > ${now}))`
    const needless = await sql<{ id: number }[]>`
      select a.id from alerts.alert a where a.is_calling and (a.state <> 'new' or ${isQuiet})
      order by a.id limit ${mostAtOnce} for update of a skip locked`
    await endCalls(
      inner,
      needless.map(({ id }) => id),
      'Không còn cần người nhận nữa.',
    )
    const waiting = await sql<{ id: number; code: string; headline: string; calls: number }[]>`
      select a.id, a.code, a.headline, a.calls from alerts.alert a
      where a.closed_at is null and a.state = 'new' and a.severity = any(${[...graveSeverities]}::text[]) and not a.is_calling and not ${isQuiet}
      order by a.id limit ${mostAtOnce} for update of a skip locked`
    for (const { code, headline, calls } of waiting)
      await callOut(inner, {
        key: callKey(code, calls + 1),
        // A short message carries this alone.
        about: `Cảnh báo ${code}: ${headline}`.slice(0, mostLetters),
        text: headline,
        url: alertPath(code),
      })
    if (waiting.length > 0)
      await sql`
        update alerts.alert set calls = calls + 1, is_calling = true, since = ${now} where id = any(${waiting.map(({ id }) => id)}::bigint[])`
  })
}
