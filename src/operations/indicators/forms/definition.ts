import { z } from 'zod'
import { IndicatorCode, periodKinds } from '../model.ts'

/** An official form as data: rows are typed indicators in groups, with summaries that the workbook computes. */
export const FormDefinition = z.strictObject({
  source: z.string(),
  code: z.string().regex(/^[a-z0-9][a-z0-9-]{1,63}$/),
  /** Raised with every change of rows or words: a workbook of another version is not taken. */
  version: z.int().min(1),
  number: z.string().min(1).max(60),
  title: z.string().min(1).max(200),
  basis: z.string(),
  period: z.enum(periodKinds),
  /** Kinds of organisations that send it. */
  for: z.array(z.string()).min(1),
  groups: z
    .array(
      z.strictObject({
        title: z.string(),
        rows: z.array(IndicatorCode).min(1),
        summary: z.strictObject({ title: z.string(), by: z.enum(['sum', 'average']) }).optional(),
      }),
    )
    .min(1),
})
export type FormDefinition = z.infer<typeof FormDefinition>
