/**
 * The protocol of clamd: `zINSTREAM`, then pieces with their length before them, then a length of nought; it answers `stream: OK` or
 * `stream: NAME FOUND`.
 */
import { connect, type Socket } from 'node:net'

export type Verdict = { clean: true } | { clean: false; signature: string }

/** The scanner could not be asked, or gave no verdict. */
export class ScannerDown extends Error {
  override readonly name = 'ScannerDown'
}

const answerMs = 60_000
const pieceBytes = 64 * 1024
const longestAnswer = 4096

function open(address: string): Socket {
  const url = new URL(address)
  return url.protocol === 'unix:'
    ? connect({ path: decodeURIComponent(url.pathname) })
    : connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 3310) })
}

function frame(command: string, bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [Buffer.from(`z${command}\0`)]
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(piece.length)
    parts.push(length, piece)
  }
  if (command === 'INSTREAM') parts.push(Buffer.alloc(4))
  return parts
}

function ask(address: string, command: string, bytes: Buffer = Buffer.alloc(0)): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = open(address)
    let answer = ''
    const fail = (reason: string) => {
      socket.destroy()
      reject(new ScannerDown(reason))
    }
    socket.setTimeout(answerMs, () => fail('no answer in time'))
    socket.once('error', (error) => fail(error.message))
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text
      if (answer.length > longestAnswer) fail('an answer that is none')
    })
    // It may answer before it has read everything, and end.
    socket.once('close', () => (answer ? resolve(answer.replace(/\0[\s\S]*$/, '').trim()) : fail('it hung up')))
    socket.once('connect', () => {
      for (const part of frame(command, bytes)) socket.write(part)
    })
  })
}

/** @throws ScannerDown when there is no verdict, a size over its own limit included. */
export async function scanBytes(address: string, bytes: Buffer): Promise<Verdict> {
  const answer = await ask(address, 'INSTREAM', bytes)
  if (/^stream: OK$/.test(answer)) return { clean: true }
  const found = /^stream: (.+) FOUND$/.exec(answer)
  if (found) return { clean: false, signature: (found[1] ?? '').slice(0, 200) }
  throw new ScannerDown(answer)
}

/** Name and version of the engine and its signatures. @throws ScannerDown */
export const scannerVersion = (address: string): Promise<string> => ask(address, 'VERSION')
