import { pathOf } from '../pages/words.ts'
import { keyOfPosition, organisationOf, type Rank } from './model.ts'

export const rankWords: Record<Rank, string> = {
  head: 'Đứng đầu đơn vị',
  deputy: 'Cấp phó của người đứng đầu',
  officer: 'Chuyên môn, nghiệp vụ',
}

export const officesPath = (organisation: string) => `${pathOf(organisation)}/chuc-danh`
export const positionPath = (code: string) =>
  `${officesPath(organisationOf(code))}/${encodeURIComponent(keyOfPosition(code))}`

/** What can be done to a position: the word in the address, the words on the screen. */
export const positionWorks = { sua: 'Sửa chức danh', 'bai-bo': 'Bãi bỏ chức danh' } as const
export type PositionWork = keyof typeof positionWorks
