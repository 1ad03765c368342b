import { type Access, behind, type Reader } from './database-rows.ts'
import type { DatabasePull } from './pull-settings.ts'

const quote = (name: string): string => `[${name.replaceAll(']', ']]')}]`

/** SQL Server. Written after its documentation and not yet tried against a server. */
export async function openMssql(settings: DatabasePull, { address, password }: Access): Promise<Reader> {
  const { default: mssql } = await import('mssql')
  const pool = new mssql.ConnectionPool({
    server: address,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password,
    pool: { min: 1, max: 1 },
    connectionTimeout: 15_000,
    requestTimeout: settings.statementSeconds * 1000,
    options: {
      encrypt: settings.tls === 'verify',
      trustServerCertificate: false,
      ...(settings.tls === 'verify' ? { serverName: settings.host } : {}),
      // Routed to a secondary that can only read, where there is one.
      readOnlyIntent: true,
      useUTC: true,
    },
  })
  await pool.connect()
  const table = [settings.schema ?? 'dbo', settings.table].map(quote).join('.')
  const order = [settings.watermark, ...settings.key]
  const { recordset: described } = await pool
    .request()
    .input('schema', mssql.NVarChar, settings.schema ?? 'dbo')
    .input('table', mssql.NVarChar, settings.table)
    .query<{ name: string; type: string }>(
      'select column_name as name, data_type as type from information_schema.columns where table_schema = @schema and table_name = @table',
    )
  const types = new Map(described.map(({ name, type }) => [name, type]))
  // Style 127 is ISO 8601 with all digits; for binary values 2 is hex.
  const text = (name: string, at: number) => {
    const type = types.get(name) ?? ''
    const style = /^(date|smalldatetime)/.test(type) ? ', 127' : /binary|timestamp/.test(type) ? ', 2' : ''
    return `convert(nvarchar(max), ${quote(name)}${style}) as c${at}`
  }
  const list = [...order, ...settings.columns].map(text).join(', ')
  const run = async (where: string, values: readonly string[], rows: number) => {
    const request = pool.request()
    for (const [index, value] of values.entries()) request.input(`p${index}`, mssql.NVarChar, value)
    const { recordset } = await request.query<Record<string, string | null>>(
      `select top (${rows}) ${list} from ${table} where ${where} order by ${order.map(quote).join(', ')}`,
    )
    return recordset.map((row) => [...order, ...settings.columns].map((_, at) => row[`c${at}`] ?? null))
  }
  return {
    readPage(start, rows) {
      if (!start) return run(`${quote(settings.watermark)} is not null`, [], rows)
      if ('behind' in start) {
        const values = [start.behind.watermark, ...start.behind.key]
        return run(
          behind(order.map(quote), (index) => `@p${index}`),
          values,
          rows,
        )
      }
      const isNumber = /^-?\d+(\.\d+)?$/.test(start.from)
      const from = isNumber
        ? `cast(@p0 as decimal(38,0)) - ${start.less}`
        : `dateadd(second, -${start.less}, cast(@p0 as datetime2))`
      return run(`${quote(settings.watermark)} >= ${from}`, [start.from], rows)
    },
    close: () => pool.close(),
  }
}
