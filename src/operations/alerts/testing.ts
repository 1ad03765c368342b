// What the tests of this room share: numbers and records written as the rooms that own them would, and alerts read back.

import type { Context } from '#platform/context'
import type { DbTest } from '#test/harness'
import { getContract, importBytes } from '#warehouse'
import type { Severity } from './model.ts'
import { raiseAlert } from './raise.ts'

/** Puts a number in force, over the one that stood there. */
export async function writeFact(
  { sql, now }: Pick<Context, 'sql' | 'now'>,
  fact: { indicator: string; organisation?: string; kind?: string; period: string; on: string; value: number | null },
): Promise<void> {
  const { indicator, organisation = 'H32', kind = 'month', period, on, value } = fact
  await sql`
    update indicators.fact set superseded_at = ${now}
    where indicator = ${indicator} and organisation = ${organisation} and area = '' and period = ${period} and superseded_at is null`
  await sql`
    insert into indicators.fact (indicator, definition_version, organisation, period_kind, period, period_on, state, value, known_at, base_count)
    values (${indicator}, 1, ${organisation}, ${kind}, ${period}, ${on}, ${value === null ? 'no-data' : 'value'}, ${value}, ${now}, 1)`
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

/** Takes in a file of a source as if it were uploaded. */
export async function sendCsv(ctx: Context, source: string, text: string): Promise<void> {
  const { version } = await getContract(ctx, source)
  await importBytes(ctx, {
    source,
    contractVersion: version,
    channel: 'upload',
    fileName: 'thu.csv',
    bytes: pieces(text),
  })
}

export const raise = (
  t: DbTest,
  more: Partial<{
    fingerprint: string
    severity: Severity
    organisation: string
    labels: Record<string, string>
    headline: string
  }> = {},
): Promise<string> =>
  raiseAlert(t.context(), {
    source: 'thu',
    fingerprint: 'một',
    headline: 'Ngập đường thử nghiệm',
    severity: 'high',
    organisation: 'H32.VP.IOC',
    at: t.now,
    ...more,
  })

export interface Kept {
  code: string
  state: string
  severity: string
  count: number
  owner: string | null
  escalation: number
  startsAt: Date
  endedAt: Date | null
  origin: string
  headline: string
}

export const alertsOf = ({ sql }: Pick<DbTest, 'sql'>, origin?: string): Promise<Kept[]> =>
  sql<Kept[]>`
    select code, state, severity, count, owner, escalation, starts_at, ended_at, origin, headline from alerts.alert
    where ${origin === undefined ? sql`true` : sql`origin = ${origin}`} order by id`

export const deedsOf = async ({ sql }: Pick<DbTest, 'sql'>, code: string): Promise<string[]> =>
  (
    await sql<{ deed: string }[]>`
      select e.deed from alerts.alert_event e join alerts.alert a on a.id = e.alert_id where a.code = ${code} order by e.id`
  ).map(({ deed }) => deed)
