// The pack's rules of assignment: packs/<pack>/directives.yaml. A pack without the file works by the plainest rules there are: who
// gives also issues, five working days, the head of the agency is told when it is late.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { Budget, ClockRule } from '#calendar'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'

const cited = { citation: z.string().min(5), unverified: z.boolean().optional() }

export const climbs = ['head', 'vice-chair', 'chair'] as const
export type Climb = (typeof climbs)[number]
/** Working time after the deadline, and who is told then. */
const Step = z.strictObject({
  after: z.strictObject({ amount: z.number().min(0).max(60), unit: z.literal('working-day') }),
  to: z.enum(climbs),
})
const lines = ['department', 'commune', 'external'] as const
export type Line = (typeof lines)[number]

export const pauseReasons = ['adjustment', 'extension', 'verification'] as const
export type PauseReason = (typeof pauseReasons)[number]

export const Settings = z.strictObject({
  source: z.string().min(1),
  /** The office that issues what is said in an authority's name; where none is named the authority does. */
  issuing: z
    .array(
      z.strictObject({
        authority: z.string(),
        office: z.string(),
        /** `{n}` is the number, `{year}` the year. */
        pattern: z.string().refine((text) => text.includes('{n}'), 'the pattern has no {n}'),
        /** Place of the letterhead. */
        place: z.string().optional(),
        /** How the office signs for the leader. */
        signer: z.strictObject({ authority: z.string(), position: z.string() }).optional(),
        ...cited,
      }),
    )
    .default([]),
  deadlines: z.strictObject({
    choices: z.array(z.int().min(1).max(250)).min(1).max(6),
    default: Budget,
    /** A directive is entered within so many working days of its document. */
    enterWithinDays: z.int().min(1).max(30),
    ...cited,
  }),
  clock: z.strictObject({
    rule: ClockRule.default({ endsAt: 'closing' }),
    /** While this waits for an answer the clock stands still. */
    pausesWhile: z.array(z.enum(pauseReasons)).default([]),
    ...cited,
  }),
  warnBefore: z.strictObject({ hours: z.number().min(1).max(80), ...cited }),
  /** Who leads the authority, by account; who may be named as giver, and to whom lateness climbs. */
  leaders: z
    .array(z.strictObject({ account: z.string(), position: z.string(), chair: z.boolean().default(false) }))
    .default([]),
  fields: z
    .array(
      z.strictObject({
        code: z.string().regex(/^[a-z0-9-]{2,40}$/),
        name: z.string(),
        /** Account of the leader in charge of the field. */
        viceChair: z.string(),
        agencies: z.array(z.string()).default([]),
        ...cited,
      }),
    )
    .default([]),
  ladders: z.array(z.strictObject({ line: z.enum(lines), steps: z.array(Step), ...cited })).default([]),
})
export type Settings = z.infer<typeof Settings>

const plain: Settings = {
  source: 'built in',
  issuing: [],
  deadlines: {
    choices: [3, 5, 10],
    default: { amount: 5, unit: 'working-day' },
    enterWithinDays: 2,
    citation: 'mặc định của hệ thống',
  },
  clock: {
    rule: { endsAt: 'closing' },
    pausesWhile: ['adjustment', 'verification'],
    citation: 'mặc định của hệ thống',
  },
  warnBefore: { hours: 15, citation: 'mặc định của hệ thống' },
  leaders: [],
  fields: [],
  ladders: [
    {
      line: 'department',
      steps: [{ after: { amount: 0, unit: 'working-day' }, to: 'head' }],
      citation: 'mặc định của hệ thống',
    },
    {
      line: 'commune',
      steps: [{ after: { amount: 0, unit: 'working-day' }, to: 'head' }],
      citation: 'mặc định của hệ thống',
    },
  ],
}

export async function loadSettings(ctx: Context, packDir: string): Promise<void> {
  const path = join(packDir, 'directives.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (text === undefined) return
  const parsed = Settings.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${path}:\n${z.prettifyError(parsed.error)}`)
  await ctx.sql`
    insert into directives.setting (pack, body) values ('home', ${JSON.stringify(parsed.data)}::text::jsonb)
    on conflict (pack) do update set body = excluded.body where directives.setting.body <> excluded.body`
}

/** The rules in force. */
export async function getSettings(sql: Sql): Promise<Settings> {
  const [row] = await sql<{ body: Settings }[]>`select body from directives.setting where pack = 'home'`
  return row?.body ?? plain
}

/** The office that issues in an authority's name, and how its documents are numbered. */
export function officeOf(settings: Settings, authority: string): { office: string; pattern: string } {
  return settings.issuing.find((one) => one.authority === authority) ?? { office: authority, pattern: '{n}/NV' }
}

export const fieldOf = (settings: Settings, agency: string): string | undefined =>
  settings.fields.find(({ agencies }) => agencies.some((code) => agency === code || agency.startsWith(`${code}.`)))
    ?.code
