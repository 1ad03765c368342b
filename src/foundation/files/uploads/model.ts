import { z } from 'zod'
import type { Config } from '#platform/config'
import { FileUse, uses } from '../model.ts'

/** What an upload may be taken for: a file that is kept, or a table whose owner reads it himself. */
export const UploadUse = z.enum([...FileUse.options, 'table'])
export type UploadUse = z.infer<typeof UploadUse>

export const mostBytesOf = (config: Config, use: UploadUse): number =>
  use === 'table' ? config.maxFileBytes : uses[use].mostBytes

export const uploadsPath = '/api/v1/uploads'
/** The field of a form that names an upload instead of bringing the file. */
export const uploadField = 'tep-da-tai'
/** A day to come back to what was broken off. */
export const uploadLastsMs = 24 * 3_600_000
export const mostUnderWay = 12

/** For a file field: what the island `upload` sends its file as. */
export const inPieces = (use: FileUse) => ({ use, mostBytes: uses[use].mostBytes })
export const tableInPieces = (config: Config) => ({ use: 'table', mostBytes: config.maxFileBytes })
