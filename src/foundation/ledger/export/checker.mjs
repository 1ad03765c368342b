// Kiểm tra một gói bằng chứng của nhật ký, không cần mạng và không dùng mã nào của hệ thống đã lập ra gói.
// Checks an evidence bundle offline. It follows RFC 6962, section 2.1, word for word and shares no code with the system that made
// the bundle; whoever doubts it writes his own from README.md, and should.
//
//   node kiem-tra.mjs THƯ-MỤC-ĐÃ-GIẢI-NÉN [KHÓA-CÔNG-KHAI] [GÓI.zip]
//
// With the ZIP itself, as it was received, every bit of it is checked: also those that unpacking gives no meaning. Exit code 0: everything holds. 1: something does not, and each fault is named.
import { createHash, createPublicKey, verify } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

let folder = '.'
let faults = []
let told = ''
const fault = (text) => {
  if (faults.length < 1000) faults.push(text)
}

const sha256 = (...parts) => {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest()
}
const bytesOf = (text) => {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) throw new Error(`no canonical base64: ${text}`)
  return bytes
}

// RFC 6962, 2.1: k is the largest power of two smaller than n.
const splitOf = (n) => {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}
const nodeOf = (left, right) => sha256(Buffer.from([1]), left, right)
const leafOf = (entry) => sha256(Buffer.from([0]), entry)

