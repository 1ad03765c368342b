/** What comes in with a request: read once, within bounds, and checked. */
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { invalid, Problem, tooLarge } from '#platform/errors'
import type { Input, RequestFacts, Route } from '#platform/http'

export const defaultBodyBytes = 1024 * 1024

/** Everything that a handler is given, checked by the route's schemas. */
export async function readInput(
  one: Route,
  request: FastifyRequest,
  facts: RequestFacts,
): Promise<Input<unknown, unknown, unknown>> {
  const params = check(one.params, request.params, 'params')
  const query = check(one.query, request.query, 'query')
  const stream = request.body instanceof Readable ? request.body : Readable.from([])
  let body: unknown
  // A form of nothing but its button.
  if (!one.body && one.takes === undefined) sentForms.set(request, '')
  if (one.body) body = check(one.body, await readBody(one, request, facts), 'body')
  return { params, query, body, request: facts, bytes: stream, upload: () => readUpload(request) }
}

const sentForms = new WeakMap<FastifyRequest, string>()

/** A form as it came, for as long as its request lives. */
export const sentFormOf = (request: FastifyRequest): string | undefined => sentForms.get(request)

async function readBody(one: Route, request: FastifyRequest, facts: RequestFacts): Promise<unknown> {
  const stream = request.body instanceof Readable ? request.body : Readable.from([])
  const text = (await readBytes(stream, one.maxBytes ?? defaultBodyBytes)).toString('utf8')
  const type = facts.headers['content-type'] ?? ''
  const wants = one.takes ?? (one.path.startsWith('/api/') ? 'json' : 'form')
  if (wants === 'form') {
    if (text && !type.startsWith('application/x-www-form-urlencoded'))
      throw wrongType('application/x-www-form-urlencoded')
    sentForms.set(request, text)
    return readQuery(text)
  }
  if (!/^application\/([\w.+-]+\+)?json\b/.test(type)) throw wrongType('application/json')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(`Nội dung không phải JSON hợp lệ: ${(error as Error).message}`)
  }
}

const wrongType = (type: string) => new Problem('request.wrong-type', 415, `Nội dung phải có kiểu ${type}.`, { type })

/** Reads a whole body into memory. @throws Problem 413 over the limit. */
export async function readBytes(stream: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > limitBytes) throw tooLarge(limitBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `a=1&b=2&b=3` → `{a: '1', b: ['2', '3']}`; a name that ends in `[]` is always a list. */
export function readQuery(text: string): Record<string, string | string[]> {
  const out: Record<string, string | string[]> = Object.create(null)
  for (const [rawName, value] of new URLSearchParams(text)) {
    const isList = rawName.endsWith('[]')
    const name = isList ? rawName.slice(0, -2) : rawName
    const known = out[name]
    if (known === undefined) out[name] = isList ? [value] : value
    else out[name] = Array.isArray(known) ? [...known, value] : [known, value]
  }
  return { ...out }
}

async function readUpload(request: FastifyRequest) {
  if (!request.isMultipart()) throw wrongType('multipart/form-data')
  const fields: Record<string, string> = {}
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const upload = { field: part.fieldname, fileName: part.filename, contentType: part.mimetype, bytes: part.file }
      return { fields, file: part.filename ? upload : undefined }
    }
    fields[part.fieldname] = String(part.value)
  }
  return { fields, file: undefined }
}

/** The database knows no NUL; it never belongs to a code or a text that people send. */
function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, member]) => name.includes('\0') || holdsNul(member))
}

function check(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (holdsNul(value)) throw invalid('Nội dung chứa ký tự rỗng (NUL). Hãy bỏ ký tự đó rồi gửi lại.')
  if (!schema) return where === 'body' ? undefined : (value ?? {})
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => ({
    path: [...(where === 'body' ? [] : [where]), ...issue.path].join('.'),
    message: issue.message,
  }))
  throw invalid('Nội dung gửi lên chưa đúng; xin sửa các chỗ được nêu.', fields)
}
