import { z } from 'zod'

/** What the forms of a letter's page send. */
export const Body = z.object({
  viec: z.enum(['giai-trinh', 'chap-nhan', 'khong', 'ky', 'thu-hoi', 'bo', 'trinh-ky']),
  'giai-trinh': z.string().max(4000).optional(),
  'ly-do': z.string().max(2000).optional(),
  ky: z.union([z.string(), z.array(z.string()).max(2000)]).optional(),
  so: z.string().max(10).optional(),
  'ngay-day': z.string().max(4).optional(),
  'ngay-month': z.string().max(4).optional(),
  'ngay-year': z.string().max(6).optional(),
})
export type LetterBody = z.infer<typeof Body>
