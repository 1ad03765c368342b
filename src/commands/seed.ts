import { createFirstAdministrator } from '#identity'
import { ConfigFault } from '#platform/config'
import { findMark, setMark } from '#platform/marks'
import { type App, capabilities, loadPacks, openApp } from '../app.ts'
import type { ProgramCommand } from './program.ts'

export type Mode = 'demo' | 'clean'

/**
 * What the installation is for is chosen once: demonstration data and people never come into one that was started clean, nor do
 * they go out of one that has them.
 */
export async function chooseMode(app: App, wanted: Mode | undefined): Promise<Mode> {
  const known = (await findMark(app.pool, 'mode')) as Mode | undefined
  if (known === 'demo' && wanted === 'clean')
    throw new ConfigFault(
      `The installation in ${app.config.varDir} holds demonstration data: set TRAM_VAR (or DATABASE_URL) to an empty place for a clean one.`,
    )
  const mode = known ?? wanted ?? 'demo'
  if (!known) await setMark(app.pool, 'mode', mode)
  app.config.demo = mode === 'demo'
  return mode
}

interface Filling {
  full: boolean
  progress(line: string): void
  /** Called once, as soon as the program has chosen the first password: nobody can find it out later. */
  tellPassword(password: string): void
}

/** Loads packs, accounts and, once, the demonstration records. */
export async function fill(app: App, mode: Mode, options: Filling): Promise<undefined> {
  await loadPacks(app, options.progress)
  const password = mode === 'clean' ? await createFirstAdministrator(app.context()) : undefined
  if (password) options.tellPassword(password)
  for (const card of mode === 'demo' ? capabilities : []) {
    const mark = `seeded:${card.name}` as const
    const volume = options.full ? 'full' : 'sample'
    const known = await findMark(app.pool, mark)
    if (!card.seed || known === volume || known === 'full') continue
    options.progress(`Making demonstration records: ${card.name}`)
    await card.seed(app.context(), { demo: true, full: options.full, progress: options.progress })
    await setMark(app.pool, mark, volume)
  }
}

export const seed: ProgramCommand = {
  name: 'seed',
  summary: 'Load the pack and make the demonstration year, once',
  usage: 'tram seed [--full] [--no-demo] [--json]',
  help: '--full makes the whole yearly volume of the province. --no-demo makes a clean installation with one account, admin, whose password is printed once (or set by TRAM_ADMIN_PASSWORD).',
  options: { full: { type: 'boolean' }, 'no-demo': { type: 'boolean' } },
  async run(config, { options, progress }) {
    const app = await openApp(config, { tables: 'migrate', progress })
    try {
      const mode = await chooseMode(app, options['no-demo'] ? 'clean' : undefined)
      const first: { account?: string; password?: string } = {}
      await fill(app, mode, {
        full: options.full === true,
        progress,
        tellPassword: (password) => Object.assign(first, { account: 'admin', password }),
      })
      return { mode, ...first }
    } finally {
      await app.close()
    }
  },
}
