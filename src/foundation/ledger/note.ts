/**
 * Checkpoints as signed notes (C2SP tlog-checkpoint and signed-note): lines of text, an empty line, and a line for each signature,
 * `— name base64(key hash ‖ signature)`. Two extension lines are signed along: the time, and the size of the checkpoint before, so
 * that one taken out of the middle is missed. The key is Ed25519; its private half is a file that only the program's account reads.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sha256 } from './merkle.ts'

export interface CheckpointText {
  origin: string
  size: number
  root: Buffer
  at: Date
  /** Size of the checkpoint before; 0 for the first. */
  previous: number
}

export interface Signer {
  name: string
  /** `name+hash+base64`, as signed-note writes public keys. */
  verifierKey: string
  sign(text: string): string
}

const algorithm = 0x01
const spkiPrefixBytes = 12

export function formatCheckpoint({ origin, size, root, at, previous }: CheckpointText): string {
  return `${origin}\n${size}\n${root.toString('base64')}\nat ${at.toISOString()}\nprevious ${previous}\n`
}

const noteShape =
  /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\nat ([0-9T:.Z-]{24})\nprevious (0|[1-9]\d{0,15})\n\n— (\S+) ([A-Za-z0-9+/]{91}=)\n$/

export interface ParsedNote extends CheckpointText {
  text: string
  keyName: string
  signature: Buffer
}

/** Undefined when the text is no checkpoint of ours. */
export function parseNote(note: string): ParsedNote | undefined {
  const found = noteShape.exec(note)
  if (!found) return undefined
  const [, origin = '', size, root = '', at = '', previous, keyName = '', signature = ''] = found
  // Base64 can say the same in several ways: only the one is the text that was signed and stored.
  if (![root, signature].every((text) => Buffer.from(text, 'base64').toString('base64') === text)) return undefined
  return {
    text: note.slice(0, note.indexOf('\n\n') + 1),
    origin,
    size: Number(size),
    root: Buffer.from(root, 'base64'),
    at: new Date(at),
    previous: Number(previous),
    keyName,
    signature: Buffer.from(signature, 'base64'),
  }
}

/** Whether one of the keys signed the note. */
export function verifyNote(note: ParsedNote, verifierKeys: readonly string[]): boolean {
  return verifierKeys.some((verifierKey) => {
    const key = parseVerifierKey(verifierKey)
    return (
      key !== undefined &&
      key.name === note.keyName &&
      key.hash.equals(note.signature.subarray(0, 4)) &&
      verify(null, Buffer.from(note.text), key.publicKey, note.signature.subarray(4))
    )
  })
}

function keyHash(name: string, publicBytes: Uint8Array): Buffer {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(algorithm), publicBytes])).subarray(0, 4)
}

interface VerifierKey {
  name: string
  hash: Buffer
  publicKey: KeyObject
}

const knownKeys = new Map<string, VerifierKey>()

function parseVerifierKey(text: string): VerifierKey | undefined {
  const known = knownKeys.get(text)
  if (known) return known
  const [, name = '', hash = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes[0] !== algorithm || keyHash(name, bytes.subarray(1)).toString('hex') !== hash) return undefined
  const x = bytes.subarray(1).toString('base64url')
  const key = {
    name,
    hash: Buffer.from(hash, 'hex'),
    publicKey: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
  }
  if (knownKeys.size < 100) knownKeys.set(text, key)
  return key
}

const rawPublicKey = (privateKey: KeyObject): Buffer =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(spkiPrefixBytes)

export function makeSigner(name: string, privateKey: KeyObject): Signer {
  const bytes = rawPublicKey(privateKey)
  const hash = keyHash(name, bytes)
  return {
    name,
    verifierKey: `${name}+${hash.toString('hex')}+${Buffer.concat([Buffer.of(algorithm), bytes]).toString('base64')}`,
    sign: (text) =>
      `${text}\n— ${name} ${Buffer.concat([hash, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`,
  }
}

/**
 * Opens the key file, and makes it on first use. Beside it, `<path>.pub` lists the public keys ever used, the newest last: a key is
 * changed by moving the private file away, and the checkpoints of the old one are still believed.
 */
export async function openSigner(path: string, newName: string): Promise<Signer> {
  const pem = (await readIfPresent(path)) ?? (await createKeyFile(path))
  const privateKey = createPrivateKey(pem)
  const encoded = Buffer.concat([Buffer.of(algorithm), rawPublicKey(privateKey)]).toString('base64')
  const known = await readVerifierKeys(path)
  // The name is part of the key's hash: once given, it stays, even when the site's address changes.
  const name = known.find((key) => key.endsWith(`+${encoded}`))?.split('+')[0]
  const signer = makeSigner(name ?? newName, privateKey)
  if (!name) await writeFile(`${path}.pub`, [...known, signer.verifierKey, ''].join('\n'))
  return signer
}

/** The public keys that this installation believes. */
export async function readVerifierKeys(path: string): Promise<string[]> {
  return ((await readIfPresent(`${path}.pub`)) ?? '').split('\n').filter((line) => line !== '')
}

async function createKeyFile(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const draft = `${path}.${process.pid}.new`
  await writeFile(draft, pem, { mode: 0o600, flush: true })
  try {
    await link(draft, path)
    return pem
  } catch (error) {
    // Another process made it first: its key is the one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return await readFile(path, 'utf8')
  } finally {
    await unlink(draft)
  }
}

export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}

/** Keeps the last checkpoint outside the database, so that a tail cut off there is missed here. */
export async function writeWitness(path: string, note: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}.new`
  const file = await open(draft, 'w')
  try {
    await file.writeFile(note)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}
