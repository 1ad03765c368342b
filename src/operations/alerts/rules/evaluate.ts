/**
 * One cycle of evaluation: the rules that what changed concerns, each against what it watches; what they say is compared with what was said
 * before, and only the difference goes to the intake. A rule is evaluated by one program at a time.
 */
import type { Context } from '#platform/context'
import { acceptBatch } from '../intake/accept.ts'
import type { Item } from '../intake/item.ts'
import { fingerprintOf, groupKeyOf } from '../intake/labels.ts'
import type { Change, Known, State } from './change.ts'
import { isFactRule, readFactTracks } from './fact-tracks.ts'
import type { Rule } from './model.ts'
import { isMoveRule, readMoveTracks } from './move-tracks.ts'
import { isRecordRule, shareReading } from './record-tracks.ts'
import { isSourceRule, readSourceTracks } from './source-tracks.ts'
import { keepPasses, keepStates, listKnown, listRaised, lockPasses, type Raised } from './state-store.ts'
import { listRules, type StoredRule } from './store.ts'
import type { Episode, Outlook } from './timeline.ts'
import { headlineOf, judgeTracks, momentOf, type Track } from './track.ts'
import { withdraw } from './withdraw.ts'

/** Which rules a cycle concerns. */
export type Choice = (rule: StoredRule) => boolean

export interface Cycle {
  rules: number
  tracks: number
  told: number
}

/** Evaluates the chosen rules in force. */
export function evaluateRules(ctx: Context, choose: Choice): Promise<Cycle> {
  return ctx.transaction(async (inner) => {
    const rules = (await listRules(inner.sql)).filter((rule) => rule.body.enabled && choose(rule))
    if (rules.length === 0) return { rules: 0, tracks: 0, told: 0 }
    const passes = await lockPasses(inner, rules)
    const tracks = await readTracks(
      inner,
      rules.map(({ body }) => body),
    )
    const known = await listKnown(
      inner.sql,
      rules.map(({ code }) => code),
    )
    const changes = rules.flatMap((rule) =>
      compare(inner, rule, {
        tracks: tracks.get(rule.code) ?? [],
        states: known.get(rule.code) ?? new Map(),
        firstAt: passes.get(rule.code) ?? inner.now,
      }),
    )
    const told = await tell(inner, changes)
    await keepStates(inner.sql, changes)
    await keepPasses(inner.sql, rules, inner.now)
    return { rules: rules.length, tracks: [...tracks.values()].reduce((sum, list) => sum + list.length, 0), told }
  })
}

async function readTracks(ctx: Context, rules: readonly Rule[]): Promise<Map<string, Track[]>> {
  const tracks = await readFactTracks(ctx, rules.filter(isFactRule))
  const readRecordTracks = shareReading(ctx, rules.filter(isRecordRule))
  for (const rule of rules) {
    if (isRecordRule(rule)) tracks.set(rule.code, await readRecordTracks(rule))
    if (isSourceRule(rule)) tracks.set(rule.code, await readSourceTracks(ctx, rule))
    if (isMoveRule(rule)) tracks.set(rule.code, await readMoveTracks(ctx, rule))
  }
  return tracks
}

interface Standing {
  tracks: readonly Track[]
  states: ReadonlyMap<string, Known>
  firstAt: Date
}

function compare(ctx: Context, rule: StoredRule, { tracks, states, firstAt }: Standing): Change[] {
  const { body, code, version } = rule
  // A number of a period that still runs is changed in place: what it was before is in the state.
  const heldFrom = (key: string) => {
    const known = body.input.from === 'fact' ? states.get(key) : undefined
    return known?.firing ? known.startsAt?.getTime() : undefined
  }
  const judged = judgeTracks(body, tracks, { now: ctx.now, heldFrom })
  const changes = judged.flatMap(({ track, outlook, edge }): Change[] => {
    // More came than is read at once: what was said stays said until the windows are whole again.
    if (outlook.isUnread) return []
    const before = states.get(track.key)
    const settled = settlePending(ctx, body, { outlook, before })
    // What ended before the rule was in force is nobody's business any more.
    const episodes = settled.episodes.filter(({ endsAt }) => endsAt === undefined || endsAt > firstAt.getTime())
    const going = episodes.find(({ endsAt }) => endsAt === undefined)
    const isQuiet = episodes.length === 0 && settled.since === undefined && settled.nextAt === undefined
    if (isQuiet && !before) return []
    const state: State | undefined = isQuiet
      ? undefined
      : {
          rule: code,
          key: track.key,
          version,
          state: settled.since === undefined ? 'off' : going?.kind === 'no-data' ? 'no-data' : 'on',
          since: settled.seenAt,
          startsAt: settled.since === undefined ? null : new Date(settled.since),
          firing: going !== undefined,
          dueAt: settled.nextAt === undefined ? null : new Date(settled.nextAt),
        }
    const fingerprint = fingerprintOf({ rule: code, key: track.key })
    return [{ rule, track, fingerprint, state, before, episodes, edge }]
  })
  return [...changes, ...forsaken(rule, tracks, states)]
}

/** What an earlier version of the rule said of things that this one does not watch, or that the rule takes for over without a value. */
function forsaken(rule: StoredRule, tracks: readonly Track[], states: ReadonlyMap<string, Known>): Change[] {
  const watched = new Set(tracks.map(({ key }) => key))
  const isOver = ({ version }: Known) => version !== rule.version || rule.body.noData.policy === 'clear'
  return [...states]
    .filter(([key, before]) => !watched.has(key) && isOver(before))
    .map(([key, before]) => ({
      rule,
      track: blankTrack(key),
      fingerprint: fingerprintOf({ rule: rule.code, key }),
      state: undefined,
      before,
      episodes: [],
      edge: undefined,
    }))
}

