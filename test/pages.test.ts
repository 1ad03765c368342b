/**
 * Every page in every role, once, in a real browser: nothing for axe to find, no error and no refusal in its console, no sideways
 * scrolling on a phone, a desk and a wall. Every page is looked at once, and again on another screen in the other theme where it holds a
 * kind of element that was not seen there on any page; one more role's view of it where that holds a kind that was seen nowhere.
 *
 * A browser is a large program that can die on a loaded machine. Pages are therefore looked at in batches, each in a context of its
 * own; a batch whose browser was lost goes on once in a new one, and what fails again is a fault.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ConsoleMessage, Page } from 'playwright-core'
import { readDemoPeople } from '#identity'
import { browser, type CloneTest, cloneTest, findAxeFaults } from '#test/harness'
import { allRoutes } from '../src/serving.ts'
import { crawl, isLinkless, isPage, overHttp, type Visit } from './crawl.ts'
import { communeA, fillEverything, makeByHand, sendEmptyForm } from './samples.ts'
import { projectRoot } from './settings.ts'

const accounts: Readonly<Record<string, string>> = {
  leader: 'lanhdao',
  operator: 'trucban',
  custodian: 'dulieu-nhatrang',
  officer: 'canbo-nhatrang',
  analyst: 'phantich',
  administrator: 'quantri',
  auditor: 'kiemtra',
  clerk: 'motcua-tinh',
}

const phone = { width: 390, height: 844 }
const desk = { width: 1280, height: 800 }
const wall = { width: 1920, height: 1080 }

// Two looks in a row meet a narrow and a wide screen, and both themes; within each the other widths are tried too.
const faces = [
  { size: phone, theme: 'light' },
  { size: desk, theme: 'dark' },
  { size: phone, theme: 'dark' },
  { size: wall, theme: 'light' },
] as const

const looksWanted = 2
const refusalsSeen = 2
const batchesAtOnce = 2
const pagesABatch = 40
const loadMs = 30_000
const helper = 'http://127.0.0.1:17390'

interface Look {
  path: string
  /** What the server answers: some pages are refusals and say so. */
  status: number
  face: number
}

interface Batch {
  role: string
  cookie: string | undefined
  looks: readonly Look[]
}

interface Reading {
  role: string
  cookie: string
  visits: Visit[]
}

/** What each role finds by following links. */
async function readAsEverybody(t: CloneTest, rare: readonly string[]): Promise<Reading[]> {
  const made = await makeByHand(overHttp(t.url, await t.signIn(accounts.administrator ?? '')))
  const forms = await sendEmptyForm(overHttp(t.url, await t.signIn(accounts.custodian ?? '')), communeA.organisation)
  const own: Record<string, string[]> = { administrator: made, custodian: forms }
  const readings: Reading[] = []
  // Nobody's lasting role: the samples hold a decision for him.
  for (const [role, account] of [...Object.entries(accounts), ['inspector', 'thanhtra'] as const]) {
    const cookie = await t.signIn(account)
    const visits = await crawl(overHttp(t.url, cookie), { perRoute: 1, roots: [...rare, '/', ...(own[role] ?? [])] })
    readings.push({ role, cookie, visits })
  }
  return readings
}

/** Every page once; then again in the face after that, and for one more role, as long as it is made of what was not seen there yet. */
function planLooks(readings: readonly Reading[]): Batch[] {
  const places = new Map(allRoutes().map(({ path }, index) => [path, index]))
  const seen = new Map<string, number>()
  const known = faces.map(() => new Set<string>())
  const plan = ({ url, route, answer }: Visit): Look[] => {
    const own = piecesOf(answer.body)
    const count = seen.get(route.path) ?? 0
    const face = ((places.get(route.path) ?? 0) + count) % faces.length
    const isNew = (piece: string) =>
      count < looksWanted ? !known[face]?.has(piece) : known.every((pieces) => !pieces.has(piece))
    // The menu is each role's own.
    if (count > 0 && url !== '/' && !own.some(isNew)) return []
    for (const piece of own) known[face]?.add(piece)
    seen.set(route.path, count + 1)
    return [{ path: url, status: answer.statusCode, face }]
  }
  const plans = readings.map(({ role, cookie, visits }) => {
    const pages = pagesOf(visits)
    return { role, cookie, pages, looks: pages.flatMap(plan) }
  })
  // Those that one role alone may open have been seen in one face only.
  return plans.flatMap(({ role, cookie, pages, looks }) => {
    const again = pages.filter(({ route }) => seen.get(route.path) === 1).flatMap(plan)
    return inBatches({ role, cookie, looks: [...looks, ...again] })
  })
}

