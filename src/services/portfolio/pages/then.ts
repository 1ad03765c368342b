import type { AsOf } from '#organisations'
import { Problem } from '#platform/errors'
import { formatDateTime } from '#ui'

const words = { project: 'Dự án', programme: 'Chương trình' }

/** It is there now, but nobody knew of it at the moment that is looked at. */
export const notThen = (kind: keyof typeof words, code: string, { knownAt, timeZone }: AsOf): Problem =>
  new Problem(
    `${kind}.not-then`,
    404,
    `${words[kind]} này chưa có trong danh mục lúc ${formatDateTime(knownAt, timeZone)}. Hãy chọn thời điểm muộn hơn.`,
    { code },
  )
