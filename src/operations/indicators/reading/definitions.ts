// Definitions as readers see them: with the targets that were set beside the pack's own.

import type { Sql } from '#platform/sql'
import type { StoredDefinition } from '../computation/plan.ts'
import type { Target } from '../model.ts'
import * as store from '../store.ts'

/** The definitions in force now or at a moment, with the targets of then, in the order in which screens show them. */
export async function listDefinitions(sql: Sql, codes?: readonly string[], asOf?: Date): Promise<StoredDefinition[]> {
  const found = asOf ? await store.listDefinitionsAt(sql, asOf, codes) : await store.listDefinitions(sql, codes)
  return withTargets(sql, found, asOf)
}

/** One version of a definition with its targets; the one in force where no version is named. */
export async function findDefinition(sql: Sql, code: string, version?: number): Promise<StoredDefinition | undefined> {
  const found = await store.findDefinition(sql, code, version)
  return found && (await withTargets(sql, [found]))[0]
}

type Row = Target & { indicator: string; organisation: string }

async function withTargets(
  sql: Sql,
  definitions: readonly StoredDefinition[],
  asOf?: Date,
): Promise<StoredDefinition[]> {
  const rows = await sql<Row[]>`
    select indicator, organisation, period, value::float8 as value, basis from indicators.target
    where indicator = any(${definitions.map(({ code }) => code)}::text[]) and ${
      asOf ? sql`made_at <= ${asOf} and (retired_at is null or retired_at > ${asOf})` : sql`retired_at is null`
    }
    order by id`
  if (rows.length === 0) return [...definitions]
  return definitions.map((definition) => {
    const { code, body, rootOrganisation } = definition
    const own = rows.filter(({ indicator }) => indicator === code)
    const keyOf = ({ organisation, period }: Target) => `${organisation ?? rootOrganisation} ${period}`
    const replaced = new Set(own.map(keyOf))
    const targets = [
      ...body.targets.filter((target) => !replaced.has(keyOf(target))),
      ...own.map(({ organisation, period, value, basis }) => ({ organisation, period, value, basis })),
    ]
    return own.length === 0 ? definition : { ...definition, body: { ...body, targets } }
  })
}
