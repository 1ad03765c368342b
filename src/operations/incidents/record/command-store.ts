import type { Sql } from '#platform/sql'

export interface CommandOffer {
  offeredBy: string
  offeredName: string
  offeredTo: string
  offeredToName: string
  situation: string
  offeredAt: Date
}

/** The offer that waits for a signature. */
export async function findOffer(sql: Sql, incident: string): Promise<CommandOffer | undefined> {
  const [row] = await sql<CommandOffer[]>`
    select offered_by, offered_name, offered_to, offered_to_name, situation, offered_at from incidents.command_offer
    where incident = ${incident} and state = 'offered'`
  return row
}

export async function insertOffer(
  sql: Sql,
  offer: CommandOffer & { incident: string; exercise: boolean },
): Promise<void> {
  await sql`
    insert into incidents.command_offer
      (incident, exercise, offered_by, offered_name, offered_to, offered_to_name, situation, offered_at, state)
    values (${offer.incident}, ${offer.exercise}, ${offer.offeredBy}, ${offer.offeredName}, ${offer.offeredTo},
      ${offer.offeredToName}, ${offer.situation}, ${offer.offeredAt}, 'offered')`
}

export async function endOffer(
  sql: Sql,
  incident: string,
  state: 'accepted' | 'declined' | 'withdrawn',
  at: Date,
): Promise<void> {
  await sql`
    update incidents.command_offer set state = ${state}, ended_at = ${at} where incident = ${incident} and state = 'offered'`
}
