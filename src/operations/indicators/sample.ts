// What tests of this room stand on: definitions of an invented authority and records written straight into the canonical tables, each
// with the touches that the warehouse would leave.

import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { replaceScopes } from './computation/scopes.ts'
import { Definition } from './model.ts'
import { insertDefinition } from './store.ts'
import { checkDefinition } from './validation.ts'

export const sampleSource = 'sample-cases'

/** An authority with two offices, one of which has a desk below it; areas lie in one region. */
export async function makeSampleTree(sql: Sql): Promise<void> {
  const pairs: [string, string, number][] = [
    ['TEST', 'TEST', 0],
    ['TEST.A', 'TEST.A', 0],
    ['TEST.A', 'TEST', 1],
    ['TEST.A.1', 'TEST.A.1', 0],
    ['TEST.A.1', 'TEST.A', 1],
    ['TEST.A.1', 'TEST', 2],
    ['TEST.B', 'TEST.B', 0],
    ['TEST.B', 'TEST', 1],
  ]
  const areas: [string, string, number][] = [
    ['R', 'R', 0],
    ['R1', 'R1', 0],
    ['R1', 'R', 1],
    ['R2', 'R2', 0],
    ['R2', 'R', 1],
  ]
  await replaceScopes(
    sql,
    pairs.map(([organisation, ancestor, depth]) => ({
      organisation,
      ancestor,
      depth,
      validFrom: '-infinity',
      validTo: 'infinity',
    })),
    areas.map(([area, ancestor, depth]) => ({ area, ancestor, depth })),
  )
}

/** Puts a definition in force; what is not said is filled in. */
export async function defineSample(ctx: Context, own: Record<string, unknown>): Promise<Definition> {
  const body = Definition.parse({
    name: 'Chỉ tiêu thử',
    nameEn: 'Sample',
    group: 'Thử',
    unit: 'hồ sơ',
    direction: 'up',
    owner: { organisation: 'TEST', position: 'Trưởng đơn vị thử' },
    basis: { kind: 'internal', title: 'Quy ước thử' },
    source: 'Hồ sơ thử',
    cadence: { every: 'month' },
    merger: 'sum',
    ...own,
  })
  checkDefinition(body)
  await insertDefinition(ctx.sql, {
    pack: 'test',
    rootOrganisation: 'TEST',
    timeZone: 'Asia/Ho_Chi_Minh',
    body,
    origin: 'pack',
    madeBy: 'test',
    madeAt: ctx.now,
    reason: null,
  })
  return body
}

export interface SampleCase {
  id: string
  organisation: string
  area?: string | null
  channel?: string | null
  startedAt?: string | null
  dueAt?: string | null
  endedAt?: string | null
  fee?: number | null
}

const localDay = (column: string) => `(${column} at time zone 'Asia/Ho_Chi_Minh')::date`

/** Writes cases, the later version over the earlier, and leaves a touch for every cell that either stood in. */
export async function writeCases(sql: Sql, cases: readonly SampleCase[], source = sampleSource): Promise<void> {
  await touchCases(
    sql,
    cases.map(({ id }) => id),
    source,
  )
  await sql`
    insert into warehouse.process_case (source, case_id, record_id, organisation, area, channel, started_at, started_on, due_at,
      due_on, ended_at, ended_on, attributes)
    select ${source}, c.id, abs(hashtextextended(c.id, 0)) % 1000000007, c.organisation, c.area, c.channel, c."startedAt",
      ${sql.unsafe(localDay('c."startedAt"'))}, c."dueAt", ${sql.unsafe(localDay('c."dueAt"'))}, c."endedAt",
      ${sql.unsafe(localDay('c."endedAt"'))}, jsonb_build_object('fee', c.fee)
    from jsonb_to_recordset(${sql.json(cases as never)}) as c (id text, organisation text, area text, channel text,
      "startedAt" timestamptz, "dueAt" timestamptz, "endedAt" timestamptz, fee numeric)
    on conflict (source, case_id) do update set organisation = excluded.organisation, area = excluded.area,
      channel = excluded.channel, started_at = excluded.started_at, started_on = excluded.started_on, due_at = excluded.due_at,
      due_on = excluded.due_on, ended_at = excluded.ended_at, ended_on = excluded.ended_on, attributes = excluded.attributes`
  await touchCases(
    sql,
    cases.map(({ id }) => id),
    source,
  )
}

export async function retractCases(sql: Sql, ids: readonly string[], source = sampleSource): Promise<void> {
  await touchCases(sql, ids, source)
  await sql`delete from warehouse.process_case where source = ${source} and case_id = any(${[...ids]}::text[])`
}

async function touchCases(sql: Sql, ids: readonly string[], source: string): Promise<void> {
  await sql`
    insert into warehouse.touch (source, kind, field, organisation, area, day)
    select distinct r.source, 'case', f.field, r.organisation, coalesce(r.area, ''), f.day
    from warehouse.process_case r
    cross join lateral (values ('', null), ('startedOn', r.started_on), ('dueOn', r.due_on), ('endedOn', r.ended_on))
      as f (field, day)
    where r.source = ${source} and r.case_id = any(${[...ids]}::text[]) and (f.field = '' or f.day is not null)`
}

/** The form of a new indicator of typed figures, with every field that one must have. */
export const typedForm = {
  ma: 'thu.so-can-bo',
  ten: 'Số cán bộ thử',
  'ten-anh': 'Officers, tried',
  nhom: 'Thử',
  'don-vi-tinh': 'người',
  dang: 'typed',
  'cong-don-vi': 'none',
  'cong-ky': 'sum',
  ky: ['month'],
  'ky-chinh': 'month',
  'dinh-ky': 'month',
  'lich-ky': 'calendar',
  han: '5',
  'gio-han': '9:30',
  'sap-xep': 'sum',
  'chu-tri': 'H32.KHCN',
  'chuc-danh': 'Giám đốc Sở thử',
  nguon: 'Báo cáo thử',
  'loai-can-cu': 'law',
  'can-cu': 'Luật thử',
  'so-can-cu': '1/2026/QH15',
  'ngay-can-cu-day': '5',
  'ngay-can-cu-month': '9',
  'ngay-can-cu-year': '2026',
  'dieu-can-cu': 'Điều 3',
  'ly-do': 'Theo dõi số cán bộ',
  viec: 'luu',
}
