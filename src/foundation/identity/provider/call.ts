import { AsyncLocalStorage } from 'node:async_hooks'
import type { ComponentChild } from 'preact'
import type { Context } from '#platform/context'
import type { Deed } from '../actions/record.ts'
import type { BrowserSession } from './store.ts'

/** A page of the house in place of what the library would show. */
export interface CallPage {
  title: string
  lead?: string
  status: number
  body: ComponentChild
  /** Where its form may lead beyond this site. */
  forms?: readonly string[]
}

/** One request as the library's hooks and tables see it: they are made once a process, the request's transaction is not. */
export interface Call {
  ctx: Context
  browser: BrowserSession | undefined
  /** Of the ledger, written in the same transaction before anything is answered. */
  deeds: (Omit<Deed, 'account'> & { subject: string })[]
  address: string
  answer?: { status: number; body: unknown }
  page?: CallPage
  /** The client that did not prove who it is. */
  failed?: string
  /** A fault of the program, not of who asks. */
  fault?: unknown
  /** A job that sends what requests only leave word of. */
  delivers?: boolean
  /** The whole session at the platform ends with the answer. */
  signsOut?: boolean
  /** What confirms a sign-out that has been asked for. */
  signOutSecret?: string
}

export const calls = new AsyncLocalStorage<Call>()

export function getCall(): Call {
  const call = calls.getStore()
  if (!call) throw new Error('the provider was asked outside of a request')
  return call
}
