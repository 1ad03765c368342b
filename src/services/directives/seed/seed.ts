import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { type CompiledCalendar, getCalendarOf, instantOf, localDate, toDate, toDay } from '#calendar'
import { listHolders, listPeople } from '#identity'
import { appendEntry } from '#ledger'
import { findOrganisation, getHomePack, searchKey, today } from '#organisations'
import type { SeedOptions } from '#platform/capability'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { placeOf } from '../clock/ladder.ts'
import { planTimers, replaceTimers, writeDone } from '../clock/timers.ts'
import { sourceKinds, stateOfWhole } from '../model.ts'
import { workPermission } from '../rights.ts'
import { fieldOf, getSettings, officeOf, type Settings } from '../settings.ts'
import { type Directive, insertDirective, type Part, raiseNumber } from '../store.ts'
import { syncItems } from '../waiting.ts'
import { chanceOf } from './chance.ts'
import { type Cast, type Fate, isLateAt, type Person, type Story, tellStory } from './story.ts'
import { writeStory } from './write.ts'

const TopicFile = z.strictObject({
  source: z.string(),
  communes: z.array(z.string()).min(1),
  topics: z
    .array(
      z.strictObject({
        agency: z.string().optional(),
        source: z.enum(sourceKinds),
        days: z.int().min(1).max(60),
        title: z.string().min(10),
        words: z.string().min(20),
        evidence: z.string().optional(),
      }),
    )
    .min(1),
})
type TopicFile = z.infer<typeof TopicFile>
type Topic = TopicFile['topics'][number]

export const demoCount = 60

/** Sixty tasks of the demonstration year, in every state. Nothing where the pack has no topics. */
export async function seedDirectives(ctx: Context, options: SeedOptions): Promise<void> {
  const file = await readTopics(ctx.config.packDir)
  if (!file) return
  options.progress('Making tasks of the demonstration year')
  await ctx.transaction(async (inner) => {
    const stage = await openStage(inner, file)
    for (let index = 0; index < demoCount; index++) await makeOne(stage, index)
    await appendEntry(inner, { action: 'directive.recorded', subject: 'directive:demo', body: { count: demoCount } })
  })
}

async function readTopics(packDir: string): Promise<TopicFile | undefined> {
  const path = join(packDir, 'demo', 'directives.yaml')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const parsed = TopicFile.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${path}:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}

interface Stage {
  ctx: Context
  file: TopicFile
  settings: Settings
  calendar: CompiledCalendar
  authority: string
  day: number
  workers: Map<string, Person>
  leaders: Map<string, string>
}

async function openStage(ctx: Context, file: TopicFile): Promise<Stage> {
  const { rootOrganisation } = (await getHomePack(ctx.sql)).card
  const settings = await getSettings(ctx.sql)
  const people = await listPeople(
    ctx,
    settings.leaders.map(({ account }) => account),
  )
  return {
    ctx,
    file,
    settings,
    calendar: await getCalendarOf(ctx, rootOrganisation),
    authority: rootOrganisation,
    day: toDay(await today(ctx)),
    workers: new Map(),
    leaders: new Map(people.map(({ account, name }) => [account, name])),
  }
}

/** Every state is there at least twice; what began long ago is mostly done. Days back from today, and how it went. */
const fates: readonly [number, Fate][] = [
  ...[0, 0, 1, 2].map((back): [number, Fate] => [back, { end: 'opinion', late: false }]),
  ...[0, 1, 1, 2, 9].map((back): [number, Fate] => [back, { end: 'assigned', late: false }]),
  ...[2, 3, 4].map((back): [number, Fate] => [back, { end: 'adjustment-asked', late: false }]),
  ...[2, 3, 3, 4].map((back): [number, Fate] => [back, { end: 'accepted', late: false }]),
  ...[3, 4, 5, 6, 7, 8].map((back): [number, Fate] => [back, { end: 'in-progress', late: false }]),
  ...[4, 5].map((back): [number, Fate] => [back, { end: 'in-progress', late: false, asksTime: true }]),
  ...[19, 23, 26, 33].map((back): [number, Fate] => [back, { end: 'in-progress', late: true }]),
  ...[6, 8, 11, 13].map((back): [number, Fate] => [back, { end: 'awaiting-verification', late: false }]),
  ...[40, 61].map((back): [number, Fate] => [back, { end: 'withdrawn', late: false }]),
  ...Array.from({ length: 26 }, (_, index): [number, Fate] => [
    30 + index * 11,
    { end: 'done', late: index % 4 === 1, returnedOnce: index % 5 === 2 },
  ]),
]

async function makeOne(stage: Stage, index: number): Promise<void> {
  const { ctx, file, settings, calendar } = stage
  const topic = file.topics[(index * 7 + 3) % file.topics.length]
  const [back = 0, fate = { end: 'opinion', late: false } as Fate] = fates[index % fates.length] ?? []
  if (!topic) return
  const organisation = topic.agency ?? file.communes[index % file.communes.length] ?? ''
  if (!(await findOrganisation(ctx.sql, organisation, { asOf: await today(ctx) }))) return
  const seed = `directive ${index}`
  const startedAt = startOf(stage, back, seed)
  const directive = directiveOf(stage, { topic, organisation, index, startedAt })
  const cast: Cast = {
    giver: { account: directive.giver, name: directive.giverName },
    clerk: { account: 'minh-hoa', name: 'Văn thư minh họa' },
    worker: await workerOf(stage, organisation),
  }
  const part = partOf(directive, topic, organisation)
  const story = tellStory({ calendar, settings, now: ctx.now, cast, part, startedAt, seed }, fate)
  await keep(stage, directive, story, index)
}

