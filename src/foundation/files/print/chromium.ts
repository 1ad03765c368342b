/**
 * One Chromium for one document, over the DevTools pipe (JSON messages ended by a zero byte, on descriptors 3 and 4). The document is set
 * into an empty page: it has no address, so it can read no file; its policy lets nothing be fetched but what it brings along as `data:`,
 * no name is resolved, and its scripts do not run. Time and memory are bounded; the whole group of processes dies with its leader.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { type Bounds, endGroup, watchBounds } from '../bounded.ts'

const places = [
  // Debian's without windows: it begins sooner.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The Chromium of this machine: the one that is set, or one where it usually lies. */
export const findChromium = (chromiumPath: string | undefined): string | undefined =>
  (chromiumPath === undefined ? places : [chromiumPath]).find((path) => existsSync(path))

const flags = [
  '--headless',
  '--remote-debugging-pipe',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--no-first-run',
  '--no-default-browser-check',
  '--host-resolver-rules=MAP * ~NOTFOUND',
]

/** What went wrong in the printing program; the caller gives it words. */
export class PrintFault extends Error {
  override readonly name: string = 'PrintFault'
}

/** It ended before it had printed: it may want for a sandbox, which root has none of, and containers often neither. */
export class EndedEarly extends PrintFault {
  override readonly name = 'EndedEarly'
}

/** @throws PrintFault when it does not start, takes too long or too much, or ends early. */
export async function printDocument(
  chromium: string,
  html: string,
  bounds: Bounds,
  hasSandbox = process.getuid?.() !== 0,
): Promise<Buffer> {
  const profile = await mkdtemp(join(tmpdir(), 'tram-print-'))
  const rights = hasSandbox ? [] : ['--no-sandbox']
  const program = spawn(chromium, [...flags, ...rights, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  try {
    return await Promise.race([converse(program, html), guard(program, bounds)])
  } finally {
    endGroup(program)
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }).catch(() => {})
  }
}

async function converse(program: ChildProcess, html: string): Promise<Buffer> {
  const line = openLine(program)
  const { targetInfos } = await line.ask<{ targetInfos: { targetId: string; type: string }[] }>('Target.getTargets')
  const targetId =
    targetInfos.find(({ type }) => type === 'page')?.targetId ??
    (await line.ask<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })).targetId
  const { sessionId } = await line.ask<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
  const ask = <T>(method: string, params: object = {}) => line.ask<T>(method, params, sessionId)
  await ask('Emulation.setScriptExecutionDisabled', { value: true })
  const { frameTree } = await ask<{ frameTree: { frame: { id: string } } }>('Page.getFrameTree')
  await ask('Page.setDocumentContent', { frameId: frameTree.frame.id, html })
  // Fonts that the document brings along are read apart from it; asked from outside, which its own scripts cannot.
  await ask('Runtime.evaluate', { expression: 'document.fonts.ready.then(() => true)', awaitPromise: true })
  const { data } = await ask<{ data: string }>('Page.printToPDF', {
    generateTaggedPDF: true,
    generateDocumentOutline: true,
    displayHeaderFooter: false,
    // A4, where the document says nothing else.
    paperWidth: 8.27,
    paperHeight: 11.69,
    preferCSSPageSize: true,
    printBackground: true,
  })
  return Buffer.from(data, 'base64')
}

interface Line {
  ask<T>(method: string, params?: object, sessionId?: string): Promise<T>
}

function openLine(program: ChildProcess): Line {
  // Descriptors 3 and 4 were asked for as pipes above.
  const out = program.stdio[3] as Writable
  const back = program.stdio[4] as Readable
  const waiting = new Map<number, { take(result: unknown): void; fail(error: Error): void }>()
  let rest: Buffer[] = []
  let last = 0
  out.on('error', () => {})
  back.on('error', () => {})
  back.on('data', (chunk: Buffer) => {
    let from = 0
    for (let end = chunk.indexOf(0); end >= 0; end = chunk.indexOf(0, from)) {
      const message = JSON.parse(Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8'))
      rest = []
      from = end + 1
      const one = waiting.get(message.id)
      waiting.delete(message.id)
      if (message.error) one?.fail(new PrintFault(message.error.message))
      else one?.take(message.result)
    }
    if (from < chunk.length) rest.push(chunk.subarray(from))
  })
  return {
    ask<T>(method: string, params: object = {}, sessionId?: string) {
      last += 1
      const id = last
      return new Promise<T>((resolve, reject) => {
        waiting.set(id, { take: (result) => resolve(result as T), fail: reject })
        out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      })
    },
  }
}

/** Never resolves; rejects when the program ends, or takes more time or memory than it may. */
function guard(program: ChildProcess, bounds: Bounds): Promise<never> {
  return new Promise((_, reject) => {
    const stop = watchBounds(program, bounds, (words) => fail(new PrintFault(words)))
    const fail = (fault: PrintFault) => {
      stop()
      reject(fault)
    }
    program.on('error', (error) => fail(new PrintFault(error.message)))
    program.on('exit', (code, signal) => fail(new EndedEarly(`Chromium ended (${code ?? signal})`)))
  })
}
