import { z } from 'zod'

// Kinds of administrative documents as Decree 30/2020/NĐ-CP, article 7 lists them (unverified against the text).
const kinds = {
  'nghi-quyet': 'Nghị quyết (cá biệt)',
  'quyet-dinh': 'Quyết định (cá biệt)',
  'chi-thi': 'Chỉ thị',
  'quy-che': 'Quy chế',
  'quy-dinh': 'Quy định',
  'thong-cao': 'Thông cáo',
  'thong-bao': 'Thông báo',
  'huong-dan': 'Hướng dẫn',
  'chuong-trinh': 'Chương trình',
  'ke-hoach': 'Kế hoạch',
  'phuong-an': 'Phương án',
  'de-an': 'Đề án',
  'du-an': 'Dự án',
  'bao-cao': 'Báo cáo',
  'bien-ban': 'Biên bản',
  'to-trinh': 'Tờ trình',
  'hop-dong': 'Hợp đồng',
  'cong-van': 'Công văn',
  'cong-dien': 'Công điện',
  'ban-ghi-nho': 'Bản ghi nhớ',
  'ban-thoa-thuan': 'Bản thỏa thuận',
  'giay-uy-quyen': 'Giấy ủy quyền',
  'giay-moi': 'Giấy mời',
  'giay-gioi-thieu': 'Giấy giới thiệu',
  'giay-nghi-phep': 'Giấy nghỉ phép',
  'phieu-gui': 'Phiếu gửi',
  'phieu-chuyen': 'Phiếu chuyển',
  'phieu-bao': 'Phiếu báo',
  'thu-cong': 'Thư công',
} as const

export type DocumentKind = keyof typeof kinds
export const documentKinds: Readonly<Record<DocumentKind, string>> = kinds
export const isDocumentKind = (word: string): word is DocumentKind => Object.hasOwn(kinds, word)

/** Stands for every kind. */
export const everyKind = '*'
export const KindOrEvery = z.string().refine((kind) => kind === everyKind || isDocumentKind(kind))
export const sayKinds = (codes: readonly string[]): string =>
  codes.includes(everyKind)
    ? 'Mọi loại văn bản'
    : codes.map((code) => (isDocumentKind(code) ? kinds[code] : code)).join(', ')
