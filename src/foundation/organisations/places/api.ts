import { z } from 'zod'
import { notFound } from '#platform/errors'
import { type Route, route } from '#platform/http'
import { Day } from '../model.ts'
import { today } from '../tree/read.ts'
import { type Place, provinceOf } from './country.ts'
import { openCountry, openResolver, resolveMany } from './gazetteer.ts'
import type { Resolution } from './resolve.ts'
import { placeInWords, resolutionInWords } from './words-of.ts'

const most = 5000

const Batch = z.strictObject({
  addresses: z.array(z.string().max(500)).min(1).max(most),
  asOf: Day.optional(),
  within: z.string().max(35).optional(),
})

const short = (place: Place) => ({
  code: place.code,
  officialCode: place.officialCode,
  name: place.name,
  kind: place.kind,
  province: provinceOf(place)?.name,
})

const told = (resolution: Resolution) => ({
  state: resolution.state,
  certainty: resolution.certainty,
  code: resolution.state === 'resolved' ? resolution.candidates[0]?.place.code : undefined,
  words: resolutionInWords(resolution),
  matched: resolution.matched && { ...short(resolution.matched), words: placeInWords(resolution.matched) },
  candidates: resolution.candidates.map(({ place, certainty }) => ({ ...short(place), certainty })),
})

const link = (link: Place['successors'][number]) => ({
  ...short(link.place),
  share: link.share,
  deduced: link.deduced,
  effectiveOn: link.effectiveOn,
  decision: link.decision,
})

export const placeRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/api/v1/places/resolve',
    access: 'signed-in',
    summary: 'Addresses as people write them, old or new, to the codes of the units they lie in on a day.',
    body: Batch,
    status: 200,
    maxBytes: 4 * 1024 * 1024,
    async handle(ctx, { body }) {
      const asOf = body.asOf ?? (await today(ctx))
      const { resolve } = await openResolver(ctx.sql, { asOf, within: body.within })
      const answers = await resolveMany(body.addresses, resolve)
      return { asOf, items: answers.map((answer, at) => ({ address: body.addresses[at], ...told(answer) })) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/places/:code',
    access: 'signed-in',
    summary:
      'One administrative unit of the country, of now or of before, with what it came from and what became of it.',
    params: z.strictObject({ code: z.string().max(35) }),
    async handle(ctx, { params }) {
      const place = (await openCountry(ctx.sql)).find(params.code)
      if (!place) throw notFound('area', params.code)
      return {
        ...short(place),
        parent: place.parent && short(place.parent),
        validFrom: place.validFrom,
        validTo: place.validTo,
        names: place.names,
        predecessors: place.predecessors.map(link),
        successors: place.successors.map(link),
        gap: place.gap,
      }
    },
  }),
]
