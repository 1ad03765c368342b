import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { getHomePack } from '#organisations'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { compileSources } from './intake/holding.ts'
import { defaultSettings, Settings } from './model.ts'

let known: { stamp: string; settings: Settings } | undefined

/** Settings in force; kept until the row differs (by its newest writing transaction, which no two databases of a server share). */
export async function getSettings(sql: Sql): Promise<Settings> {
  const [row] = await sql<{ stamp: string }[]>`select xmin::text || ' ' || loaded_at as stamp from alerts.setting`
  if (!row) return defaultSettings
  if (known?.stamp !== row.stamp) {
    const [stored] = await sql<{ body: unknown }[]>`select body from alerts.setting`
    known = { stamp: row.stamp, settings: Settings.parse(stored?.body) }
  }
  return known.settings
}

/** Brings `alerts/settings.yaml` of the pack in force; without one the defaults hold. */
export async function loadSettings(ctx: Context, packDir: string): Promise<void> {
  const path = join(packDir, 'alerts', 'settings.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return
  const { card } = await getHomePack(ctx.sql)
  const parsed = Settings.safeParse(parse(text))
  if (!parsed.success) throw new ConfigFault(`${path}: ${z.prettifyError(parsed.error)}`)
  const { sql } = ctx
  const { count } = await sql`
    insert into alerts.setting as s (body, pack, loaded_at) values (${sql.json(parsed.data)}, ${card.code}, ${ctx.now})
    on conflict (only_row) do update set body = excluded.body, pack = excluded.pack, loaded_at = excluded.loaded_at
    where s.body is distinct from excluded.body`
  if (count > 0) await markSources(ctx, parsed.data)
}

/** Which of the signals that go on may hold others back by the new settings. */
async function markSources({ sql, now }: Context, settings: Settings): Promise<void> {
  const isSource = compileSources(settings)
  const going = await sql<{ inlet: string; fingerprint: string; labels: Record<string, string> }[]>`
    select inlet, fingerprint, labels from alerts.signal where ends_at > ${now}`
  const sources = going.filter(({ labels }) => isSource(labels))
  await sql`update alerts.signal set can_inhibit = false where can_inhibit`
  await sql`
    update alerts.signal s set can_inhibit = true
    from unnest(${sources.map(({ inlet }) => inlet)}::text[], ${sources.map(({ fingerprint }) => fingerprint)}::text[]) as f (inlet, fingerprint)
    where s.inlet = f.inlet and s.fingerprint = f.fingerprint`
}

/** Organisation of what names none. */
export async function defaultOrganisation(ctx: Context): Promise<string> {
  const { organisation } = await getSettings(ctx.sql)
  return organisation ?? (await getHomePack(ctx.sql)).card.rootOrganisation
}
