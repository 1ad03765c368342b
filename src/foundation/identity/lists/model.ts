// What a list of accounts asks for, and what of it would change: a pure comparison with the accounts that are there.
import type { Role } from '#platform/capability'
import { AccountName, Contact, type RoleScope, roleNames, roles } from '../model.ts'
import type { CsvLine } from './csv.ts'

export const columns = {
  name: 'Tên đăng nhập',
  personName: 'Họ và tên',
  organisation: 'Mã đơn vị',
  position: 'Chức vụ',
  email: 'Thư điện tử',
  phone: 'Số điện thoại',
  role: 'Vai trò',
  directory: 'Danh bạ',
  deed: 'Việc',
  leavesOn: 'Ngày thôi dùng',
  reason: 'Lý do',
} as const
export type ColumnKey = keyof typeof columns
export const columnKeys = Object.keys(columns) as ColumnKey[]
const needed: readonly ColumnKey[] = ['name', 'personName', 'organisation']

/** A role that an administrator gives: an inspector's comes with his decision only. */
type GivenRole = RoleScope['role']

/** The word in the column "Việc" by which an account is removed. */
export const removal = 'xóa'

export interface ListRow {
  line: number
  values: Partial<Record<ColumnKey, string>>
}

export interface RowFault {
  column: ColumnKey
  message: string
}

const bare = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()

