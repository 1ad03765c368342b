/** Moves of duties and directives as points: a rule counts them, waits for them, or looks for one after the other. */
import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import type { Rule } from './model.ts'
import { lookbackOf } from './record-tracks.ts'
import { type Point, sortPoints } from './timeline.ts'
import type { Track } from './track.ts'

type MoveRule = Rule & { input: { from: 'duty' | 'directive' } }
export const isMoveRule = (rule: Rule): rule is MoveRule =>
  rule.input.from === 'duty' || rule.input.from === 'directive'

export interface Move {
  stream: 'duty' | 'directive'
  key: string
  organisation: string
  from: string
  to: string
  detail?: Record<string, string>
}

interface Row {
  id: number
  key: string
  organisation: string
  at: Date
  fromState: string
  toState: string
  detail: Record<string, string>
}

/** Notes a move once, however often it is told: the last move of a thing told again is the same one. */
export async function noteMove(
  ctx: Context,
  { stream, key, organisation, from, to, detail = {} }: Move,
): Promise<boolean> {
  const { sql, now } = ctx
  return ctx.transaction(async (inner) => {
    await inner.sql`select pg_advisory_xact_lock(hashtextextended(${`alerts.move ${stream} ${key}`}, 0))`
    const { count } = await inner.sql`
      insert into alerts.move (stream, key, organisation, at, from_state, to_state, detail)
      select ${stream}, ${key}, ${organisation}, ${now}, ${from}, ${to}, ${sql.json(detail)}
      where not exists (
        select from (
          select from_state, to_state from alerts.move where stream = ${stream} and key = ${key} order by at desc, id desc limit 1) l
        where l.from_state = ${from} and l.to_state = ${to})
      on conflict do nothing`
    if (count > 0) await announce(inner.sql, ['alerts'])
    return count > 0
  })
}

export async function readMoveTracks(ctx: Context, rule: MoveRule, since?: Date): Promise<Track[]> {
  const from = since ?? new Date(ctx.now.getTime() - lookbackOf(rule))
  const rows = await ctx.sql<Row[]>`
    select id, key, organisation, at, from_state, to_state, detail from alerts.move
    where stream = ${rule.input.from} and at >= ${from} order by at desc, id desc limit 20000`
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = rule.input.by === 'organisation' ? row.organisation : row.key
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups].map(([key, own]): Track => {
    const organisation = own[0]?.organisation ?? ''
    const unit = tree.find(organisation)?.row
    const name = unit ? (unit.shortName ?? unit.name) : organisation
    const title = own.find((row) => row.detail.title)?.detail.title || key
    const points = sortPoints(own.map(pointOf))
    const url = rule.input.from === 'duty' ? '/trach-nhiem' : `/nhiem-vu/${encodeURIComponent(key)}`
    const subject = {
      kind: rule.input.from,
      code: own[0]?.key ?? key,
      title: `${rule.input.from === 'duty' ? 'Nghĩa vụ' : 'Nhiệm vụ'}: ${title}`,
      url,
    }
    return {
      key,
      organisation,
      place: key === organisation ? name : `${title} (${name})`,
      points,
      around: { since: from.getTime(), season: 1 },
      subjectAt: () => subject,
      wordsAt: (at) => ({
        'gia-tri': String(points.filter((point) => point.at <= at).length),
        'chi-tieu': key,
        ky: '',
      }),
    }
  })
}

const pointOf = ({ id, at, fromState, toState, detail }: Row): Point => ({
  at: at.getTime(),
  value: 1,
  id: String(id).padStart(12, '0'),
  fields: { ...detail, from: fromState, to: toState },
})
