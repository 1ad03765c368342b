import { listPeople } from '#identity'
import type { Context } from '#platform/context'
import { formatDateTime, formatNumber } from '#ui'
import { cut, type Language } from '../model.ts'
import { gathered } from '../notices.ts'
import { fillWords } from '../rules/templates.ts'
import { insertDeliveries, type NewDelivery } from '../store.ts'
import { findOwnWords } from '../texts/own-words.ts'
import { callSenders } from './jobs.ts'
import { type Gathered, listDigestAccounts, takeForDigest } from './store.ts'

const accountsAtOnce = 200
const mostListed = 40
const longestLine = 300

/** Makes one mail of what has gathered for each person whose digest is due. Each person's is a transaction of its own. */
export async function tellDigests(ctx: Context): Promise<number> {
  const accounts = await listDigestAccounts(ctx.sql, ctx.now, accountsAtOnce)
  for (const account of accounts) await ctx.transaction((ctx) => tellDigest(ctx, account))
  return accounts.length
}

async function tellDigest(ctx: Context, account: string): Promise<void> {
  const notices = await takeForDigest(ctx.sql, account, ctx.now)
  const [first] = notices
  if (!first) return
  const [person] = await listPeople(ctx, [account])
  if (!person) return
  const words = notices.length === 1 ? single(first) : await together(ctx, notices)
  const { organisation } = person
  const delivery = { channel: 'email', account, organisation, dueAt: ctx.now, ...words } as const
  const { code, url } = notices.length === 1 ? first : { code: gathered.code, url: '/thong-bao?loc=chua-doc' }
  await insertDeliveries(ctx.sql, { code, url, urgency: 'routine', now: ctx.now }, [delivery])
  await callSenders(ctx, 'routine', [delivery])
}

type Told = Pick<NewDelivery, 'notice' | 'language' | 'subject' | 'body' | 'unlessRead'>

const single = ({ id, language, subject, body }: Gathered): Told => ({
  notice: id,
  language,
  subject,
  body,
  unlessRead: 'self',
})

async function together(ctx: Context, notices: readonly Gathered[]): Promise<Told> {
  const language: Language = notices.at(-1)?.language ?? 'vi'
  const template = ctx.notices.get(gathered.code) ?? gathered
  const own = await findOwnWords(ctx, template)
  const words = fillWords(own[language], { count: formatNumber(notices.length) })
  const lines = notices
    .slice(0, mostListed)
    .map(
      ({ subject, body, createdAt }) =>
        `• ${subject} (${formatDateTime(createdAt)})\n  ${cut(body.replace(/\s+/g, ' '), longestLine)}`,
    )
  const rest = notices.length - lines.length
  if (rest > 0) lines.push(language === 'vi' ? `… và ${rest} thông báo khác.` : `… and ${rest} more.`)
  return {
    notice: null,
    language,
    subject: words.subject,
    body: `${words.text}\n\n${lines.join('\n\n')}`,
    unlessRead: 'never',
  }
}
