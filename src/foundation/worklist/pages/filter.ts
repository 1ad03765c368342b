import { z } from 'zod'
import { searchKey } from '#organisations'
import { type Bounds, bands, spanOfBand, spanOfState, states } from '../model.ts'
import { type ItemQuery, itemOrders, markOf } from '../reading/lists.ts'
import type { Item } from '../store.ts'

export const ItemFilter = z.object({
  nhom: z.enum(bands).optional().catch(undefined),
  'trang-thai': z.enum(states).optional().catch(undefined),
  /** `capability` or `capability/kind`. */
  loai: z
    .string()
    .regex(/^[a-z0-9-]+(\/[a-z0-9.-]+)?$/)
    .optional()
    .catch(undefined),
  q: z.string().max(200).optional(),
  sort: z
    .string()
    .regex(/^-?(due|opened|title)$/)
    .catch('due'),
  /** `id~value` of the last row of the page before. */
  after: z
    .string()
    .regex(/^\d{1,15}~[\s\S]{1,520}$/)
    .optional()
    .catch(undefined),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
export type ItemFilter = z.infer<typeof ItemFilter>

export const orderOf = ({ sort }: ItemFilter): ItemQuery['order'] =>
  itemOrders.find((one) => one === sort.replace(/^-/, '')) ?? 'due'

/** What a list is asked for by its address. */
export function readFilter(filter: ItemFilter, bounds: Bounds): Omit<ItemQuery, 'limit'> {
  const [capability, kind] = filter.loai?.split('/') ?? []
  const order = orderOf(filter)
  const state = filter['trang-thai']
  return {
    capability,
    kind,
    order,
    falling: filter.sort.startsWith('-'),
    words: searchKey(filter.q?.trim() ?? '')
      .split(' ')
      .filter(Boolean)
      .slice(0, 8),
    spans: [...(filter.nhom ? [spanOfBand(filter.nhom, bounds)] : []), ...(state ? [spanOfState(state, bounds)] : [])],
    after: readMark(filter.after, order),
  }
}

function readMark(text: string | undefined, order: ItemQuery['order']): ItemQuery['after'] {
  const [, id, value] = /^(\d+)~([\s\S]+)$/.exec(text ?? '') ?? []
  if (value === undefined) return undefined
  const isInstant = value === 'infinity' || (/^\d{4}-.*Z$/.test(value) && !Number.isNaN(Date.parse(value)))
  return order === 'title' || isInstant ? { id: Number(id), value } : undefined
}

export function writeMark(item: Item, order: ItemQuery['order']): string {
  const { id, value } = markOf(item, order)
  return `${id}~${value}`
}

/** Ids in an address or a form: "12,15", or ticked one by one. */
export const Ids = z
  .union([z.string().max(8000), z.array(z.string().max(20)).max(500)])
  .optional()
  .transform((given) =>
    (Array.isArray(given) ? given : (given ?? '').split(','))
      .map(Number)
      .filter((id) => Number.isSafeInteger(id) && id > 0),
  )
