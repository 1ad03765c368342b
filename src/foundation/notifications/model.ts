import { z } from 'zod'
import type { StoredFile } from '#files'

export const urgencies = ['routine', 'urgent', 'grave'] as const
export type Urgency = (typeof urgencies)[number]

export const languages = ['vi', 'en'] as const
export type Language = (typeof languages)[number]

/** Ways outside this program to a person. In the inbox a message is in any case. */
export const personalChannels = ['email', 'sms', 'zalo', 'call', 'push'] as const
export type PersonalChannel = (typeof personalChannels)[number]
/** What a person may choose for what is not grave. */
export const chosenChannels = ['email', 'sms', 'zalo'] as const
export type ChosenChannel = (typeof chosenChannels)[number]
export const channels = [...personalChannels, 'webhook'] as const
export type Channel = (typeof channels)[number]

/** Those that are reached at an address of the installation's settings. */
export type GatewayChannel = Exclude<Channel, 'push'>

export type DeliveryState = 'waiting' | 'sending' | 'sent' | 'received' | 'failed' | 'unneeded'

export const digests = ['none', 'hourly', 'daily'] as const
export type Digest = (typeof digests)[number]

/** `{ permission, organisation }`: everybody who holds it over the organisation. */
export type Recipient = { account: string } | { permission: string; organisation: string }

export interface Message {
  /** Code of a template. */
  notice: string
  to: readonly Recipient[]
  /** A text for each name that the template holds. */
  values: Record<string, string>
  /** The page of this site that it leads to. */
  url: string
  /** `grave` breaks quiet hours and goes by more than e-mail; `routine` where nothing is said. */
  urgency?: Urgency
  /** A person gets one message of a key, however often and however many at once ask for it. */
  dedupeKey?: string
  /** A word that stands before the subject and the text, whatever the words of the template: an exercise's. */
  mark?: string
  /** The ways it takes at once, in place of what its readers have chosen: a bulletin's. None: only the inbox. */
  via?: readonly ChosenChannel[]
  /** Go with the e-mail, as far as it can carry them. */
  attachments?: readonly StoredFile[]
}

const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Giờ có dạng 07:30.')

/** Whose reading makes a delivery needless. */
export const unlessReads = ['never', 'self', 'anybody'] as const
export type UnlessRead = (typeof unlessReads)[number]

const ChainStep = z.strictObject({
  channel: z.enum(personalChannels),
  afterMinutes: z.number().int().min(0).max(1440),
  /** Only when its own reader (`self`), or none of those who got it together (`anybody`), has read the message by then. */
  unlessRead: z.enum(unlessReads).default('never'),
})

/** `notifications.yaml` of a pack. */
export const Settings = z.strictObject({
  source: z.string().min(1),
  unverified: z.boolean().optional(),
  /** Of those whose organisation has no calendar. */
  timeZone: z.string().default('Asia/Ho_Chi_Minh'),
  quietHours: z.strictObject({ from: Time, to: Time, daysOff: z.boolean() }),
  digest: z.strictObject({ usual: z.enum(digests), dailyAt: Time }),
  /** Channels of a message for which its reader has chosen none. */
  channels: z.strictObject({
    routine: z.array(z.enum(chosenChannels)),
    urgent: z.array(z.enum(chosenChannels)),
  }),
  /** How a grave message goes on until somebody reads it. */
  graveChain: z.array(ChainStep).min(1).max(10),
  /** Where a message goes when a channel has failed for good. */
  insteadOf: z.partialRecord(z.enum(personalChannels), z.enum(personalChannels)),
  /** Pauses between attempts; after the last one the delivery has failed. */
  retryMinutes: z.array(z.number().positive().max(1440)).min(1).max(20),
  limits: z.strictObject({
    /** Messages a person gets one by one in an hour; what is more is told in a digest. */
    perHour: z.number().int().positive().max(1000),
    /** Grave messages that reach a person one by one in an hour: a storm of them must not ring for ever. */
    gravePerHour: z.number().int().positive().max(1000),
    /** Deliveries that may wait for a person at once. */
    waiting: z.number().int().positive().max(10_000),
  }),
  keepDays: z.strictObject({
    deliveries: z.number().int().min(7).max(3660),
    notices: z.number().int().min(30).max(3660),
  }),
})
export type Settings = z.infer<typeof Settings>

/** What holds where a pack says nothing. */
export const usualSettings: Settings = {
  source: 'The program',
  timeZone: 'Asia/Ho_Chi_Minh',
  quietHours: { from: '21:00', to: '06:30', daysOff: true },
  digest: { usual: 'none', dailyAt: '07:30' },
  channels: { routine: ['email'], urgent: ['email'] },
  graveChain: [
    { channel: 'email', afterMinutes: 0, unlessRead: 'never' },
    { channel: 'sms', afterMinutes: 0, unlessRead: 'never' },
    { channel: 'call', afterMinutes: 5, unlessRead: 'anybody' },
  ],
  insteadOf: { zalo: 'sms', sms: 'email' },
  retryMinutes: [1, 5, 15, 60, 240],
  limits: { perHour: 60, gravePerHour: 20, waiting: 200 },
  keepDays: { deliveries: 180, notices: 365 },
}

export interface Preference {
  language: Language
  quiet: { from: string; to: string } | undefined
  quietDaysOff: boolean
  digest: Digest
  channels: Readonly<Record<string, readonly PersonalChannel[]>>
  /** A browser of his shows messages while no page is open. */
  pushes: boolean
}

export const usualPreference = ({ quietHours, digest }: Settings): Preference => ({
  language: 'vi',
  quiet: { from: quietHours.from, to: quietHours.to },
  quietDaysOff: quietHours.daysOff,
  digest: digest.usual,
  channels: {},
  pushes: false,
})

export const longestSubject = 200
export const longestText = 4000
const longestValue = 500
/** Accounts that one message may go to. */
export const mostRecipients = 1000

/** A path of this site; an address of elsewhere, or one that breaks a header, is none. */
export const isOwnPath = (url: string): boolean => url.length <= 2000 && /^\/(?![/\\])[^\p{Cc}\p{Cs}\\\s]*$/u.test(url)

// Control signs break headers and lines, halves of signs the database, marks of direction turn the words around them.
const disturbing = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** A value as it stands in a message: one line, bounded, nothing in it that could be taken for anything but text. */
export const tidyValue = (text: string): string =>
  cut(text.normalize('NFC').replace(disturbing, ' ').trim(), longestValue)

/** The same for a value that may have lines. */
export const tidyLines = (text: string): string =>
  cut(
    text
      .split(/\r?\n/)
      .map((line) => line.normalize('NFC').replace(disturbing, ' ').trimEnd())
      .join('\n')
      .trim(),
    longestText,
  )

/** At most so many signs, without breaking one in two. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text
    .slice(0, most - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`
}
