import { connect } from 'node:net'
import type { Connection, RowDataPacket, TypeCastField } from 'mysql2/promise'
import { Problem } from '#platform/errors'
import { type Access, behind, type Reader, type TextRow } from './database-rows.ts'
import type { DatabasePull } from './pull-settings.ts'

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** MariaDB and MySQL, in text: TIMESTAMP (an instant) with its offset, DATETIME (a time on the wall) without, bytes in hex. */
export async function openMysql(settings: DatabasePull, { address, password }: Access): Promise<Reader> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({
    host: settings.host,
    // To the address that was checked; the name is what its certificate must bear.
    stream: () => connect(settings.port, address),
    port: settings.port,
    user: settings.user,
    password,
    database: settings.database,
    ssl: settings.tls === 'verify' ? { rejectUnauthorized: true } : undefined,
    connectTimeout: 15_000,
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    rowsAsArray: true,
    typeCast: toText,
    multipleStatements: false,
    // A server that asks for a local file gets none.
    flags: ['-LOCAL_FILES'],
  })
  // A connection lost between two pages shows at the next one.
  connection.on('error', () => {})
  try {
    await prepare(connection, settings)
    const table = [settings.schema ?? settings.database, settings.table].map(quote).join('.')
    const order = [settings.watermark, ...settings.key]
    const types = await readTypes(connection, settings)
    const list = [...order, ...settings.columns].map(quote).join(', ')
    const tail = (rows: number) => `order by ${order.map(quote).join(', ')} limit ${rows}`
    return {
      readPage(start, rows) {
        const head = `select ${list} from ${table} where`
        if (!start) return read(connection, `${head} ${quote(settings.watermark)} is not null ${tail(rows)}`, [])
        if ('behind' in start) {
          const values = [start.behind.watermark, ...start.behind.key]
          const params: string[] = []
          const where = behind(order.map(quote), (index) => {
            params.push(comparable(values[index] ?? '', types.get(order[index] ?? '')))
            return placeOf(types.get(order[index] ?? ''))
          })
          return read(connection, `${head} ${where} ${tail(rows)}`, params)
        }
        const type = types.get(settings.watermark)
        const less = isTime(type) ? `interval ${start.less} second` : `${start.less}`
        const from = `${quote(settings.watermark)} >= ${placeOf(type)} - ${less}`
        return read(connection, `${head} ${from} ${tail(rows)}`, [comparable(start.from, type)])
      },
      close: () => connection.end().catch(() => connection.destroy()),
    }
  } catch (error) {
    connection.destroy()
    throw error
  }
}

async function prepare(connection: Connection, { statementSeconds }: DatabasePull): Promise<void> {
  const [[row]] = await connection.query<RowDataPacket[]>('select version()')
  const isMaria = /mariadb/i.test(String(row?.[0]))
  await connection.query(
    isMaria
      ? `set session max_statement_time = ${statementSeconds}`
      : `set session max_execution_time = ${statementSeconds * 1000}`,
  )
  await connection.query("set session time_zone = '+00:00'")
  await connection.query('set session transaction isolation level repeatable read')
  await connection.query('start transaction with consistent snapshot, read only')
}

const isTime = (type: string | undefined): boolean => /^(datetime|timestamp|date)$/.test(type ?? '')
const isNumber = (type: string | undefined): boolean =>
  /^(tinyint|smallint|mediumint|int|bigint|decimal)$/.test(type ?? '')

/** A number is compared as a number and a time as a time: text would be compared as floating point. */
const placeOf = (type: string | undefined): string =>
  isTime(type) ? 'cast(? as datetime(6))' : isNumber(type) ? 'cast(? as decimal(65,10))' : '?'

/** Our text of an instant, as the session writes it. */
const comparable = (text: string, type: string | undefined): string =>
  isTime(type) ? text.replace('T', ' ').replace(/\+00:00$/, '') : text

async function read(connection: Connection, query: string, values: string[]): Promise<TextRow[]> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql: query, values, rowsAsArray: true })
  return rows as unknown as TextRow[]
}

function toText(field: TypeCastField): string | null {
  switch (field.type) {
    case 'TIMESTAMP':
    case 'TIMESTAMP2':
      return instantText(field.string(), '+00:00')
    case 'DATETIME':
    case 'DATETIME2':
      return instantText(field.string(), '')
    case 'TINY_BLOB':
    case 'BLOB':
    case 'MEDIUM_BLOB':
    case 'LONG_BLOB':
    case 'BIT':
    case 'GEOMETRY':
      return binaryText(field)
    case 'STRING':
    case 'VAR_STRING':
    case 'VARCHAR':
    case 'JSON':
      return field.string('utf8')
    default:
      return field.string()
  }
}

/** The zero date, which stands for "none" in old tables, is no date. */
const instantText = (text: string | null, offset: string): string | null =>
  text === null || text.startsWith('0000-00-00') ? null : `${text.replace(' ', 'T')}${offset}`

/** TEXT comes under the same types as BLOB; its bytes are text in UTF-8. */
function binaryText(field: TypeCastField): string | null {
  const bytes = field.buffer()
  if (bytes === null) return null
  const text = bytes.toString('utf8')
  return field.type !== 'BIT' && Buffer.from(text).equals(bytes) ? text : bytes.toString('hex')
}

/** @throws Problem that names the columns the table does not have. */
async function readTypes(connection: Connection, settings: DatabasePull): Promise<Map<string, string>> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'select column_name, data_type from information_schema.columns where table_schema = ? and table_name = ?',
    [settings.schema ?? settings.database, settings.table],
  )
  const types = new Map(rows.map((row) => [String(row[0]), String(row[1]).toLowerCase()]))
  if (types.size === 0) throw new Problem('pull.no-table', 422, 'Không có bảng này, hoặc tài khoản không được đọc.')
  const missing = [settings.watermark, ...settings.key, ...settings.columns].filter((name) => !types.has(name))
  if (missing.length > 0)
    throw new Problem('pull.no-column', 422, `Bảng không có cột: ${[...new Set(missing)].join(', ')}.`, { missing })
  return types
}
