/**
 * Sums over canonical records by cell (organisation × area × day), for several measures in one scan: all measures of one kind, date
 * field and set of sources are read together, each with its own conditions. Given cells, only their rows are read, by the index
 * (source, organisation, day); without, the whole table is.
 */
import type { Fragment, Sql } from '#platform/sql'
import { type Kind, type KindName, kindOf } from './kinds.ts'
import { type Asked, type Condition, compileWhere, numberOf } from './query.ts'

export interface SumMeasure {
  where: readonly Condition[]
  /** Field that is summed; absent: records are counted. */
  of?: string
}

export interface SumQuery {
  kind: KindName
  /** Date field that places a record; absent: the stock as of now, whose cells have the day '-infinity'. */
  at: string | undefined
  sources: readonly string[]
  measures: readonly SumMeasure[]
  asked: Asked
}

/**
 * Rows (organisation, area, day, amounts, counts, base_count, observed_at), the arrays in the order of the measures: `counts` are the
 * records that meet the conditions (and hold a value to sum), `base_count` all records of the sources there: it tells a zero from
 * nothing known. Of a stock it is 0 or 1. Every one of the cells comes back. Over the whole table also received_at: when the newest
 * record was received; of cells that are asked for, whoever asks knows what arrived.
 */
export function sumRecords(sql: Sql, query: SumQuery, asked?: AskedCells): Fragment {
  if (query.at === undefined) return asked ? sumStockOf(sql, query, asked.cells) : sumStock(sql, query)
  if (!asked) return sumDays(sql, query, query.at)
  return asked.areFew ? sumFewDays(sql, query, query.at, asked.cells) : sumManyDays(sql, query, query.at, asked.cells)
}

export interface AskedCells {
  /** A relation (organisation, area, day) of distinct rows. */
  cells: Fragment
  /** Few: each is looked up by the index. Many: they are joined with the whole table. */
  areFew: boolean
}

function sumDays(sql: Sql, query: SumQuery, at: string): Fragment {
  const { table, day, observed } = placeOf(sql, query.kind, at)
  return sql`
    select organisation, area, day, ${arrays(sql, query)}, base_count, observed_at, ${receivedAt(sql)} as received_at
    from (
      select r.organisation, coalesce(r.area, '') as area, ${day} as day, ${sumColumns(sql, query)}, count(*) as base_count,
        ${observed} as observed_at, max(r.record_id) as newest
      from ${table} r
      where r.source = any(${[...query.sources]}::text[]) and ${day} is not null
      group by 1, 2, 3) s`
}

// Records are numbered as they are taken in: one look-up a cell, instead of one a record.
const receivedAt = (sql: Sql): Fragment => sql`(
  select l.received_at from warehouse.record k join warehouse.landing l on l.id = k.landing_id where k.id = s.newest)`

function sumFewDays(sql: Sql, query: SumQuery, at: string, cells: Fragment): Fragment {
  const { table, day, observed } = placeOf(sql, query.kind, at)
  return sql`
    select t.organisation, t.area, t.day, ${arrays(sql, query)}, s.base_count, s.observed_at
    from ${cells} t
    cross join lateral (
      select ${sumColumns(sql, query)}, count(*) as base_count, ${observed} as observed_at
      from ${table} r
      where r.source = any(${[...query.sources]}::text[]) and r.organisation = t.organisation and ${day} = t.day
        and coalesce(r.area, '') = t.area) s`
}

function sumManyDays(sql: Sql, query: SumQuery, at: string, cells: Fragment): Fragment {
  const { table, day, observed } = placeOf(sql, query.kind, at)
  return sql`
    select organisation, area, day, ${arrays(sql, query)}, base_count, observed_at
    from (
      select t.organisation, t.area, t.day, ${sumColumns(sql, query)}, count(r.record_id) as base_count,
        ${observed} as observed_at
      from ${cells} t
      left join ${table} r on r.organisation = t.organisation and ${day} = t.day and coalesce(r.area, '') = t.area
        and r.source = any(${[...query.sources]}::text[])
      group by 1, 2, 3) s`
}

