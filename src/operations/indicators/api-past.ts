// Numbers as of an earlier moment, and numbers of before a change of units told for the units of another day.

import { z } from 'zod'
import { dayIn, getHomePack, Moment, organisationTree, readMoment } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { type Route, route } from '#platform/http'
import { getDefinitionAt, kindOfPeriod } from './reading/facts.ts'
import { requireReading } from './reading/reach.ts'
import { describeRestated, listRestated, type RestatedUnit } from './reading/restated-units.ts'

export const momentOf = async (ctx: Context, moment: Parameters<typeof readMoment>[1]): Promise<Date | undefined> =>
  (await readMoment(ctx, moment))?.knownAt

/** Names of the units as they stood and were known at a moment; none of those that were not there then. */
export async function nameOn(ctx: Context, asOf: Date | undefined): Promise<(code: string) => string | undefined> {
  const { timeZone } = (await getHomePack(ctx.sql)).card
  const tree = await organisationTree(ctx.sql, { asOf: dayIn(asOf ?? ctx.now, timeZone), knownAt: asOf })
  return (code) => tree.find(code)?.row.name
}

const unitJson = ({ by, code, name, how, value, parts }: RestatedUnit) => ({
  by,
  code,
  name,
  value: value ?? null,
  how,
  words: describeRestated({ how, parts }),
  parts: parts.map((part) => ({
    code: part.code,
    name: part.name,
    share: part.share,
    heirs: part.heirs,
    value: part.fact?.value ?? null,
    fact: part.fact?.id,
  })),
})

export const pastRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/indicators/:code/restated',
    access: 'indicator:read',
    summary:
      'Numbers of a period before a change of units, told by the rule of the indicator for the units of a day (`structureAt`), with how, or why there is none',
    params: z.strictObject({ code: z.string().max(100) }),
    query: z.strictObject({
      organisation: z.string().max(35).optional(),
      period: z.string().max(20),
      structureAt: z.iso.date().optional(),
      asOf: Moment.optional(),
    }),
    async handle(ctx, { params, query }) {
      const asOf = await momentOf(ctx, query.asOf)
      const definition = await getDefinitionAt(ctx, params.code, asOf)
      const organisation = query.organisation ?? definition.rootOrganisation
      await requireReading(ctx, organisation)
      const kind = kindOfPeriod(query.period)
      if (kind === 'span')
        throw invalid('Không tính lại số của nhiều năm.', [
          { path: 'query.period', message: 'Chọn một kỳ, ví dụ 2025-H1.' },
        ])
      const structureAt = query.structureAt ?? dayIn(asOf ?? ctx.now, definition.timeZone)
      const units = await listRestated(ctx, { definition, organisation, kind, period: query.period, structureAt, asOf })
      return { indicator: params.code, rule: definition.body.merger, structureAt, units: units.map(unitJson) }
    },
  }),
]
