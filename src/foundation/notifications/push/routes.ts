import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { answer, json, type Route, redirect, route } from '#platform/http'
import { preferencesPath } from '../pages/words.ts'
import { addBrowser, BrowserOffer, removeBrowser } from './actions.ts'
import { browsersApiPath, browsersPath } from './page-part.tsx'

export const pushRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/push-worker.js',
    access: 'public',
    // At the root of the site, or it could not answer for all of it.
    handle: async () =>
      answer(
        200,
        { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' },
        await readFile(join(import.meta.dirname, 'worker.js')),
      ),
  }),
  route({
    method: 'POST',
    path: browsersApiPath,
    access: 'signed-in',
    summary: 'Messages are shown by this browser too: what its push service gave it (W3C Push API).',
    body: BrowserOffer,
    async handle(ctx, { body }) {
      await addBrowser(ctx, body)
      return json({}, 201)
    },
  }),
  route({
    method: 'POST',
    path: `${browsersPath}/tat`,
    access: 'signed-in',
    body: z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) }),
    async handle(ctx, { body }) {
      await removeBrowser(ctx, body.id)
      return redirect(`${preferencesPath}?xong=tat#trinh-duyet`)
    },
  }),
]
