/**
 * Office files are turned into PDF by LibreOffice, where it is installed: with a profile of its own that runs no macro, follows no link to
 * other files or addresses, and is thrown away; without a network, where the machine lets a program be put apart from it.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Bounds, ProgramFault, runBounded } from '../bounded.ts'
import { mostPagesShown } from './model.ts'

const bounds: Bounds = { timeoutMs: 60_000, memoryBytes: 1.5 * 1024 ** 3 }
const mostPdf = 64 * 1024 ** 2

export const findOffice = (): string | undefined =>
  [
    '/usr/bin/soffice',
    '/usr/lib/libreoffice/program/soffice',
    '/opt/libreoffice/program/soffice',
    '/Applications/LibreOffice.app/Contents/MacOS/soffice',
  ].find((path) => existsSync(path))

const rules: readonly [path: string, name: string, value: string][] = [
  ['Common/Security/Scripting', 'DisableMacrosExecution', 'true'],
  ['Common/Security/Scripting', 'MacroSecurityLevel', '3'],
  ['Common/Security/Scripting', 'BlockUntrustedRefererLinks', 'true'],
  ['Writer/Content/Update', 'Link', '0'],
  ['Calc/Content/Update', 'Link', '2'],
  // A proxy that is none, for what still would ask.
  ['Inet/Settings', 'ooInetProxyType', '1'],
  ['Inet/Settings', 'ooInetHTTPProxyName', '127.0.0.1'],
  ['Inet/Settings', 'ooInetHTTPProxyPort', '9'],
  ['Inet/Settings', 'ooInetHTTPSProxyName', '127.0.0.1'],
  ['Inet/Settings', 'ooInetHTTPSProxyPort', '9'],
]

const profile = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
${rules
  .map(
    ([path, name, value]) =>
      `<item oor:path="/org.openoffice.${name.startsWith('ooInet') ? '' : 'Office.'}${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`,
  )
  .join('\n')}
</oor:items>
`

const unshare = ['/usr/bin/unshare'].find((path) => existsSync(path))
let apart: Promise<readonly string[]> | undefined

/** The words before a command that take its network away; none where the machine does not allow it. */
function wordsApart(folder: string): Promise<readonly string[]> {
  if (!unshare) return Promise.resolve([])
  const words = [unshare, '--map-root-user', '--net', '--']
  apart ??= runBounded({ path: unshare, args: [...words.slice(1), '/bin/true'], folder, bounds }).then(
    () => words,
    () => [],
  )
  return apart
}

/** The first pages as PDF. @throws ProgramFault */
export async function officeToPdf(office: string, folder: string, name: string): Promise<Buffer> {
  await mkdir(join(folder, 'profile', 'user'), { recursive: true })
  await writeFile(join(folder, 'profile', 'user', 'registrymodifications.xcu'), profile)
  const range = JSON.stringify({ PageRange: { type: 'string', value: `1-${mostPagesShown}` } })
  const filter = `pdf:${name.endsWith('.xlsx') ? 'calc' : 'writer'}_pdf_Export:${range}`
  const own = ['--headless', '--norestore', '--nolockcheck', '--nodefault', '--convert-to', filter, '--outdir', folder]
  const words = [...(await wordsApart(folder)), office, `-env:UserInstallation=file://${folder}/profile`, ...own]
  const [path = office, ...args] = [...words, join(folder, name)]
  await runBounded({ path, args, folder, bounds })
  const made = join(folder, name.replace(/\.\w+$/, '.pdf'))
  // It ends well where it could read nothing, too.
  const size = (await stat(made).catch(() => undefined))?.size ?? 0
  if (size === 0 || size > mostPdf) throw new ProgramFault(`made a PDF of ${size} bytes`)
  return readFile(made)
}
