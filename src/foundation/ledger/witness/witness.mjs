// Làm chứng cho nhật ký từ một máy khác: giữ điểm niêm phong mới nhất, mỗi lần hỏi lại đòi chứng minh rằng lịch sử đã giữ không bị viết lại.
// A witness of the ledger on another machine. It keeps the newest signed checkpoint in a file of its own, and asks of every newer one
// the proof that the history it has seen is its beginning (RFC 9162, 2.1.4.2). Node 20 or newer; no database, no other file.
//
//   TRAM_TOKEN=… node witness.mjs https://ADDRESS --key PUBLIC-KEY [--key OLDER-KEY] --file KEPT.txt
//
// The token is one with the scope ledger:witness. Get the public key from the page Nhật ký, or better by another way. Run it by a timer.
// Exit code 0: it continues what was kept, and is kept now. 1: it does not; the file stays as it was, and what was shown instead lies
// beside it as proof. 2: nothing could be asked.
import { createHash, createPublicKey, verify } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

class Refuted extends Error {}
class Unasked extends Error {}

const sha256 = (...parts) => {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest()
}
const nodeOf = (left, right) => sha256(Buffer.from([1]), left, right)
const bytesOf = (text) => {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new Refuted(`no canonical base64: ${text}`)
  return bytes
}

// C2SP signed-note and tlog-checkpoint: name, size, root; then the signature's line.
function readNote(note, keys, what) {
  const parts = /^(([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/=]+)\n[\s\S]*\n)\n— (\S+) ([A-Za-z0-9+/=]+)\n$/.exec(note)
  if (!parts) throw new Refuted(`${what} is no signed checkpoint`)
  const [, text, , size, root, name, encoded] = parts
  const signature = bytesOf(encoded)
  const isSigned = keys.some((key) => {
    const [keyName, hash, ...rest] = key.split('+')
    const bytes = bytesOf(rest.join('+'))
    if (keyName !== name || bytes[0] !== 1 || bytes.length !== 33) return false
    if (sha256(`${keyName}\n`, bytes).subarray(0, 4).toString('hex') !== hash) return false
    if (signature.subarray(0, 4).toString('hex') !== hash) return false
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') }
    return verify(null, Buffer.from(text), createPublicKey({ key: jwk, format: 'jwk' }), signature.subarray(4))
  })
  if (!isSigned) throw new Refuted(`${what} is not signed by a key that is believed`)
  return { note, size: Number(size), root: bytesOf(root) }
}

// RFC 9162, 2.1.4.2: whether the path leads from the old root to itself and to the new one. Sizes stay below 2^53, so no bits are shifted.
function continues(first, second, path) {
  const isPower = Number.isInteger(Math.log2(first.size))
  const [seed, ...steps] = isPower ? [first.root, ...path] : path
  if (!seed || steps.length === 0 || [seed, ...steps].some((step) => step.length !== 32)) return false
  let [node, last] = [first.size - 1, second.size - 1]
  const up = () => {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  while (node % 2 === 1) up()
  let [old, grown] = [seed, seed]
  for (const step of steps) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      old = nodeOf(step, old)
      grown = nodeOf(step, grown)
      while (node % 2 === 0 && node !== 0) up()
    } else grown = nodeOf(grown, step)
    up()
  }
  return last === 0 && old.equals(first.root) && grown.equals(second.root)
}

async function ask(address, path) {
  const url = new URL(path, address)
  const headers = { authorization: `Bearer ${process.env.TRAM_TOKEN ?? ''}` }
  const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(30_000) }).catch(
    (error) => {
      throw new Unasked(`${url.host} does not answer: ${error.cause?.message ?? error.message}`)
    },
  )
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Unasked(`${url.host} answers ${answer.status} to ${path}`)
  return await answer.text()
}

async function proofOf(address, kept, shown) {
  const path = `/api/v1/ledger/ct/v1/get-sth-consistency?first=${kept.size}&second=${shown.size}`
  const text = await ask(address, path)
  if (text === undefined) throw new Refuted(`it gives no proof from ${kept.size} to ${shown.size} entries`)
  return JSON.parse(text).consistency.map(bytesOf)
}

async function compare(address, kept, shown) {
  if (shown.size < kept.size)
    throw new Refuted(`${kept.size} entries were seen, and now there are ${shown.size}: a tail was cut off`)
  if (shown.size === kept.size) {
    if (!shown.root.equals(kept.root)) throw new Refuted(`another history of the same ${kept.size} entries is shown`)
  } else if (!continues(kept, shown, await proofOf(address, kept, shown)))
    throw new Refuted(
      `the first ${kept.size} of ${shown.size} entries are not those that were seen: history was rewritten or forked`,
    )
}

function write(path, text) {
  const draft = `${path}.${process.pid}.new`
  const file = openSync(draft, 'w')
  writeFileSync(file, text)
  fsyncSync(file)
  closeSync(file)
  renameSync(draft, path)
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string', multiple: true }, file: { type: 'string' } },
  })
  const [address] = positionals
  const { key: keys, file } = values
  if (!address || !keys || !file) throw new Unasked('node witness.mjs https://ADDRESS --key PUBLIC-KEY --file KEPT.txt')
  const kept = existsSync(file) ? readNote(readFileSync(file, 'utf8'), keys, `the file ${file}`) : undefined
  const text = await ask(address, '/api/v1/ledger/checkpoint')
  if (text === undefined) {
    if (kept) throw new Refuted(`${kept.size} entries were seen, and now no checkpoint is shown`)
    throw new Unasked('nothing has been signed there yet')
  }
  try {
    const shown = readNote(text, keys, 'what is shown')
    if (kept) await compare(address, kept, shown)
    if (!kept || shown.size > kept.size) write(file, text)
    console.log(`ĐÚNG / continues: ${kept?.size ?? 0} → ${shown.size}`)
  } catch (error) {
    if (error instanceof Refuted) write(`${file}.${new Date().toISOString().replaceAll(':', '')}.refuted`, text)
    throw error
  }
}

await main().catch((error) => {
  const isRefuted = error instanceof Refuted
  console.log(isRefuted ? `SAI / refuted: ${error.message}` : `Chưa hỏi được / not asked: ${error.message}`)
  process.exitCode = isRefuted ? 1 : 2
})
