import { z } from 'zod'
import { type Route, route } from '#platform/http'
import { locate } from './boundaries/locate.ts'

const degrees = (most: number) => z.coerce.number().min(-most).max(most)

export const apiRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/maps/locate',
    access: 'map:read',
    summary: 'The administrative unit a point lies in, or the nearest one and how far it is, today or on a day.',
    query: z.strictObject({ lon: degrees(180), lat: degrees(90), on: z.iso.date().optional() }),
    handle: (ctx, { query: { lon, lat, on } }) => locate(ctx, lon, lat, on),
  }),
]
