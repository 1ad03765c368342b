import { fulfilCondition, listConditions } from '#directives'
import { kindOfPeriod, listUnitFacts } from '#indicators'
import type { Context } from '#platform/context'

type Waiting = Awaited<ReturnType<typeof listConditions>>[number]

/** Directives that wait for a number: what has changed may be what they wait for. */
export async function fulfilConditions(ctx: Context, indicators: readonly string[]): Promise<number> {
  const waiting = (await listConditions(ctx)).filter(({ condition }) => indicators.includes(condition.indicator))
  if (waiting.length === 0) return 0
  const asked = waiting.flatMap(({ condition: { indicator, period } }) => {
    const kind = kindOfPeriod(period)
    return kind === 'span' ? [] : [{ indicator, kind, period }]
  })
  const organisations = [...new Set(waiting.map(({ condition }) => condition.organisation))]
  const facts = await listUnitFacts(ctx.sql, { asked, organisations })
  let count = 0
  for (const { directive, condition } of waiting) {
    const fact = facts.find(
      (one) =>
        one.indicator === condition.indicator &&
        one.organisation === condition.organisation &&
        one.period === condition.period,
    )
    if (!fact || fact.value === null || !isMet(fact.value, condition)) continue
    await fulfilCondition(ctx, directive, { factId: String(fact.id), value: fact.value, url: `/so-lieu/${fact.id}` })
    count += 1
  }
  return count
}

function isMet(value: number, { compare, value: wanted }: Waiting['condition']): boolean {
  if (compare === '>=') return value >= wanted
  return compare === '<=' ? value <= wanted : value === wanted
}
