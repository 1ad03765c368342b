import { createHash } from 'node:crypto'
import { Problem } from '#platform/errors'

/** tus 1.0, extension `checksum`: SHA-1 is the one that every server must know. */
export const checksumAlgorithms = ['sha1', 'sha256'] as const

/** What the bytes of one request must come to, as its sender says (`Upload-Checksum`); nothing where he says nothing. */
export interface Checksum {
  take(bytes: Buffer): void
  /** @throws Problem 460 when other bytes have come. */
  check(): void
}

/** @throws Problem 400 for an algorithm that is not known here, or a header that cannot be read. */
export function readChecksum(header: string | undefined): Checksum | undefined {
  if (header === undefined) return undefined
  const [name = '', digest = ''] = header.trim().split(/ +/)
  const algorithm = checksumAlgorithms.find((one) => one === name.toLowerCase())
  const hash = algorithm && createHash(algorithm)
  const wanted = Buffer.from(digest, 'base64')
  if (!hash || wanted.length !== createHash(algorithm).digest().length)
    throw new Problem(
      'upload.checksum-unknown',
      400,
      `Mã kiểm tra phải có dạng “thuật-toán base64”; nhận ${checksumAlgorithms.join(', ')}.`,
    )
  return {
    take: (bytes) => void hash.update(bytes),
    check() {
      if (!hash.digest().equals(wanted))
        throw new Problem('upload.checksum', 460, 'Phần gửi lên bị sai trên đường truyền. Hãy gửi lại phần này.')
    },
  }
}