/** A working moment so many days ago. */
function startOf({ calendar, day, ctx }: Stage, back: number, seed: string): Date {
  const chance = chanceOf(seed)
  const { timeZone } = calendar.calendar
  const hour = 8 + Math.floor(chance() * 3)
  const at = instantOf(
    toDate(day - back),
    `${String(hour).padStart(2, '0')}:${String(10 + Math.floor(chance() * 45))}`,
    timeZone,
  )
  return at < ctx.now ? at : new Date(ctx.now.getTime() - 2 * 3_600_000)
}

function directiveOf(
  { settings, authority, calendar, leaders }: Stage,
  what: { topic: Topic; organisation: string; index: number; startedAt: Date },
): Directive {
  const { topic, organisation, index, startedAt } = what
  const field = fieldOf(settings, organisation) ?? settings.fields[index % Math.max(1, settings.fields.length)]?.code
  const inCharge = settings.fields.find(({ code }) => code === field)?.viceChair
  const leader =
    settings.leaders.find(({ account }) => account === inCharge) ??
    settings.leaders[index % Math.max(1, settings.leaders.length)]
  const year = localDate(startedAt, calendar.calendar.timeZone).slice(0, 4)
  return {
    code: `NV-${year}-${String(index + 1).padStart(4, '0')}`,
    title: topic.title,
    words: topic.words,
    sourceKind: topic.source,
    sourceCode: null,
    sourceTitle: topic.source === 'hand' ? null : 'Nguồn minh họa',
    sourceUrl: null,
    aboutKind: null,
    aboutCode: null,
    giver: leader?.account ?? 'minh-hoa',
    giverName: (leader && leaders.get(leader.account)) ?? 'Lãnh đạo minh họa',
    giverPosition: leader?.position ?? null,
    recordedBy: leader?.account ?? 'minh-hoa',
    recordedByName: (leader && leaders.get(leader.account)) ?? 'Lãnh đạo minh họa',
    authority,
    office: officeOf(settings, authority).office,
    field: field ?? null,
    legalBasis: null,
    evidenceRequired: topic.evidence ?? null,
    state: 'opinion',
    documentNumber: null,
    documentOn: null,
    issuedBy: null,
    issuedByName: null,
    issuedAt: null,
    batch: null,
    recordedAt: startedAt,
  }
}

const partOf = (directive: Directive, topic: Topic, organisation: string): Part => ({
  code: directive.code,
  directive: directive.code,
  number: 1,
  organisation,
  coOrganisations: [],
  task: null,
  state: 'opinion',
  round: 1,
  budgetAmount: topic.days,
  budgetUnit: 'working-day',
  dueOn: null,
  startedAt: null,
  pauses: [],
  dueAt: null,
  progress: 0,
  doers: [],
  verifier: null,
  condition: null,
  returned: 0,
  escalated: 0,
  submittedAt: null,
  doneAt: null,
  doneInTime: null,
  verifiedBy: null,
  movedAt: directive.recordedAt,
  version: 1,
})

async function workerOf({ ctx, workers }: Stage, organisation: string): Promise<Person> {
  const known = workers.get(organisation)
  if (known) return known
  const holders = await listHolders(ctx, workPermission, organisation)
  const own = holders.find((person) => person.organisation?.startsWith(organisation))
  const person = own ? { account: own.account, name: own.name } : { account: 'minh-hoa', name: 'Cán bộ minh họa' }
  workers.set(organisation, person)
  return person
}

async function keep(
  { ctx, settings, calendar }: Stage,
  directive: Directive,
  story: Story,
  index: number,
): Promise<void> {
  const { part } = story
  const issued = part.state !== 'opinion'
  const whole: Directive = {
    ...directive,
    recordedAt: story.hops[0]?.at ?? directive.recordedAt,
    ...(issued ? { documentNumber: officeNumber(settings, directive, index), documentOn: story.documentOn } : {}),
  }
  await insertDirective(ctx.sql, { ...whole, searchKey: searchKey(`${whole.code} ${whole.title} ${whole.words}`) })
  const { line } = await placeOf(ctx, part.organisation)
  await writeStory(ctx, whole, story, { calendar, settings, line, late: isLateAt(part, ctx.now) })
  const year = whole.code.slice(3, 7)
  await raiseNumber(ctx.sql, `code:${year}`, index + 1)
  await raiseNumber(ctx.sql, `document:${whole.office}:${year}`, index + 101)
  const timers = planTimers(calendar, part, settings, line)
  await writeDone(
    ctx.sql,
    part,
    timers.filter(({ at }) => at <= ctx.now),
  )
  await replaceTimers(ctx.sql, part, timers)
  const present = { ...whole, state: stateOfWhole([part.state]) }
  await syncItems({ ctx, settings, compiled: calendar, part, line, directive: present }, part.state)
}

const officeNumber = (settings: Settings, { authority }: Directive, index: number): string =>
  officeOf(settings, authority).pattern.replace('{n}', String(index + 101))
