import { z } from 'zod'

/** What a file is kept for; decides which kinds are taken and how large they may be. */
export const FileUse = z.enum(['evidence', 'letter', 'attachment'])
export type FileUse = z.infer<typeof FileUse>

export interface StoredFile {
  /** Names the content; the owner keeps it, with the name that the file bore when it was given to him. */
  sha256: string
  name: string
  type: string
  sizeBytes: number
}

export interface FileKind {
  type: string
  extension: string
  /** As people call it. */
  label: string
}

export const kinds = {
  pdf: { type: 'application/pdf', extension: 'pdf', label: 'PDF' },
  png: { type: 'image/png', extension: 'png', label: 'ảnh PNG' },
  jpeg: { type: 'image/jpeg', extension: 'jpg', label: 'ảnh JPEG' },
  xlsx: {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    extension: 'xlsx',
    label: 'bảng tính XLSX',
  },
  docx: {
    type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    extension: 'docx',
    label: 'văn bản DOCX',
  },
  odt: { type: 'application/vnd.oasis.opendocument.text', extension: 'odt', label: 'văn bản ODT' },
  csv: { type: 'text/csv', extension: 'csv', label: 'CSV' },
  text: { type: 'text/plain', extension: 'txt', label: 'văn bản thuần' },
} satisfies Record<string, FileKind>

export type KindName = keyof typeof kinds

const mebibyte = 1024 ** 2

export const uses: Record<FileUse, { kinds: readonly KindName[]; mostBytes: number; mostPages: number }> = {
  evidence: {
    kinds: ['pdf', 'png', 'jpeg', 'xlsx', 'docx', 'odt', 'csv', 'text'],
    mostBytes: 20 * mebibyte,
    mostPages: 1000,
  },
  attachment: {
    kinds: ['pdf', 'png', 'jpeg', 'xlsx', 'docx', 'odt', 'csv', 'text'],
    mostBytes: 20 * mebibyte,
    mostPages: 1000,
  },
  letter: { kinds: ['pdf', 'docx', 'odt'], mostBytes: 10 * mebibyte, mostPages: 300 },
}

/** "PDF, ảnh PNG, …; không quá 20 MB": for the hint of a field. */
export const describeUse = (use: FileUse): string =>
  `${uses[use].kinds.map((kind) => kinds[kind].label).join(', ')}; không quá ${uses[use].mostBytes / mebibyte} MB`

/** Value of `accept` of a file field. */
export const acceptOf = (use: FileUse): string =>
  uses[use].kinds.flatMap((kind) => [`.${kinds[kind].extension}`, ...(kind === 'jpeg' ? ['.jpeg'] : [])]).join(',')