/** The kinds of elements of a page's own part, without their texts and what differs from row to row. */
function piecesOf(body: string): string[] {
  const tags = body.slice(Math.max(0, body.indexOf('<main'))).match(/<[a-z][^>]*>/g) ?? []
  return [...new Set(tags.map((tag) => tag.replace(/(?<!class|role|type)="[^"]*"/g, '=""')))]
}

// What a role may not open answers with one and the same page of refusal: a few of them tell as much as all.
function pagesOf(visits: readonly Visit[]): Visit[] {
  const pages = visits.filter((visit) => isPage(visit) && !isLinkless(visit.route.path))
  const refused = pages.filter(({ answer }) => answer.statusCode === 403).slice(refusalsSeen)
  return pages.filter((page) => !refused.includes(page))
}

/** Looks of one width and theme stand together: a page that changes neither is drawn sooner. */
function inBatches({ role, cookie, looks }: Batch): Batch[] {
  const sorted = looks.toSorted((a, b) => a.face - b.face)
  return Array.from({ length: Math.ceil(sorted.length / pagesABatch) }, (_, index) => ({
    role,
    cookie,
    looks: sorted.slice(index * pagesABatch, (index + 1) * pagesABatch),
  }))
}

/** Faults of all pages of a batch, in a line each. */
async function lookAt(origin: string, batch: Batch, isSecond = false): Promise<string[]> {
  const found: string[] = []
  const waiting = [...batch.looks]
  try {
    const context = await (await browser()).newContext()
    try {
      const [name = '', value = ''] = batch.cookie?.split('=') ?? []
      if (batch.cookie) await context.addCookies([{ name, value, url: origin }])
      const page = await context.newPage()
      for (let look = waiting[0]; look; look = waiting[0]) {
        found.push(...(await findFaults(page, origin, look)).map((fault) => `${batch.role} ${fault}`))
        waiting.shift()
      }
    } finally {
      await context.close()
    }
  } catch (error) {
    // Nothing of a page is hidden by this: it is looked at again, and says the same again.
    if (isSecond) return [...found, `${batch.role} ${waiting[0]?.path}: not looked at: ${(error as Error).message}`]
    found.push(...(await lookAt(origin, { ...batch, looks: waiting }, true)))
  }
  return found
}

async function findFaults(page: Page, origin: string, { path, status, face }: Look): Promise<string[]> {
  const { theme, size } = faces[face] ?? faces[0]
  const faults: string[] = []
  const onConsole = (message: ConsoleMessage) => {
    if (message.type() !== 'error') return
    // The program of signatures on the reader's own machine is asked for, and there is none here.
    if (message.location().url.startsWith(helper)) return
    // The browser notes the status of a page that is an answer of refusal.
    if (status >= 400 && message.text().includes(`status of ${status}`)) return
    faults.push(`console: ${message.text()}`)
  }
  const onError = (error: Error) => faults.push(`script: ${error.message}`)
  page.on('console', onConsole)
  page.on('pageerror', onError)
  try {
    await page.setViewportSize(size)
    // The desk is light until a reader chooses; `theme` is what he chose.
    await page.context().addCookies([{ name: 'theme', value: theme, url: origin }])
    await page.goto(`${origin}${path}`, { waitUntil: 'load', timeout: loadMs })
    const shown = await page.evaluate(() => {
      const { face, theme } = document.documentElement.dataset
      return face === 'wall' ? undefined : theme
    })
    if (shown && shown !== theme) faults.push(`shown in the theme ${shown}`)
    for (const other of [phone, desk, wall].filter((one) => one !== size).concat(size)) {
      await page.setViewportSize(other)
      const { scrollWidth, clientWidth } = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement
        return { scrollWidth, clientWidth }
      })
      if (scrollWidth > clientWidth) faults.push(`scrolls sideways: ${scrollWidth} of ${clientWidth} px`)
    }
    await page.evaluate(leaveOneOfAKind)
    faults.push(...(await findAxeFaults(page)))
  } finally {
    page.off('console', onConsole)
    page.off('pageerror', onError)
  }
  return faults.map((fault) => `${path} at ${size.width} ${theme}: ${fault}`)
}

/** Of the rows of a long list, those that are made alike are taken away but two: what axe says of them it says of all. */
function leaveOneOfAKind(): void {
  for (const parent of document.querySelectorAll('main *')) {
    if (parent.children.length < 6) continue
    const counts = new Map<string, number>()
    for (const child of [...parent.children]) {
      const kind = child.outerHTML.replace(/>[^<]+/g, '>').replace(/ (?!class|role|type)[a-z-]+="[^"]*"/g, '')
      const count = counts.get(kind) ?? 0
      counts.set(kind, count + 1)
      if (count >= 2) child.remove()
    }
  }
}

async function lookAtAll(origin: string, batches: readonly Batch[]): Promise<string[]> {
  const waiting = [...batches]
  const found: string[] = []
  const work = async () => {
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) found.push(...(await lookAt(origin, batch)))
  }
  await Promise.all(Array.from({ length: batchesAtOnce }, work))
  return found
}

test('every role of the demonstration has somebody who looks at its pages', async () => {
  const people = await readDemoPeople(join(projectRoot, 'packs/khanh-hoa'))
  const held = (account: string) => people.find((one) => one.account === account)?.roles.map(({ role }) => role) ?? []
  for (const [role, account] of Object.entries(accounts)) assert.deepEqual(held(account), [role], account)
  const roles = new Set(people.flatMap((one) => one.roles.map(({ role }): string => role)))
  assert.deepEqual([...roles].toSorted(), Object.keys(accounts).toSorted())
})

cloneTest(
  'every page in every role has nothing for axe to find, a silent console and no sideways scroll',
  async (t) => {
    const readings = await readAsEverybody(t, await fillEverything(t.context()))
    const visitor = ['/dang-nhap', '/khong-co-trang-nay'].flatMap((path, index) =>
      faces.map((_, face) => ({ path, status: index === 0 ? 200 : 404, face })),
    )
    const faults = await lookAtAll(t.url, [
      ...planLooks(readings),
      { role: 'visitor', cookie: undefined, looks: visitor },
    ])
    assert.deepEqual(faults, [])
    const reached = new Set(readings.flatMap(({ visits }) => visits.map(({ route }) => route.path)))
    const missing = allRoutes().filter(
      ({ method, path }) => method === 'GET' && !reached.has(path) && !isLinkless(path),
    )
    assert.deepEqual(
      missing.map(({ path }) => path),
      [],
      'every page was met',
    )
  },
  { timeoutMs: 900_000 },
)
