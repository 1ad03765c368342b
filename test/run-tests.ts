import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inContinuousIntegration } from '#platform/config'
import { findChromium } from './chromium.ts'
import { projectRoot } from './settings.ts'

/** Parts of the paths of tests that look at the program as a whole; about as long together as all others. */
export const wholeTests = [
  'test/pages',
  'test/program',
  'test/crash',
  'test/install',
  'test/deploy',
  'test/restore',
  'test/security',
]

/** Loads the test files whose path is wanted; their tests run one after the other. */
export async function runTests(isWanted: (path: string) => boolean): Promise<void> {
  // Where it must be fetched first, that is done while the tests are read.
  if (inContinuousIntegration()) findChromium().catch(() => {})
  for (const folder of ['src', 'test', 'packs', 'scripts', 'bench', 'simulators', 'helper']) {
    if (!existsSync(join(projectRoot, folder))) continue
    const files = readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => /\.test\.tsx?$/.test(name)).sort()) {
      const path = join(folder, file)
      if (isWanted(path)) await import(pathToFileURL(join(projectRoot, path)).href)
    }
  }
}
