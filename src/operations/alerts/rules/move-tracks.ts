/** Moves of duties, directives and projects as points: a rule counts them, waits for them, or looks for one after the other. */
import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { projectPath } from '#portfolio'
import type { Rule } from './model.ts'
import { lookbackOf } from './record-tracks.ts'
import { type Point, sortPoints } from './timeline.ts'
import type { Track } from './track.ts'

type Stream = 'duty' | 'directive' | 'project'
type MoveRule = Rule & { input: { from: Stream } }
export const isMoveRule = (rule: Rule): rule is MoveRule => rule.input.from in streams

export interface Move {
  stream: Stream
  key: string
  organisation: string
  from: string
  to: string
  detail?: Record<string, string>
}

interface Subjects {
  /** What one of them is called. */
  noun: string
  urlOf(key: string): string
}

const streams: Record<Stream, Subjects> = {
  duty: { noun: 'Nghĩa vụ', urlOf: () => '/trach-nhiem' },
  directive: { noun: 'Nhiệm vụ', urlOf: (key) => `/nhiem-vu/${encodeURIComponent(key)}` },
  project: { noun: 'Dự án', urlOf: projectPath },
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
    const { noun, urlOf } = streams[rule.input.from]
    const code = codeOf(own[0]) ?? key
    const subject = { kind: rule.input.from, code, title: `${noun}: ${title}`, url: urlOf(code) }
    return {
      key,
      organisation,
      place: key === organisation ? name : `${title} (${name})`,
      points,
      around: { since: from.getTime(), season: 1 },
      subjectAt: () => subject,
      wordsAt: (at) => ({
        'gia-tri': wordsAt(points, at),
        'chi-tieu': key,
        ky: '',
      }),
    }
  })
}

/** What the latest move says of itself; where it says nothing, how many there were. */
function wordsAt(points: readonly Point[], at: number): string {
  const told = points.filter((point) => point.at <= at)
  const words = told.at(-1)?.fields?.words
  return words ? String(words) : String(told.length)
}

/** The thing itself: one may move by several reasons, each a key of its own. */
const codeOf = (row: Row | undefined) => row?.detail.code || row?.key

const pointOf = ({ id, at, fromState, toState, detail }: Row): Point => ({
  at: at.getTime(),
  value: 1,
  id: String(id).padStart(12, '0'),
  fields: { ...detail, from: fromState, to: toState },
})
