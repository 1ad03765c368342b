/**
 * Keys that never leave their token: certificates are read and digests signed through PKCS#11 by OpenSC's `pkcs11-tool`, a program of its
 * own, so that a vendor's library which crashes takes nothing down with it. The PIN goes by the environment of that process, never on its
 * command line. Stands alone (Node only): the signer's helper is bundled from it too.
 */
import { spawn } from 'node:child_process'

export type TokenFaultCode = 'no-tool' | 'no-token' | 'pin-wrong' | 'pin-locked' | 'slow' | 'busy' | 'failed'

/** Why the token did not do it; the message is what the tool said, for the log. */
export class TokenFault extends Error {
  override readonly name = 'TokenFault'
  readonly code: TokenFaultCode

  constructor(code: TokenFaultCode, message: string) {
    super(message)
    this.code = code
  }
}

export interface TokenSlot {
  module: string
  /** Label of the token. */
  token: string
  model: string
  serial: string
}

export interface TokenCertificate {
  module: string
  token: string
  /** CKA_ID in hex: names the certificate and the key that belongs to it. */
  id: string
  label: string
  der: Buffer
}

export interface TokenKey {
  module: string
  token: string
  id: string
  pin: string
}

export type TokenAlgorithm = 'rsa-pkcs1-sha256' | 'ecdsa-p256-sha256'

export interface Tokens {
  listSlots(module: string): Promise<TokenSlot[]>
  /** Certificates of a token, those of authorities among them. */
  listCertificates(module: string, token: string): Promise<TokenCertificate[]>
  /** Ids in hex of the private keys: shows that the PIN is right. */
  listKeys(place: Omit<TokenKey, 'id'>): Promise<string[]>
  /** RSA: PKCS#1 v1.5; ECDSA: the DER sequence of r and s. */
  sign(key: TokenKey, digestSha256: Uint8Array, algorithm: TokenAlgorithm): Promise<Buffer>
}

export interface TokenOptions {
  /** Path of `pkcs11-tool`, or its name where it is found by the path. */
  tool: string
  environment: Record<string, string | undefined>
  timeoutMs?: number
  /** Calls that may wait for a token at once. */
  mostWaiting?: number
}

const mostOutput = 256 * 1024
/** DER of `DigestInfo` before a SHA-256 digest (RFC 8017, section 9.2, note 1). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** Tokens are asked one call after the other: most can do no more, and a crowd must not start a crowd of processes. */
export function openTokens(options: TokenOptions): Tokens {
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()
  const call = (args: readonly string[], more: { pin?: string; input?: Uint8Array } = {}): Promise<Buffer> => {
    if (waiting >= (options.mostWaiting ?? 100))
      return Promise.reject(new TokenFault('busy', `${waiting} calls wait for the token already`))
    waiting += 1
    const turn = last.then(() => runTool(options, args, more))
    last = turn.catch(() => {}).finally(() => (waiting -= 1))
    return turn
  }
  const login = ['--login', '--pin', 'env:TRAM_TOKEN_PIN']
  return {
    listSlots: async (module) =>
      readSlots((await call(['--module', module, '--list-token-slots'])).toString('utf8'), module),
    async listCertificates(module, token) {
      const place = ['--module', module, '--token-label', token]
      const text = (await call([...place, '--list-objects', '--type', 'cert'])).toString('utf8')
      const certificates: TokenCertificate[] = []
      for (const { id, label } of readObjects(text, 'Certificate Object')) {
        const der = await call([...place, '--read-object', '--type', 'cert', '--id', id])
        certificates.push({ module, token, id, label, der })
      }
      return certificates
    },
    async listKeys({ module, token, pin }) {
      const place = ['--module', module, '--token-label', token]
      const text = await call([...place, ...login, '--list-objects', '--type', 'privkey'], { pin })
      return readObjects(text.toString('utf8'), 'Private Key Object').map(({ id }) => id)
    },
    sign({ module, token, id, pin }, digest, algorithm) {
      if (digest.length !== 32) throw new RangeError('a SHA-256 digest has 32 bytes')
      const isRsa = algorithm === 'rsa-pkcs1-sha256'
      const mechanism = isRsa ? ['RSA-PKCS'] : ['ECDSA', '--signature-format', 'openssl']
      return call(
        ['--module', module, '--token-label', token, ...login, '--sign', '--id', id, '--mechanism', ...mechanism],
        { pin, input: isRsa ? Buffer.concat([digestInfo, digest]) : digest },
      )
    },
  }
}

function runTool(
  { tool, environment, timeoutMs = 20_000 }: TokenOptions,
  args: readonly string[],
  { pin, input }: { pin?: string; input?: Uint8Array },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      env: { ...environment, ...(pin === undefined ? {} : { TRAM_TOKEN_PIN: pin }) },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    })
    const output: Buffer[] = []
    let size = 0
    let complaint = ''
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > mostOutput) child.kill('SIGKILL')
      else output.push(piece)
    })
    child.stderr.on('data', (piece: Buffer) => {
      if (complaint.length < 4000) complaint += piece.toString('utf8')
    })
    // A tool that ends before it has read closes the pipe: its exit code tells.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(new TokenFault(error.code === 'ENOENT' ? 'no-tool' : 'failed', error.message)),
    )
    child.on('close', (code, signal) => {
      if (code === 0) resolve(Buffer.concat(output))
      else if (signal) reject(new TokenFault('slow', `no answer within ${timeoutMs} ms`))
      else reject(readFault(complaint.trim()))
    })
  })
}

function readFault(complaint: string): TokenFault {
  if (complaint.includes('CKR_PIN_LOCKED')) return new TokenFault('pin-locked', complaint)
  if (/CKR_PIN_(INCORRECT|LEN_RANGE|INVALID)/.test(complaint)) return new TokenFault('pin-wrong', complaint)
  if (/No slot with|CKR_TOKEN_NOT_PRESENT|CKR_DEVICE_REMOVED/.test(complaint))
    return new TokenFault('no-token', complaint)
  return new TokenFault('failed', complaint)
}

/** `name : value` lines, a slot after the other; a slot whose token has no label yet cannot be signed with. */
function readSlots(text: string, module: string): TokenSlot[] {
  return text.split(/^Slot /m).flatMap((part) => {
    const field = (name: string) => new RegExp(`^\\s*${name}\\s*: (.*)$`, 'm').exec(part)?.[1]?.trim() ?? ''
    const token = field('token label')
    return token ? [{ module, token, model: field('token model'), serial: field('serial num') }] : []
  })
}

function readObjects(text: string, kind: string): { id: string; label: string }[] {
  return text.split(/^(?=\w[\w ]* Object;)/m).flatMap((part) => {
    const id = /^\s*ID:\s*([0-9a-f]+)\s*$/im.exec(part)?.[1]
    if (!part.startsWith(kind) || !id) return []
    return [{ id: id.toLowerCase(), label: /^\s*label:\s*(.*)$/m.exec(part)?.[1]?.trim() ?? '' }]
  })
}
