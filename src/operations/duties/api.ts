import { z } from 'zod'
import { Moment, readMoment } from '#organisations'
import { type Route, route } from '#platform/http'
import { dutyCode, dutyStates } from './model.ts'
import { listHistory } from './reading/history.ts'
import { reachOfDuties } from './reading/reach.ts'
import type { Duty } from './store.ts'

const DutyAnswer = z.object({
  id: z.number(),
  /** Names organisation, subject and period. */
  code: z.string(),
  organisation: z.string(),
  agency: z.string(),
  subject: z.object({ kind: z.enum(['indicator', 'source']), code: z.string(), name: z.string() }),
  period: z.string(),
  openedAt: z.date(),
  dueAt: z.date(),
  state: z.enum(dutyStates),
  lateAt: z.date().nullable(),
  arrivedAt: z.date().nullable(),
  /** Working days between due time and arrival. */
  lateDays: z.number().nullable(),
  isOutside: z.boolean(),
  excuse: z.object({ reason: z.string(), at: z.date() }).nullable(),
})

const answerOf = (duty: Duty): z.infer<typeof DutyAnswer> => {
  const { id, organisation, agency, subject, subjectKind, subjectName, period, excuseReason, excusedAt } = duty
  const { openedAt, dueAt, state, lateAt, arrivedAt, lateDays, isOutside } = duty
  return {
    id,
    code: dutyCode({ organisation, subject, period }),
    organisation,
    agency,
    subject: { kind: subjectKind, code: subject, name: subjectName },
    period,
    openedAt,
    dueAt,
    state,
    lateAt,
    arrivedAt,
    lateDays,
    isOutside,
    excuse: excuseReason !== null && excusedAt !== null ? { reason: excuseReason, at: excusedAt } : null,
  }
}

const Query = z.strictObject({
  /** An agency with all its units. */
  agency: z.string().max(35).optional(),
  /** One unit. */
  organisation: z.string().max(35).optional(),
  indicator: z.string().max(100).optional(),
  source: z.string().max(100).optional(),
  state: z.enum(dutyStates).optional(),
  /** Only what was or is late. */
  late: z.enum(['true']).optional(),
  after: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 52)
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  asOf: Moment.optional(),
})

export const apiRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/duties',
    access: 'duty:read',
    summary:
      'Duties to bring data, the latest due first, as far as the caller reaches; `after` takes the id of the last one, `asOf` gives them as they stood at an instant or by the end of a day',
    query: Query,
    answers: z.object({ duties: z.array(DutyAnswer), next: z.number().optional() }),
    async handle(ctx, { query: { agency, organisation, indicator, source, state, late, after, limit, asOf } }) {
      const subject = indicator ?? source
      const rows = await listHistory(ctx.sql, await reachOfDuties(ctx), {
        of: agency
          ? { code: agency, isAgency: true }
          : organisation
            ? { code: organisation, isAgency: false }
            : undefined,
        unit: agency ? organisation : undefined,
        subject: subject === undefined ? undefined : { kind: indicator ? 'indicator' : 'source', code: subject },
        state,
        lateOnly: late !== undefined,
        after,
        asOf: (await readMoment(ctx, asOf))?.knownAt,
        limit: limit + 1,
      })
      const page = rows.slice(0, limit)
      return { duties: page.map(answerOf), next: rows.length > limit ? page.at(-1)?.id : undefined }
    },
  }),
]
