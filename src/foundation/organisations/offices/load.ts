// Brings `positions.yaml` of a pack in: the positions of each kind of organisation and those that one has besides. Nothing when the file is
// unchanged, and never over what was decided here.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { compareRows } from '../pack/difference.ts'
import { hasPackAuthorities, insertAuthority } from '../signing-authority/store.ts'
import { listPackOrganisationVersions, type Organisation, type Stamp } from '../store.ts'
import { PositionFile, positionCode } from './model.ts'
import * as store from './store.ts'

async function readPositions(packDir: string): Promise<{ path: string; text: string } | undefined> {
  const path = join(packDir, 'positions.yaml')
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
  return text === undefined ? undefined : { path, text }
}

function parsePositions({ path, text }: { path: string; text: string }): PositionFile {
  const parsed = PositionFile.safeParse(parse(text))
  if (!parsed.success) throw new Error(`${path}:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}

export async function loadPositions(ctx: Context, packDir: string, pack: string): Promise<void> {
  const file = await readPositions(packDir)
  if (!file) return
  const { text } = file
  const stands = await listPackOrganisationVersions(ctx.sql, pack)
  const open = stands.filter(({ validTo }) => validTo === null)
  const codes = open.map(({ code }) => code).sort()
  const sha256 = createHash('sha256').update(`${text}\0${codes.join()}`).digest('hex')
  const known = await store.findOfficeHash(ctx.sql, pack)
  if (known === sha256) return
  const wanted = positionsOf(parsePositions(file), open)
  await ctx.transaction(async (ctx) => {
    const stamp: Stamp = {
      origin: 'pack',
      recordedFrom: known === undefined ? null : ctx.now,
      recordedBy: `pack:${pack}`,
    }
    await store.insertPositionCodes(ctx.sql, wanted, pack)
    const present = (await store.listPackPositions(ctx.sql, pack)).map(
      ({ id, origin, recordedTo: _to, recordedBy: _by, ...content }) => ({ id, origin, content }),
    )
    const difference = compareRows(present, wanted, ({ code }) => code)
    await store.closeOfficeRows(ctx.sql, 'position_version', difference.close, ctx.now)
    await store.insertPositionVersions(ctx.sql, difference.insert, stamp)
    await store.setOfficeHash(ctx.sql, pack, sha256, ctx.now)
    const written = difference.insert.length + difference.close.length
    await appendEntry(ctx, { action: 'position.loaded', subject: `pack:${pack}`, body: { sha256, written } })
  })
}

/** The positions that a file gives the organisations of a pack; one named outright goes before one of its kind. */
function positionsOf(file: PositionFile, organisations: readonly Organisation[]): store.Position[] {
  const rows = new Map<string, store.Position>()
  const put = (
    organisation: string,
    row: Pick<PositionFile['positions'][number], 'key' | 'title' | 'rank' | 'seats' | 'collective'>,
  ) => {
    const code = positionCode(organisation, row.key)
    rows.set(code, {
      code,
      organisation,
      title: row.title,
      rank: row.rank,
      seats: row.seats ?? null,
      collective: row.collective ?? null,
      decision: null,
      unverified: true,
      validFrom: null,
      validTo: null,
    })
  }
  for (const row of file.byKind)
    for (const { code, kind, peerGroup } of organisations)
      if (kind === row.kind && (row.peerGroup ?? peerGroup) === peerGroup && !row.except.includes(code)) put(code, row)
  const known = new Set(organisations.map(({ code }) => code))
  for (const row of file.positions) {
    if (!known.has(row.organisation)) throw new Error(`positions.yaml: không có đơn vị ${row.organisation}`)
    put(row.organisation, row)
  }
  return [...rows.values()]
}

/** Who signs for whom in a demonstration, once: `principal` and `signatory` are codes, or keys of every organisation of a kind. */
export async function loadDemoAuthorities(ctx: Context, packDir: string, pack: string): Promise<void> {
  const file = await readPositions(packDir)
  if (!file || (await hasPackAuthorities(ctx.sql, pack))) return
  const stands = (await listPackOrganisationVersions(ctx.sql, pack)).filter(({ validTo }) => validTo === null)
  const known = new Set((await store.listPackPositions(ctx.sql, pack)).map(({ code }) => code))
  await ctx.transaction(async (ctx) => {
    for (const { kind, ...row } of parsePositions(file).demoAuthorities) {
      const places =
        kind === undefined ? [undefined] : stands.filter((one) => one.kind === kind).map(({ code }) => code)
      for (const place of places) {
        const codeOf = (word: string) => (place === undefined ? word : positionCode(place, word))
        const [principal, signatory] = [codeOf(row.principal), codeOf(row.signatory)]
        if (!known.has(principal) || !known.has(signatory)) continue
        await insertAuthority(ctx.sql, { ...row, principal, signatory, pack, givenBy: 'system', now: ctx.now })
      }
    }
  })
}

/** Seats the demonstration people of a pack, each once: one who holds or ever held a position is left as he is. */
export async function seatPeople(
  ctx: Context,
  people: readonly { account: string; personName: string; positions: readonly string[] }[],
): Promise<void> {
  const seated = new Set(
    await store.listEverHeld(
      ctx.sql,
      people.map(({ account }) => account),
    ),
  )
  const rows = people
    .filter(({ account }) => !seated.has(account))
    .flatMap(({ account, personName, positions }) =>
      positions.map((position) => ({
        position,
        account,
        personName,
        acting: false,
        decision: null,
        validFrom: null,
        validTo: null,
      })),
    )
  if (rows.length === 0) return
  await store.insertHoldings(ctx.sql, rows, { origin: 'pack', recordedFrom: null, recordedBy: 'system' })
}
