import { z } from 'zod'
import { instantOf, toDay } from '#calendar'
import { Moment } from '#organisations'
import { invalid } from '#platform/errors'
import { type Route, route } from '#platform/http'
import { momentOf } from './api-past.ts'
import { getDefinitionAt } from './reading/facts.ts'
import { isHourly, listHours } from './reading/hours.ts'

const mostDays = 366

export const hourRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/indicators/:code/hours',
    access: 'indicator:read',
    summary:
      'An indicator over observations by the hour, with what is usual for that hour of the week; at most 366 days',
    params: z.strictObject({ code: z.string().max(100) }),
    query: z.strictObject({
      organisation: z.string().max(35).optional(),
      from: z.iso.date(),
      to: z.iso.date(),
      series: z.string().max(200).optional(),
      asOf: Moment.optional(),
    }),
    async handle(ctx, { params, query }) {
      const asOf = await momentOf(ctx, query.asOf)
      const definition = await getDefinitionAt(ctx, params.code, asOf)
      if (!isHourly(definition.body)) throw invalid(`Chỉ tiêu ${params.code} không tính được theo giờ.`)
      const days = toDay(query.to) - toDay(query.from) + 1
      if (days < 1 || days > mostDays)
        throw invalid('Khoảng ngày chưa đúng.', [
          { path: 'query.to', message: `Ngày cuối phải sau ngày đầu, nhiều nhất ${mostDays} ngày.` },
        ])
      const organisation = query.organisation ?? definition.rootOrganisation
      const { hours, values, counts, usual } = await listHours(ctx, definition, { ...query, organisation, asOf })
      const at = hours.map(
        (hour) => instantOf(hour.slice(0, 10), `${hour.slice(11)}:00`, definition.timeZone).getTime() / 1000,
      )
      return {
        indicator: params.code,
        organisation,
        timeZone: definition.timeZone,
        at,
        series: [
          { name: definition.body.name, values },
          { name: 'Thường thấy, thấp nhất', values: usual.low, isBand: true },
          { name: 'Thường thấy, cao nhất', values: usual.high, isBand: true },
        ],
        counts,
        outside: usual.outside,
      }
    },
  }),
]
