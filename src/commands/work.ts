import { startJobs } from '#platform/jobs'
import { capabilities, openApp } from '../app.ts'
import { type ProgramCommand, untilEnd } from './program.ts'

export const work: ProgramCommand = {
  name: 'work',
  summary: 'Take jobs from the queue until told to end',
  usage: 'tram work [--json]',
  help: 'Imports, recomputation, timers and the delivery of events. Any number of these may run beside one another on one database.',
  options: {},
  async run(config, { progress }) {
    const end = untilEnd()
    const app = await openApp(config, { tables: 'check', progress })
    try {
      const handlers = capabilities.flatMap((card) => card.jobs ?? [])
      const runner = await startJobs(app.workshop, app.url, handlers, { concurrency: 4 })
      progress('Taking jobs')
      process.send?.('working')
      const reason = await Promise.race([end, runner.failed])
      await runner.stop()
      return { ended: reason }
    } finally {
      await app.close()
    }
  },
}
