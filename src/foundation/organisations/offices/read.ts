// Who sits where on a day, as it was known at a moment.
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { At } from '../store.ts'
import { today } from '../tree/read.ts'
import { fullTitle } from './model.ts'
import { type Holding, listHoldings, listPositions, listSeats, type Position, type Seat } from './store.ts'

export interface Office {
  position: Position
  holders: Holding[]
}

/** The positions of one organisation on a day with those who hold them, heads first. */
export async function listOffices(sql: Sql, organisation: string, at: At): Promise<Office[]> {
  const positions = await listPositions(sql, [organisation], at)
  const holdings = await listHoldings(
    sql,
    positions.map(({ code }) => code),
    at,
  )
  return positions.map((position) => ({
    position,
    holders: holdings.filter((holding) => holding.position === position.code),
  }))
}

/** The positions that accounts hold on a day, heads first. */
export const seatsOn = (sql: Sql, accounts: readonly string[], day: string): Promise<Seat[]> =>
  listSeats(sql, accounts, { asOf: day })

/** "Quyền Giám đốc Sở Tài chính tỉnh Khánh Hòa" */
export const sayPosition = ({ title, acting, organisationName }: Pick<Seat, 'title' | 'acting' | 'organisationName'>) =>
  `${acting ? 'Quyền ' : ''}${fullTitle(title, organisationName)}`

/** What people are called today, or were at a moment, by the position they hold first; nobody who holds none. */
export async function sayPositionsOf(
  ctx: Context,
  accounts: readonly string[],
  at?: Date,
): Promise<ReadonlyMap<string, string>> {
  if (accounts.length === 0) return new Map()
  const seats = await seatsOn(ctx.sql, accounts, await today(at ? { sql: ctx.sql, now: at } : ctx))
  return new Map(seats.toReversed().map((seat) => [seat.account, sayPosition(seat)]))
}
