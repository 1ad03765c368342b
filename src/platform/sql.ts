/**
 * PostgreSQL by tagged templates. Columns come back in camelCase; `bigint` as number (counts and whole đồng stay below 2^53,
 * more is a fault), `numeric` as string (exact), `date` as 'YYYY-MM-DD', `timestamptz` as Date, `undefined` goes in as null.
 */
import postgres from 'postgres'

const types = {
  bigint: { to: 20, from: [20], serialize: String, parse: parseBigint },
  date: { to: 1082, from: [1082], serialize: (value: string) => value, parse: (text: string) => text },
}

// A type alias, not an interface: the library asks for an index signature.
type Types = {
  bigint: number
  date: string
}

/** A pool or an open transaction: the first argument of every function of a store. */
export type Sql = postgres.ISql<Types>
export type Pool = postgres.Sql<Types>
export type Transaction = postgres.TransactionSql<Types>
export type Fragment = postgres.PendingQuery<postgres.Row[]>

function parseBigint(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a number`)
  return value
}

export interface PoolOptions {
  max?: number
  /** Shown in pg_stat_activity. */
  name?: string
  /** Role taken on connecting: the running program takes one that cannot alter tables. */
  role?: string
  /** Longest a single statement may run; 0 is without end (imports, backups). */
  statementTimeoutMs?: number
  /** Longest wait for a connection. */
  connectSeconds?: number
}

export function openPool(url: string, options: PoolOptions = {}): Pool {
  return postgres(url, {
    max: options.max ?? 10,
    connect_timeout: options.connectSeconds ?? 30,
    types,
    transform: { column: { from: postgres.toCamel, to: postgres.fromCamel }, undefined: null },
    onnotice: () => {},
    connection: {
      application_name: options.name ?? 'tram-huong',
      statement_timeout: options.statementTimeoutMs ?? 0,
      TimeZone: 'UTC',
      ...(options.role ? { role: options.role } : {}),
    },
  })
}

/** Runs `work` in a transaction of a pool, or in a savepoint when one is open already. */
export function inTransaction<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  if ('savepoint' in sql) return (sql as Transaction).savepoint((inner) => work(inner)) as Promise<T>
  return (sql as Pool).begin((inner) => work(inner)) as Promise<T>
}
