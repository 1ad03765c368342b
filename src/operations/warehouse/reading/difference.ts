import type { Contract } from '../model.ts'

/** One place in which two versions of a contract differ. */
export interface Difference {
  path: string
  /** The place in Vietnamese. */
  words: string
  before: string | undefined
  after: string | undefined
}

const places: Record<string, string> = {
  name: 'Tên',
  nameEn: 'Tên tiếng Anh',
  organisation: 'Cơ quan',
  custodian: 'Đầu mối',
  basis: 'Căn cứ',
  cadence: 'Định kỳ',
  kind: 'Loại dữ liệu',
  format: 'Định dạng',
  timeZone: 'Múi giờ',
  mode: 'Cách gửi',
  columns: 'Cột',
  reshape: 'Biến đổi cây',
  otherColumns: 'Cột khác',
  key: 'Khóa',
  versionBy: 'Thứ tự phiên bản',
  map: 'Ánh xạ',
  unpivot: 'Xoay cột',
  attributes: 'Thuộc tính giữ lại',
  checks: 'Điều kiện',
  lists: 'Danh mục',
  personal: 'Dữ liệu cá nhân',
  retentionDays: 'Ngày lưu tệp',
}

/** Things with a name are compared by it, so that an inserted column does not make all later ones differ. */
function leaves(
  value: unknown,
  path: readonly string[],
  into: Map<string, readonly [readonly string[], string]>,
): void {
  if (value === undefined || value === null) return
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) leaves(item, [...path, nameOf(item) ?? String(index + 1)], into)
  } else if (typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) leaves(item, [...path, name], into)
  } else into.set(path.join('\u001f'), [path, String(value)])
}

function nameOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item
  if (typeof item !== 'object' || item === null) return undefined
  if ('name' in item) return String(item.name)
  return 'code' in item ? String(item.code) : undefined
}

/** What differs between two versions, place by place; the number of the version does not count. */
export function compareContracts(before: Contract, after: Contract): Difference[] {
  const [old, now] = [before, after].map((contract) => {
    const found = new Map<string, readonly [readonly string[], string]>()
    leaves({ ...contract, version: undefined }, [], found)
    return found
  })
  if (!old || !now) return []
  const differences: Difference[] = []
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)]
    if (was?.[1] === is?.[1]) continue
    const path = (was ?? is)?.[0] ?? []
    const [first = '', ...rest] = path
    differences.push({
      path: path.join('.'),
      words: [places[first] ?? first, ...rest].join(' › '),
      before: was?.[1],
      after: is?.[1],
    })
  }
  return differences
}
