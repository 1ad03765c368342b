import type { Context } from '#platform/context'
import { keepDuties } from './keeping/pass.ts'

// What the tests of this room share: a clock in local time, deliveries, days that go by.

export const at = (local: string): Date => new Date(`${local}+07:00`)

interface Clock {
  sql: Context['sql']
  at(now: Date): { context(): Context }
}

/** A delivery that was worked through: one row of the warehouse's own table, so that its time can be chosen. */
export async function arrive(
  { sql }: Pick<Clock, 'sql'>,
  source: string,
  receivedAt: Date,
  counts = { received: 1, quarantined: 0 },
): Promise<void> {
  await sql`
    insert into warehouse.landing (source, contract_version, channel, received_at, received_by, state, received, applied, quarantined)
    values (${source}, 1, 'push', ${receivedAt}, 'test', 'done', ${counts.received}, ${counts.received - counts.quarantined}, ${counts.quarantined})`
}

/** Lets the clock run from one local time to another, looking at it every so many hours. */
export async function pass(t: Clock, from: string, to: string, everyHours = 2): Promise<void> {
  const end = at(to).getTime()
  for (let now = at(from).getTime(); now <= end; now += everyHours * 3_600_000)
    await keepDuties(t.at(new Date(now)).context())
}

/** Lets one source be the only one of its agency that is watched. */
export async function watchOnly({ sql }: Pick<Clock, 'sql'>, source: string): Promise<void> {
  await sql`
    update warehouse.contract c set body = jsonb_set(c.body, '{cadence,every}', '"once"')
    from warehouse.source s, warehouse.source own
    where own.code = ${source} and s.organisation = own.organisation and s.code <> own.code and c.source = s.code`
}
