import { localDate } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import type { Subject } from '../model.ts'
import { isFactRule, readFactTracks } from './fact-tracks.ts'
import { msOf, type Rule } from './model.ts'
import { isMoveRule, readMoveTracks } from './move-tracks.ts'
import { isRecordRule, lookbackOf, readRecordTracks } from './record-tracks.ts'
import type { Episode } from './timeline.ts'
import { headlineOf, judgeTracks, type Track } from './track.ts'

const dayMs = 86_400_000
const daysIn = { day: 1, week: 7, month: 28, quarter: 90, year: 365 } as const
const mostRecords = 20_000
const mostShown = 50

export interface TrialHit {
  headline: string
  place: string
  startsAt: Date
  saidAt: Date
  endsAt: Date | undefined
  subject: Subject | undefined
}

export interface Trial {
  days: number
  /** How often it would have been said. */
  count: number
  tracks: number
  /** The latest first, at most fifty. */
  hits: TrialHit[]
}

/** What a rule would have said in the days before now; nothing of what keeps no history (arrivals of sources). */
export async function tryRule(ctx: Context, rule: Rule, days = 90): Promise<Trial | undefined> {
  const tracks = await readHistory(ctx, rule, days)
  if (!tracks) return undefined
  const from = ctx.now.getTime() - days * dayMs
  const hits = listEpisodes(rule, tracks, ctx.now)
    .filter(({ episode }) => episode.saidAt >= from)
    .sort((a, b) => b.episode.saidAt - a.episode.saidAt)
  return {
    days,
    count: hits.length,
    tracks: tracks.length,
    hits: hits.slice(0, mostShown).map(({ track, episode }) => ({
      headline: headlineOf(rule, track, episode),
      place: track.place,
      startsAt: new Date(episode.startsAt),
      saidAt: new Date(episode.saidAt),
      endsAt: episode.endsAt === undefined ? undefined : new Date(episode.endsAt),
      subject: track.subjectAt(episode.startsAt),
    })),
  }
}

export interface PastEpisode {
  track: Track
  episode: Episode
}

/** Every episode of the tracks, those too that began before what was read is known. */
export const listEpisodes = (rule: Rule, tracks: readonly Track[], now: Date): PastEpisode[] =>
  judgeTracks(rule, tracks, { now }).flatMap(({ track, outlook }) =>
    outlook.episodes.map((episode) => ({ track, episode })),
  )

/** What the rule watches, as far back as the days. */
export async function readHistory(ctx: Context, rule: Rule, days: number): Promise<Track[] | undefined> {
  const from = new Date(ctx.now.getTime() - days * dayMs - lookbackOf(rule))
  if (isRecordRule(rule)) return readRecordTracks(ctx, rule, { from, limit: mostRecords })
  if (isMoveRule(rule)) return readMoveTracks(ctx, rule, from)
  if (!isFactRule(rule)) return undefined
  const { card } = await getHomePack(ctx.sql)
  const periods = Math.ceil((days + msOf(rule.for) / dayMs) / daysIn[rule.input.period]) + 1
  const tracks = await readFactTracks(ctx, [rule], { to: localDate(ctx.now, card.timeZone), periods })
  return tracks.get(rule.code)
}
