// Figures and targets that a pack brings along: press figures, plans. They are published at loading with their source, told apart from
// computed ones (`origin` pack), and follow the files: what leaves the files leaves the screens, and stays readable as of before.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { lockPasses, tellChanged } from '../computation/process.ts'
import { IndicatorCode } from '../model.ts'
import { kindOfPeriod } from '../reading/facts.ts'
import { listDefinitions } from '../store.ts'
import { publishFigures } from './publish.ts'
import type { Entry } from './store.ts'

const Period = z.coerce.string().regex(/^[0-9RQHW/-]{4,12}$/)
const Said = {
  unit: z.string().optional(),
  /** Year of the article. */
  article: z.int().optional(),
  /** The article's word before the number. */
  qualifier: z.string().optional(),
  /** What was not stated outright. */
  inferred: z.enum(['period', 'value']).optional(),
  /** Of how many a rank is. */
  of: z.int().optional(),
  note: z.string().optional(),
}

const PackFigure = z.strictObject({
  indicator: IndicatorCode,
  organisation: z.string().optional(),
  area: z.string().optional(),
  period: Period,
  value: z.number(),
  /** Several things under one indicator: their values are added, and named in the note. */
  item: z.string().optional(),
  itemName: z.string().optional(),
  /** The figure covers only a part of its period. */
  partial: z.boolean().optional(),
  ...Said,
})

const PackTarget = z
  .strictObject({
    indicator: IndicatorCode,
    organisation: z.string().optional(),
    area: z.string().optional(),
    period: Period,
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
    basis: z.string(),
    ...Said,
  })
  .refine((row) => (row.atMost === undefined) !== (row.atLeast === undefined), 'atMost or atLeast')

const FigureFile = z.looseObject({
  source: z.string(),
  unverified: z.boolean().default(false),
  organisation: z.string().optional(),
  enteredBy: z.string().optional(),
  facts: z.array(PackFigure).default([]),
  targets: z.array(PackTarget).default([]),
})
type FigureFile = z.infer<typeof FigureFile>

/** Folders of a pack that hold other things in formats of their own. */
const otherFolders = ['indicators', 'contracts', 'calendars', 'demo', 'forms', 'people']

