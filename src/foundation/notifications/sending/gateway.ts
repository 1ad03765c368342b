// What every way out has in common: it is given a letter and says what became of it. A fault is tried again, a refusal is for good.
import type { Language } from '../model.ts'

export interface Attachment {
  name: string
  type: string
  bytes: Buffer
}

export interface Letter {
  /** The same at each attempt. */
  key: string
  /** E-mail address, telephone number, or for browsers the account; empty for the webhook. */
  to: string
  language: Language
  subject: string
  text: string
  /** Absolute address of the page it leads to. */
  link: string
  urgency: string
  /** Only a mail carries them. */
  attachments?: readonly Attachment[]
  code: string
  at: Date
}

export type Outcome =
  | { kind: 'sent'; providerCode?: string }
  | { kind: 'fault' | 'refused'; fault: Fault; words?: string; retryAfterMs?: number }

export const faults = [
  'no-account',
  'no-address',
  'refused',
  'unreachable',
  'timeout',
  'busy',
  'token',
  'server',
  'gave-up',
] as const
export type Fault = (typeof faults)[number]

export interface Gateway {
  send(letter: Letter): Promise<Outcome>
  close(): void
}

/** What the other side said, in one bounded line and without addresses. */
export const tidyFault = (words: string): string =>
  words
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/\S+@\S+/g, '…@…')
    .replace(/\+?\d{8,15}/g, '…')
    .trim()
    .slice(0, 200)
