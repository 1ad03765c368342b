import { z } from 'zod'
import { defineJob, handleJob } from '#platform/jobs'
import { applyDueRules } from './retention/rules.ts'
import { scanWaiting } from './scan/scan.ts'
import { sweepFiles } from './storage/sweep.ts'
import { expireUploads } from './uploads/expire.ts'
import { dropPieces, removePieces } from './uploads/pieces.ts'

const sweep = defineJob('files.sweep', z.object({}))
const expire = defineJob('files.expire-uploads', z.object({}))

const rules = defineJob('files.apply-rules', z.object({}))
const scan = defineJob('files.scan-waiting', z.object({}))

export const filesJobs = [
  handleJob(
    sweep,
    async (ctx) => {
      const removed = await sweepFiles(ctx)
      if (removed > 0) ctx.log.info({ removed }, 'Files without an owner were removed')
    },
    '40 18 * * *',
  ),
  // 00:05 in Việt Nam.
  handleJob(rules, applyDueRules, '5 17 * * *'),
  handleJob(scan, scanWaiting, '*/5 * * * *'),
  handleJob(expire, expireUploads, '12 * * * *'),
  handleJob(dropPieces, (ctx, { upload }) => removePieces(ctx, upload)),
]
