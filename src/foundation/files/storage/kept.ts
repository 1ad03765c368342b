import { z } from 'zod'
import type { KeptBytes } from '#platform/capability'
import type { StoredFile } from '../model.ts'
import { findContent, isKept } from '../store.ts'
import { storeOf } from './choose.ts'
import { nameOf } from './names.ts'

const prefix = 'file:'
const Told = z.object({ type: z.string(), sizeBytes: z.number() })

function isAsTold(file: StoredFile | undefined, body: unknown): boolean {
  const told = Told.safeParse(body).data
  return !file || !told || (told.type === file.type && told.sizeBytes === file.sizeBytes)
}

/** Kept files, for the ledger to read again: the subject of the entry is the hash. */
export const keptFiles: KeptBytes = {
  action: 'file.kept',
  title: 'Tệp đã lưu',
  async find(ctx, { subject, body }) {
    const sha256 = subject.slice(prefix.length)
    const file = await findContent(ctx.sql, sha256)
    return [
      {
        subject,
        name: file?.name ?? sha256,
        sha256,
        isAsTold: isAsTold(file, body),
        isGone: file !== undefined && !(await isKept(ctx.sql, sha256)),
        open: async () => (file ? (await storeOf(ctx.config).open(nameOf(sha256)))?.bytes : undefined),
      },
    ]
  },
}