async function readFigureFiles(packDir: string): Promise<FigureFile[]> {
  const folders = (await readdir(packDir, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && !otherFolders.includes(entry.name),
  )
  const files: FigureFile[] = []
  for (const folder of folders.map(({ name }) => name).sort())
    for (const name of (await readdir(join(packDir, folder))).filter((one) => /\.ya?ml$/.test(one)).sort()) {
      const content: unknown = parse(await readFile(join(packDir, folder, name), 'utf8'))
      if (typeof content !== 'object' || content === null || !('facts' in content || 'targets' in content)) continue
      const parsed = FigureFile.safeParse(content)
      if (!parsed.success) throw invalid(`${folder}/${name}: ${z.prettifyError(parsed.error)}`)
      files.push(parsed.data)
    }
  return files
}

interface Wanted {
  indicator: string
  organisation: string
  period: string
  value: number
  note: string | null
  typedBy: string
}

const vietnamese = (value: number) => new Intl.NumberFormat('vi-VN').format(value)

function wantedOf(file: FigureFile): Wanted[] {
  const byKey = new Map<string, Wanted>()
  for (const figure of file.facts) {
    const organisation = figure.organisation ?? file.organisation
    if (!organisation) throw invalid(`Số liệu ${figure.indicator} thiếu đơn vị.`)
    const key = `${figure.indicator} ${organisation} ${figure.period}`
    const before = byKey.get(key)
    if (before && figure.item === undefined) throw invalid(`Số liệu ${key} có hai lần.`)
    byKey.set(key, {
      indicator: figure.indicator,
      organisation,
      period: figure.period,
      value: figure.value + (before?.value ?? 0),
      note: [before?.note, noteOf(figure)].filter(Boolean).join(' ') || null,
      typedBy: file.enteredBy ?? 'Số liệu của gói dữ liệu',
    })
  }
  return [...byKey.values()]
}

function noteOf({
  qualifier,
  value,
  unit,
  of,
  inferred,
  partial,
  note,
  article,
  itemName,
}: z.infer<typeof PackFigure>): string {
  const words = [
    itemName && `${itemName}: ${vietnamese(value)} ${unit ?? ''}.`,
    qualifier && `Nguồn ghi “${qualifier} ${vietnamese(value)}”.`,
    of && `Xếp trong ${of} tỉnh, thành phố.`,
    inferred === 'period' && 'Năm được suy ra, nguồn không in.',
    inferred === 'value' && 'Giá trị được suy ra.',
    partial && 'Không phải trọn kỳ.',
    note,
    article && `Bài báo năm ${article}.`,
  ]
  return words.filter(Boolean).join(' ')
}

/** Brings the figures and targets of a pack folder up to its files. Quick when nothing changed. */
export async function loadPackFigures(ctx: Context, packDir: string, pack: string): Promise<void> {
  const files = await readFigureFiles(packDir)
  await ctx.transaction(async (inner) => {
    await lockPasses(inner.sql)
    await savePackFigures(inner, pack, files.flatMap(wantedOf))
    await savePackTargets(
      inner,
      pack,
      files.flatMap((file) =>
        file.targets.map((target) => ({ ...target, organisation: target.organisation ?? file.organisation ?? '' })),
      ),
    )
  })
}

const basisOf = (pack: string) => `pack:${pack}`

async function savePackFigures(ctx: Context, pack: string, wanted: readonly Wanted[]): Promise<void> {
  const { sql, now } = ctx
  const known = await sql<(Wanted & { id: number })[]>`
    select id, indicator, organisation, period, value::float8 as value, note, typed_by from indicators.entry
    where origin = 'pack' and basis = ${basisOf(pack)} and state = 'published' and superseded_at is null`
  const keyOf = (one: Wanted) => `${one.indicator} ${one.organisation} ${one.period}`
  const byKey = new Map(known.map(({ id, ...row }) => [keyOf(row), { id, row }]))
  const definitions = new Map((await listDefinitions(sql)).map((definition) => [definition.code, definition]))
  const fresh = wanted.filter((one) => !isDeepStrictEqual(byKey.get(keyOf(one))?.row, one))
  for (const one of fresh)
    if (!definitions.has(one.indicator))
      throw invalid(`Số liệu của gói dữ liệu nêu chỉ tiêu chưa được định nghĩa: ${one.indicator}.`)
  const gone = known.filter((one) => !wanted.some((other) => keyOf(other) === keyOf(one)))
  await closeEntries(
    sql,
    [...gone.map(({ id }) => id), ...fresh.flatMap((one) => byKey.get(keyOf(one))?.id ?? [])],
    now,
  )
  await closeFacts(
    sql,
    gone.map(({ id }) => id),
    now,
  )
  if (fresh.length > 0)
    await publishFigures(ctx, definitions, await insertPublished(sql, fresh, { basis: basisOf(pack), now }))
  await tellChanged(ctx, [...new Set(gone.map(({ indicator }) => indicator))])
}

async function insertPublished(
  sql: Sql,
  fresh: readonly Wanted[],
  { basis, now }: { basis: string; now: Date },
): Promise<Entry[]> {
  for (const { period } of fresh) kindOfPeriod(period)
  return sql<Entry[]>`
    insert into indicators.entry (indicator, organisation, period, value, note, basis, origin, state, typed_by, typed_at, published_by, published_at)
    select r.indicator, r.organisation, r.period, r.value, r.note, ${basis}, 'pack', 'published', r."typedBy", ${now}, 'pack', ${now}
    from jsonb_to_recordset(${sql.json(fresh as never)}) as r (indicator text, organisation text, period text, value numeric,
      note text, "typedBy" text)
    returning id, indicator, organisation, area, period, value::float8 as value, reason, basis, note, origin, state, round, typed_by,
      typed_for, typed_at, approved_by, approved_at, published_by, published_at, returned_reason`
}

const closeEntries = (sql: Sql, ids: readonly number[], at: Date) =>
  sql`update indicators.entry set superseded_at = ${at} where id = any(${[...ids]}::bigint[])`

const closeFacts = (sql: Sql, entries: readonly number[], at: Date) =>
  sql`update indicators.fact set superseded_at = ${at} where entry_id = any(${[...entries]}::bigint[]) and superseded_at is null`

type Target = z.infer<typeof PackTarget> & { organisation: string }

async function savePackTargets(ctx: Context, pack: string, targets: readonly Target[]): Promise<void> {
  const rows = targets.map(({ indicator, organisation, period, atMost, atLeast, basis, note }) => ({
    indicator,
    organisation,
    period,
    value: atMost ?? atLeast ?? 0,
    basis,
    note: note ?? null,
  }))
  await ctx.sql`
    with wanted as (
      select * from jsonb_to_recordset(${ctx.sql.json(rows as never)}) as r (indicator text, organisation text, period text,
        value numeric, basis text, note text)
    ), closed as (
      update indicators.target t set retired_at = ${ctx.now}
      where t.origin = 'pack' and t.made_by = ${basisOf(pack)} and t.retired_at is null and not exists (
        select from wanted w where (w.indicator, w.organisation, w.period, w.value, w.basis, w.note)
          is not distinct from (t.indicator, t.organisation, t.period, t.value, t.basis, t.note))
    )
    select 1`
  await ctx.sql`
    insert into indicators.target (indicator, organisation, period, value, basis, note, origin, made_by, made_at)
    select r.indicator, r.organisation, r.period, r.value, r.basis, r.note, 'pack', ${basisOf(pack)}, ${ctx.now}
    from jsonb_to_recordset(${ctx.sql.json(rows as never)}) as r (indicator text, organisation text, period text, value numeric,
      basis text, note text)
    on conflict (indicator, organisation, period) where retired_at is null do nothing`
}
