import { type CompiledCalendar, calendarFinder } from '#calendar'
import { homeToday } from '#organisations'
import type { Context } from '#platform/context'
import type { TableCell } from '#platform/table-file'
import { nameAccounts, titleFor } from '../actions.ts'
import { type Bounds, boundsOf, plainCalendar, type Remaining, remainingOf } from '../model.ts'
import { type ItemQuery, listItems, markOf, type Scope } from '../reading/lists.ts'
import type { Item } from '../store.ts'
import { bandNames, sayDeadline, sayKind, stateNames } from './words.ts'

/** An item with what people read of it. */
export interface Row extends Item {
  remaining: Remaining
  organisationName: string
  holderName: string | undefined
  /** The reader may not see what it is about, only that it is there: a head who oversees the load. */
  veiled: boolean
}

/** What every list needs once: where and by which calendars it is read. */
export interface Frame {
  timeZone: string
  rootOrganisation: string
  /** The moments that divide lists, by the calendar of the organisation one works in, else of the whole. */
  bounds: Bounds
  calendarOf(organisation: string): CompiledCalendar
  nameOf(organisation: string): string
}

export async function readFrame(ctx: Context): Promise<Frame> {
  const { pack, tree } = await homeToday(ctx)
  const { timeZone, rootOrganisation } = pack.card
  const find = await calendarFinder(ctx, { tree })
  const calendarOf = (organisation: string) => find(organisation) ?? find(rootOrganisation) ?? plainOf(timeZone)
  return {
    timeZone,
    rootOrganisation,
    calendarOf,
    bounds: boundsOf(calendarOf(ctx.actor.organisation ?? rootOrganisation), ctx.now),
    nameOf: (code) => {
      const row = tree.find(code)?.row
      return row?.shortName ?? row?.name ?? code
    },
  }
}

const plain = new Map<string, CompiledCalendar>()

/** Where a pack brings no calendar. */
function plainOf(timeZone: string): CompiledCalendar {
  const known = plain.get(timeZone) ?? plainCalendar(timeZone)
  plain.set(timeZone, known)
  return known
}

/** @param names of holders; none where everything is the reader's own */
export function toRows(
  ctx: Context,
  { calendarOf, nameOf }: Frame,
  items: readonly Item[],
  names?: ReadonlyMap<string, string>,
): Row[] {
  return items.map((item) => {
    const veiled = !ctx.can(item.permission, item.organisation)
    return {
      ...item,
      title: titleFor(ctx, item),
      code: veiled ? '' : item.code,
      remaining: remainingOf(calendarOf(item.organisation), item.dueAt, ctx.now),
      organisationName: nameOf(item.organisation),
      holderName: item.holder ? names?.get(item.holder) : undefined,
      veiled,
    }
  })
}

export const nameHolders = (ctx: Context, items: readonly Item[]): Promise<ReadonlyMap<string, string>> =>
  nameAccounts(
    ctx,
    items.map(({ holder }) => holder ?? ''),
  )

export const fileTitles = [
  'Việc',
  'Loại việc',
  'Mã',
  'Đơn vị',
  'Người làm',
  'Hạn',
  'Thời gian còn lại',
  'Trạng thái',
  'Nghiêm trọng',
  'Mở lúc',
]

const filePiece = 1000

/** All that a list finds, in pieces. */
export async function* fileRows(
  ctx: Context,
  frame: Frame,
  { scope, query }: { scope: Scope; query: Omit<ItemQuery, 'after' | 'limit'> },
): AsyncGenerator<readonly TableCell[]> {
  for (let after: ItemQuery['after']; ; ) {
    const items = await listItems(ctx.sql, scope, { ...query, after, limit: filePiece })
    for (const row of toRows(ctx, frame, items, await nameHolders(ctx, items)))
      yield [
        row.title,
        sayKind(row.capability, row.kind),
        row.code,
        row.organisationName,
        row.holderName ?? 'chưa ai nhận',
        row.dueAt?.toISOString(),
        sayDeadline(row.remaining, row.dueAt, frame.timeZone),
        row.dueAt ? stateNames[row.remaining.state] : bandNames.none,
        row.grave ? 'có' : '',
        row.openedAt.toISOString(),
      ]
    const last = items.at(-1)
    if (!last || items.length < filePiece) return
    after = markOf(last, query.order)
  }
}
