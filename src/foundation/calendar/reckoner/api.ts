import { z } from 'zod'
import { json, type Route, route } from '#platform/http'
import { listCalendars } from '../store.ts'
import { periodsOn } from './periods-on.ts'
import { ClockQuestion, Day, reckonClock } from './question.ts'

const Code = z.strictObject({ code: z.string().max(64) })

export const calendarApiRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/calendars',
    access: 'public',
    summary: 'The working calendars: code, name, and the state of each year.',
    query: z.strictObject({}),
    async handle(ctx) {
      return { items: await listCalendars(ctx.sql) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/calendars/:code/clock',
    access: 'public',
    summary:
      'Reckons a deadline: {startedAt, budget, pauses, extensions, endedAt, rule} → {dueAt, explanation}; every step is a sentence and the same as data.',
    params: Code,
    body: ClockQuestion,
    handle: async (ctx, { params, body }) => json(await reckonClock(ctx, params.code, body)),
  }),
  route({
    method: 'GET',
    path: '/api/v1/reporting-periods',
    access: 'public',
    summary: 'The reporting periods of every family that hold a day: code, label, first and last day.',
    query: z.strictObject({ on: Day }),
    handle: async (_ctx, { query }) => json({ on: query.on, items: periodsOn(query.on) }),
  }),
]
