import type { Sql } from '#platform/sql'

/** What a custodian says of a number: an explanation (giải trình) or a dispute. */
export interface Remark {
  id: number
  kind: 'explanation' | 'dispute'
  indicator: string
  organisation: string
  area: string
  period: string
  text: string
  writtenBy: string
  writtenAt: Date
  answer: string | null
  answeredBy: string | null
  answeredAt: Date | null
}

export interface RemarkQuery {
  organisation: string
  asked: readonly { indicator: string; period: string }[]
  asOf?: Date
}

/** What has been said of these numbers of an organisation, the newest first. */
export async function listRemarksOf(sql: Sql, { organisation, asked, asOf }: RemarkQuery): Promise<Remark[]> {
  if (asked.length === 0) return []
  return sql<Remark[]>`
    select r.id, r.kind, r.indicator, r.organisation, r.area, r.period, r.text, r.written_by, r.written_at, r.answer,
      r.answered_by, r.answered_at
    from unnest(${asked.map((one) => one.indicator)}::text[], ${asked.map((one) => one.period)}::text[]) as a (indicator, period)
    join indicators.remark r on r.indicator = a.indicator and r.period = a.period and r.organisation = ${organisation}
      and r.area = ''
    where ${asOf ? sql`r.written_at <= ${asOf}` : sql`true`}
    order by r.written_at desc, r.id desc`
}
