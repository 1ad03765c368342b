import type { Access, Reader } from './database-rows.ts'
import type { DatabasePull } from './pull-settings.ts'
import { openMssql } from './reader-mssql.ts'
import { openMysql } from './reader-mysql.ts'
import { openOracle } from './reader-oracle.ts'
import { openPostgres } from './reader-postgres.ts'

/** Opens a session that can only read. PostgreSQL and MariaDB/MySQL are tested against servers; the other two are untried. What each needs is loaded when it opens one. */
export function openReader(settings: DatabasePull, access: Access): Promise<Reader> {
  switch (settings.driver) {
    case 'postgres':
      return openPostgres(settings, access)
    case 'mysql':
      return openMysql(settings, access)
    case 'mssql':
      return openMssql(settings, access)
    case 'oracle':
      return openOracle(settings, access)
  }
}
