// What the wall shows lies in its address, whole: which numbers, which maps in turn, which one now, what is chosen, and whether it turns.

import { z } from 'zod'
import { withQuery } from '#ui'

export const wallPath = '/man-hinh'
export const deskPath = '/ban-truc'

const mostNumbers = 5
const mostScenes = 6

const listOf = (most: number) =>
  z
    .string()
    .max(600)
    .optional()
    .transform((text) => (text ?? '').split(',').filter(Boolean).slice(0, most))

export const WallQuery = z.object({
  /** Codes of the numbers at the left; the first of the overview where none are named. */
  'chi-tieu': listOf(mostNumbers),
  /** Codes of the indicators that the map shows in turn. */
  canh: listOf(mostScenes),
  /** Which of them it shows. */
  c: z.coerce.number().int().min(0).max(mostScenes).catch(0),
  chon: z.string().max(40).optional(),
  /** The grave alert that the map was sent away from: it goes to the next one only. */
  qua: z.string().max(40).optional(),
  xoay: z.enum(['co', 'khong']).catch('co'),
})
export type WallQuery = z.infer<typeof WallQuery>

export const wallAddress = (query: WallQuery, change: Partial<WallQuery>): string => {
  const next = { ...query, ...change }
  return withQuery(wallPath, {
    'chi-tieu': next['chi-tieu'].join(',') || undefined,
    canh: next.canh.join(',') || undefined,
    c: next.c > 0 ? String(next.c) : undefined,
    chon: next.chon,
    qua: next.qua,
    xoay: next.xoay === 'khong' ? 'khong' : undefined,
  })
}
