import postgres from 'postgres'
import { Problem } from '#platform/errors'
import { type Access, behind, type Reader, type TextRow } from './database-rows.ts'
import type { DatabasePull } from './pull-settings.ts'

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
const isTime = (type: string): boolean => /^(timestamp|date)/.test(type)

/** PostgreSQL: every value as the text of its JSON form, which has all digits of numbers and ISO times. */
export async function openPostgres(settings: DatabasePull, { address, password }: Access): Promise<Reader> {
  const sql = postgres({
    host: address,
    port: settings.port,
    database: settings.database,
    username: settings.user,
    password,
    ssl: settings.tls === 'verify' ? { servername: settings.host } : false,
    max: 1,
    connect_timeout: 15,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: 'tram-huong',
      default_transaction_read_only: true,
      statement_timeout: settings.statementSeconds * 1000,
      TimeZone: 'UTC',
      DateStyle: 'ISO',
    },
  })
  const table = [settings.schema ?? 'public', settings.table].map(quote).join('.')
  try {
    const order = [settings.watermark, ...settings.key]
    const types = await readTypes(sql, table, [...order, ...settings.columns])
    const typed = (index: number, at: number) => `$${at}::text::${types.get(order[index] ?? '') ?? 'text'}`
    const text = (name: string) => `to_json(${quote(name)}) #>> '{}'`
    const list = [...order, ...settings.columns].map((name, at) => `${text(name)} as c${at}`).join(', ')
    const session = await sql.reserve()
    await session.unsafe('begin transaction isolation level repeatable read, read only')
    const tail = (rows: number) => `order by ${order.map(quote).join(', ')} limit ${rows}`
    return {
      async readPage(start, rows) {
        const filled = `${quote(settings.watermark)} is not null`
        if (!start) return read(session, `select ${list} from ${table} where ${filled} ${tail(rows)}`, [])
        if ('behind' in start) {
          const where = behind(order.map(quote), (index) => typed(index, index + 1))
          const values = [start.behind.watermark, ...start.behind.key]
          return read(session, `select ${list} from ${table} where ${where} ${tail(rows)}`, values)
        }
        const less = isTime(types.get(settings.watermark) ?? '')
          ? `make_interval(secs => ${start.less})`
          : `${start.less}`
        const from = `${quote(settings.watermark)} >= ${typed(0, 1)} - ${less}`
        return read(session, `select ${list} from ${table} where ${from} ${tail(rows)}`, [start.from])
      },
      async close() {
        session.release()
        await sql.end({ timeout: 1 })
      },
    }
  } catch (error) {
    await sql.end({ timeout: 1 })
    throw error
  }
}

async function read(session: postgres.ReservedSql, query: string, values: string[]): Promise<TextRow[]> {
  const rows = await session.unsafe<(string | null)[][]>(query, values).values()
  return rows as unknown as TextRow[]
}

/** @throws Problem that names the columns the table does not have. */
async function readTypes(sql: postgres.Sql, table: string, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ name: string; type: string }[]>`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = to_regclass(${table}) and attnum > 0 and not attisdropped`
  const types = new Map(rows.map(({ name, type }) => [name, type]))
  const missing = [...new Set(names)].filter((name) => !types.has(name))
  if (types.size === 0) throw new Problem('pull.no-table', 422, 'Không có bảng này, hoặc tài khoản không được đọc.')
  if (missing.length > 0)
    throw new Problem('pull.no-column', 422, `Bảng không có cột: ${missing.join(', ')}.`, { missing })
  return types
}
