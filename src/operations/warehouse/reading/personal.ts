/** What the personal data in records may be looked at for: a right of its own beside reading records, bound to these purposes. */
import type { Purpose } from '#platform/access'

export const seePersonal = 'record:see-personal'

const ofOffice = 'Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 (thực hiện nhiệm vụ của cơ quan nhà nước)'
const ofSubject = 'Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 (quyền của chủ thể dữ liệu)'

export const personalPurposes: readonly Purpose[] = [
  { code: 'giai-quyet', name: 'Giải quyết hồ sơ cụ thể', legalBasis: ofOffice },
  { code: 'doi-chieu', name: 'Kiểm tra, đối chiếu chất lượng dữ liệu', legalBasis: ofOffice },
  { code: 'thanh-tra', name: 'Thanh tra, kiểm tra theo quyết định', legalBasis: 'Quyết định nêu ở ô việc cụ thể' },
  { code: 'chinh-chu', name: 'Trả lời yêu cầu của chính người đó', legalBasis: ofSubject },
]
