import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

// Root has no sandbox, containers have a small /dev/shm, test machines have no graphics card; and a test speaks to nobody outside.
const flags = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export const launchBrowser = (): Promise<Browser> => chromium.launch({ executablePath: findChromium(), args: flags })

/** The Chromium of the tests; installed where there is none. */
export function findChromium(): string {
  const places = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', chromium.executablePath()]
  const found = places.find((path) => path && existsSync(path))
  if (found) return found
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    process.stderr.write('Installing Chromium (apt-get install chromium); this is done once.\n')
    for (const step of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      const result = spawnSync('apt-get', ['-q', ...step], { stdio: ['ignore', 2, 2], env })
      if (result.status !== 0) break
    }
    if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium'
  }
  throw new Error(
    'There is no Chromium: install it ("apt install chromium", or "npx playwright-core install chromium") or set CHROMIUM_PATH.',
  )
}
