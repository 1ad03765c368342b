import type { Subject } from '../model.ts'
import type { Rule } from './model.ts'
import { msOf } from './model.ts'
import {
  type Episode,
  episodesOf,
  type Mark,
  type Outlook,
  type Point,
  type Surroundings,
  timelineOf,
} from './timeline.ts'

/** One thing that a rule watches, with what is known of it. */
export interface Track {
  /** Names it within the rule: an organisation, a station, a source, a duty. */
  key: string
  organisation: string
  area?: string
  point?: readonly [number, number]
  /** How people call it. */
  place: string
  /** In the order of their event time. */
  points: readonly Point[]
  /** Where the condition is known otherwise than from points: what a contract says of silence. */
  marks?: readonly Mark[]
  around: Omit<Surroundings, 'until'>
  /** The number or record behind it, as of an instant. */
  subjectAt(at: number): Subject | undefined
  /** What is said in the headline. */
  wordsAt(at: number): Record<string, string>
}

export interface Judged {
  track: Track
  outlook: Outlook
  /** The condition held at the very first instant that was read: what begins there may have begun before. */
  edge: number | undefined
}

/** What a rule has to say of its tracks, as far as `now` and the lateness that it allows. */
export function judgeTracks(
  rule: Rule,
  tracks: readonly Track[],
  { now, heldFrom }: { now: Date; heldFrom?(key: string): number | undefined },
): Judged[] {
  const until = now.getTime() - msOf(rule.lateness)
  const terms = {
    pendingMs: msOf(rule.for),
    noData: { policy: rule.noData.policy, afterMs: msOf(rule.noData.after) },
    until,
  }
  return tracks.map((track) => {
    const marks =
      track.marks ?? timelineOf(rule.when, track.points, { ...track.around, until, heldFrom: heldFrom?.(track.key) })
    const first = marks.find(({ on }) => on !== undefined)
    return { track, outlook: episodesOf(marks, terms), edge: first?.on ? first.at : undefined }
  })
}

const noDataWords = 'Không có số liệu'

/** The instant of which an episode speaks: its beginning, or of one that goes on the latest value there is. */
export const momentOf = ({ points }: Track, { startsAt, endsAt }: Episode): number =>
  endsAt === undefined ? Math.max(startsAt, points.findLast(({ value }) => value !== null)?.at ?? startsAt) : startsAt

/** The sentence of an episode: what the rule says, filled in. */
export function headlineOf(rule: Rule, track: Track, episode: Episode): string {
  if (episode.kind === 'no-data') return `${noDataWords}: ${rule.name} · ${track.place}`.slice(0, 300)
  const words: Record<string, string> = { noi: track.place, ...track.wordsAt(momentOf(track, episode)) }
  const filled = rule.headline.replace(/\{([a-z-]+)\}/g, (_whole, name: string) => words[name] ?? '…')
  return filled.slice(0, 300)
}
