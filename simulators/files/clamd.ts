// clamd's protocol over TCP: zVERSION and zINSTREAM. The one thing it knows is the EICAR test text, which harms nobody.
import { createServer, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

// In two parts: whole, it would be found in this very file.
const eicar = Buffer.from(`X5O!P%@AP[4\\PZX54(P^)7CC)7}$${'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`)

interface Scanned {
  bytes: Buffer
  whole: boolean
}

/** The pieces that have come so far, and whether the length of nought stands behind them. */
function readPieces(received: Buffer): Scanned {
  const pieces: Buffer[] = []
  let at = 0
  while (at + 4 <= received.length) {
    const length = received.readUInt32BE(at)
    if (length === 0) return { bytes: Buffer.concat(pieces), whole: true }
    if (at + 4 + length > received.length) break
    pieces.push(received.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return { bytes: Buffer.alloc(0), whole: false }
}

export const makeScanner = (behaviour: { latencyMs: number; scannerDown: boolean }): Server =>
  createServer((socket) => {
    if (behaviour.scannerDown) return socket.destroy()
    const chunks: Buffer[] = []
    let size = 0
    socket.on('error', () => {})
    socket.on('data', async (chunk) => {
      chunks.push(chunk)
      size += chunk.length
      const all = Buffer.concat(chunks, size)
      const end = all.indexOf(0)
      if (end < 0) return
      const command = all.toString('latin1', 0, end)
      if (command === 'zVERSION') return socket.end('ClamAV 1.4.0/simulated\0')
      if (command !== 'zINSTREAM') return socket.end('UNKNOWN COMMAND\0')
      const { bytes, whole } = readPieces(all.subarray(end + 1))
      if (!whole) return
      await pause(behaviour.latencyMs)
      socket.end(bytes.includes(eicar) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0')
    })
  })
