import type { AreaKind, Change, OrganisationKind } from '../model.ts'

export const kindWords: Record<OrganisationKind, string> = {
  province: 'Ủy ban nhân dân tỉnh',
  department: 'Cơ quan chuyên môn cấp tỉnh',
  office: 'Văn phòng',
  commune: 'Ủy ban nhân dân cấp xã',
  centre: 'Trung tâm',
  external: 'Cơ quan ngoài tuyến quản lý của tỉnh',
  national: 'Cơ quan trung ương',
  authority: 'Cơ quan',
  unit: 'Đơn vị trực thuộc',
}

export const changeWords: Record<Change, string> = {
  rename: 'Đổi tên',
  merge: 'Hợp nhất',
  split: 'Chia tách',
  move: 'Chuyển cấp quản lý',
  dissolve: 'Giải thể',
}

/** What can be done to an organisation: the word in the address, the words on the screen. */
export const works = {
  'doi-ten': 'Đổi tên',
  chuyen: 'Chuyển cấp quản lý',
  'hop-nhat': 'Hợp nhất',
  'chia-tach': 'Chia tách',
  'giai-the': 'Giải thể',
  'dinh-chinh': 'Đính chính thông tin',
} as const
export type Work = keyof typeof works

export const listPath = '/quan-tri/don-vi'
export const pathOf = (code: string) => `${listPath}/${encodeURIComponent(code)}`
export const workPath = (code: string, work: Work) => `${pathOf(code)}/thay-doi/${work}`

export const areaKindWords: Record<AreaKind, string> = {
  country: 'Quốc gia',
  province: 'Tỉnh',
  municipality: 'Thành phố trực thuộc trung ương',
  district: 'Huyện, quận',
  town: 'Thị xã',
  city: 'Thành phố thuộc tỉnh',
  commune: 'Xã',
  ward: 'Phường',
  township: 'Thị trấn',
  'special-zone': 'Đặc khu',
  borough: 'Quận (nước ngoài)',
  neighbourhood: 'Khu phố (nước ngoài)',
  place: 'Địa danh (nước ngoài)',
}

export const areaListPath = '/quan-tri/dia-ban'
export const areaPathOf = (code: string) => `${areaListPath}/${encodeURIComponent(code)}`
