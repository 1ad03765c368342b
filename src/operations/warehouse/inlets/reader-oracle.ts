import { type Access, behind, type Reader } from './database-rows.ts'
import type { DatabasePull } from './pull-settings.ts'

const quote = (name: string): string => `"${name.replaceAll('"', '')}"`

/** Oracle by the thin driver. Written after its documentation and not yet tried against a server. */
export async function openOracle(settings: DatabasePull, { address, password }: Access): Promise<Reader> {
  const { default: oracledb } = await import('oracledb')
  const protocol = settings.tls === 'verify' ? 'tcps' : 'tcp'
  const connection = await oracledb.getConnection({
    user: settings.user,
    password,
    connectString: `${protocol}://${address}:${settings.port}/${settings.database}?connect_timeout=15`,
  })
  connection.callTimeout = settings.statementSeconds * 1000
  const formats = {
    NLS_DATE_FORMAT: 'YYYY-MM-DD"T"HH24:MI:SS',
    NLS_TIMESTAMP_FORMAT: 'YYYY-MM-DD"T"HH24:MI:SS.FF6',
    NLS_TIMESTAMP_TZ_FORMAT: 'YYYY-MM-DD"T"HH24:MI:SS.FF6TZH:TZM',
    NLS_NUMERIC_CHARACTERS: '.,',
    TIME_ZONE: '+00:00',
  }
  for (const [name, value] of Object.entries(formats))
    await connection.execute(`alter session set ${name} = '${value}'`)
  await connection.execute('set transaction read only')
  const table = [...(settings.schema ? [settings.schema] : []), settings.table].map(quote).join('.')
  const order = [settings.watermark, ...settings.key]
  const list = [...order, ...settings.columns].map((name, at) => `to_char(${quote(name)}) as "c${at}"`).join(', ')
  const run = async (where: string, values: readonly string[], rows: number) => {
    const result = await connection.execute<(string | null)[]>(
      `select ${list} from ${table} where ${where} order by ${order.map(quote).join(', ')} fetch first ${rows} rows only`,
      [...values],
      { outFormat: oracledb.OUT_FORMAT_ARRAY, maxRows: rows },
    )
    return result.rows ?? []
  }
  return {
    readPage(start, rows) {
      if (!start) return run(`${quote(settings.watermark)} is not null`, [], rows)
      if ('behind' in start) {
        const values = [start.behind.watermark, ...start.behind.key]
        const params: string[] = []
        const where = behind(order.map(quote), (index) => {
          params.push(values[index] ?? '')
          return `:${params.length}`
        })
        return run(where, params, rows)
      }
      const isNumber = /^-?\d+(\.\d+)?$/.test(start.from)
      const less = isNumber ? `${start.less}` : `numtodsinterval(${start.less}, 'second')`
      const from = isNumber ? 'to_number(:1)' : 'to_timestamp(:1)'
      return run(`${quote(settings.watermark)} >= ${from} - ${less}`, [start.from], rows)
    },
    close: () => connection.close(),
  }
}
