import type { OrganisationKind } from '#organisations'
import type { Definition, PeriodKind } from '../model.ts'

// Words of the closed sets of a definition.

export const formulaWords: Record<Definition['formula']['type'], string> = {
  measure: 'Đếm, cộng, bình quân',
  ratio: 'Tỷ số',
  composite: 'Chỉ số tổng hợp',
  typed: 'Nhập tay',
}

export const periodWords: Record<PeriodKind, string> = {
  day: 'Ngày',
  week: 'Tuần',
  month: 'Tháng',
  quarter: 'Quý',
  half: 'Nửa năm',
  year: 'Năm',
  'R-month': 'Tháng báo cáo (15 đến 14)',
  'R-quarter': 'Quý báo cáo (15 đến 14)',
  'R-half': 'Sáu tháng báo cáo (15 đến 14)',
  'R-year': 'Năm báo cáo (15 đến 14)',
}

export const directionWords: Record<Definition['direction'], string> = {
  up: 'tăng',
  down: 'giảm',
  none: 'không xét',
}

export const missingWords: Record<Definition['missing'], string> = {
  partial: 'Hiện số đã có, ghi rõ còn thiếu đơn vị nào',
  withhold: 'Chưa hiện số cho tới khi đủ',
}

export const mergerWords: Record<Definition['merger'], string> = {
  sum: 'Cộng số của các đơn vị cũ',
  weighted: 'Bình quân có trọng số theo mẫu số',
  mean: 'Bình quân các đơn vị cũ',
  'not-comparable': 'Không so sánh được với trước sáp nhập',
}

export const lockWords: Record<NonNullable<Definition['lock']>, string> = {
  'at-cut-off': 'Tự chốt khi hết hạn của kỳ',
  'by-hand': 'Chỉ chốt khi có người chốt',
}

/** Kinds of organisations of which each can be expected to report. */
export const unitKindWords = {
  department: 'Cơ quan chuyên môn cấp tỉnh',
  commune: 'Ủy ban nhân dân cấp xã',
  centre: 'Trung tâm',
  office: 'Văn phòng',
  unit: 'Đơn vị trực thuộc',
  external: 'Cơ quan ngoài tuyến quản lý của tỉnh',
} as const satisfies Partial<Record<OrganisationKind, string>>
