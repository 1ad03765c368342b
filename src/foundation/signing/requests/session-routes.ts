import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import { type Reply, type RequestFacts, redirect, route } from '#platform/http'
import { listRemoteCredentials } from '../means/remote-users.ts'
import { getUsableSeal } from '../means/seals.ts'
import { beginConsent, breakSession, breakWords, nextDigests, takeSignatures } from './courier.ts'
import { type MeansOfSigning, meansOfSigning, mostDocuments } from './model.ts'
import { sightOf, signPermission } from './rights.ts'
import { goOn } from './runs.ts'
import { confirm, showSession } from './session-page.tsx'
import { getSession, openSession, stopSession } from './sessions.ts'
import { listRequests } from './store.ts'
import { requestsPath, sessionPath } from './words.ts'

const confirmPath = `${requestsPath}/xac-nhan`
const oneOrMore = z
  .union([z.string().max(40), z.array(z.string().max(40)).max(mostDocuments)])
  .default([])
  .transform((value) => [value].flat())

const Chosen = z.object({ viec: z.enum(['chon', 'tat-ca']).catch('chon'), chon: oneOrMore })
const Wish = z.object({
  chon: oneOrMore,
  'phuong-tien': z.enum(meansOfSigning).optional().catch(undefined),
  'chung-thu': z.string().max(200).optional(),
})

const Params = z.object({ id: z.uuid() })
const Done = z.strictObject({
  signatures: z.array(z.strictObject({ sha256: z.string().length(64), signature: z.base64().max(4000) })).max(100),
})
const Break = z.strictObject({ why: z.enum(Object.keys(breakWords) as (keyof typeof breakWords)[]) }) // keys of the table
const Chain = z.strictObject({ chain: z.array(z.base64().max(20_000)).min(1).max(10) })

/** The page's own origin: a call from elsewhere has been refused before. */
const originOf = ({ headers }: RequestFacts): string => headers.origin ?? ''

async function begin(ctx: Context, wish: z.infer<typeof Wish>): Promise<Reply> {
  const means: MeansOfSigning | undefined = wish['phuong-tien']
  try {
    if (!means) throw invalid('Chọn phương tiện ký.')
    const credential = means === 'remote' ? await checkCredential(ctx, wish['chung-thu']) : undefined
    const id = await ctx.transaction(async (ctx) => {
      const id = await openSession(ctx, { means, codes: wish.chon, credential })
      const session = await getSession(ctx, id)
      if (session.seal) await getUsableSeal(ctx, session.seal)
      if (means !== 'helper') await goOn(ctx, id)
      return id
    })
    return redirect(sessionPath(id))
  } catch (error) {
    if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
    return confirm(ctx, wish.chon, error.message)
  }
}

async function checkCredential(ctx: Context, chosen: string | undefined): Promise<string> {
  const own = await listRemoteCredentials(ctx)
  const credential = own.find(({ id }) => id === chosen)
  if (!credential) throw invalid('Chọn chứng thư ký từ xa đã liên kết.')
  return credential.id
}

const courier = <B>(
  name: string,
  body: z.ZodType<B>,
  work: (ctx: Context, id: string, call: { body: B; origin: string }) => Promise<unknown>,
) =>
  route({
    method: 'POST',
    path: `${requestsPath}/phien/:id/${name}`,
    access: signPermission,
    params: Params,
    takes: 'json',
    body,
    handle: (ctx, { params, body, request }) => work(ctx, params.id, { body, origin: originOf(request) }),
  })

export const sessionRoutes = [
  route({
    method: 'POST',
    path: confirmPath,
    access: signPermission,
    body: Chosen,
    async handle(ctx, { body }) {
      if (body.viec === 'chon')
        return confirm(ctx, body.chon, body.chon.length === 0 ? 'Chọn ít nhất một văn bản.' : undefined)
      const all = await listRequests(ctx.sql, {
        sight: sightOf(ctx),
        view: 'turn',
        state: 'pending',
        words: '',
        after: undefined,
        limit: mostDocuments,
      })
      return confirm(
        ctx,
        all.map(({ code }) => code),
      )
    },
  }),
  route({
    method: 'POST',
    path: `${requestsPath}/phien`,
    access: signPermission,
    body: Wish,
    handle: (ctx, { body }) => begin(ctx, body),
  }),
  route({
    method: 'GET',
    path: `${requestsPath}/phien/:id`,
    access: signPermission,
    params: Params,
    handle: (ctx, { params }) => showSession(ctx, params.id),
  }),
  route({
    method: 'POST',
    path: `${requestsPath}/phien/:id/dung`,
    access: signPermission,
    params: Params,
    async handle(ctx, { params: { id } }) {
      await stopSession(ctx, id)
      return redirect(sessionPath(id))
    },
  }),
  courier('chung-thu', Chain, async (ctx, id, { body, origin }) => ({
    token: await beginConsent(ctx, { id, chain: body.chain, origin }),
  })),
  courier('ke-tiep', z.strictObject({}), (ctx, id, { origin }) => nextDigests(ctx, { id, origin })),
  courier('ngung', Break, (ctx, id, { body }) => breakSession(ctx, id, body.why)),
  courier('chu-ky', Done, (ctx, id, { body }) => takeSignatures(ctx, id, body.signatures)),
]
