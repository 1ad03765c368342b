import { loadPacks, openApp } from '../app.ts'
import type { ProgramCommand } from './program.ts'

export const migrate: ProgramCommand = {
  name: 'migrate',
  summary: 'Bring the tables of the database up to date and load the pack',
  usage: 'tram migrate [--json]',
  help: 'Uses MIGRATION_DATABASE_URL where it is set: the account that owns the tables. Running programs go on meanwhile.',
  options: {},
  async run(config, { progress }) {
    const app = await openApp(config, { tables: 'migrate', progress })
    try {
      await loadPacks(app, progress)
      return { pack: app.pack.code, upToDate: true }
    } finally {
      await app.close()
    }
  },
}
