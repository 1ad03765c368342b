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

/** By default the one that draws pages with a quarter less work; notices of the desktop are shown only by the one with windows. */
export const launchBrowser = (withWindows = false): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium(withWindows), args: flags })

const debian = { shell: '/usr/bin/chromium-headless-shell', windows: '/usr/bin/chromium' }

/** The Chromium of the tests; installed where there is none. */
export function findChromium(withWindows = false): string {
  const wanted = withWindows ? debian.windows : debian.shell
  const places = [
    process.env.CHROMIUM_PATH,
    wanted,
    ...(withWindows ? [] : [debian.windows]),
    chromium.executablePath(),
  ]
  const present = () => places.find((path) => path && existsSync(path))
  const found = present()
  if (found && (found === wanted || found === process.env.CHROMIUM_PATH || !inContinuousIntegration())) return found
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    process.stderr.write(`Installing Chromium (apt-get install ${basename(wanted)}); this is done once.\n`)
    // Tests run in two processes: the second waits for the lock of the first.
    const patient = ['-q', '-o', 'DPkg::Lock::Timeout=200', '-o', 'APT::Get::Lock::Timeout=200']
    for (const step of [['update'], ['install', '--yes', '--no-install-recommends', basename(wanted)]]) {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      const result = spawnSync('apt-get', [...patient, ...step], { stdio: ['ignore', 2, 2], env, timeout: 240_000 })
      if (result.status !== 0) break
    }
  }
  const installed = present()
  if (installed) return installed
  throw new Error(
    `There is no Chromium: install it ("apt install ${basename(wanted)}", or "npx playwright-core install chromium") or set CHROMIUM_PATH.`,
  )
}
