/** Where bytes lie: a folder of this machine, or a store that speaks the protocol of S3. Names are the same in both, with slashes. */
import type { Readable } from 'node:stream'

export interface StoredBytes {
  sizeBytes: number
  bytes: Readable
}

export interface ListedBytes {
  name: string
  modifiedAt: Date
}

export interface FileStore {
  /** Whole and durable once it resolves; what bears the name until then stays, or stays absent. */
  put(name: string, bytes: Buffer): Promise<void>
  open(name: string): Promise<StoredBytes | undefined>
  /** In bytes; nothing where there is no such name. */
  findSize(name: string): Promise<number | undefined>
  /** What is not there is no fault. */
  remove(name: string): Promise<void>
  /** Every name that begins so; a folder, with its slash. */
  list(folder: string): AsyncIterable<ListedBytes>
}
