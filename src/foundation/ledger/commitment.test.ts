import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { commit, firstIdAt, makeEntryId, openBody, sealBody } from './commitment.ts'
import { sha256 } from './merkle.ts'
import { canonicalise, type Json, preimageOf } from './model.ts'
import { formatCheckpoint, makeSigner, parseNote, verifyNote } from './note.ts'

// fast-check promises a JSON value and types it as unknown.
const json = fc.jsonValue().map((value) => value as Json)

test('the canonical form keeps the value, and is its own canonical form', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalise(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalise(JSON.parse(text)), text)
    }),
  )
  assert.equal(canonicalise({ b: [1e21, -0], a: { ư: 'Đ', z: null } }), '{"a":{"z":null,"ư":"Đ"},"b":[1e+21,0]}')
  for (const bad of [Number.NaN, undefined, new Date(), () => 0, 1n])
    assert.throws(() => canonicalise(bad as Json), TypeError)
})

test('the text of an entry is the canonical form of its columns', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(text, text, fc.option(text), fc.option(text), json, (actor, subject, purpose, sealedUnder, body) => {
      const at = new Date('2026-11-22T03:05:00.120Z')
      const row = {
        actor,
        subject,
        purpose,
        sealedUnder,
        organisation: 'X01',
        action: 'a.b',
        body: canonicalise(body),
        batch: null,
      }
      const expected = { ...row, body, id: 'i', at: at.toISOString(), version: 1 }
      assert.equal(preimageOf(row, 'i', at), canonicalise(expected))
    }),
  )
})

test('a commitment is the plain hash of salt and text, however long', () => {
  for (const length of [0, 10, 70_000, 300_000]) {
    const salt = randomBytes(16)
    const text = 'Đ'.repeat(length)
    assert.deepEqual(commit(salt, text), sha256(Buffer.concat([salt, Buffer.from(text)])))
  }
})

test('a sealed body opens under its own key and entry only, and not when a bit is turned', () => {
  fc.assert(
    fc.property(json, (body) => {
      const key = randomBytes(32)
      const sealed = sealBody(key, 'entry-1', body)
      assert.equal(canonicalise(openBody(key, 'entry-1', sealed)), canonicalise(body))
      assert.throws(() => openBody(randomBytes(32), 'entry-1', sealed), /another key/)
      assert.throws(() => openBody(key, 'entry-2', sealed))
      const parsed = JSON.parse(sealed)
      const bytes = Buffer.from(parsed.ciphertext, 'base64')
      bytes[0] = (bytes[0] ?? 0) ^ 1
      assert.throws(() => openBody(key, 'entry-1', canonicalise({ ...parsed, ciphertext: bytes.toString('base64') })))
    }),
    { numRuns: 30 },
  )
})

test('ids are in order of time, and of making within a millisecond', () => {
  const at = new Date('2026-11-22T03:05:00.120Z')
  const ids = Array.from({ length: 50 }, () => makeEntryId(at))
  // The serial wraps once in 4.096 ids: at most one step of fifty goes down.
  assert.ok(ids.filter((id, n) => n > 0 && id < (ids[n - 1] ?? '')).length <= 1)
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.ok(id >= firstIdAt(at) && id < firstIdAt(new Date(at.getTime() + 1)))
  }
})

test('a signed note reads back, and any changed character breaks its signature or its form', () => {
  const signer = makeSigner('tests.invalid/ledger', generateKeyPairSync('ed25519').privateKey)
  const text = formatCheckpoint({ origin: signer.name, size: 12, root: randomBytes(32), at: new Date(), previous: 7 })
  const note = signer.sign(text)
  const parsed = parseNote(note)
  assert.ok(parsed && verifyNote(parsed, [signer.verifierKey]))
  assert.deepEqual([parsed.size, parsed.previous, parsed.text], [12, 7, text])
  for (let place = 0; place < note.length; place += 1) {
    const bent = parseNote(`${note.slice(0, place)}${note[place] === 'A' ? 'B' : 'A'}${note.slice(place + 1)}`)
    if (bent) assert.ok(!verifyNote(bent, [signer.verifierKey]), `at ${place}`)
  }
})
