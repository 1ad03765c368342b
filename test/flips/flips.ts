/**
 * Random bits turned in rows of the ledger, in kept contents and in bundles of evidence. After each the product's own check of that
 * thing is asked, and everything is put back. A bit that is not found is a fault of the product.
 */
import assert from 'node:assert/strict'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { unzipSync } from 'fflate'
import { filePath, keepBytes } from '#files'
import { appendBatch, appendEntries, appendEntry, makeEvidence, readTrust, verifyLedger } from '#ledger'
import type { Context } from '#platform/context'
import type { Pool, Sql } from '#platform/sql'
import { keptFiles } from '../../src/foundation/files/storage/kept.ts'
import { checkContents } from '../../src/foundation/ledger/contents/check.ts'
import { listTelling } from '../../src/foundation/ledger/contents/store.ts'
import { keptLandings } from '../../src/operations/warehouse/evidence.ts'
import { landInGroup } from '../../src/operations/warehouse/inlets/push-group.ts'
import { landBytes } from '../../src/operations/warehouse/landing.ts'
import { findCurrentContract } from '../../src/operations/warehouse/store.ts'
import { flipBit, flipIn } from './bits.ts'
import { contentPlaces, ledgerPlaces } from './places.ts'

/** One bit. Undefined where the database takes no such value (text that is no UTF-8, a date out of range): nothing was turned. */
type FlipOnce = () => Promise<{ isFound: boolean; where: string } | undefined>

export interface Flips {
  kinds: Record<'rows of the ledger' | 'kept contents' | 'bundles of evidence', FlipOnce>
  close(): Promise<void>
}

/** Fills the ledger, keeps files, lands bytes and takes a bundle, all found whole. `owner`: a pool that passes every guard. */
export async function openFlips(ctx: Context, owner: Pool): Promise<Flips> {
  await fillLedger(ctx)
  const contents = await keepContents(ctx)
  const bundle = await takeBundle(ctx)
  const trust = await readTrust(ctx.config)
  const isRowsWhole = async (sql: Sql) => (await verifyLedger(sql, { verifierKeys: trust.verifierKeys })).ok
  const isContentsWhole = (sql: Sql) => areWhole({ ...ctx, sql }, contents.entries)
  assert.ok((await isRowsWhole(ctx.sql)) && (await isContentsWhole(ctx.sql)), 'whole before')
  let turn = 0
  const flipContents = () => {
    turn += 1
    return turn % 3 === 0
      ? flipFile(contents.files[turn % contents.files.length] ?? '', () => isContentsWhole(ctx.sql))
      : flipRow(owner, contentPlaces, isContentsWhole)
  }
  return {
    kinds: {
      'rows of the ledger': () => flipRow(owner, ledgerPlaces, isRowsWhole),
      'kept contents': flipContents,
      'bundles of evidence': bundle.flip,
    },
    close: bundle.close,
  }
}

const undo = Symbol('undo')

async function flipRow(owner: Pool, places: typeof ledgerPlaces, isWhole: (sql: Sql) => Promise<boolean>) {
  const place = places[randomInt(places.length)]
  assert.ok(place)
  let outcome: Awaited<ReturnType<FlipOnce>>
  const undone = owner.begin(async (sql) => {
    await sql`set local session_replication_role = replica`
    const flip = await flipBit(sql, place)
    if (flip) outcome = { isFound: !(await isWhole(sql)), where: JSON.stringify(flip) }
    throw undo
  })
  await undone.catch((error) => {
    if (error !== undo) throw error
  })
  return outcome
}

async function flipFile(path: string, isWhole: () => Promise<boolean>) {
  const bytes = await readFile(path)
  const turned = Buffer.from(bytes)
  const bit = flipIn(turned)
  await writeFile(path, turned)
  try {
    return { isFound: !(await isWhole()), where: `${path}, bit ${bit}` }
  } finally {
    await writeFile(path, bytes)
  }
}

