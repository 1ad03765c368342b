// Sends what is due on one channel. A delivery is taken (committed), handed to the gateway, and marked. Whoever dies between handing
// over and marking leaves it to be sent again after a while, under the same key: a gateway that knows the key delivers it once.
import { openFile } from '#files'
import { listPeople, type Person } from '#identity'
import type { Config } from '#platform/config'
import type { Context } from '#platform/context'
import type { Channel, Settings } from '../model.ts'
import { openPush } from '../push/gateway.ts'
import { getSettings } from '../settings.ts'
import { type Attachment, type Gateway, type Letter, type Outcome, tidyFault } from './gateway.ts'
import { openGateway } from './gateways.ts'
import { type Claimed, claimDue, markFault, markSent } from './store.ts'

const batchSize = 25
const minuteMs = 60_000
/** Longer than a batch can last with every answer at its latest. */
const givenUpAfterMs = 5 * minuteMs

/** @returns how many were taken, and whether more may be due. */
export async function deliver(
  ctx: Context,
  channel: Channel,
  gateway: Gateway | undefined = channel === 'push' ? openPush(ctx) : openGateway(channel, ctx.config.messages),
): Promise<{ taken: number; more: boolean }> {
  // What waits for a channel that is not configured goes on waiting.
  if (!gateway) return { taken: 0, more: false }
  const settings = await getSettings(ctx)
  const claimed = await ctx.transaction((ctx) =>
    claimDue(ctx.sql, {
      channel,
      now: ctx.now,
      givenUpAt: new Date(ctx.now.getTime() + givenUpAfterMs),
      limit: batchSize,
    }),
  )
  const people = await findPeople(ctx, claimed)
  const marked = await Promise.allSettled(
    claimed.map(async (one) => {
      const outcome = await hand(one, { gateway, people, settings, ctx })
      await mark(ctx, one, outcome, settings)
    }),
  )
  gateway.close()
  // A fault of our own: the job fails with it, and what it concerns is sent again when it is given up.
  const broken = marked.find((one) => one.status === 'rejected')
  if (broken) throw broken.reason
  return { taken: claimed.length, more: claimed.length === batchSize }
}

async function findPeople(ctx: Context, claimed: readonly Claimed[]): Promise<Map<string, Person>> {
  const accounts = claimed.flatMap(({ account }) => account ?? [])
  const people = accounts.length > 0 ? await listPeople(ctx, accounts) : []
  return new Map(people.map((person) => [person.account, person]))
}

interface Desk {
  gateway: Gateway
  people: ReadonlyMap<string, Person>
  settings: Settings
  ctx: Context
}

async function hand(one: Claimed, { gateway, people, settings, ctx }: Desk): Promise<Outcome> {
  // Its senders died again and again: it is not tried for ever.
  if (one.tries > settings.retryMinutes.length + 1) return { kind: 'refused', fault: 'gave-up' }
  const to = addressOf(one, people)
  if (typeof to !== 'string') return to
  // A mail whose files cannot be read (the log says so) still tells, and leads to the page.
  const attachments = await readAttachments(ctx, one).catch(() => undefined)
  return gateway.send({ ...letterOf(one, to, ctx.config), attachments })
}

/** A mail larger than this is refused by many servers: it goes without, and leads to the page that has the files. */
const mostAttachedBytes = 10 * 1024 ** 2

async function readAttachments(ctx: Context, { attachments }: Claimed): Promise<Attachment[] | undefined> {
  if (!attachments || attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > mostAttachedBytes)
    return undefined
  return Promise.all(
    attachments.map(async ({ sha256, name, type }) => {
      const chunks: Buffer[] = []
      for await (const chunk of (await openFile(ctx, sha256)).bytes) chunks.push(chunk)
      return { name, type, bytes: Buffer.concat(chunks) }
    }),
  )
}

function addressOf({ channel, account }: Claimed, people: ReadonlyMap<string, Person>): string | Outcome {
  if (channel === 'webhook' || account === null) return ''
  const person = people.get(account)
  if (!person) return { kind: 'refused', fault: 'no-account' }
  if (channel === 'push') return person.account
  return (channel === 'email' ? person.email : person.phone) ?? { kind: 'refused', fault: 'no-address' }
}

function letterOf(one: Claimed, to: string, config: Config): Letter {
  const site = config.publicUrl?.replace(/\/$/, '') ?? `http://${config.host}:${config.port}`
  return {
    key: one.key,
    to,
    language: one.language,
    subject: one.subject,
    text: one.body,
    // By way of the inbox, so that opening it marks it read.
    link: `${site}${one.notice === null ? one.url : `/thong-bao/mo/${one.notice}`}`,
    urgency: one.urgency,
    code: one.code,
    at: one.createdAt,
  }
}

async function mark(ctx: Context, one: Claimed, outcome: Outcome, { retryMinutes }: Settings): Promise<void> {
  if (outcome.kind === 'sent') return markSent(ctx.sql, one, outcome.providerCode, ctx.now)
  const isFinal = outcome.kind === 'refused'
  const pause = retryMinutes[one.tries - 1]
  const waitMs = pause === undefined ? undefined : Math.max(pause * minuteMs, outcome.retryAfterMs ?? 0)
  const againAt = isFinal || waitMs === undefined ? undefined : new Date(ctx.now.getTime() + waitMs)
  const words = outcome.words === undefined ? undefined : tidyFault(outcome.words)
  await markFault(ctx.sql, one, { code: outcome.fault, words, isFinal, againAt }, ctx.now)
  ctx.log.warn(
    { delivery: one.id, channel: one.channel, fault: outcome.fault, attempt: one.attempts },
    'a message was not sent',
  )
}
