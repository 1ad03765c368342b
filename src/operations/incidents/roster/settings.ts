import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { getHomePack } from '#organisations'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'

const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Giờ có dạng 07:00.')

/** roster.yaml of a pack: shifts, the ladder of calls, what is reminded of and when. */
export const RosterFile = z.strictObject({
  source: z.string().min(1),
  unverified: z.boolean().default(true),
  /** Whose roster it is: the centre. */
  organisation: z.string().min(1).max(35),
  shifts: z
    .array(
      z.strictObject({
        code: z.string().regex(/^[a-z0-9-]{1,20}$/),
        name: z.string().min(1).max(60),
        from: Time,
        to: Time,
      }),
    )
    .min(1)
    .max(6),
  callOut: z.strictObject({
    /** How long one has to answer before the next is called. */
    answerMinutes: z.int().min(1).max(120),
    /** Called last, in this order; where nobody is named, who leads over the centre. */
    head: z.array(z.string()).max(5).default([]),
  }),
  handOver: z.strictObject({
    /** How long before its end the form can be signed. */
    signBeforeMinutes: z.int().min(0).max(240),
    remindMinutes: z.int().min(5).max(240),
    mostReminders: z.int().min(1).max(50),
  }),
  tasks: z.strictObject({ warnMinutes: z.int().min(1).max(600) }),
  /** Gaps are shown so many days ahead. */
  gapDays: z.int().min(1).max(60),
  /** People of the demonstration and the turn they take, shift by shift. */
  demo: z
    .strictObject({ leads: z.array(z.string()), operators: z.array(z.string()), deputies: z.array(z.string()) })
    .optional(),
})
export type RosterSettings = z.infer<typeof RosterFile> & { timeZone: string }

const usual: Omit<z.infer<typeof RosterFile>, 'organisation'> = {
  source: 'Mặc định của chương trình',
  unverified: true,
  shifts: [
    { code: 'sang', name: 'Ca sáng', from: '07:00', to: '15:00' },
    { code: 'toi', name: 'Ca tối', from: '15:00', to: '23:00' },
    { code: 'dem', name: 'Ca đêm', from: '23:00', to: '07:00' },
  ],
  callOut: { answerMinutes: 5, head: [] },
  handOver: { signBeforeMinutes: 60, remindMinutes: 15, mostReminders: 8 },
  tasks: { warnMinutes: 15 },
  gapDays: 14,
}

/** What the pack says; the usual where it says nothing. */
export async function readSettings(ctx: Pick<Context, 'sql'>): Promise<RosterSettings> {
  const { card } = await getHomePack(ctx.sql)
  const kept = await findSetting(ctx.sql)
  const settings = kept ? RosterFile.parse(kept) : { ...usual, organisation: card.rootOrganisation }
  return { ...settings, timeZone: card.timeZone }
}

async function findSetting(sql: Sql): Promise<unknown> {
  const [row] = await sql<{ body: unknown }[]>`select body from incidents.setting where topic = 'roster'`
  return row?.body
}

/** Brings roster.yaml in; without one nothing changes. */
export async function loadRosterSettings(ctx: Context, packDir: string): Promise<void> {
  const path = join(packDir, 'roster.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  if (text === undefined) return
  const parsed = RosterFile.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${path}:\n${z.prettifyError(parsed.error)}`)
  const sha256 = createHash('sha256').update(text).digest('hex')
  await ctx.sql`
    insert into incidents.setting (topic, body, sha256) values ('roster', ${ctx.sql.json(parsed.data as never)}, ${sha256})
    on conflict (topic) do update set body = excluded.body, sha256 = excluded.sha256
    where setting.sha256 <> excluded.sha256`
}
