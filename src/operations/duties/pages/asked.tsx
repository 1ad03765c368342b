import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { AsOfNotice, formatDateTime, Notice, withQuery } from '#ui'
import { findKeptSince } from '../former.ts'

/** What the address of a page asks for: now, or an earlier moment (`tai=`). */
export interface Asked {
  at: AsOf | undefined
  /** Absent: as it stands. */
  asOf: Date | undefined
  /** The moment against which lateness is reckoned. */
  now: Date
  /** Where former values were not kept yet: since when they are. */
  keptSince: Date | undefined
  /** The address of another page of the room at the same moment. */
  link(path: string): string
}

/** @throws Problem 422 for what is no moment of the past */
export async function readAsked(ctx: Context, tai: string | undefined): Promise<Asked> {
  const at = await readAsOf(ctx, tai)
  return {
    at,
    asOf: at?.knownAt,
    now: at?.knownAt ?? ctx.now,
    keptSince: at && (await findKeptSince(ctx.sql, at.knownAt)),
    link: (path) => withQuery(path, { tai: at?.text }),
  }
}

export const whatOfPages = 'tình hình cập nhật'
export const whatOfLetters = 'văn bản'

export function AskedNotice({ asked: { at, keptSince }, what = whatOfPages }: { asked: Asked; what?: string }) {
  return (
    <>
      <AsOfNotice at={at} what={what} />
      {keptSince && (
        <Notice title={`Giá trị cũ được giữ từ ${formatDateTime(keptSince)}`}>
          Trước thời điểm đó, hạn đã dời và cơ quan, tên nội dung đã đổi không còn bản cũ; trang này dùng giá trị được
          giữ đầu tiên.
        </Notice>
      )}
    </>
  )
}
