// The address holds the whole state of the map: colours, period, outlines, layers, what is in view, what is chosen.
import { z } from 'zod'
import { invalid } from '#platform/errors'
import { withQuery } from '#ui'
import type { Box } from '../model.ts'

export const mapPath = '/ban-do'

const text = (most: number) => z.string().max(most).optional()

export const MapQuery = z.object({
  'chi-tieu': text(80),
  ky: text(20),
  'ranh-gioi': text(60),
  lop: z.union([z.string().max(60), z.array(z.string().max(60)).max(30)]).optional(),
  /** Set by the form, so that no layer at all can be told from none said. */
  loc: z.literal('1').optional().catch(undefined),
  /** Order of the areas: by value where nothing is said. */
  xep: z.enum(['ten', 'thap']).optional().catch(undefined),
  /** As of an earlier moment. */
  tai: text(30),
  khung: text(100),
  chon: text(160),
  /** Only a part of the page, for the map that is at work in the browser. */
  phan: z.enum(['danh-sach', 'chi-tiet']).optional().catch(undefined),
})
export type MapQuery = z.infer<typeof MapQuery>

/** `108.5,11.3,109.5,12.9`. @throws Problem 422 */
export function readBox(words: string | undefined): Box | undefined {
  if (!words) return undefined
  const numbers = words.split(',').map(Number)
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = numbers
  const isBox =
    numbers.length === 4 && west < east && south < north && west >= -180 && east <= 180 && south >= -90 && north <= 90
  if (!isBox)
    throw invalid('Khung bản đồ trong địa chỉ chưa đúng.', [
      { path: 'khung', message: 'Khung gồm bốn số độ: tây,nam,đông,bắc, ví dụ 108.5,11.3,109.5,12.9.' },
    ])
  return [west, south, east, north]
}

export const writeBox = (box: Box): string => box.map((edge) => Number(edge.toFixed(4))).join(',')

export const layersAsked = ({ lop }: MapQuery): string[] => (lop === undefined ? [] : Array.isArray(lop) ? lop : [lop])

/** The present map with something changed; several layers stay several. */
export function linkMap(address: string, change: Record<string, string | undefined>): string {
  return withQuery(address, { ...change, phan: undefined })
}
