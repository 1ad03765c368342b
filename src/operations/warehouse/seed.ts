import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { addMonths, getCalendarOf, isWorkingDay, localDate, solarDateOf, toDate, toDay } from '#calendar'
import { getHomePack, listOrganisations } from '#organisations'
import type { SeedOptions } from '#platform/capability'
import type { Context } from '#platform/context'
import { type DemoAgency, type DemoWorld, demoFiles, Places, Profile } from './demo/index.ts'
import { importBytes } from './import.ts'
import { findCurrentContract } from './store.ts'

/**
 * Makes the demonstration year up to yesterday and takes it in through the contracts, file by file. Safe to call again after it was
 * broken off: files that are in already are duplicates.
 */
export async function seedDemonstration(ctx: Context, options: SeedOptions): Promise<void> {
  const text = await readFile(join(ctx.config.packDir, 'demo', 'profile.yaml'), 'utf8').catch(() => undefined)
  if (text === undefined) return
  const profile = Profile.parse(parse(text))
  const world = await worldOf(ctx, profile, options.full ? 1 : profile.sample)
  let count = 0
  let received = 0
  for await (const file of demoFiles(world)) {
    const contract = await findCurrentContract(ctx.sql, file.contract)
    if (!contract)
      throw new Error(`the demonstration profile names the contract ${file.contract}, which the pack does not have`)
    const arrived = { ...ctx, now: file.receivedAt < ctx.now ? file.receivedAt : ctx.now }
    const outcome = await importBytes(arrived, {
      source: file.contract,
      contractVersion: contract.version,
      channel: 'seed',
      fileName: file.name,
      bytes: bytesOf(file.bytes),
      size: file.bytes.length,
    })
    count += 1
    received += outcome.received
    if (count % 20 === 0) options.progress(`  ${count} files, ${received.toLocaleString('en')} records`)
  }
  options.progress(`  ${count} files, ${received.toLocaleString('en')} records`)
}

async function* bytesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** What the generator needs to know of the province. */
export async function worldOf(ctx: Context, profile: Profile, volume: number): Promise<DemoWorld> {
  const pack = await getHomePack(ctx.sql)
  const today = localDate(ctx.now, pack.card.timeZone)
  const to = toDate(toDay(today) - 1)
  // From the first of its month a year ago: a month that was cut would be set against a whole one.
  const from = `${addMonths(to, -12).slice(0, 8)}01`
  const calendar = await getCalendarOf(ctx, pack.card.rootOrganisation)
  const agencies = await listAgencies(ctx, pack.card.rootOrganisation, profile, to)
  return {
    profile,
    departments: agencies.filter(({ kind }) => kind === 'department'),
    communes: agencies.filter(({ kind }) => kind === 'commune'),
    patches: await readPatches(ctx),
    from,
    to,
    volume,
    isWorkingDay: (date) => isWorkingDay(calendar, date),
    newYearDays: [0, 1].map((step) => solarDateOf({ year: Number(from.slice(0, 4)) + step, month: 1, day: 1 })),
  }
}

async function readPatches({ config }: Context): Promise<Places['patches']> {
  const text = await readFile(join(config.packDir, 'demo', 'places.yaml'), 'utf8').catch(() => undefined)
  return text === undefined ? {} : Places.parse(parse(text)).patches
}

/** Departments and communes directly below the root, each with the place that receives its dossiers. */
async function listAgencies(ctx: Context, root: string, profile: Profile, asOf: string): Promise<DemoAgency[]> {
  const nodes = await listOrganisations(ctx.sql, { asOf }, { within: root }, { limit: 10_000 })
  const centreOf = new Map(
    nodes.flatMap(({ row }) => (row.kind === 'centre' && row.parent ? [[row.parent, row.code]] : [])),
  )
  return nodes.flatMap(({ row }) => {
    if (row.parent !== root || (row.kind !== 'department' && row.kind !== 'commune')) return []
    const receivedAt = row.kind === 'department' ? profile.departmentsReceiveAt : (centreOf.get(row.code) ?? row.code)
    return [{ code: row.code, kind: row.kind, peerGroup: row.peerGroup ?? '', area: row.area ?? '', receivedAt }]
  })
}
