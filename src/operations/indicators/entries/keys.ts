// What a figure, a target or a lock is kept under must be there: a period that is one, an organisation and an area of the directory.

import { isPeriod } from '#calendar'
import { type FieldFault, invalid } from '#platform/errors'
import type { Sql } from '#platform/sql'

/** Of these codes those that no organisation (or no area) bears, at any time. */
export async function listUnknownPlaces(
  sql: Sql,
  { organisations, areas }: { organisations: readonly string[]; areas: readonly string[] },
): Promise<{ organisations: Set<string>; areas: Set<string> }> {
  const [row] = await sql<{ organisations: string[]; areas: string[] }[]>`
    select
      array(select code from unnest(${[...organisations]}::text[]) as o (code)
        where not exists (select from indicators.organisation_scope where organisation = code)) as organisations,
      array(select code from unnest(${[...areas]}::text[]) as a (code)
        where code <> '' and not exists (select from indicators.area_scope where area = code)) as areas`
  return { organisations: new Set(row?.organisations), areas: new Set(row?.areas) }
}

/** @throws Problem 422 where an organisation or a period is none. */
export async function requireKey(
  sql: Sql,
  { organisation, period }: { organisation: string; period: string },
): Promise<void> {
  const faults: FieldFault[] = []
  if (!isPeriod(period)) faults.push({ path: 'period', message: 'Dùng mã kỳ như 2026, 2026-Q1, 2026-03.' })
  const unknown = await listUnknownPlaces(sql, { organisations: [organisation], areas: [] })
  if (unknown.organisations.size > 0)
    faults.push({ path: 'organisation', message: `Không có đơn vị mang mã “${organisation}”.` })
  if (faults.length > 0) throw invalid('Kỳ hoặc đơn vị chưa đúng.', faults)
}
