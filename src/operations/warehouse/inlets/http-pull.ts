import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '#platform/context'
import { dropSpool, fetchFile, wholePath } from './http-fetch.ts'
import type { HttpPull } from './pull-settings.ts'
import type { Pull } from './pull-store.ts'
import type { Pulled } from './pulled.ts'
import { readSecret } from './secret-file.ts'

const firstPauseMs = 1000

/** The file of a place, when it is another than last time. */
export async function pullHttp(ctx: Context, { id, position }: Pull, settings: HttpPull): Promise<Pulled> {
  const spool = join(ctx.config.varDir, 'run', 'pull', String(id))
  const headers: Record<string, string> = {}
  if (settings.authorizationSecret) headers.authorization = await readSecret(ctx.config, settings.authorizationSecret)
  const fetched = await fetchFile({
    url: settings.url,
    allowed: ctx.config.pullHosts,
    headers,
    etag: position.etag,
    lastModified: position.lastModified,
    timeoutMs: settings.timeoutSeconds * 1000,
    maxBytes: Math.min(settings.maxMegabytes * 1024 ** 2, ctx.config.maxFileBytes),
    attempts: settings.attempts,
    pauseMs: firstPauseMs,
    spool,
  })
  const close = async () => dropSpool(spool)
  const unchanged = {
    arrival: undefined,
    rows: () => null,
    message: () => 'Tệp không thay đổi so với lần trước.',
    close,
  }
  if (fetched.state === 'unchanged') return { ...unchanged, position: () => position }
  const sha256 = await hashFile(wholePath(spool))
  const next = { etag: fetched.etag, lastModified: fetched.lastModified, sha256 }
  if (sha256 === position.sha256) return { ...unchanged, position: () => next }
  const fileName = settings.fileName ?? decodeURIComponent(new URL(settings.url).pathname.split('/').at(-1) ?? '')
  return {
    arrival: {
      bytes: createReadStream(wholePath(spool)),
      size: fetched.bytes,
      fileName: fileName || undefined,
      format: null,
    },
    position: () => next,
    rows: () => null,
    message: () => 'Đã lấy tệp mới.',
    close,
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}
