import { z } from 'zod'
import { verdicts } from '../model.ts'

/** What can be done on the page of an alert. */
export const DetailForm = z.object({
  viec: z.enum(['nhan', 'xu-ly', 'cho', 'ghi-chu', 'giao', 'danh-gia', 'dong']),
  'ghi-chu': z.string().max(4000).default(''),
  nguoi: z.string().max(63).default(''),
  'ly-do': z.string().max(4000).default(''),
  'danh-gia': z.enum(verdicts).optional().catch(undefined),
  'trung-voi': z.string().trim().max(40).optional(),
  /** Where the press came from: the desk. */
  ve: z.string().max(500).optional(),
})
export type DetailForm = z.infer<typeof DetailForm>
