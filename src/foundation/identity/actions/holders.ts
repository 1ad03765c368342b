import { ancestorsOf, sayPositionsOf } from '#organisations'
import type { Context, SayPerson } from '#platform/context'
import { dayOf } from '#platform/local-day'
import * as store from '../holders-store.ts'
import { everywhere } from '../model.ts'

/**
 * The people whose roles give them a permission over an organisation today: those scoped to it or to one above it, those nearest to
 * it first. Machines and disabled accounts are nobody.
 */
export async function listHolders(ctx: Context, permission: string, organisation: string): Promise<store.Person[]> {
  const on = dayOf(ctx.now)
  const above = await ancestorsOf(ctx.sql, organisation, { asOf: on })
  const lineage = [organisation, ...above.map(({ code }) => code).filter((code) => code !== organisation), everywhere]
  return withPositions(ctx, await store.listHolders(ctx.sql, { roles: ctx.rolesWith(permission), lineage, on }))
}

/** The people who hold one of these roles today in one of these organisations itself: an agency's own leaders, say. */
export const listByRole = async (
  ctx: Context,
  question: { roles: readonly string[]; organisations: readonly string[] },
): Promise<store.Person[]> => withPositions(ctx, await store.listByRole(ctx.sql, { ...question, on: dayOf(ctx.now) }))

/** The people of these accounts that are in use. */
export const listPeople = async (ctx: Context, accounts: readonly string[]): Promise<store.Person[]> =>
  withPositions(ctx, await store.listPeople(ctx.sql, accounts))

const nobodies: Readonly<Record<string, string>> = { system: 'hệ thống', anonymous: 'người chưa đăng nhập' }

/** Name and position (today's, or of a moment) of whoever stands behind these accounts, in use or not any more; the program by its word. */
export async function sayPeople(ctx: Context, accounts: readonly string[], at?: Date): Promise<SayPerson> {
  const people = accounts.length > 0 ? await withPositions(ctx, await store.listNamed(ctx.sql, accounts), at) : []
  const known = new Map(
    people.map(({ account, name, position }) => [account, position ? `${name}, ${position}` : name]),
  )
  return (account) => nobodies[account] ?? known.get(account) ?? account
}

/** The position a person holds today, or held at a moment, goes before what is noted with his account. */
export async function withPositions<T extends { account: string; position: string | null }>(
  ctx: Context,
  people: readonly T[],
  at?: Date,
): Promise<T[]> {
  const said = await sayPositionsOf(
    ctx,
    people.map(({ account }) => account),
    at,
  )
  return people.map((person) => ({ ...person, position: said.get(person.account) ?? person.position }))
}
