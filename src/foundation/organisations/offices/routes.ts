import { z } from 'zod'
import { type Route, route } from '#platform/http'
import { Day } from '../model.ts'
import { getOrganisation, today } from '../tree/read.ts'
import { chartRoute } from './chart.tsx'
import { positionRoute } from './position.tsx'
import { positionFormRoutes } from './position-form.tsx'
import { listOffices } from './read.ts'

const apiRoute = route({
  method: 'GET',
  path: '/api/v1/organisations/:code/positions',
  access: 'signed-in',
  summary: 'Positions of an organisation on a day with who holds them, as known at a moment.',
  params: z.strictObject({ code: z.string().max(35) }),
  query: z.strictObject({ asOf: Day.optional(), knownAt: z.iso.datetime({ offset: true }).optional() }),
  async handle(ctx, { params, query }) {
    const { code } = await getOrganisation(ctx.sql, params.code)
    const asOf = query.asOf ?? (await today(ctx))
    const offices = await listOffices(ctx.sql, code, {
      asOf,
      ...(query.knownAt ? { knownAt: new Date(query.knownAt) } : {}),
    })
    return {
      organisation: code,
      asOf,
      positions: offices.map(({ position, holders }) => ({
        code: position.code,
        title: position.title,
        rank: position.rank,
        seats: position.seats,
        collective: position.collective,
        unverified: position.unverified,
        validFrom: position.validFrom,
        validTo: position.validTo,
        holders: holders.map(({ personName, acting, validFrom, validTo }) => ({
          name: personName,
          acting,
          validFrom,
          validTo,
        })),
      })),
    }
  },
})

// The words in the address go before the key of a position.
export const officeRoutes: readonly Route[] = [apiRoute, chartRoute, ...positionFormRoutes, positionRoute]
