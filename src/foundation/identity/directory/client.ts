/**
 * Asks a directory whether somebody is who he says: search with the agency's own account for exactly one entry, then bind as that entry with
 * the typed password (search-then-bind). An empty password is never sent: servers take such a bind for an anonymous one and say yes
 * (RFC 4513, section 5.1.2).
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Client, InvalidCredentialsError } from 'ldapts'
import type { Config } from '#platform/config'
import { Problem } from '#platform/errors'
import { readSecretKey } from '#platform/secret-key'
import { fillFilter } from './model.ts'
import type { Directory } from './store.ts'

const timeoutMs = 5000
const nonceBytes = 12
const tagBytes = 16
const keyName = 'directory-key'

/** AES-256-GCM, bound to the directory's code. */
export async function sealSecret(config: Config, code: string, secret: string): Promise<Buffer> {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', await readSecretKey(config, keyName), nonce).setAAD(Buffer.from(code))
  return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

async function openSecret(config: Config, { code, bindSecret }: Directory): Promise<string> {
  const key = await readSecretKey(config, keyName)
  const cipher = createDecipheriv('aes-256-gcm', key, bindSecret.subarray(0, nonceBytes), { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(code)).setAuthTag(bindSecret.subarray(-tagBytes))
  return Buffer.concat([cipher.update(bindSecret.subarray(nonceBytes, -tagBytes)), cipher.final()]).toString('utf8')
}

export interface DirectoryEntry {
  dn: string
  name: string | undefined
  email: string | undefined
  phone: string | undefined
}

type Link = Pick<Directory, 'url' | 'startTls' | 'ca'>

async function withClient<T>({ url, startTls, ca }: Link, work: (client: Client) => Promise<T>): Promise<T> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  const tlsOptions = { minVersion: 'TLSv1.2' as const, servername: host, ...(ca ? { ca } : {}) }
  const secure = url.startsWith('ldaps:')
  const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, ...(secure ? { tlsOptions } : {}) })
  try {
    if (startTls && !secure) await client.startTLS(tlsOptions)
    return await work(client)
  } finally {
    await client.unbind().catch(() => {})
  }
}

const textOf = (value: unknown): string | undefined => {
  const first = Array.isArray(value) ? value[0] : value
  const text = Buffer.isBuffer(first) ? first.toString('utf8') : first
  return typeof text === 'string' && text !== '' ? text.slice(0, 300) : undefined
}

/** The entry of a name: nothing where there is none, or more than one. @throws what the connection or the server says. */
export async function findEntry(
  config: Config,
  directory: Directory,
  name: string,
): Promise<DirectoryEntry | undefined> {
  const secret = await openSecret(config, directory)
  return withClient(directory, async (client) => {
    await client.bind(directory.bindDn, secret)
    const { nameAttribute, mailAttribute, phoneAttribute } = directory
    const { searchEntries } = await client.search(directory.baseDn, {
      scope: 'sub',
      filter: fillFilter(directory.filter, name),
      attributes: [nameAttribute, mailAttribute, phoneAttribute],
      sizeLimit: 2,
      timeLimit: Math.ceil(timeoutMs / 1000),
    })
    const [entry, another] = searchEntries
    if (!entry || another) return undefined
    return {
      dn: entry.dn,
      name: textOf(entry[nameAttribute]),
      email: textOf(entry[mailAttribute]),
      phone: textOf(entry[phoneAttribute]),
    }
  })
}

/** The entry of whoever proves himself by its password. @throws Problem 503 when the directory cannot be asked. */
export async function proveInDirectory(
  config: Config,
  directory: Directory,
  { name, password }: { name: string; password: string },
): Promise<DirectoryEntry | undefined> {
  if (password === '' || !directory.enabled) return undefined
  try {
    const entry = await findEntry(config, directory, name)
    if (!entry) return undefined
    return await withClient(directory, async (client) => {
      try {
        await client.bind(entry.dn, password)
        return entry
      } catch (error) {
        if (error instanceof InvalidCredentialsError) return undefined
        throw error
      }
    })
  } catch (cause) {
    const problem = new Problem(
      'session.directory-silent',
      503,
      `Danh bạ “${directory.name}” không trả lời nên chưa kiểm tra được mật khẩu. Xin thử lại sau ít phút.`,
      { directory: directory.code },
    )
    problem.cause = cause
    throw problem
  }
}
