// How the country stands beside a number: its mean, and the place of the authority in it, typed in from a publication with its basis.

import { isPeriod } from '#calendar'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { type FieldFault, invalid } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { tellChanged } from './computation/process.ts'
import { getDefinition } from './reading/facts.ts'

export interface Benchmark {
  period: string
  mean: number | null
  rank: number | null
  /** How many are ranked. */
  ofUnits: number | null
  basis: string
  madeBy: string
  madeAt: Date
}

/** Benchmarks of an indicator, the latest period first; those known at an instant, or now. */
export function listBenchmarks(sql: Sql, indicator: string, asOf?: Date): Promise<Benchmark[]> {
  return sql<Benchmark[]>`
    select period, mean::float8 as mean, rank, of_units, basis, made_by, made_at from indicators.benchmark
    where indicator = ${indicator} and ${
      asOf ? sql`made_at <= ${asOf} and (retired_at is null or retired_at > ${asOf})` : sql`retired_at is null`
    }
    order by period desc`
}

export type NewBenchmark = Pick<Benchmark, 'period' | 'mean' | 'rank' | 'ofUnits' | 'basis'> & { indicator: string }

/** Types in, corrects or (with neither mean nor rank) takes away; earlier ones stay readable as of their time. */
export function setBenchmark(ctx: Context, benchmark: NewBenchmark): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { indicator, period, mean, rank, ofUnits } = benchmark
    const { rootOrganisation } = await getDefinition(inner, indicator)
    inner.require('target:write', rootOrganisation)
    const faults = findFaults(benchmark)
    if (faults.length > 0) throw invalid('Số so sánh với cả nước chưa đúng.', faults)
    const basis = benchmark.basis.trim()
    await inner.sql`
      update indicators.benchmark set retired_at = ${inner.now}
      where indicator = ${indicator} and period = ${period} and retired_at is null`
    if (mean !== null || rank !== null)
      await inner.sql`
        insert into indicators.benchmark (indicator, period, mean, rank, of_units, basis, made_by, made_at)
        values (${indicator}, ${period}, ${mean === null ? null : String(mean)}::text::numeric, ${rank}, ${ofUnits}, ${basis},
          ${inner.actor.account ?? 'system'}, ${inner.now})`
    await appendEntry(inner, {
      action: 'benchmark.set',
      subject: `indicator:${indicator}:${period}`,
      organisation: rootOrganisation,
      body: { period, mean, rank, ofUnits, basis },
    })
    await tellChanged(inner, [indicator])
  })
}

function findFaults({ period, rank, ofUnits, basis }: NewBenchmark): FieldFault[] {
  const faults: FieldFault[] = []
  if (!isPeriod(period)) faults.push({ path: 'period', message: 'Dùng mã kỳ như 2026, 2026-Q1, 2026-03.' })
  if (rank !== null && !(Number.isInteger(rank) && rank >= 1 && ofUnits !== null && ofUnits >= rank))
    faults.push({ path: 'rank', message: 'Thứ hạng là số nguyên từ 1, kèm tổng số tỉnh được xếp hạng.' })
  if (basis.trim().length < 5) faults.push({ path: 'basis', message: 'Nêu báo cáo hoặc văn bản công bố.' })
  return faults
}
