// The answer in words, for people and beside the codes.
import { type Place, provinceOf } from './country.ts'
import type { PlaceState, Resolution } from './resolve.ts'

export const placeStateWords: Record<PlaceState, string> = {
  resolved: 'Đã xác định',
  divided: 'Đơn vị đã chia: chọn một',
  ambiguous: 'Nhiều đơn vị cùng khớp',
  partial: 'Chưa đủ cấp xã',
  none: 'Không tìm thấy',
}

/** Name with what lies above it: «Phường Tân Tiến, Thành phố Nha Trang, Tỉnh Khánh Hòa (đến 30/06/2025)». */
export function placeInWords(place: Place): string {
  const parts: string[] = []
  for (let at: Place | undefined = place; at && at.level > 0; at = at.parent) parts.push(at.name)
  const until = place.validTo ? ` (đến ${place.validTo.split('-').reverse().join('/')})` : ''
  return `${parts.join(', ')}${until}`
}

/** What was found and why nothing is chosen where nothing is. */
export function resolutionInWords({ state, matched, candidates }: Resolution): string {
  const province = matched && provinceOf(matched)?.name
  switch (state) {
    case 'resolved':
      return matched && matched !== candidates[0]?.place ? `Từ ${placeInWords(matched)}` : 'Khớp tên đơn vị'
    case 'divided':
      return `Đơn vị đã chia: ${matched ? placeInWords(matched) : ''} nay thuộc ${candidates.length} đơn vị`
    case 'ambiguous':
      return `${candidates.length} đơn vị cùng khớp; thêm tên tỉnh, huyện cũ hoặc dấu để phân biệt`
    case 'partial':
      return matched && matched.level === 3
        ? `${placeInWords(matched)}: nguồn chưa cho biết nay thuộc đơn vị nào`
        : `Chỉ nhận ra ${matched ? placeInWords(matched) : (province ?? '')}; thiếu tên xã, phường`
    default:
      return 'Không nhận ra tên đơn vị hành chính nào'
  }
}
