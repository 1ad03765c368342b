/**
 * `portfolio/*.yaml` of a pack: a programme, what is stated of it, and its projects. Projects that are real come into every installation;
 * those marked as illustration only into one that holds demonstration data. What has been loaded is an agency's own from then on.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { appendEntry } from '#ledger'
import { allCodes, getHomePack, searchKey } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { refreshSums } from './capital-store.ts'
import { funds, movementKinds, Stated, states } from './model.ts'
import {
  findProgramme,
  insertMovements,
  insertProgress,
  insertProjects,
  keepSetting,
  upsertOwnSource,
  upsertProgramme,
} from './pack-store.ts'
import { refreshProgress } from './progress-store.ts'

const Day = z.coerce.string().regex(/^\d{4}-\d{2}-\d{2}$/)

const Item = z.strictObject({
  code: z.string().regex(/^[\w.-]{2,60}$/),
  name: z.string().min(3),
  owner: z.string(),
  category: z.string().optional(),
  state: z.enum(states),
  phase: z.string().optional(),
  illustration: z.boolean().default(false),
  /** What the source says of it, and what is inferred. */
  citation: z.string().optional(),
  /** In million đồng: kind, fund, year, amount, day. */
  capital: z.array(z.tuple([z.enum(movementKinds), z.enum(funds), z.int().nullable(), z.number(), Day])).default([]),
  /** Name, planned, expected, reached. */
  milestones: z.array(z.tuple([z.string(), Day, Day.nullable(), Day.nullable()])).default([]),
  /** Words, raised, resolved, how. */
  obstacles: z.array(z.tuple([z.string(), Day, Day.nullable(), z.string().nullable()])).default([]),
})
type Item = z.infer<typeof Item>

export const PortfolioFile = z
  .strictObject({
    code: z.string().regex(/^[a-z0-9-]+$/),
    name: z.string(),
    year: z.int(),
    organisation: z.string(),
    listName: z.string(),
    slow: z.strictObject({ gapPoints: z.number(), slipDays: z.int() }).optional(),
    stated: Stated,
    projects: z.array(Item).default([]),
    tasks: z.array(Item).default([]),
  })
  .refine(({ projects, tasks }) => {
    const codes = [...projects, ...tasks].map(({ code }) => code)
    return new Set(codes).size === codes.length
  }, 'two have the same code')
type PortfolioFile = z.infer<typeof PortfolioFile>

/** @throws Problem that names the file and what is wrong in it. */
export async function loadPortfolio(ctx: Context, packDir: string, withIllustration: boolean): Promise<void> {
  const folder = join(packDir, 'portfolio')
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.yaml')).sort()
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8')
    const packSha256 = createHash('sha256').update(`${withIllustration} ${text}`).digest('hex')
    const parsed = PortfolioFile.safeParse(parse(text))
    if (!parsed.success) throw invalid(`${join(folder, name)}: ${z.prettifyError(parsed.error)}`)
    if ((await findProgramme(ctx.sql, parsed.data.code))?.packSha256 === packSha256) continue
    await checkOwners(ctx, join(folder, name), parsed.data)
    await ctx.transaction((inner) => keepFile(inner, parsed.data, { packSha256, withIllustration }))
  }
}

async function checkOwners(
  ctx: Context,
  file: string,
  { organisation, projects, tasks }: PortfolioFile,
): Promise<void> {
  const { organisations } = await allCodes(ctx.sql)
  const unknown = [organisation, ...[...projects, ...tasks].map(({ owner }) => owner)].find(
    (code) => !organisations.has(code),
  )
  if (unknown) throw invalid(`${file}: there is no organisation ${unknown}`)
}

async function keepFile(
  ctx: Context,
  file: PortfolioFile,
  { packSha256, withIllustration }: { packSha256: string; withIllustration: boolean },
): Promise<void> {
  const { code, name, year, organisation, stated, listName, slow } = file
  await upsertOwnSource(ctx.sql, listName)
  await upsertProgramme(ctx.sql, { code, name, year, organisation, stated, packSha256 }, ctx.now)
  if (slow) await keepSetting(ctx.sql, 'slow', { body: slow, at: ctx.now })
  const { currency } = (await getHomePack(ctx.sql)).card
  const items = [
    ...file.projects.map((item) => ({ ...item, nature: 'project' })),
    ...file.tasks.map((item) => ({ ...item, nature: 'task' })),
  ].filter(({ illustration }) => withIllustration || !illustration)
  const rows = items.map((item) => ({
    code: item.code,
    programme: code,
    nature: item.nature,
    name: item.name,
    search: searchKey(`${item.code} ${item.name} ${item.category ?? ''}`),
    organisation: item.owner,
    category: item.category ?? null,
    state: item.state,
    phase: item.phase ?? null,
    currency,
    illustration: item.illustration,
    citation: item.citation ?? null,
  }))
  const made = await insertProjects(ctx.sql, rows, ctx.now)
  await keepHistory(ctx, items, made)
  await appendEntry(ctx, {
    action: 'programme.loaded',
    subject: `programme:${code}`,
    organisation,
    body: { projects: made.size },
  })
}

async function keepHistory(ctx: Context, items: readonly Item[], made: ReadonlyMap<string, number>): Promise<void> {
  const fresh = items.flatMap((item) => {
    const project = made.get(item.code)
    return project === undefined ? [] : [{ ...item, project }]
  })
  const stamp = { by: 'pack', at: ctx.now }
  const movements = fresh.flatMap(({ project, capital, citation, illustration }) =>
    capital.map(([kind, fund, year, million, on]) => ({
      project,
      kind,
      fund,
      year,
      amount: String(Math.round(million * 1e6)),
      on,
      document: citation ?? (illustration ? 'Số liệu minh họa' : null),
    })),
  )
  await insertMovements(ctx.sql, movements, stamp)
  const milestones = fresh.flatMap(({ project, milestones }) =>
    milestones.map(([name, planned, forecast, actual]) => ({ project, name, planned, forecast, actual })),
  )
  const obstacles = fresh.flatMap(({ project, obstacles }) =>
    obstacles.map(([said, raised, resolved, resolution]) => ({ project, said, raised, resolved, resolution })),
  )
  await insertProgress(ctx.sql, { milestones, obstacles }, stamp)
  const ids = fresh.map(({ project }) => project)
  await refreshSums(ctx.sql, ids, ctx.now)
  await refreshProgress(ctx.sql, ids, ctx.now)
}
