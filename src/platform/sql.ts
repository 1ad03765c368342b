/**
 * PostgreSQL by tagged templates. Columns come back in camelCase; `bigint` as number (counts and whole đồng stay below 2^53,
 * more is a fault), `numeric` as string (exact), `date` as 'YYYY-MM-DD', `timestamptz` as Date, `undefined` goes in as null.
 */
import { Socket } from 'node:net'
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
    ...withoutDelay(),
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

interface Destination {
  host: readonly string[]
  port: readonly number[]
  path: string | false
}

/**
 * Connections that send each message at once. The library's own wait until what went before is acknowledged, which the other side
 * puts off: 40 ms at the end of every COPY. Of several hosts each attempt takes the next, as the library does.
 */
function withoutDelay(): object {
  let attempts = 0
  const socket = ({ host, port, path }: Destination) => {
    const at = attempts % host.length
    attempts += 1
    const opened = new Socket().setNoDelay(true)
    // The library names the host to TLS from here.
    return path
      ? opened.connect(path)
      : Object.assign(opened.connect(port[at] ?? 5432, host[at] ?? 'localhost'), { host: host[at], port: port[at] })
  }
  // Not in the library's types; what is written before the connection stands is sent once it does.
  return { socket }
}

/** Runs `work` in a transaction of a pool, or in a savepoint when one is open already. */
export function inTransaction<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  if ('savepoint' in sql) return (sql as Transaction).savepoint((inner) => work(inner)) as Promise<T>
  return (sql as Pool).begin((inner) => work(inner)) as Promise<T>
}