/** An apostrophe before what a spreadsheet would take for a formula is the export's own. */
const plain = (text: string) => text.trim().replace(/^'(?=[=+\-@\t\r])/, '')

/** The rows under their titles, or what is wrong with the titles, in words. */
export function readRows(lines: readonly CsvLine[], most: number): { rows: ListRow[] } | { fault: string } {
  const [head, ...rest] = lines
  if (!head || rest.length === 0) return { fault: 'Tệp không có dòng dữ liệu nào dưới dòng tiêu đề.' }
  if (rest.length > most)
    return { fault: `Tệp có ${rest.length} dòng; mỗi lần nhận nhiều nhất ${most} dòng, hãy chia nhỏ tệp.` }
  const keys = head.cells.map((title) => columnKeys.find((key) => bare(columns[key]) === bare(title)))
  const missing = needed.filter((key) => !keys.includes(key))
  if (missing.length > 0)
    return {
      fault: `Tệp thiếu cột ${missing.map((key) => `“${columns[key]}”`).join(', ')}; tải tệp mẫu để xem các cột.`,
    }
  const doubled = columnKeys.find((key) => keys.indexOf(key) !== keys.lastIndexOf(key))
  if (doubled) return { fault: `Cột “${columns[doubled]}” có hai lần; xóa bớt một cột.` }
  const rows = rest.map(({ line, cells }): ListRow => {
    const values: ListRow['values'] = {}
    for (const [index, key] of keys.entries()) if (key) values[key] = plain(cells[index] ?? '')
    return { line, values }
  })
  return { rows }
}

export interface KnownAccount {
  name: string
  personName: string
  position: string | null
  organisation: string | null
  email: string | null
  phone: string | null
  machine: boolean
  disabledAt: Date | null
  leavesOn: string | null
  directory: string | null
  /** Roles over the account's own organisation, today. */
  roles: readonly Role[]
}

export interface Surroundings {
  today: string
  /** The actor himself: nobody removes himself. */
  self: string | undefined
  accounts: ReadonlyMap<string, KnownAccount>
  /** Code as it is typed → code of an organisation that stands today. */
  organisationOf(code: string): string | undefined
  reaches(organisation: string): boolean
  /** Directories of the organisations within reach. */
  directories: ReadonlySet<string>
}

export interface Wanted {
  name: string
  personName: string
  organisation: string
  /** Absent: the column is not in the file, so that it stays as it is; null: emptied. */
  position?: string | null
  email?: string | null
  phone?: string | null
  directory?: string | null
  role?: GivenRole
}

export type PlannedRow = { line: number; name: string } & (
  | { kind: 'new'; wanted: Wanted }
  | { kind: 'changed'; wanted: Wanted; changes: { column: ColumnKey; before: string; after: string }[] }
  | { kind: 'unchanged' }
  | { kind: 'removed'; leavesOn: string; reason: string }
  | { kind: 'fault'; faults: RowFault[] }
)

const say = (column: ColumnKey, message: string): RowFault => ({ column, message })

/** What each row would do, in the order of the file; the same list again plans nothing. */
export function planRows(rows: readonly ListRow[], around: Surroundings): PlannedRow[] {
  const firstLine = new Map<string, number>()
  return rows.map((row) => {
    const name = (row.values.name ?? '').toLowerCase()
    const before = firstLine.get(name)
    if (name && before === undefined) firstLine.set(name, row.line)
    if (before !== undefined) {
      const message = `Tên đăng nhập này đã có ở dòng ${before}; giữ lại một dòng.`
      return { line: row.line, name, kind: 'fault', faults: [say('name', message)] }
    }
    return planRow(row, name, around)
  })
}

function planRow(row: ListRow, name: string, around: Surroundings): PlannedRow {
  const { values, line } = row
  const known = around.accounts.get(name)
  const deed = bare(values.deed ?? '')
  if (deed === bare(removal)) return planRemoval(row, name, known, around)
  const faults: RowFault[] = []
  if (deed !== '') faults.push(say('deed', `Để trống để thêm hoặc sửa, ghi “${removal}” để thôi dùng tài khoản.`))
  const wanted = readWanted(values, name, faults, around)
  if (known) faults.push(...refuse(known, around))
  if (!wanted || faults.length > 0) return { line, name, kind: 'fault', faults }
  if (!known) return { line, name, kind: 'new', wanted }
  const changes = compare(known, wanted)
  return changes.length > 0 ? { line, name, kind: 'changed', wanted, changes } : { line, name, kind: 'unchanged' }
}

function refuse(known: KnownAccount, { reaches }: Surroundings): RowFault[] {
  if (known.organisation === null || !reaches(known.organisation))
    return [say('name', 'Tên đăng nhập này đã dùng cho tài khoản ngoài các đơn vị ông/bà quản lý; chọn tên khác.')]
  if (known.machine) return [say('name', 'Đây là tài khoản máy; danh sách chỉ nhận tài khoản của người.')]
  if (known.disabledAt)
    return [say('name', 'Tài khoản đang khóa; mở lại ở trang tài khoản trước khi sửa bằng danh sách.')]
  return []
}

function planRemoval(
  { values, line }: ListRow,
  name: string,
  known: KnownAccount | undefined,
  around: Surroundings,
): PlannedRow {
  const faults: RowFault[] = []
  const leavesOn = values.leavesOn ? readDay(values.leavesOn) : around.today
  const reason = values.reason ?? ''
  const isMine = known?.organisation != null && around.reaches(known.organisation)
  if (!known || !isMine) faults.push(say('name', 'Không có tài khoản này trong các đơn vị ông/bà quản lý.'))
  else if (known.machine) faults.push(say('name', 'Đây là tài khoản máy; danh sách chỉ nhận tài khoản của người.'))
  if (name === around.self) faults.push(say('name', 'Không tự xóa tài khoản đang dùng; nhờ quản trị viên khác.'))
  if (!leavesOn) faults.push(say('leavesOn', 'Ngày phải có đủ ngày, tháng, năm, ví dụ 31/12/2026.'))
  else if (leavesOn < around.today && !known?.disabledAt)
    faults.push(say('leavesOn', 'Ngày thôi dùng phải từ hôm nay trở đi; để trống nếu thôi dùng ngay.'))
  if (reason.length < 3) faults.push(say('reason', 'Nêu lý do thôi dùng, ví dụ: nghỉ hưu theo Quyết định 12/QĐ-SNV.'))
  if (faults.length > 0 || !leavesOn) return { line, name, kind: 'fault', faults }
  if (known?.disabledAt || known?.leavesOn === leavesOn) return { line, name, kind: 'unchanged' }
  return { line, name, kind: 'removed', leavesOn, reason: reason.slice(0, 300) }
}

/** 31/12/2026 or 2026-12-31 → 2026-12-31, when the calendar has such a day. */
function readDay(text: string): string | undefined {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text)
  const day = match ? `${match[3]}-${match[2]?.padStart(2, '0')}-${match[1]?.padStart(2, '0')}` : text
  const date = new Date(`${day}T00:00:00Z`)
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
    ? day
    : undefined
}

