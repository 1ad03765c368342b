import { z } from 'zod'
import { json, type Route, route } from '#platform/http'
import { getContract } from '../contracts.ts'
import { Code } from '../model.ts'
import { changePull, createPull, getPull, managePulls, removePull, runPull } from './pull.ts'
import { NewPull } from './pull-settings.ts'
import { listPulls, type Pull } from './pull-store.ts'

const base = '/api/v1/sources/:code/pulls'
const Params = z.strictObject({ code: Code })
const One = z.strictObject({ code: Code, pull: z.coerce.number().int().positive() })
const Body = NewPull.omit({ source: true })

const viewOf = ({ id, settings, schedule, pausedAt, nextRunAt, lastRunAt, lastResult, failures }: Pull) => ({
  pull: id,
  settings,
  schedule,
  paused: pausedAt !== null,
  nextRunAt,
  lastRunAt,
  lastResult,
  failures,
})

export const pullRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: base,
    access: managePulls,
    summary: 'What is fetched for a source on a schedule, with the outcome of the last run',
    params: Params,
    async handle(ctx, { params }) {
      const contract = await getContract(ctx, params.code)
      ctx.require(managePulls, contract.body.organisation)
      return { pulls: (await listPulls(ctx.sql, params.code)).map(viewOf) }
    },
  }),
  route({
    method: 'POST',
    path: base,
    access: managePulls,
    summary: 'Fetch a file over HTTP or the new rows of a database table on a schedule',
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const pull = await createPull(ctx, { ...body, source: params.code })
      return json({ pull }, 201, { location: `/api/v1/sources/${params.code}/pulls/${pull}` })
    },
  }),
  route({
    method: 'PUT',
    path: `${base}/:pull`,
    access: managePulls,
    summary: 'Change what is fetched, or when',
    params: One,
    body: Body,
    handle: (ctx, { params, body }) => changePull(ctx, params.pull, { ...body, source: params.code }),
  }),
  route({
    method: 'DELETE',
    path: `${base}/:pull`,
    access: managePulls,
    summary: 'Fetch no more',
    params: One,
    handle: (ctx, { params }) => removePull(ctx, params.code, params.pull),
  }),
  route({
    method: 'POST',
    path: `${base}/:pull/runs`,
    access: managePulls,
    summary: 'Fetch now',
    params: One,
    async handle(ctx, { params }) {
      await getPull(ctx, params.code, params.pull)
      return runPull(ctx, params.pull)
    },
  }),
]
