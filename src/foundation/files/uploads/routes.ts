import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { answer, type Input, type Reply, type Route, route } from '#platform/http'
import { checksumAlgorithms } from './checksum.ts'
import { uploadsPath } from './model.ts'
import { checkUpload } from './take.ts'
import { answerTus, getUpload } from './tus.ts'

const Params = z.strictObject({ id: z.string().max(60) })
const path = `${uploadsPath}/:id`
const mostBytes = 100 * 1024 ** 3

async function serve(ctx: Context, { request, bytes }: Input<unknown, unknown, unknown>): Promise<Reply> {
  const response = await answerTus(ctx, { request, bytes }, (id) => checkUpload(ctx, id))
  const headers = Object.fromEntries(
    [...response.headers].filter(([name]) => !name.startsWith('access-control-') && name !== 'content-length'),
  )
  const id = request.path.split('/')[4] ?? response.headers.get('location')?.split('/').at(-1)
  const row = id && ctx.actor.account && response.status < 300 ? await getUpload(ctx, id).catch(ignoreGone) : undefined
  if (row) headers['upload-expires'] = row.expiresAt.toUTCString()
  if (request.method === 'OPTIONS') headers['tus-checksum-algorithm'] = checksumAlgorithms.join(',')
  return answer(response.status, headers, await response.text())
}

function ignoreGone(error: unknown): undefined {
  if (!(error instanceof Problem)) throw error
}

/** What this server can do (tus 1.0): the same for everybody. */
const can = (path: string, params?: typeof Params) =>
  route({
    method: 'OPTIONS',
    path,
    access: 'public',
    summary: 'What this server knows of the tus protocol: version, extensions, checksums, largest file.',
    params,
    handle: serve,
  })

export const uploadRoutes: readonly Route[] = [
  can(uploadsPath),
  can(path, Params),
  route({
    method: 'POST',
    path: uploadsPath,
    access: 'signed-in',
    summary: 'Begins a resumable upload (tus 1.0): Upload-Length, and Upload-Metadata with filename and use.',
    takes: 'stream',
    maxBytes: mostBytes,
    handle: serve,
  }),
  route({
    method: 'GET',
    path,
    access: 'signed-in',
    summary: 'One of your own uploads; asked by HEAD it answers as tus does, with Upload-Offset.',
    params: Params,
    answers: z.object({
      id: z.string(),
      use: z.string(),
      name: z.string(),
      sizeBytes: z.number(),
      receivedBytes: z.number(),
      expiresAt: z.date(),
    }),
    async handle(ctx, input) {
      if (input.request.method === 'HEAD') return serve(ctx, input)
      const { id, use, name, sizeBytes, receivedBytes, expiresAt } = await getUpload(ctx, input.params.id)
      return { id, use, name, sizeBytes, receivedBytes, expiresAt }
    },
  }),
  route({
    method: 'PATCH',
    path,
    access: 'signed-in',
    summary: 'Goes on with an upload from Upload-Offset (tus 1.0).',
    params: Params,
    takes: 'stream',
    maxBytes: mostBytes,
    handle: serve,
  }),
  route({
    method: 'DELETE',
    path,
    access: 'signed-in',
    summary: 'Gives an upload up (tus 1.0).',
    params: Params,
    handle: serve,
  }),
]
