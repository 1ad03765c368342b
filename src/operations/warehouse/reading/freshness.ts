import type { Sql } from '#platform/sql'
import type { Cadence } from '../model.ts'

/** A source with what is known of its last arrival. */
export interface SourceFreshness {
  code: string
  name: string
  organisation: string
  pack: string
  custodian: string
  cadence: Cadence
  isPaused: boolean
  /** Last arrival that was taken in. */
  receivedAt: Date | null
  lastState: 'landing' | 'landed' | 'processing' | 'done' | 'refused' | null
  /** Records of it that wait in quarantine. */
  quarantined: number
}

/** Every source with its last arrival, as it is or was at a moment: what tells who is late. */
export function listFreshness(sql: Sql, asOf?: Date): Promise<SourceFreshness[]> {
  const taken = asOf ? sql`and received_at <= ${asOf} and coalesce(finished_at, received_at) <= ${asOf}` : sql``
  const come = asOf ? sql`and received_at <= ${asOf}` : sql``
  const waiting = asOf ? sql`created_at <= ${asOf} and (state = 'open' or handled_at > ${asOf})` : sql`state = 'open'`
  return sql<SourceFreshness[]>`
    select s.code, c.body ->> 'name' as name, s.organisation, s.pack, c.body ->> 'custodian' as custodian,
      c.body -> 'cadence' as cadence, s.paused_at is not null as is_paused, l.received_at, last.state as last_state,
      coalesce(q.count, 0) as quarantined
    from warehouse.source s
    join warehouse.contract c on c.source = s.code and c.state = 'current'
    left join lateral (
      select received_at from warehouse.landing where source = s.code and state = 'done' ${taken} order by id desc limit 1) l on true
    left join lateral (
      select state from warehouse.landing where source = s.code ${come} order by id desc limit 1) last on true
    left join lateral (
      select count(*) from warehouse.quarantine where source = s.code and ${waiting}) q on true
    order by s.code`
}