async function fillLedger(ctx: Context): Promise<void> {
  const deed = (n: number) => ({
    action: 'record.landed',
    subject: `record:${n}`,
    purpose: 'Hồ sơ',
    organisation: 'X01',
    actor: 'kiem-thu',
    body: { n, words: 'Giải quyết hồ sơ' },
  })
  await appendEntries(
    ctx,
    Array.from({ length: 257 }, (_, n) => deed(n)),
  )
  await appendBatch(ctx, deed(300), ['a', 'b', 'c'])
  await appendEntry(ctx, { ...deed(301), sealUnder: 'person:flips' })
  const standingIn = { ...ctx, actor: { ...ctx.actor, account: 'thay', onBehalfOf: { account: 'vang', name: 'Vắng' } } }
  await appendEntry(standingIn, { action: 'item.claimed', subject: 'item:a/b/1' })
}

async function keepContents(ctx: Context) {
  const files: string[] = []
  for (const words of ['Một dòng', 'Biên bản kiểm tra.\n'.repeat(400), randomBytes(30_000).toString('hex')]) {
    const { sha256 } = await keepBytes(
      ctx,
      Buffer.from(`${words} ${randomBytes(8).toString('hex')}`),
      'a.txt',
      'evidence',
    )
    files.push(join(ctx.config.varDir, filePath(sha256)))
  }
  const source = 'citizen-reports'
  const contractVersion = (await findCurrentContract(ctx.sql, source))?.version ?? 1
  for (const text of ['ma\n', `ma\n${'một hai ba\n'.repeat(900)}`, randomBytes(40_000).toString('base64')])
    await landBytes(ctx, {
      source,
      contractVersion,
      channel: 'push',
      fileName: 'phan-anh.csv',
      bytes: (async function* () {
        yield Buffer.from(text)
      })(),
    })
  const push = (n: number) => {
    const bytes = Buffer.from(JSON.stringify([{ ma: `PA-${n}` }]))
    const sha256 = createHash('sha256').update(bytes).digest()
    return landInGroup(ctx, { source, contractVersion, format: 'json', idempotencyKey: `flips-${n}`, bytes, sha256 })
  }
  await Promise.all([1, 2, 3, 4, 5].map(push))
  const entries = [
    ...(await listTelling(ctx.sql, keptFiles.action, null, 1000)).map((entry) => ({ book: keptFiles, entry })),
    ...(await listTelling(ctx.sql, keptLandings.action, null, 1000)).map((entry) => ({ book: keptLandings, entry })),
  ]
  return { files, entries }
}

async function areWhole(ctx: Context, entries: Awaited<ReturnType<typeof keepContents>>['entries']): Promise<boolean> {
  for (const { book, entry } of entries)
    for (const { fault } of await checkContents(ctx, book, entry)) if (fault) return false
  return true
}

interface Checker {
  check(folder: string, key: string | undefined): Promise<string[]>
  checkZip(path: string, keys: readonly string[]): Promise<string[]>
}

/** Checked by the bundle's own checker, as a stranger would who has it from elsewhere. */
async function takeBundle(ctx: Context) {
  const entries = { subject: 'record:*', reach: 'all' as const }
  const zip = await buffer(await makeEvidence(ctx, { title: 'Thử', about: {}, entries, opens: true }))
  const folder = await mkdtemp(join(tmpdir(), 'tram-flips-'))
  const unpacked = join(folder, 'unpacked-')
  const place = await mkdtemp(unpacked)
  for (const [name, bytes] of Object.entries(unzipSync(zip))) await writeFile(join(place, name), bytes)
  const path = join(folder, 'goi.zip')
  await writeFile(path, zip)
  const script = new URL('../../src/foundation/ledger/export/checker.mjs', import.meta.url).href
  const { check, checkZip }: Checker = await import(script)
  const key = (await readTrust(ctx.config)).verifierKeys?.at(-1)
  const isFolderWhole = async () => (await check(place, key)).length === 0
  const isZipWhole = async () => (await checkZip(path, key ? [key] : [])).length === 0
  assert.ok((await isFolderWhole()) && (await isZipWhole()), 'the bundle is whole before')
  // What is empty has no bits.
  const names = (await readdir(place)).filter((name) => statSync(join(place, name)).size > 0)
  return {
    flip: () =>
      randomInt(3) === 0
        ? flipFile(path, isZipWhole)
        : flipFile(join(place, names[randomInt(names.length)] ?? ''), isFolderWhole),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