const blankTrack = (key: string): Track => ({
  key,
  organisation: key,
  place: key,
  points: [],
  around: { since: 0, season: 1 },
  subjectAt: () => undefined,
  wordsAt: () => ({}),
})

type Settled = Outlook & { seenAt: Date }

/**
 * A number of a period that still runs stands at the period's beginning, though it may have crossed the line only now: its pending time runs
 * from when it was first seen so.
 */
function settlePending(
  ctx: Context,
  rule: Rule,
  { outlook, before }: { outlook: Outlook; before: Known | undefined },
): Settled {
  const { since } = outlook
  const isSame =
    since !== undefined && before !== undefined && before.state !== 'off' && before.startsAt?.getTime() === since
  const seenAt = isSame ? before.since : ctx.now
  if (rule.input.from !== 'fact' || since === undefined) return { ...outlook, seenAt }
  const going = outlook.episodes.find(({ endsAt }) => endsAt === undefined)
  if (!going || going.kind === 'no-data' || (isSame && before.firing)) return { ...outlook, seenAt }
  const saidAt = seenAt.getTime() + (going.saidAt - going.startsAt)
  if (saidAt <= ctx.now.getTime()) return { ...outlook, seenAt }
  return { ...outlook, episodes: outlook.episodes.filter((one) => one !== going), nextAt: saidAt, seenAt }
}

/** Tells the intake of what is new, over, or taken back because late records say otherwise. @returns how many */
async function tell(ctx: Context, changes: readonly Change[]): Promise<number> {
  const concerned = changes.filter(
    ({ episodes, before, rule }) => episodes.length > 0 || before?.firing || rule.body.input.from === 'record',
  )
  if (concerned.length === 0) return 0
  const raised = await listRaised(
    ctx.sql,
    concerned.map(({ fingerprint }) => fingerprint),
  )
  const items = concerned.flatMap((change) => differences(ctx, change, raised.get(change.fingerprint) ?? []))
  await withdraw(
    ctx,
    concerned.flatMap((change) =>
      listDisproved(change, raised.get(change.fingerprint) ?? []).map(({ startsAt }) => ({
        fingerprint: change.fingerprint,
        startsAt,
      })),
    ),
  )
  if (items.length === 0) return 0
  await acceptBatch(ctx, { inlet: 'rule', items: items.map((item, index) => ({ index, item })), refused: [] })
  return items.length
}

function differences(ctx: Context, change: Change, raised: readonly Raised[]): Item[] {
  const { episodes, edge } = change
  const claimed = new Set<Raised>()
  const items = episodes.flatMap((episode): Item[] => {
    const reachesBack = edge !== undefined && episode.startsAt <= edge
    const same =
      raised.find(({ startsAt }) => startsAt.getTime() === episode.startsAt) ??
      (reachesBack ? raised.find((one) => one.startsAt.getTime() < edge && lastsTo(one, edge)) : undefined)
    if (same) claimed.add(same)
    if (same && saysSame(same, episode)) return []
    // It was over before anything that was read, and was told in its time.
    if (!same && reachesBack && episode.endsAt !== undefined) return []
    return [itemOf(change, episode, same?.startsAt ?? new Date(episode.startsAt))]
  })
  const over = raised.filter((one) => !one.isOver && !claimed.has(one) && !isDisproved(change, one))
  return [...items, ...over.map((one) => endOf(change, one, ctx.now))]
}

/** Told, but never so by the records that are there now: some of them came later than the rule allows for. */
function listDisproved(change: Change, raised: readonly Raised[]): Raised[] {
  const { episodes, edge } = change
  return raised.filter(
    (one) =>
      isDisproved(change, one) &&
      !episodes.some(
        ({ startsAt }) =>
          startsAt === one.startsAt.getTime() || (edge !== undefined && startsAt <= edge && lastsTo(one, edge)),
      ),
  )
}

const isDisproved = ({ rule, track }: Change, { startsAt }: Raised) =>
  rule.body.input.from === 'record' &&
  track.around.readFrom === undefined &&
  (track.points[0]?.at ?? Number.POSITIVE_INFINITY) <= startsAt.getTime()

const saysSame = ({ isOver, endsAt }: Raised, episode: Episode) =>
  episode.endsAt === undefined ? !isOver : isOver && endsAt?.getTime() === episode.endsAt

const lastsTo = ({ endsAt }: Raised, at: number) => endsAt === null || endsAt.getTime() > at

function itemOf({ rule: { body }, track, fingerprint }: Change, episode: Episode, startsAt: Date): Item {
  const { code, severity, playbook, input } = body
  const organisation = body.organisation ?? track.organisation
  const labels: Record<string, string> = {
    alertname: body.name,
    key: track.key,
    organisation: track.organisation,
    rule: code,
    ...(track.area ? { area: track.area } : {}),
    ...(input.from === 'source' ? { source: track.key } : {}),
  }
  const { groupBy } = body
  return {
    fingerprint,
    groupKey: groupKeyOf('rule', groupBy, labels, fingerprint),
    headline: headlineOf(body, track, episode),
    severity,
    organisation,
    area: track.area,
    point: track.point,
    labels,
    annotations: body.description ? { description: body.description } : {},
    startsAt,
    endsAt: episode.endsAt === undefined ? undefined : new Date(episode.endsAt),
    subject: track.subjectAt(momentOf(track, episode)),
    playbook,
    origin: code,
  }
}

const endOf = (change: Change, { startsAt }: Raised, now: Date): Item =>
  itemOf(
    change,
    { kind: 'condition', startsAt: startsAt.getTime(), saidAt: startsAt.getTime(), endsAt: now.getTime() },
    startsAt,
  )
