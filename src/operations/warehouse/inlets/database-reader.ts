import type { Access, Reader } from './database-rows.ts'
import type { DatabasePull } from './pull-settings.ts'

/** Opens a session that can only read. PostgreSQL and MariaDB/MySQL are tested against servers; the other two are untried. */
export async function openReader(settings: DatabasePull, access: Access): Promise<Reader> {
  switch (settings.driver) {
    case 'postgres':
      return (await import('./reader-postgres.ts')).openPostgres(settings, access)
    case 'mysql':
      return (await import('./reader-mysql.ts')).openMysql(settings, access)
    case 'mssql':
      return (await import('./reader-mssql.ts')).openMssql(settings, access)
    case 'oracle':
      return (await import('./reader-oracle.ts')).openOracle(settings, access)
  }
}
