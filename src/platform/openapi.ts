import { z } from 'zod'
import type { Route } from '#platform/http'

type Json = Record<string, unknown>

/** The OpenAPI 3.1 document of the JSON routes, made from the same schemas that check the requests. */
export function describeApi(routes: readonly Route[], about: { title: string; version: string }): Json {
  const paths: Record<string, Json> = {}
  for (const one of routes) {
    if (!/^\/(api|health)\//.test(one.path)) continue
    const path = one.path.replace(/:([A-Za-z]+)/g, '{$1}')
    paths[path] = { ...paths[path], [one.method.toLowerCase()]: describeRoute(one) }
  }
  return {
    openapi: '3.1.0',
    info: about,
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'tram_session' },
      },
      schemas: { Problem: problem },
    },
  }
}

const problem = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    instance: { type: 'string' },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { field: { type: 'string' }, detail: { type: 'string' } } },
    },
  },
}

function describeRoute(one: Route): Json {
  const status = String(one.status ?? (one.answers || one.method === 'GET' ? 200 : 204))
  return {
    operationId: `${one.method.toLowerCase()}${one.path.replace(/[^A-Za-z0-9]+(.)?/g, (_, next?: string) => (next ?? '').toUpperCase())}`,
    ...(one.summary ? { summary: one.summary } : {}),
    ...(one.access === 'public' ? { security: [] } : { security: [{ bearer: [] }, { session: [] }] }),
    ...(one.access !== 'public' && one.access !== 'signed-in' ? { 'x-permission': one.access } : {}),
    parameters: [...parametersOf(one.params, 'path', one.path), ...parametersOf(one.query, 'query', one.path)],
    ...bodyOf(one),
    responses: {
      [status]: {
        description: 'Done',
        ...(one.answers ? { content: { 'application/json': { schema: toSchema(one.answers) } } } : {}),
      },
      default: {
        description: 'Refused',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function bodyOf(one: Route): Json {
  if (one.takes === 'stream') return { requestBody: { content: { 'application/octet-stream': { schema: {} } } } }
  if (one.takes === 'upload') {
    const file = {
      type: 'object',
      properties: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
    }
    return { requestBody: { content: { 'multipart/form-data': { schema: file } } } }
  }
  if (!one.body) return {}
  return { requestBody: { required: true, content: { 'application/json': { schema: toSchema(one.body) } } } }
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query', path: string): Json[] {
  const described = schema ? toSchema(schema) : {}
  const properties = (described.properties ?? {}) as Record<string, Json>
  const required = new Set((described.required ?? []) as string[])
  const names =
    place === 'path' ? [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] ?? '') : Object.keys(properties)
  return names.map((name) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: properties[name] ?? { type: 'string' },
  }))
}

/** What a schema accepts; parts without a JSON form (a date read from text) accept anything here. */
function toSchema(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest
}
