/** Tokens, certificates and the signer's helper as tests need them: SoftHSM, OpenSSL, the helper as a process of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { promisify } from 'node:util'
import { debianProgram } from './debian.ts'
import { projectRoot } from './settings.ts'

const run = promisify(execFile)

export const softHsm = debianProgram('softhsm2', ['/usr/bin/softhsm2-util'])
export const openSc = debianProgram('opensc', ['/usr/bin/pkcs11-tool'])
export const openSsl = debianProgram('openssl', ['/usr/bin/openssl'])

const softHsmLibraries = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so']

export const noTokens = softHsm.skip || openSc.skip || openSsl.skip

const children = new Set<ChildProcess>()
const folders = new Set<string>()
after(async () => {
  for (const child of children) child.stdin?.end()
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tram-tokens-'))
  folders.add(folder)
  return folder
}

export interface TestToken {
  module: string
  token: string
  pin: string
  tool: string
  /** What the processes need that reach the token. */
  environment: Record<string, string>
}

export interface HeldKey {
  /** Hex. */
  id: string
  /** Paths of PEM files; the key is not encrypted. */
  key: string
  certificate: string
}

/** An authority of tests: `issue` signs a certificate of a person or an agency with it. */
export interface TestAuthority {
  certificate: string
  issue(name: string, subject: string, options?: { days?: number; kind?: 'rsa' | 'ec' }): Promise<Omit<HeldKey, 'id'>>
}

export async function makeAuthority(folder: string): Promise<TestAuthority> {
  const openssl = await openSsl.find()
  const path = (name: string) => join(folder, name)
  const ssl = (...args: string[]) => run(openssl, args, { cwd: folder })
  const newKey = (kind: 'rsa' | 'ec') =>
    kind === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  await ssl(
    ...['req', '-x509', ...newKey('ec'), '-nodes', '-keyout', 'authority.key', '-out', 'authority.pem'],
    ...['-days', '3650', '-utf8', '-subj', '/C=VN/O=Cơ quan cấp chứng thư (minh họa)/CN=Chứng thư gốc minh họa'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  )
  return {
    certificate: path('authority.pem'),
    async issue(name, subject, { days = 365, kind = 'rsa' } = {}) {
      await ssl(
        ...['req', '-new', ...newKey(kind), '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`],
        ...['-utf8', '-subj', subject],
      )
      await writeFile(
        path(`${name}.ext`),
        'basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\n',
      )
      await ssl(
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'],
        ...['-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.pem`],
      )
      return { key: path(`${name}.key`), certificate: path(`${name}.pem`) }
    },
  }
}

/** A SoftHSM token of its own, with these keys and certificates on it. */
export async function makeToken(folder: string, token: string, held: readonly HeldKey[]): Promise<TestToken> {
  const [util, tool, openssl] = [await softHsm.find(), await openSc.find(), await openSsl.find()]
  const module = await findLibrary()
  const pin = '246810'
  const settings = join(folder, 'softhsm2.conf')
  await writeFile(settings, `directories.tokendir = ${folder}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  const environment = { SOFTHSM2_CONF: settings, PATH: process.env.PATH ?? '' }
  const options = { env: environment, cwd: folder }
  await run(util, ['--init-token', '--free', '--label', token, '--pin', pin, '--so-pin', '87654321'], options)
  for (const { id, key, certificate } of held) {
    await run(openssl, ['pkcs8', '-topk8', '-nocrypt', '-in', key, '-out', `${id}.p8`], options)
    await run(util, ['--import', `${id}.p8`, '--token', token, '--label', `k-${id}`, '--id', id, '--pin', pin], options)
    await run(openssl, ['x509', '-in', certificate, '-outform', 'der', '-out', `${id}.der`], options)
    await run(
      tool,
      [
        ...['--module', module, '--token-label', token, '--login', '--pin', pin],
        ...['--write-object', `${id}.der`, '--type', 'cert', '--id', id, '--label', `k-${id}`],
      ],
      options,
    )
  }
  return { module, token, pin, tool, environment }
}

async function findLibrary(): Promise<string> {
  for (const path of softHsmLibraries) if (await readFile(path).catch(() => undefined)) return path
  throw new Error(`softhsm2 brought none of ${softHsmLibraries.join(', ')}`)
}

/** The helper as a process of its own; its address. */
export async function startHelper(args: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  const child = spawn(
    process.execPath,
    ['scripts/launch.mjs', 'helper/main.ts', '--port', '0', '--no-window', '--until-input-ends', ...args],
    { cwd: projectRoot, stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...environment } },
  )
  children.add(child)
  child.unref()
  for await (const line of createInterface({ input: child.stdout })) return (JSON.parse(line) as { url: string }).url
  throw new Error('the helper ended before it listened')
}
