import { type Command, UsageFault } from '#platform/capability'
import type { Context } from '#platform/context'
import { computeMissing, processTouches, recomputeAll } from './computation/process.ts'
import { type PeriodKind, periodKinds } from './model.ts'
import { type FactList, listFacts, type ReadFact } from './reading/facts.ts'

const manyFacts = 100_000

const facts: Command = {
  name: 'facts',
  summary: 'Print the numbers of an indicator',
  usage:
    'tram facts CODE [--organisation CODE] [--area CODE] [--period year|quarter|month|…] [--as-of INSTANT] [--json]',
  help: `By default those of the root organisation of the indicator's pack, by year. Periods: ${periodKinds.join(', ')}, span.
--as-of gives what was known at an instant (2026-11-22T10:00:00+07:00). --recompute computes the indicator from all records first.`,
  options: {
    organisation: { type: 'string' },
    area: { type: 'string' },
    period: { type: 'string' },
    'as-of': { type: 'string' },
    recompute: { type: 'boolean' },
  },
  async run(ctx, { positionals, options }) {
    const [indicator, ...more] = positionals
    if (indicator === undefined || more.length > 0)
      throw new UsageFault('One indicator code is needed: tram facts CODE')
    if (options.recompute) await recomputeAll(ctx, { indicators: [indicator] })
    else await catchUp(ctx)
    const list = await listFacts(ctx, {
      indicator,
      organisation: textOf(options.organisation),
      area: textOf(options.area),
      periodKind: readKind(textOf(options.period) ?? 'year'),
      asOf: readInstant(textOf(options['as-of'])),
      limit: manyFacts,
    })
    return printFacts(list)
  },
}

/** What records have brought and no job has computed yet is computed now: the printed numbers are those of the records. */
async function catchUp(ctx: Context): Promise<void> {
  await computeMissing(ctx)
  await processTouches(ctx)
}

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

function readKind(text: string): PeriodKind | 'span' {
  const kind = [...periodKinds, 'span' as const].find((one) => one === text)
  if (!kind) throw new UsageFault(`--period is one of ${periodKinds.join(', ')}, span; not "${text}"`)
  return kind
}

function readInstant(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime())) throw new UsageFault(`--as-of is no instant: "${text}"`)
  return instant
}

export const printFacts = ({ definition, facts: rows }: FactList) => ({
  indicator: definition.code,
  facts: rows.map((row) => printFact(row)),
})

const printFact = ({ period, organisation, value, numerator, denominator, completeness, state }: ReadFact) => ({
  period,
  organisation,
  value,
  numerator: Number(numerator),
  denominator: Number(denominator),
  completeness,
  state,
})

export const commands: readonly Command[] = [facts]
