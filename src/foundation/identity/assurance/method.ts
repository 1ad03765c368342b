import type { ComponentChild } from 'preact'
import type { Assurance } from '#platform/assurance'
import type { Context } from '#platform/context'
import type { FieldFault } from '#platform/errors'
import type { FormError } from '#ui'
import type { Proof } from '../session-store.ts'

/** What was typed, and from where. */
export interface Attempt {
  typed: Readonly<Record<string, string>>
  address: string
}

/** What a form proves within the page. */
export interface ProofForm {
  button: string
  islands?: readonly string[]
  fields(errors: readonly FormError[]): ComponentChild
  /** Counts failed attempts itself. @returns what is wrong, where nothing was proved. @throws Problem 429 while the brake is on. */
  prove(ctx: Context, attempt: Attempt): Promise<Proof | { faults: FieldFault[] }>
}

export interface StepUpMethod {
  /** Its name in forms. */
  code: string
  title: string
  /** What a session has afterwards. */
  level: Assurance
  /** Whether this account has it. */
  isOffered(ctx: Context, account: string): Promise<boolean>
  /** Either a form of the page itself … */
  form?: ProofForm
  /** … or an address that leads away, raises the session and comes back to `returnTo`. */
  href?(returnTo: string): string
}
