import type { Position } from './pull-settings.ts'

/** What a way of fetching hands over to be landed. */
export interface Pulled {
  /** A file of `size` bytes to be landed, or nothing new. */
  arrival: { bytes: AsyncIterable<Uint8Array>; size?: number; fileName?: string; format: 'jsonl' | null } | undefined
  /** Read once the bytes have been landed. */
  position(): Position
  rows(): number | null
  message(): string
  close(): Promise<void>
}
