import { readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from './chromium.ts'
import { projectRoot } from './settings.ts'

let running: Promise<Browser> | undefined

after(async () => {
  if (running) await (await running).close()
})

/** The one Chromium of this process. Contexts and pages are the test's own: it closes them. */
export async function browser(): Promise<Browser> {
  // One that died is started again: a test that follows must not pay for it.
  if (running && !(await running).isConnected()) running = undefined
  running ??= launchBrowser()
  return running
}

/** Keeps a picture of the page under `var/test/pictures`. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const folder = join(projectRoot, 'var', 'test', 'pictures')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${name}.png`)
  await page.screenshot({ path, fullPage: true })
  return path
}

let axeSource: string | undefined

/** What axe finds against WCAG 2.2 AA and its best practices, one line a fault. */
export async function findAxeFaults(page: Page): Promise<string[]> {
  axeSource ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // The page's policy refuses scripts that are not its own; the evaluation of a test stands outside it.
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    interface Found {
      passes: unknown[]
      violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[]
    }
    // `axe` is what the script above left on the window.
    const { axe } = window as unknown as { axe: { run(where: Document, how: object): Promise<Found> } }
    // Style sheets are not fetched once more (what that would tell, the widths show), and only what was found is described.
    const { violations, passes } = await axe.run(document, {
      preload: false,
      resultTypes: ['violations'],
      // New in WCAG 2.2, and off in axe unless it is asked for.
      rules: { 'target-size': { enabled: true } },
    })
    if (passes.length < 5) throw new Error('axe has seen no page')
    return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help} (${node.target.join(' ')})`))
  })
}
