import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { adviseRefused, askStepUp, checkKeys, listUsableStandIns, noteRefusal, partiesOf } from '#identity'
import { type Config, ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { type LiveHub, openLiveHub } from '#platform/live'
import { buildServer } from '#platform/server'
import { type Assets, assetCacheControl, buildAssets, encodeAsset } from '#ui'
import { type App, capabilities } from './app.ts'
import { createShell, shellRoutes } from './shell.tsx'

export const allRoutes = () => [...capabilities.flatMap((card) => card.routes ?? []), ...shellRoutes(capabilities)]

/** The HTTP face of an opened program, not listening yet. */
export async function buildFace(app: App, assets: Assets, live?: LiveHub): Promise<FastifyInstance> {
  return buildServer(app.workshop, {
    routes: allRoutes(),
    authenticate: (ctx, request) => app.authenticator.authenticate(ctx, request),
    ...createShell({
      cards: capabilities,
      assets,
      place: app.pack.name,
      timeZone: app.pack.timeZone,
      illustrative: app.config.demo,
    }),
    stepUp: askStepUp,
    findAsset: (path, acceptEncoding) => findAsset(assets, path, acceptEncoding),
    live,
    accountsHeard,
    adviseRefused,
    onRefused: noteRefusal,
  })
}

async function accountsHeard(ctx: Context): Promise<string[]> {
  const absent = await listUsableStandIns(ctx)
  return [...partiesOf(ctx.actor), ...absent.map(({ account }) => account)]
}

function findAsset(assets: Assets, path: string, acceptEncoding: string | undefined) {
  const asset = assets.find(path)
  if (!asset) return undefined
  const { body, encoding } = encodeAsset(asset, acceptEncoding)
  const headers: Record<string, string> = {
    'content-type': asset.type,
    'cache-control': assetCacheControl,
    vary: 'accept-encoding',
    ...(encoding ? { 'content-encoding': encoding } : {}),
  }
  return { body, headers }
}

export interface Serving {
  url: string
  close(): Promise<void>
}

/** Listens. @throws ConfigFault when the port is taken, or when nobody could sign in. */
export async function startServing(app: App): Promise<Serving> {
  const { config } = app
  await checkKeys(app.context())
  const assets = await buildAssets({ cacheDir: join(config.varDir, 'cache', 'assets') })
  const live = await openLiveHub(app.pool)
  const face = await buildFace(app, assets, live)
  try {
    const url = await face.listen({ port: config.port, host: config.host })
    return {
      url: config.publicUrl ?? url,
      async close() {
        await live.close()
        await face.close()
      },
    }
  } catch (error) {
    await live.close()
    await face.close()
    throw listenFault(error as NodeJS.ErrnoException, config)
  }
}

/** Told before anything is made on the machine. @throws ConfigFault when the port cannot be listened on. */
export async function requirePort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<void> {
  const trial = createServer()
  try {
    trial.listen(port, host)
    await once(trial, 'listening')
  } catch (error) {
    throw listenFault(error as NodeJS.ErrnoException, { host, port })
  } finally {
    trial.close()
  }
}

function listenFault(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  if (error.code === 'EADDRINUSE')
    return new ConfigFault(`Port ${port} on ${host} is in use by another program: end it, or set PORT to a free one.`)
  if (error.code === 'EACCES')
    return new ConfigFault(`Port ${port} may not be opened by this account: set PORT to one above 1023.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new ConfigFault(
      `${host} is not an address of this machine: set HOST to one that is (127.0.0.1 for this machine only, 0.0.0.0 for all).`,
    )
  return error
}
