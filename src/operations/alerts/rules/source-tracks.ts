import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { formatDateTime } from '#ui'
import { findLateness, listFreshness, type SourceFreshness, sourcePath } from '#warehouse'
import { findCalendarOf } from '../timers/working-time.ts'
import { leavesOf, msOf, type Rule } from './model.ts'
import type { Mark } from './timeline.ts'
import type { Track } from './track.ts'

type SourceRule = Rule & { input: { from: 'source' } }
export const isSourceRule = (rule: Rule): rule is SourceRule => rule.input.from === 'source'

/** Sources of the home pack that are to send something; those that are paused are silent on purpose. */
export async function readSourceTracks(ctx: Context, rule: SourceRule): Promise<Track[]> {
  const home = await getHomePack(ctx.sql)
  const { sources } = rule.input
  const all = await listFreshness(ctx.sql)
  const watched = all.filter(
    ({ code, pack, isPaused }) => !isPaused && pack === home.code && (sources === undefined || sources.includes(code)),
  )
  const tracks: Track[] = []
  for (const source of watched) tracks.push(await trackOf(ctx, rule, source))
  return tracks
}

async function trackOf(ctx: Context, rule: SourceRule, source: SourceFreshness): Promise<Track> {
  const { code, name, organisation, receivedAt } = source
  const subject = { kind: 'source' as const, code, title: name, url: sourcePath(code) }
  const words = receivedAt ? formatDateTime(receivedAt) : 'chưa nhận lần nào'
  return {
    key: code,
    organisation,
    place: name,
    points: [],
    marks: receivedAt ? await marksOf(ctx, rule, { ...source, receivedAt }) : [],
    around: { since: 0, season: 1 },
    subjectAt: () => subject,
    wordsAt: () => ({ 'gia-tri': words, 'chi-tieu': name, ky: '' }),
  }
}

async function marksOf(
  ctx: Context,
  { when }: SourceRule,
  { cadence, organisation, receivedAt }: SourceFreshness & { receivedAt: Date },
): Promise<Mark[]> {
  const heard: Mark = { at: receivedAt.getTime(), on: false }
  const [leaf] = leavesOf(when)
  if (leaf?.type !== 'absence') return [heard]
  if (leaf.longerThan !== 'cadence') return [heard, { at: receivedAt.getTime() + msOf(leaf.longerThan), on: true }]
  const calendar = await findCalendarOf(ctx, organisation)
  const late = calendar && findLateness(cadence, calendar, { lastAt: receivedAt, now: ctx.now })
  return late ? [heard, { at: late.dueAt.getTime(), on: true }] : [heard]
}
