/**
 * A form that was sent by who must first prove more. It waits where the server cannot read it: sealed under a key made of what only the
 * sender's browser has, for as long as the proof may take.
 */
import { hkdfSync } from 'node:crypto'
import { sealUp, unseal } from '../actions/sealing.ts'

/** Larger forms are not kept; one goes back to them. */
const mostKept = 100_000

const keyOf = (browserToken: string): Buffer =>
  Buffer.from(hkdfSync('sha256', browserToken, '', 'tram-huong kept form', 32))

/** @returns nothing for what is too large to be kept. Passwords are never kept: they are typed again. */
export function sealForm(browserToken: string, state: string, form: string): Buffer | undefined {
  const fields = new URLSearchParams(form)
  for (const name of [...fields.keys()]) if (/password|secret|mat-khau/i.test(name)) fields.delete(name)
  const text = fields.toString()
  return text.length > mostKept ? undefined : sealUp(keyOf(browserToken), state, text)
}

export const openForm = (browserToken: string, state: string, sealed: Buffer): URLSearchParams =>
  new URLSearchParams(unseal(keyOf(browserToken), state, sealed))
