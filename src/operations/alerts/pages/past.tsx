import type { ComponentChildren } from 'preact'
import type { AsOf } from '#organisations'
import { AsOfNotice, formatDateTime, Notice, Surround, useSurroundings } from '#ui'

/** What is inside reads its clocks against the moment that is asked. */
export function AsKnown({ at, children }: { at: AsOf | undefined; children: ComponentChildren }) {
  const surroundings = useSurroundings()
  if (!at) return <>{children}</>
  return <Surround value={{ ...surroundings, now: at.knownAt }}>{children}</Surround>
}

interface PastNoticeProps {
  at: AsOf | undefined
  what?: string
  /** Since when all that is shown is kept. */
  keptSince?: Date | undefined
}

/** That the page is of an earlier moment, and what is not known of it. */
export function PastNotice({ at, what = 'cảnh báo', keptSince }: PastNoticeProps) {
  if (!at) return null
  return (
    <>
      <AsOfNotice at={at} what={what} />
      {keptSince && at.knownAt < keptSince && (
        <Notice title={`Trước ${formatDateTime(keptSince, at.timeZone)} chưa giữ đủ cảnh báo của từng lúc`}>
          Trạng thái, người giữ, bậc báo lên và diễn biến là của lúc được hỏi. Câu báo, mức, số lần báo là của lúc bắt
          đầu giữ; hạn của bước tiếp theo khi đó không còn biết.
        </Notice>
      )}
    </>
  )
}
