import { formatNumber } from '#ui'
import type { Column } from '../model.ts'

export const typeNames: Record<Column['type'], string> = {
  text: 'chữ',
  integer: 'số nguyên',
  decimal: 'số',
  boolean: 'có/không',
  date: 'ngày',
  instant: 'ngày giờ',
  json: 'cây JSON',
}

/** What is asked of a column, in words. */
export function columnRules(column: Column): string {
  const rules: string[] = []
  if (column.required) rules.push('bắt buộc')
  if (!column.mustExist) rules.push('có thể vắng cả cột')
  if (column.min !== undefined && column.max !== undefined)
    rules.push(`từ ${formatNumber(column.min)} đến ${formatNumber(column.max)}`)
  else if (column.min !== undefined) rules.push(`không nhỏ hơn ${formatNumber(column.min)}`)
  else if (column.max !== undefined) rules.push(`không lớn hơn ${formatNumber(column.max)}`)
  if (column.oneOf) rules.push(`một trong: ${column.oneOf.join(', ')}`)
  if (column.matches) rules.push(`theo mẫu ${column.matches}`)
  if (column.reference === 'organisations') rules.push('mã cơ quan có trong danh mục')
  else if (column.reference === 'areas') rules.push('mã địa bàn có trong danh mục')
  else if (column.reference) rules.push(`có trong danh mục “${column.reference}”`)
  if (column.patterns.length > 0) rules.push(`viết theo ${column.patterns.join(' hoặc ')}`)
  if (column.numbers !== 'plain') rules.push(column.numbers === 'vi' ? 'viết 1.234,56' : 'viết 1,234.56')
  if (column.unit) rules.push(`số viết cùng “${column.unit}”`)
  if (column.nulls.length > 0) rules.push(`coi là trống: ${column.nulls.join(', ')}`)
  return rules.join('; ')
}
