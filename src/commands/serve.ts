import { openApp } from '../app.ts'
import { startServing } from '../serving.ts'
import { type ProgramCommand, untilEnd } from './program.ts'

export const serve: ProgramCommand = {
  name: 'serve',
  summary: 'Answer HTTP requests until told to end',
  usage: 'tram serve [--json]',
  help: 'Takes PORT and HOST from the environment. Any number of these may run beside one another on one database.',
  options: {},
  async run(config, { progress }) {
    const end = untilEnd()
    const app = await openApp(config, { tables: 'check', connections: 20, progress })
    try {
      const serving = await startServing(app)
      progress(`Listening on ${serving.url}`)
      const reason = await end
      await serving.close()
      return { ended: reason }
    } finally {
      await app.close()
    }
  },
}
