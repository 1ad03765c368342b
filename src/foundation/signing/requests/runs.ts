/** Sessions that need nobody's browser: the agency's seal, and keys that a remote service uses when their owner agrees on his telephone. */
import { z } from 'zod'
import { listPeople } from '#identity'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { defineJob, handleJob } from '#platform/jobs'
import { announce } from '#platform/live'
import { requireUsable } from '../certificates/usable.ts'
import { openRemote, RemoteFault, type RemoteService, remoteWords } from '../means/remote.ts'
import { getUsableSeal, signWithSeal } from '../means/seals.ts'
import * as sessions from './session-store.ts'
import { end, finishItem, isReady, prepareNext, sessionTopic } from './sessions.ts'

const sessionJob = defineJob('signing.run-session', z.object({ session: z.uuid() }))

/** Documents that one job signs; the next one goes on. */
const portion = 10
const pollMs = 2000
const againMs = 5000

/** Lets a session go on in a job: now, or after a while. */
export const goOn = (ctx: Context, session: string, afterMs = 0): Promise<void> =>
  ctx.enqueue(
    sessionJob,
    { session },
    {
      key: `${sessionJob.name} ${session}`,
      ...(afterMs > 0 ? { runAt: new Date(Date.now() + afterMs) } : {}),
    },
  )

export const runSessionJob = handleJob(sessionJob, async (ctx, { session: id }) => {
  const session = await sessions.findSession(ctx.sql, id)
  if (session?.state !== 'running' || session.means === 'helper') return
  if (session.expiresAt < ctx.now)
    return end(ctx, id, {
      state: 'failed',
      fault: session.means === 'remote' ? remoteWords.expired : 'Quá thời gian của phiên ký.',
    })
  try {
    await (session.means === 'seal' ? runSeal(ctx, session) : runRemote(ctx, session))
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error
    await end(ctx, id, { state: 'failed', fault: error.message })
  }
})

async function runSeal(ctx: Context, session: sessions.SessionRow): Promise<void> {
  const seal = await getUsableSeal(ctx, session.seal ?? '')
  if (!isReady(session)) await sessions.setChain(ctx.sql, session.id, seal)
  await prepareNext(ctx, { ...session, chain: seal.chain, algorithm: seal.algorithm }, portion)
  for (const item of await sessions.listPrepared(ctx.sql, session.id)) {
    // Stopped meanwhile: what it held is let go.
    const whole = await sessions.findPrepared(ctx.sql, session.id, item.place)
    if (!whole) return
    const signature = await signWithSeal(ctx, seal, Buffer.from(whole.digest ?? '', 'hex'))
    await finishItem(ctx, session, { place: item.place, signature })
  }
  const { waiting } = await sessions.countItems(ctx.sql, session.id)
  if (waiting > 0) await goOn(ctx, session.id)
  else await end(ctx, session.id, { state: 'done' })
}

async function runRemote(ctx: Context, session: sessions.SessionRow): Promise<void> {
  const settings = ctx.config.signing.remote
  if (!settings || !session.credential)
    return end(ctx, session.id, { state: 'failed', fault: 'Chưa cấu hình dịch vụ ký số từ xa.' })
  const service = openRemote(settings)
  try {
    await (session.handle === null ? askPerson(ctx, session, service) : lookForAnswer(ctx, session, service))
  } catch (error) {
    if (!(error instanceof RemoteFault)) throw error
    ctx.log.warn({ code: error.code, said: error.message }, 'the remote signing service did not sign')
    if (error.code === 'unreachable') await goOn(ctx, session.id, againMs)
    else await end(ctx, session.id, { state: 'failed', fault: remoteWords[error.code] })
  }
}

async function askPerson(ctx: Context, session: sessions.SessionRow, service: RemoteService): Promise<void> {
  const credential = session.credential ?? ''
  if (!isReady(session)) {
    const { chain, algorithm } = await service.readCredential(credential)
    const [person] = await listPeople(ctx, [session.account])
    await requireUsable(ctx, chain, {
      kind: 'person',
      account: session.account,
      name: person?.name ?? session.actorName,
      organisation: person?.organisation ?? session.organisation ?? '',
      means: 'remote',
    })
    await sessions.setChain(ctx.sql, session.id, { chain: chain.map((one) => one.toString('base64')), algorithm })
    return goOn(ctx, session.id)
  }
  await prepareNext(ctx, session, portion * 5)
  const { waiting, prepared } = await sessions.countItems(ctx.sql, session.id)
  if (waiting > 0) return goOn(ctx, session.id)
  if (prepared === 0) return end(ctx, session.id, { state: 'done' })
  const items = await sessions.listPrepared(ctx.sql, session.id)
  const words = items.length === 1 ? (items[0]?.title ?? '') : `${items.length} văn bản`
  await sessions.setHandle(ctx.sql, session.id, await service.authorize(credential, digestsOf(items), words))
  await announce(ctx.sql, [sessionTopic(session.id)])
  await goOn(ctx, session.id, pollMs)
}

const digestsOf = (items: readonly sessions.ItemRow[]) => items.map(({ digest }) => digest ?? '')

async function lookForAnswer(ctx: Context, session: sessions.SessionRow, service: RemoteService): Promise<void> {
  const sad = await service.checkAuthorization(session.handle ?? '')
  if (sad === undefined) return goOn(ctx, session.id, pollMs)
  const items = await sessions.listPrepared(ctx.sql, session.id)
  const signatures = await service.signHashes(session.credential ?? '', sad, {
    digests: digestsOf(items),
    algorithm: session.algorithm ?? '',
  })
  for (const [index, item] of items.entries())
    await finishItem(ctx, session, { place: item.place, signature: signatures[index] ?? Buffer.alloc(0) })
  await end(ctx, session.id, { state: 'done' })
}
