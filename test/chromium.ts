import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { debianProgram, mayInstall } from './debian.ts'

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
export const launchBrowser = async (withWindows = false): Promise<Browser> =>
  chromium.launch({ executablePath: await findChromium(withWindows), args: flags })

const withoutWindows = debianProgram('chromium-headless-shell', ['/usr/bin/chromium-headless-shell'])
const whole = debianProgram('chromium', ['/usr/bin/chromium'])
const found = new Map<boolean, Promise<string>>()

/** The Chromium of the tests; installed where there is none. */
export function findChromium(withWindows = false): Promise<string> {
  const path = found.get(withWindows) ?? lookForChromium(withWindows)
  found.set(withWindows, path)
  return path
}

async function lookForChromium(withWindows: boolean): Promise<string> {
  const { CHROMIUM_PATH } = process.env
  if (CHROMIUM_PATH) return CHROMIUM_PATH
  const wanted = withWindows ? whole : withoutWindows
  // A build fetches what it wants, and takes another where that cannot be had; elsewhere only what is missing altogether is installed.
  if (!wanted.skip) return wanted.find().catch(() => anyChromium())
  return anyChromium().catch((missing) => {
    if (!mayInstall()) throw missing
    process.stderr.write('Installing Chromium; this is done once.\n')
    return wanted.find()
  })
}

async function anyChromium(): Promise<string> {
  const path = ['/usr/bin/chromium', chromium.executablePath()].find(existsSync)
  if (path) return path
  throw new Error(
    'There is no Chromium: install it ("apt install chromium", or "npx playwright-core install chromium") or set CHROMIUM_PATH.',
  )
}
