import { strict as assert } from 'node:assert'
import { randomUUID } from 'node:crypto'
import { listHolders, listPeople, type Person } from '#identity'
import type { Context } from '#platform/context'
import { announce, topicOf } from '#platform/live'
import type { NoticeTemplate } from '#platform/notices'
import {
  cut,
  isOwnPath,
  type Language,
  longestSubject,
  longestText,
  type Message,
  mostRecipients,
  type Preference,
  type Recipient,
  type Settings,
  usualPreference,
} from './model.ts'
import { planDeliveries } from './planning.ts'
import { listPushed } from './push/store.ts'
import { fillWords, type Words } from './rules/templates.ts'
import { getSettings } from './settings.ts'
import * as store from './store.ts'
import { findOwnWords } from './texts/own-words.ts'

const longestKey = 300

/** Topic of the live line that tells of a change in a person's inbox. */
export const inboxTopic = (account: string): string => topicOf(account, 'inbox')

/**
 * Tells people something, in the transaction of what happened: they get it if and only if that stands. It is in their inbox at once,
 * in the language of each, and goes out by the channels that they and the pack have chosen.
 */
export async function notify(ctx: Context, message: Message): Promise<void> {
  const template = ctx.notices.get(message.notice)
  assert(template, `no card declares the notice ${message.notice}`)
  for (const name of Object.keys(template.values))
    assert(message.values[name] !== undefined, `notice ${message.notice} wants the value ${name}`)
  assert(isOwnPath(message.url), `notice ${message.notice} leads to ${message.url}, which is no path of this site`)
  const people = await resolveRecipients(ctx, message.to)
  if (people.length === 0) return
  await ctx.transaction((ctx) => write(ctx, { message, template, people }))
}

/** Who got the messages of a key, and when each has read his: reading is acknowledging. */
export const listReaders = (ctx: Context, dedupeKey: string): Promise<{ account: string; readAt: Date | null }[]> =>
  store.listReaders(ctx.sql, dedupeKey.slice(0, longestKey))

/** What became of the messages of a key, by whoever got one: his ways outside of the inbox, and when he has read it. */
export const listOutcomes = (ctx: Context, dedupeKey: string): Promise<store.Outcome[]> =>
  store.listOutcomes(ctx.sql, dedupeKey.slice(0, longestKey))

async function write(
  ctx: Context,
  { message, template, people }: { message: Message; template: NoticeTemplate; people: readonly Person[] },
): Promise<void> {
  const settings = await getSettings(ctx)
  const preferences = await findPreferences(ctx, people, settings)
  const words = await findWords(ctx, template, message)
  const stamp = {
    message: randomUUID(),
    code: template.code,
    url: message.url,
    urgency: message.urgency ?? 'routine',
    dedupeKey: message.dedupeKey?.slice(0, longestKey),
    attachments: message.attachments,
    now: ctx.now,
  } as const
  const notices = people.map(({ account }) => {
    const language = preferences.get(account)?.language ?? 'vi'
    const { subject, text } = words[language]
    return { account, language, subject, body: text }
  })
  const written = await store.insertNotices(ctx.sql, stamp, notices)
  if (written.length === 0) return
  await planDeliveries(ctx, { stamp, written, notices, people, preferences, settings, words, via: message.via })
  await announce(
    ctx.sql,
    written.map(({ account }) => inboxTopic(account)),
  )
}

/** Everybody meant, once, who has an account in use. */
async function resolveRecipients(ctx: Context, to: readonly Recipient[]): Promise<Person[]> {
  const people = new Map<string, Person>()
  const accounts = to.flatMap((one) => ('account' in one ? [one.account] : []))
  if (accounts.length > 0) for (const person of await listPeople(ctx, accounts)) people.set(person.account, person)
  for (const one of to) {
    if ('account' in one) continue
    for (const person of await listHolders(ctx, one.permission, one.organisation)) people.set(person.account, person)
  }
  if (people.size > mostRecipients) ctx.log.warn({ recipients: people.size }, 'a message has too many recipients')
  return [...people.values()].slice(0, mostRecipients)
}

/** What each of them has chosen, and what is usual for who has chosen nothing. */
export async function findPreferences(
  ctx: Context,
  people: readonly { account: string }[],
  settings: Settings,
): Promise<Map<string, Preference>> {
  const usual = usualPreference(settings)
  const pushed = await listPushed(
    ctx.sql,
    people.map(({ account }) => account),
  )
  const preferences = new Map(
    people.map(({ account }): [string, Preference] => [account, { ...usual, pushes: pushed.has(account) }]),
  )
  for (const row of await store.listPreferences(ctx.sql, [...preferences.keys()])) {
    const { quietFrom: from, quietTo: to, language, quietDaysOff, digest, channels } = row
    preferences.set(row.account, {
      language,
      quiet: from && to ? { from, to } : undefined,
      quietDaysOff,
      digest,
      channels,
      pushes: pushed.has(row.account),
    })
  }
  return preferences
}

const markWords = ({ subject, text }: Words, mark: string | undefined): Words =>
  mark === undefined
    ? { subject, text }
    : {
        subject: cut(`${mark} · ${subject}`, longestSubject),
        text: text.startsWith(mark) ? text : cut(`${mark}\n${text}`, longestText),
      }

async function findWords(
  ctx: Context,
  template: NoticeTemplate,
  { values, mark }: Pick<Message, 'values' | 'mark'>,
): Promise<Record<Language, Words>> {
  const { vi, en } = await findOwnWords(ctx, template)
  const fill = (own: Words) => markWords(fillWords(own, values, template.longValues), mark)
  return { vi: fill(vi), en: fill(en) }
}
