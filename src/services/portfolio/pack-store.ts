/** What a pack brings along: the programme with what is stated of it, settings, and its projects with their capital. */
import type { Fragment, Sql } from '#platform/sql'
import { rowsOf } from './former.ts'
import type { Stated } from './model.ts'

export interface Programme {
  code: string
  name: string
  year: number
  organisation: string
  stated: Stated
  packSha256: string
}

export function listProgrammes(sql: Sql, knownAt?: Date): Promise<Programme[]> {
  return sql<Programme[]>`
    select g.code, g.name, g.year, g.organisation, g.stated, g.pack_sha256
    from ${rowsOf(sql, 'programme', knownAt)} g order by g.year desc, g.code`
}

export async function findProgramme(sql: Sql, code: string, knownAt?: Date): Promise<Programme | undefined> {
  return (await listProgrammes(sql, knownAt)).find((one) => one.code === code)
}

export async function upsertProgramme(sql: Sql, one: Programme, at: Date): Promise<void> {
  await sql`
    insert into portfolio.programme as g (code, name, year, organisation, stated, pack_sha256, known_from)
    values (${one.code}, ${one.name}, ${one.year}, ${one.organisation}, ${sql.json(one.stated as never)}, ${one.packSha256}, ${at})
    on conflict (code) do update
    set name = excluded.name, year = excluded.year, organisation = excluded.organisation, stated = excluded.stated,
      pack_sha256 = excluded.pack_sha256, known_from = greatest(g.known_from, excluded.known_from)`
}

export async function upsertOwnSource(sql: Sql, name: string): Promise<void> {
  await sql`
    insert into portfolio.source (code, name, kind, is_home) values ('own', ${name}, 'own', true)
    on conflict (code) do update set name = excluded.name`
}

export async function findSetting(sql: Sql, name: string, knownAt?: Date): Promise<unknown> {
  const [row] = await sql<{ body: unknown }[]>`
    select s.body from ${rowsOf(sql, 'setting', knownAt)} s where s.name = ${name}`
  return row?.body
}

export async function keepSetting(sql: Sql, name: string, { body, at }: { body: unknown; at: Date }): Promise<void> {
  await sql`
    insert into portfolio.setting as s (name, body, known_from) values (${name}, ${sql.json(body as never)}, ${at})
    on conflict (name) do update set body = excluded.body, known_from = greatest(s.known_from, excluded.known_from)`
}

export interface PackProject {
  code: string
  programme: string
  nature: string
  name: string
  search: string
  organisation: string
  category: string | null
  state: string
  phase: string | null
  currency: string
  illustration: boolean
  citation: string | null
}

/** Those that are not there yet; what an agency has changed since stays as it is. Returns the new ones by code. */
export async function insertProjects(sql: Sql, rows: readonly PackProject[], at: Date): Promise<Map<string, number>> {
  const made = await sql<{ id: number; code: string }[]>`
    insert into portfolio.project
      (code, source, programme, nature, name, search, organisation, category, state, phase, currency, illustration, citation,
        changed_at, known_from)
    select code, 'own', programme, nature, name, search, organisation, category, state, phase, currency, illustration, citation,
      ${at}, ${at}
    from jsonb_to_recordset(${sql.json(rows as never)}) as r (code text, programme text, nature text, name text, search text,
      organisation text, category text, state text, phase text, currency text, illustration boolean, citation text)
    on conflict (code) do nothing
    returning id, code`
  return new Map(made.map(({ id, code }) => [code, id]))
}

export interface PackMovement {
  project: number
  kind: string
  fund: string
  year: number | null
  amount: string
  on: string
  document: string | null
}

export async function insertMovements(
  sql: Sql,
  rows: readonly PackMovement[],
  { by, at }: { by: string; at: Date },
): Promise<void> {
  await sql`
    insert into portfolio.movement (project, kind, fund, year, amount, occurred_on, document, entered_by, entered_at)
    select project, kind, fund, year, amount::numeric, "on", document, ${by}, ${at}
    from jsonb_to_recordset(${sql.json(rows as never)})
      as r (project bigint, kind text, fund text, year int, amount text, "on" date, document text)`
}

export async function insertProgress(
  sql: Sql,
  rows: {
    milestones: readonly {
      project: number
      name: string
      planned: string
      forecast: string | null
      actual: string | null
    }[]
    obstacles: readonly {
      project: number
      said: string
      raised: string
      resolved: string | null
      resolution: string | null
    }[]
  },
  { by, at }: { by: string; at: Date },
): Promise<void> {
  await sql`
    insert into portfolio.milestone (project, name, planned_on, forecast_on, actual_on, changed_by, changed_at, known_from)
    select project, name, planned, forecast, actual, ${by}, ${at}, ${at}
    from jsonb_to_recordset(${sql.json(rows.milestones as never)})
      as r (project bigint, name text, planned date, forecast date, actual date)
    on conflict (project, name) do nothing`
  await sql`
    insert into portfolio.obstacle (project, said, raised_on, raised_by, resolved_on, resolution, resolved_by, known_from)
    select project, said, raised, ${by}, resolved, resolution, case when resolved is not null then ${by} end, ${at}
    from jsonb_to_recordset(${sql.json(rows.obstacles as never)})
      as r (project bigint, said text, raised date, resolved date, resolution text)`
}

export interface ProgrammeCount {
  nature: 'project' | 'task'
  state: string
  count: number
  illustration: number
}

/** Those of one programme as a relation: of the province's own list, in which alone programmes are. */
const projectsOf = (sql: Sql, knownAt: Date | undefined): Fragment =>
  rowsOf(sql, 'project', knownAt, { partOf: sql`'own'` })

export function countProgramme(sql: Sql, programme: string, knownAt?: Date): Promise<ProgrammeCount[]> {
  return sql<ProgrammeCount[]>`
    select p.nature, p.state, count(*) as count, count(*) filter (where p.illustration) as illustration
    from ${projectsOf(sql, knownAt)} p where p.programme = ${programme} and p.withdrawn_at is null
    group by 1, 2`
}

interface ProgrammeSums {
  planned: string
  granted: string
  disbursed: string
  illustration: number
}

/** Capital of the year of the programme, over its investment projects. */
export async function sumProgramme(
  sql: Sql,
  programme: string,
  { year, knownAt }: { year: number; knownAt?: Date },
): Promise<ProgrammeSums> {
  const sums = knownAt
    ? sql`lateral (
        select sum(m.amount) filter (where m.kind = 'planned') as planned,
          sum(m.amount) filter (where m.kind in ('allotted', 'adjusted')) as granted,
          sum(m.amount) filter (where m.kind = 'disbursed') as disbursed
        from portfolio.movement m where m.project = p.id and m.year = ${year} and m.entered_at <= ${knownAt} having count(*) > 0)`
    : sql`lateral (select s.* from portfolio.year_sum s where s.project = p.id and s.year = ${year})`
  const [row] = await sql<ProgrammeSums[]>`
    select coalesce(sum(y.planned), 0) as planned, coalesce(sum(y.granted), 0) as granted, coalesce(sum(y.disbursed), 0) as disbursed,
      count(*) filter (where p.illustration) as illustration
    from ${projectsOf(sql, knownAt)} p cross join ${sums} y
    where p.programme = ${programme} and p.nature = 'project' and p.withdrawn_at is null`
  return row ?? { planned: '0', granted: '0', disbursed: '0', illustration: 0 }
}
