/**
 * Commitments: what the tree holds instead of contents. A leaf is SHA-256(salt ‖ canonical JSON), so that a proof shown to a stranger
 * tells nothing about its neighbours. A sealed body is committed to as ciphertext: its key may be destroyed and every hash still stands.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { hashLeaf, sha256 } from './merkle.ts'
import { canonicalise, type Json } from './model.ts'

let serial = 0

/** A UUIDv7 of the given instant; ids of one process keep their order within a millisecond. */
export function makeEntryId(at: Date): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(at.getTime(), 0, 6)
  serial = (serial + 1) % 4096
  bytes.writeUInt16BE(0x7000 + serial, 6)
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f)
  return formatUuid(bytes.toString('hex'))
}

/** The smallest id of an instant: bounds of a search by time. */
export const firstIdAt = (at: Date): string =>
  formatUuid(`${Math.max(0, at.getTime()).toString(16).padStart(12, '0')}00000000000000000000`)

export const formatUuid = (hex: string) =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`

let scratch = Buffer.alloc(64 * 1024)

/** SHA-256(salt ‖ text). */
export function commit(salt: Uint8Array, text: string): Buffer {
  const most = salt.length + text.length * 3
  if (most > scratch.length) scratch = Buffer.alloc(most * 2)
  scratch.set(salt, 0)
  const end = salt.length + scratch.write(text, salt.length, 'utf8')
  return sha256(scratch.subarray(0, end))
}

const Sealed = z.strictObject({ ciphertext: z.base64(), fingerprint: z.string(), nonce: z.base64() })

/** Names a key without giving it away; committed to with the body, so that no second key can claim to open it. */
export const fingerprintOf = (key: Uint8Array): Buffer =>
  sha256(Buffer.concat([Buffer.from('tram-huong ledger body key\n'), key]))

/** Encrypts a body with AES-256-GCM, bound to its entry. */
export function sealBody(key: Uint8Array, entryId: string, body: Json): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(entryId))
  const ciphertext = Buffer.concat([cipher.update(canonicalise(body), 'utf8'), cipher.final(), cipher.getAuthTag()])
  return canonicalise({
    ciphertext: ciphertext.toString('base64'),
    fingerprint: fingerprintOf(key).toString('hex'),
    nonce: nonce.toString('base64'),
  })
}

/** @throws when the key is not the one, or the body was changed. */
export function openBody(key: Uint8Array, entryId: string, sealed: string): Json {
  const { ciphertext, fingerprint, nonce } = Sealed.parse(JSON.parse(sealed))
  if (fingerprintOf(key).toString('hex') !== fingerprint) throw new Error(`another key sealed entry ${entryId}`)
  const bytes = Buffer.from(ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(entryId)).setAuthTag(bytes.subarray(-16))
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8'))
}

/** Each item of a batch has a salt of its own, so that the proof of one opens none of the others. */
export function itemSalt(batchSalt: Uint8Array, index: number): Buffer {
  const input = Buffer.alloc(batchSalt.length + 8)
  input.set(batchSalt)
  input.writeBigUInt64BE(BigInt(index), batchSalt.length)
  return sha256(input)
}

export const hashItem = (salt: Uint8Array, item: Json): Buffer => hashLeaf(commit(salt, canonicalise(item)))