function sumStock(sql: Sql, query: SumQuery): Fragment {
  const { table } = kindOf(query.kind)
  return sql`
    select organisation, area, '-infinity'::date as day, ${arrays(sql, query)}, 1::bigint as base_count,
      null::timestamptz as observed_at, ${receivedAt(sql)} as received_at
    from (
      select r.organisation, coalesce(r.area, '') as area, ${sumColumns(sql, query)}, max(r.record_id) as newest
      from warehouse.${sql(table)} r
      where r.source = any(${[...query.sources]}::text[])
      group by 1, 2) s`
}

// One scan a measure here: its conditions then choose the rows, so that the few open cases of a large stock are found by their index.
function sumStockOf(sql: Sql, query: SumQuery, cells: Fragment): Fragment {
  const { table } = kindOf(query.kind)
  const here = sql`r.source = any(${[...query.sources]}::text[]) and r.organisation = t.organisation
    and coalesce(r.area, '') = t.area`
  const names = query.measures.map((_measure, index) => `s${index}`)
  const scans = query.measures.map((measure, index) => {
    const { amount, condition } = partsOf(sql, query, measure)
    return sql`
      cross join lateral (
        select ${amount}::numeric as amount, count(*) as count
        from warehouse.${sql(table)} r where ${here} and ${condition}) ${sql(`s${index}`)}`
  })
  return sql`
    select t.organisation, t.area, '-infinity'::date as day,
      array[${joined(
        sql,
        names.map((name) => sql`${sql(`${name}.amount`)}`),
      )}] as amounts,
      array[${joined(
        sql,
        names.map((name) => sql`${sql(`${name}.count`)}`),
      )}] as counts,
      b.base_count, null::timestamptz as observed_at
    from ${cells} t ${scans.reduce((all, one) => sql`${all} ${one}`, sql``)}
    cross join lateral (
      -- One row found by the index will do; an \`exists\` may be answered by hashing the whole table.
      select count(*) as base_count from (select from warehouse.${sql(table)} r where ${here} limit 1) any_row) b`
}

function placeOf(sql: Sql, kind: KindName, at: string) {
  const { table, fields }: Kind = kindOf(kind)
  const field = fields[at]
  if (!field) throw new RangeError(`kind ${kind} has no field ${at}`)
  const instant = field.dayOf ? fields[field.dayOf] : undefined
  return {
    table: sql`warehouse.${sql(table)}`,
    day: sql`${sql(`r.${field.column}`)}`,
    // Of a day without a time nothing more is known than the day.
    observed: instant ? sql`max(${sql(`r.${instant.column}`)})` : sql`max(${sql(`r.${field.column}`)})::timestamptz`,
  }
}

function partsOf(sql: Sql, query: SumQuery, measure: SumMeasure) {
  const where = compileWhere(sql, query.kind, measure.where, query.asked)
  if (measure.of === undefined) return { amount: sql`count(*)`, value: undefined, condition: where }
  const value = numberOf(sql, query.kind, measure.of)
  return { amount: sql`coalesce(sum(${value}), 0)`, value, condition: sql`${where} and ${value} is not null` }
}

/**
 * One column a measure for its count, and one for its sum where there is one, over the rows of a group: a condition is asked once a row.
 * In a left join, absent rows have no record_id and count for nothing.
 */
function sumColumns(sql: Sql, query: SumQuery): Fragment {
  const columns = query.measures.flatMap((measure, index) => {
    const { value, condition } = partsOf(sql, query, measure)
    const count = sql`count(r.record_id) filter (where ${condition}) as ${sql(countName(index))}`
    const sum = value && sql`coalesce(sum(${value}) filter (where ${condition}), 0) as ${sql(sumName(index))}`
    return sum ? [count, sum] : [count]
  })
  return joined(sql, columns)
}

/** The columns of `sumColumns` as `amounts` and `counts`. */
function arrays(sql: Sql, { measures }: SumQuery): Fragment {
  const amounts = measures.map(({ of }, index) => sql`${sql(of === undefined ? countName(index) : sumName(index))}`)
  const counts = measures.map((_measure, index) => sql`${sql(countName(index))}`)
  return sql`array[${joined(sql, amounts)}]::numeric[] as amounts, array[${joined(sql, counts)}]::bigint[] as counts`
}

const countName = (index: number) => `count_${index}`
const sumName = (index: number) => `sum_${index}`

function joined(sql: Sql, fragments: readonly Fragment[]): Fragment {
  const [first, ...rest] = fragments
  return rest.reduce((all, one) => sql`${all}, ${one}`, first ?? sql``)
}
