import { createHash, randomBytes, randomInt } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

// argon2id is the library's default algorithm; memory in KiB.
const costs = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password.normalize('NFC'), costs)

/** Takes as long for an account that does not exist, so that the answer's time tells nothing. */
export async function verifyPassword(known: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(16).toString('hex'))
  const matches = await verify(known ?? (await decoy), password.normalize('NFC'))
  return known !== undefined && matches
}
let decoy: Promise<string> | undefined

/** What a lasting key begins with. */
export const tokenPrefix = 'tram_'

/** 256 random bits; only their hash is stored. */
export function newToken(prefix = ''): { token: string; tokenHash: Buffer } {
  const token = prefix + randomBytes(32).toString('base64url')
  return { token, tokenHash: hashToken(token) }
}

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest()

/** A password that can be read out over the telephone: no letters that look alike. */
export function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}

/** What the provider hands out, by its kind: two kinds never share a hash. */
export const hashArtifact = (model: string, id: string): Buffer => hashToken(`${model} ${id}`)
