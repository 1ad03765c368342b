import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { endCalls, isHidden } from '../calls.ts'
import type { Matcher, Settings } from '../model.ts'
import type { HeldItem } from './fold-store.ts'
import type { Item } from './item.ts'
import type { Labels } from './labels.ts'
import { compileMatchers, type LabelTest } from './matching.ts'

/** Whether something may hold others back by the settings. */
export function compileSources(settings: Settings): LabelTest {
  const tests = settings.inhibit.map(({ source }) => compileMatchers(source))
  return (labels) => tests.some((test) => test(labels))
}

type Holder = (labels: Labels) => HeldItem['held']

/** Who is held back: first by silences in force, then by what is graver and of the same place. */
export async function readHolder(ctx: Context, settings: Settings, items: readonly Item[]): Promise<Holder> {
  const silences = await listSilencesInForce(ctx)
  const inhibitions = await Promise.all(settings.inhibit.map((rule) => readInhibition(ctx, rule, items)))
  return (labels) => {
    const silence = silences.find(({ test }) => test(labels))
    if (silence) return { how: 'silence', by: silence.id }
    const code = inhibitions.find(({ holds }) => holds(labels))?.code
    return code === undefined ? undefined : { how: 'inhibition', by: code }
  }
}

async function listSilencesInForce(ctx: Context): Promise<{ id: string; test: LabelTest }[]> {
  const rows = await ctx.sql<{ id: string; matchers: Matcher[] }[]>`
    select id, matchers from alerts.silence where starts_at <= ${ctx.now} and ends_at > ${ctx.now} order by created_at`
  return rows.map(({ id, matchers }) => ({ id, test: compileMatchers(matchers) }))
}

interface Inhibition {
  code: string
  holds: LabelTest
}

/** Nothing holds itself back: what meets both sides is never held by it. */
async function readInhibition(
  ctx: Context,
  { code, source, target, equal }: Settings['inhibit'][number],
  items: readonly Item[],
): Promise<Inhibition> {
  const isSource = compileMatchers(source)
  const isTarget = compileMatchers(target)
  const keyOf = (labels: Labels) => JSON.stringify(equal.map((name) => labels[name] ?? ''))
  const going = await ctx.sql<{ labels: Labels }[]>`
    select distinct labels from alerts.signal where can_inhibit and ends_at > ${ctx.now} and starts_at <= ${ctx.now}`
  const own = items.filter(({ endsAt }) => endsAt === undefined || endsAt > ctx.now)
  const keys = new Set([...going, ...own].filter(({ labels }) => isSource(labels)).map(({ labels }) => keyOf(labels)))
  return { code, holds: (labels) => keys.size > 0 && isTarget(labels) && !isSource(labels) && keys.has(keyOf(labels)) }
}

/** Marks open alerts that something graver holds back now, and frees those that nothing does. */
export async function followInhibitions(ctx: Context, settings: Settings): Promise<void> {
  if (settings.inhibit.length === 0) return
  const { sql } = ctx
  const inhibitions = await Promise.all(settings.inhibit.map((rule) => readInhibition(ctx, rule, [])))
  const open = await sql<{ id: number; labels: Labels; inhibitedBy: string | null }[]>`
    select id, labels, inhibited_by from alerts.alert where closed_at is null order by group_key`
  const changed = open.flatMap(({ id, labels, inhibitedBy }) => {
    const by = inhibitions.find(({ holds }) => holds(labels))?.code ?? null
    return by === inhibitedBy ? [] : [{ id, by }]
  })
  if (changed.length === 0) return
  await sql`
    update alerts.alert a set inhibited_by = c.by, since = ${ctx.now}
    from jsonb_to_recordset(${sql.json(changed)}) as c (id bigint, by text)
    where a.id = c.id and a.closed_at is null`
  await endCalls(
    ctx,
    changed.filter(({ by }) => by !== null).map(({ id }) => id),
    isHidden,
  )
  await announce(sql, ['alerts'])
}
