/** All that is held of one source, for files: one query, whose rows are read as they are taken. */
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { type Kind, type KindName, kindOf } from '../kinds.ts'
import { getReadableSource } from './scope.ts'

export interface ExportTable {
  columns: readonly string[]
  rows: AsyncIterable<Record<string, unknown>>
}

const pageRows = 1000

/** The canonical records of a source in the order in which they came, each with the line of its file. @throws Problem 404 */
export async function exportRecords(ctx: Context, code: string): Promise<ExportTable> {
  const { source } = await getReadableSource(ctx, code)
  const kind: Kind = kindOf(source.kind as KindName)
  const names = Object.keys(kind.fields)
  return {
    columns: ['source', 'key', 'landing', 'file', 'line', 'organisation', ...names, 'attributes'],
    rows: readRecords(ctx.sql, code, kind),
  }
}

async function* readRecords(sql: Sql, code: string, { table, fields }: Kind): AsyncGenerator<Record<string, unknown>> {
  const columns = Object.values(fields).map(({ column }) => column)
  const pages = sql<Record<string, unknown>[]>`
    select k.source, k.key, k.landing_id as landing, l.file_name as file, k.line, r.organisation, r.attributes,
      ${sql(columns.map((column) => `r.${column}`))}
    from warehouse.${sql(table)} r join warehouse.record k on k.id = r.record_id join warehouse.landing l on l.id = k.landing_id
    where r.source = ${code}
    order by r.record_id, r.part`.cursor(pageRows)
  for await (const page of pages) {
    for (const { source, key, landing, file, line, organisation, attributes, ...row } of page) {
      const values = Object.entries(fields).map(([name, { column, type }]) => {
        const value = row[camel(column)] ?? null
        return [name, type === 'number' && value !== null ? Number(value) : value]
      })
      yield { source, key, landing, file, line, organisation, ...Object.fromEntries(values), attributes }
    }
  }
}

const camel = (column: string) => column.replace(/_([a-z])/g, (_whole, letter: string) => letter.toUpperCase())

/** Every line of a source that was set aside, whatever became of it, with its values and what was wrong with them. @throws Problem 404 */
export async function exportQuarantine(ctx: Context, code: string): Promise<ExportTable> {
  await getReadableSource(ctx, code)
  return {
    columns: ['source', 'landing', 'file', 'line', 'key', 'state', 'rule', 'faults', 'values', 'raw'],
    rows: readQuarantine(ctx.sql, code),
  }
}

async function* readQuarantine(sql: Sql, code: string): AsyncGenerator<Record<string, unknown>> {
  const pages = sql<Record<string, unknown>[]>`
    select q.source, q.landing_id as landing, l.file_name as file, q.line, q.key, q.state, q.rule, q.faults, q.payload as values, q.raw
    from warehouse.quarantine q join warehouse.landing l on l.id = q.landing_id
    where q.source = ${code}
    order by q.id`.cursor(pageRows)
  for await (const page of pages) yield* page
}