// 2.1: MTH(D[n]) over hashes of leaves.
const rootOf = (leaves) => {
  if (leaves.length === 1) return leaves[0]
  const k = splitOf(leaves.length)
  return nodeOf(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}

// 2.1.1: PATH(m, D[n]) read backwards: the root to which leaf m and its audit path lead.
const rootFromPath = (m, n, leaf, path) => {
  if (!Number.isSafeInteger(m) || !Number.isSafeInteger(n) || m < 0 || m >= n) throw new Error(`no leaf ${m} in ${n}`)
  if (n === 1) {
    if (path.length !== 0) throw new Error('the audit path is too long')
    return leaf
  }
  if (path.length === 0) throw new Error('the audit path is too short')
  const k = splitOf(n)
  const rest = path.slice(0, -1)
  const last = path[path.length - 1]
  return m < k ? nodeOf(rootFromPath(m, k, leaf, rest), last) : nodeOf(last, rootFromPath(m - k, n - k, leaf, rest))
}

// C2SP signed-note: text, empty line, "— name base64(hash of key, 4 bytes ‖ Ed25519 signature)".
const checkNote = (note, keys, what) => {
  const parts = /^([\s\S]*\n)\n— (\S+) ([A-Za-z0-9+/=]+)\n$/.exec(note)
  if (!parts) return fault(`${what}: no signed note`)
  const [, text, name, encoded] = parts
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
  if (!isSigned) fault(`${what}: not signed by a key that is believed`)
  return text.split('\n')
}

const read = (name) => readFileSync(join(folder, name), 'utf8')
async function* linesOf(name) {
  if (!existsSync(join(folder, name))) return
  let number = 0
  let open = ''
  for await (const piece of createReadStream(join(folder, name), 'utf8')) {
    const texts = (open + piece).split('\n')
    open = texts.pop()
    for (const text of texts) {
      number += 1
      try {
        yield [number, JSON.parse(text)]
      } catch {
        fault(`${name}:${number}: no JSON`)
      }
    }
  }
  if (open !== '') fault(`${name}: the last line is cut off`)
}
const attempt = (what, work) => {
  try {
    work()
  } catch (error) {
    fault(`${what}: ${error.message}`)
  }
}

async function hashOfFile(name) {
  const digest = createHash('sha256')
  for await (const piece of createReadStream(join(folder, name))) digest.update(piece)
  return digest.digest('hex')
}

// 0. The archive as it was received: the note at its very end is signed, and names the hash of everything before the end record.
async function checkArchive(path, keys) {
  const { size } = statSync(path)
  const tail = Buffer.alloc(Math.min(size, 22 + 0xffff))
  const file = openSync(path, 'r')
  readSync(file, tail, 0, tail.length, size - tail.length)
  closeSync(file)
  let at = tail.length - 22
  while (at >= 0 && !(tail.readUInt32LE(at) === 0x06054b50 && tail.readUInt16LE(at + 20) === tail.length - at - 22))
    at -= 1
  if (at < 0) return fault('archive: it does not end as a ZIP with a note does')
  const end = size - tail.length + at
  const note = checkNote(tail.toString('utf8', at + 22), keys, 'archive') ?? []
  const digest = createHash('sha256')
  if (end > 0) for await (const piece of createReadStream(path, { end: end - 1 })) digest.update(piece)
  const [count, length, offset] = [tail.readUInt16LE(at + 8), tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
  if (tail.readUInt32LE(at + 4) !== 0 || tail.readUInt16LE(at + 10) !== count || offset + length !== end)
    fault('archive: its end record is not as it was written')
  const expected = [`sha256 ${digest.digest('hex')}`, `directory ${count} ${length}`]
  if (!/\/archive$/.test(note[0] ?? '') || note[1] !== expected[0] || note[2] !== expected[1])
    fault('archive: not as it was signed')
}

async function checkAll(trustedKey, archive) {
  const manifest = read('manifest.json')
  const keys = trustedKey ? [trustedKey] : read('keys.txt').split('\n').filter(Boolean)
  if (archive) await checkArchive(archive, keys)

  // 1. The manifest is signed, and every file is the one it lists.
  const signed = checkNote(read('manifest.note'), keys, 'manifest.note') ?? []
  if (!/\/evidence$/.test(signed[0] ?? '')) fault('manifest.note: not a signature of evidence')
  if (signed[1] !== `sha256 ${sha256(manifest).toString('hex')}`) fault('manifest.json: not as it was signed')
  const { files, entries: expected } = JSON.parse(manifest)
  for (const { name, sha256: hash } of files) {
    if (!/^[\w.-]+$/.test(name) || !existsSync(join(folder, name))) fault(`${name}: missing`)
    else if ((await hashOfFile(name)) !== hash) fault(`${name}: not as it was signed`)
  }

  // 2. The checkpoint: name, size of the tree, its root in base64.
  const checkpoint = checkNote(read('checkpoint.txt'), keys, 'checkpoint.txt') ?? []
  const size = Number(checkpoint[1])
  const root = Buffer.from(checkpoint[2] ?? '', 'base64')

  // 3. Every entry leads to that root.
  const batches = new Map()
  let count = 0
  for await (const [number, entry] of linesOf('entries.jsonl')) {
    count += 1
    attempt(`entries.jsonl:${number}`, () => {
      const told = JSON.parse(entry.preimage)
      const commitment = sha256(bytesOf(entry.salt), entry.preimage)
      const made = rootFromPath(entry.leaf_index, size, leafOf(commitment), entry.audit_path.map(bytesOf))
      if (!made.equals(root)) throw new Error(`entry ${told.id} does not lead to the signed root`)
      if (told.batch) batches.set(told.id, { ...told.batch, leaves: [] })
    })
  }
  if (count !== expected) fault(`entries.jsonl: ${count} entries instead of ${expected}`)

  // 4. The hashes of a batch's items lead to the root that its entry holds.
  for await (const [number, chunk] of linesOf('batches.jsonl')) {
    attempt(`batches.jsonl:${number}`, () => {
      const batch = batches.get(chunk.entry)
      if (!batch) throw new Error(`no entry ${chunk.entry}`)
      const bytes = bytesOf(chunk.leaf_hashes)
      for (let at = 0; at < bytes.length; at += 32) batch.leaves.push(bytes.subarray(at, at + 32))
    })
  }
  for (const [id, { root, size, leaves }] of batches) {
    attempt(`batch ${id}`, () => {
      if (leaves.length !== size) throw new Error(`${leaves.length} items instead of ${size}`)
      if (rootOf(leaves).toString('base64') !== root) throw new Error('its items do not lead to its root')
    })
  }

  // 5. Items that are shown are those of their batch.
  let items = 0
  for await (const [number, item] of linesOf('items.jsonl')) {
    items += 1
    attempt(`items.jsonl:${number}`, () => {
      const batch = batches.get(item.entry)
      if (!batch) throw new Error(`no entry ${item.entry}`)
      const leaf = leafOf(sha256(bytesOf(item.salt), item.item))
      const made = rootFromPath(item.leaf_index, batch.size, leaf, item.audit_path.map(bytesOf))
      if (made.toString('base64') !== batch.root) throw new Error('the item is not in its batch')
    })
  }

  // 6. Bodies: opened ones are vouched for by the manifest's signature only.
  let destroyed = 0
  for await (const [, body] of linesOf('bodies.jsonl')) if (body.state !== 'opened') destroyed += 1

  told = `${count} bản ghi, ${batches.size} lô, ${items} mục, ${destroyed} nội dung đã hủy khóa; cây có ${size} bản ghi`
}

// Of a folder, with the key that is believed and the archive it was unpacked from where they are there: the faults.
export async function check(unpacked, trustedKey, archive) {
  folder = unpacked
  faults = []
  await checkAll(trustedKey, archive).catch((error) => fault(error.message))
  return faults
}

// Of the archive alone, with the keys that are believed.
export async function checkZip(path, keys) {
  faults = []
  await checkArchive(path, keys).catch((error) => fault(error.message))
  return faults
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [unpacked = '.', trustedKey, archive] = process.argv.slice(2)
  const found = await check(unpacked, trustedKey, archive)
  if (!trustedKey)
    console.log('Chưa đối chiếu khóa: hãy nhận khóa công khai bằng đường khác và đưa vào làm tham số thứ hai.')
  if (told) console.log(told)
  for (const text of found) console.log(`SAI: ${text}`)
  console.log(
    found.length === 0 ? 'ĐÚNG: mọi bằng chứng đều khớp / everything holds' : `${found.length} chỗ sai / faults`,
  )
  process.exitCode = found.length === 0 ? 0 : 1
}
