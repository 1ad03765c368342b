import { z } from 'zod'

const share = z.number().min(0).max(1)
const Station = z.strictObject({ code: z.string(), area: z.string(), base: z.number().optional() })
export type Station = z.infer<typeof Station>

export const Procedure = z.strictObject({
  code: z.string(),
  field: z.string(),
  days: z.int().min(1),
  share: z.number().positive(),
  fee: z.number().min(0),
})
export type Procedure = z.infer<typeof Procedure>

const Time = z.string().regex(/^\d\d:\d\d$/)

/** A step of handling: who does it, and how its working time stands to that of the other steps. */
const Step = z.strictObject({
  name: z.string(),
  unit: z.string(),
  position: z.string(),
  /** Relative time until somebody takes it up, and for doing it. */
  waits: z.number().min(0),
  works: z.number().min(0),
})
export type Step = z.infer<typeof Step>

/** What the demonstration year of a pack looks like: `demo/profile.yaml`. */
export const Profile = z.strictObject({
  source: z.string(),
  seed: z.string(),
  /** Where dossiers of departments are received. */
  departmentsReceiveAt: z.string(),
  /** Share of the yearly volume of dossiers that is made unless the full volume is asked for. */
  sample: share,
  dossiers: z.strictObject({
    perYear: z.int().positive(),
    onlineShare: share,
    departmentShare: share,
    weights: z.record(z.string(), z.number()),
    procedures: z.array(Procedure).min(1),
    lateShare: share,
    slowAgencies: z.record(z.string(), share),
    badShare: share,
    silence: z.strictObject({ agency: z.string(), fromDaysAgo: z.int(), toDaysAgo: z.int() }),
  }),
  /** The way of a dossier through its agency, told for a share of the dossiers. */
  steps: z.strictObject({
    share,
    /** Office hours of a working day. */
    office: z.array(z.tuple([Time, Time])).min(1),
    /** Of procedures of at most a working day, and of longer ones; the last of each gives the result out. */
    short: z.array(Step).min(2),
    long: z.array(Step).min(2),
    appraisal: z.string(),
    approval: z.string(),
    /** Asked of another agency, right after the appraisal. */
    opinion: Step.extend({ share }),
    /** The person completes the papers and the appraisal begins again: as often as the dossier says. */
    supplement: Step,
    /** The draft goes back to the appraisal. */
    redraftShare: share,
    /** Instead of giving the result out. */
    refused: Step,
    withdrawn: Step,
    stopped: Step,
    badShare: share,
  }),
  lookups: z.strictObject({ perYear: z.int(), units: z.int(), failedShare: share }),
  results: z.strictObject({ perYear: z.int(), units: z.int() }),
  reports: z.strictObject({ perYear: z.int(), onTimeShare: share, categories: z.record(z.string(), z.number()) }),
  investment: z.strictObject({ projects: z.int(), planBillion: z.number() }),
  programme: z.strictObject({ projects: z.int(), tasks: z.int() }),
  flood: z.strictObject({ fromDaysAgo: z.int(), days: z.int(), areas: z.array(z.string()), rainMm: z.number() }),
  stations: z.strictObject({
    air: z.array(Station),
    rain: z.array(Station),
    reservoir: z.array(Station),
    traffic: z.array(Station),
  }),
})
export type Profile = z.infer<typeof Profile>

/** `demo/places.yaml`: round patches of each commune, as longitude, latitude and radius in degrees. */
export const Places = z.strictObject({
  source: z.string(),
  patches: z.record(z.string(), z.array(z.tuple([z.number(), z.number(), z.number().positive()]))),
})
export type Places = z.infer<typeof Places>

export interface DemoAgency {
  code: string
  kind: string
  peerGroup: string
  area: string
  /** Where its dossiers are received: its public administration service centre, or the provincial one. */
  receivedAt: string
}

/** Everything the generators need to know of the world; nothing is read from a clock. */
export interface DemoWorld {
  profile: Profile
  departments: DemoAgency[]
  communes: DemoAgency[]
  /** Where citizens of an area report from, the most first; where a pack says nothing they tell no point. */
  patches: Places['patches']
  /** First and last day of the year, `YYYY-MM-DD`. */
  from: string
  to: string
  /** Share of the yearly volume of dossiers. */
  volume: number
  isWorkingDay(date: string): boolean
  /** Lunar New Year's first days that fall into the year: offices slow down before, catch up after. */
  newYearDays: string[]
}

/** A file as an agency would send it: which contract, its name, its bytes, and when it arrived. */
export interface DemoFile {
  contract: string
  name: string
  bytes: Buffer
  receivedAt: Date
}

const dayMs = 86_400_000

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10)

export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / dayMs)

export function* eachDay(from: string, to: string): Generator<string> {
  for (let day = from; day <= to; day = addDays(day, 1)) yield day
}

/** 0 = Sunday. */
export const weekdayOf = (date: string): number => new Date(date).getUTCDay()

export function addWorkingDays(world: DemoWorld, date: string, days: number): string {
  let day = date
  for (let left = days; left > 0; ) {
    day = addDays(day, 1)
    if (world.isWorkingDay(day)) left -= 1
  }
  return day
}

export function isFlooded(world: DemoWorld, date: string, area?: string): boolean {
  const ago = daysBetween(date, world.to)
  const { fromDaysAgo, days, areas } = world.profile.flood
  return ago <= fromDaysAgo && ago > fromDaysAgo - days && (area === undefined || areas.includes(area))
}

/** Rhythm of the offices: weekdays, the weeks around the lunar New Year, the end of the year, days off. */
export function activityOf(world: DemoWorld, date: string): number {
  if (!world.isWorkingDay(date)) return 0.04
  const byWeekday = [1, 1.25, 1.1, 1.02, 0.95, 0.9, 0.85][weekdayOf(date)] ?? 1
  const distances = world.newYearDays.map((day) => daysBetween(day, date))
  const season = distances.some((d) => d >= -7 && d < 0) ? 0.6 : distances.some((d) => d >= 0 && d < 24) ? 1.25 : 1
  return byWeekday * season * (date.slice(5, 7) === '12' ? 1.12 : 1)
}

/** The months of the year as [first day, last day] within it. */
export function monthsOf(world: DemoWorld): [string, string][] {
  const months: [string, string][] = []
  for (const day of eachDay(world.from, world.to)) {
    const last = months.at(-1)
    if (last && last[0].slice(0, 7) === day.slice(0, 7)) last[1] = day
    else months.push([day, day])
  }
  return months
}

/** Morning of the day after, local time of an office at UTC+7. */
export const arrivalAfter = (date: string): Date => new Date(`${addDays(date, 1)}T01:10:00Z`)

/** `2026-03-05`, `14:20:00` → `20260305142000`, the form of the national synchronisation format. */
export const compactTime = (date: string, time: string): string => date.replaceAll('-', '') + time.replaceAll(':', '')

export const vietnameseDate = (date: string): string => date.split('-').reverse().join('/')

/** `14:20`, `14:20:00` → minutes of the day. */
export const toMinutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
