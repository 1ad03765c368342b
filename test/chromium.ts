import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { inContinuousIntegration } from '#platform/config'

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

const shell = '/usr/bin/chromium-headless-shell'
const whole = '/usr/bin/chromium'

/** The Chromium of the tests; installed where there is none. Debian's without windows draws pages with a quarter less work. */
export function findChromium(): string {
  const places = [process.env.CHROMIUM_PATH, shell, whole, chromium.executablePath()]
  const present = () => places.find((path) => path && existsSync(path))
  const found = present()
  if (found && (found !== whole || !inContinuousIntegration())) return found
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    process.stderr.write('Installing Chromium (apt-get install chromium-headless-shell); this is done once.\n')
    // Tests run in two processes: the second waits for the lock of the first.
    const patient = ['-q', '-o', 'DPkg::Lock::Timeout=200', '-o', 'APT::Get::Lock::Timeout=200']
    for (const step of [['update'], ['install', '--yes', '--no-install-recommends', basename(shell)]]) {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      const result = spawnSync('apt-get', [...patient, ...step], { stdio: ['ignore', 2, 2], env, timeout: 240_000 })
      if (result.status !== 0) break
    }
  }
  const installed = present()
  if (installed) return installed
  throw new Error(
    'There is no Chromium: install it ("apt install chromium-headless-shell", or "npx playwright-core install chromium") or set CHROMIUM_PATH.',
  )
}