function readWanted(
  values: ListRow['values'],
  name: string,
  faults: RowFault[],
  around: Surroundings,
): Wanted | undefined {
  const given = AccountName.safeParse(name)
  if (!given.success) faults.push(say('name', given.error.issues[0]?.message ?? ''))
  const personName = (values.personName ?? '').replace(/\s+/g, ' ')
  if (!personName || personName.length > 200) faults.push(say('personName', 'Nhập họ và tên, dài nhất 200 ký tự.'))
  const organisation = around.organisationOf(values.organisation ?? '')
  if (!organisation)
    faults.push(say('organisation', 'Không có đơn vị mang mã này hôm nay; xem mã ở trang Đơn vị, ví dụ H32.KHCN.'))
  else if (!around.reaches(organisation))
    faults.push(
      say('organisation', 'Đơn vị này ngoài phạm vi ông/bà quản lý; chỉ ghi đơn vị của mình và đơn vị trực thuộc.'),
    )
  const contact = Contact.safeParse({ email: values.email || undefined, phone: values.phone || undefined })
  for (const issue of contact.error?.issues ?? [])
    faults.push(say(issue.path[0] === 'phone' ? 'phone' : 'email', issue.message))
  if ((values.position ?? '').length > 200) faults.push(say('position', 'Chức vụ dài nhất 200 ký tự.'))
  const role = values.role ? readRole(values.role) : undefined
  if (values.role && !role)
    faults.push(say('role', `Vai trò là một trong: ${roles.map((one) => roleNames[one]).join(', ')}.`))
  if (role === 'administrator')
    faults.push(say('role', 'Vai trò quản trị không giao bằng danh sách; giao ở trang tài khoản.'))
  if (values.directory && !around.directories.has(values.directory))
    faults.push(say('directory', 'Không có danh bạ mang mã này trong các đơn vị ông/bà quản lý.'))
  if (faults.length > 0 || !organisation || !contact.success) return undefined
  const optional = <T>(key: ColumnKey, value: T) => (values[key] === undefined ? {} : { [key]: value })
  return {
    name,
    personName,
    organisation,
    ...optional('position', values.position || null),
    ...optional('email', contact.data.email ?? null),
    ...optional('phone', contact.data.phone ?? null),
    ...optional('directory', values.directory || null),
    ...(role ? { role } : {}),
  }
}

function readRole(word: string): GivenRole | undefined {
  return roles.find((code) => bare(roleNames[code]) === bare(word) || code === word.toLowerCase())
}

function compare(known: KnownAccount, wanted: Wanted) {
  const keys = ['personName', 'organisation', 'position', 'email', 'phone', 'directory'] as const
  const changes = keys.flatMap((column) => {
    const after = wanted[column]
    if (after === undefined || after === known[column]) return []
    return [{ column, before: known[column] ?? '', after: after ?? '' }]
  })
  const { role } = wanted
  if (!role || (known.roles.includes(role) && known.organisation === wanted.organisation)) return changes
  return [
    ...changes,
    { column: 'role' as const, before: known.roles.map((one) => roleNames[one]).join(', '), after: roleNames[role] },
  ]
}
