/** Trust services of nobody (simulators/tsa) as a process of their own, and those who sign with its keys. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { constants, createPrivateKey, privateEncrypt, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import type { SigningMeans } from '#signing'
import { debianProgram } from './debian.ts'
import type { DbTest } from './harness.ts'
import { projectRoot } from './settings.ts'

export const openssl = debianProgram('openssl', ['/usr/bin/openssl', '/usr/local/bin/openssl'])

export interface Trust {
  url: string
  folder: string
  /** Folder that holds the one trusted root. */
  rootsDir: string
  means(name: 'person' | 'deputy' | 'leader' | 'leaver' | 'mover' | 'seal' | 'expired' | 'stranger'): SigningMeans
  behave(change: Record<string, unknown>): Promise<void>
  revoke(name: string): Promise<void>
}

const children = new Set<ChildProcess>()
let started: Promise<Trust> | undefined

// It ends with its standard input.
after(() => {
  for (const child of children) child.stdin?.end()
})

/** The same for all tests of a run; needs openssl. */
export function startTrust(): Promise<Trust> {
  started ??= start()
  return started
}

async function start(): Promise<Trust> {
  await openssl.find()
  const child = spawn(
    process.execPath,
    ['scripts/launch.mjs', 'simulators/tsa/main.ts', '--port', '0', '--until-input-ends'],
    {
      cwd: projectRoot,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  children.add(child)
  child.unref()
  const { url, control, folder } = JSON.parse(await firstLine(child)) as Record<'url' | 'control' | 'folder', string>
  const rootsDir = join(folder, 'roots')
  const post = async (place: string, body: unknown) => {
    const answer = await fetch(`${control}${place}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${place}: ${await answer.text()}`)
  }
  return {
    url,
    folder,
    rootsDir,
    means: (name) => readMeans(folder, name),
    behave: (change) => post('/behaviour', change),
    revoke: (name) => post('/revoke', { name }),
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the trust services have no output')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the trust services ended before they listened')
}

/** DigestInfo of SHA-256 (RFC 8017, 9.2). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

function readMeans(folder: string, name: string): SigningMeans {
  const pem = (file: string) => readFileSync(join(folder, file))
  const key = createPrivateKey(pem(`${name}.key`))
  const issuer = name === 'stranger' ? 'strange' : 'issuing'
  const chain = [name, issuer].map((one) => new X509Certificate(pem(`${one}.pem`)).raw)
  if (key.asymmetricKeyType === 'rsa')
    return {
      chain,
      algorithm: 'rsa-pkcs1-sha256',
      sign: async (digest) =>
        privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([digestInfo, digest])),
    }
  return {
    chain,
    algorithm: 'ecdsa-p256-sha256',
    sign: async (digest) => signDigest(join(folder, `${name}.key`), digest),
  }
}

/** Node signs data and not digests with ECDSA; openssl does. */
function signDigest(keyFile: string, digest: Uint8Array): Buffer {
  const place = mkdtempSync(join(tmpdir(), 'tram-sign-'))
  try {
    writeFileSync(join(place, 'digest'), digest)
    return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', keyFile, '-in', join(place, 'digest')])
  } finally {
    rmSync(place, { recursive: true })
  }
}

/** The clock and the settings of the shared server follow these trust services as long as `work` goes on. */
export async function withTrust(db: DbTest, work: (t: DbTest, trust: Trust) => Promise<void>): Promise<void> {
  const trust = await startTrust()
  const t = db.at(new Date())
  const { config } = t.context()
  const before = { tsaUrl: config.tsaUrl, trustDir: config.trustDir, pullHosts: config.pullHosts }
  Object.assign(config, { tsaUrl: `${trust.url}/tsa`, trustDir: trust.rootsDir, pullHosts: ['127.0.0.1'] })
  try {
    await work(t, trust)
  } finally {
    await trust.behave({})
    Object.assign(config, before)
  }
}
