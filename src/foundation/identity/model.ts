import { z } from 'zod'
import { PositionCode } from '#organisations'
import type { Assurance } from '#platform/assurance'
import type { Role } from '#platform/capability'

/** The roles that are given to officers. */
export const roles = [
  'leader',
  'operator',
  'custodian',
  'officer',
  'analyst',
  'administrator',
  'auditor',
  'clerk',
] as const

export const roleNames: Record<Role, string> = {
  leader: 'Lãnh đạo',
  operator: 'Trực điều hành',
  custodian: 'Phụ trách dữ liệu',
  officer: 'Chuyên viên',
  analyst: 'Phân tích dữ liệu',
  administrator: 'Quản trị hệ thống',
  auditor: 'Giám sát, kiểm tra',
  clerk: 'Tiếp nhận một cửa',
  citizen: 'Người dân, tổ chức',
  inspector: 'Đoàn thanh tra, kiểm tra',
}

export const assuranceNames: Record<Assurance, string> = {
  password: 'Mật khẩu',
  'two-factor': 'Hai yếu tố',
  'vneid:1': 'VNeID mức 1',
  'vneid:2': 'VNeID mức 2',
}

/** Scope of a role that reaches every organisation. */
export const everywhere = '*'

/** Permission → the roles that hold it: what the cards of all capabilities declare, taken together. */
export type Grants = ReadonlyMap<string, ReadonlySet<string>>

/** Noun → permission: what a token's scope `noun:object` gives, over that object only. */
export type ObjectScopes = Readonly<Record<string, string>>

export const AccountName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'Tên đăng nhập gồm chữ thường không dấu, chữ số, dấu chấm, gạch ngang; ví dụ nguyen.van.mau.',
  )
  .refine((name) => name !== 'system', 'Tên này dành riêng cho hệ thống; xin chọn tên khác.')

export const Password = z
  .string()
  .min(10, 'Mật khẩu phải có ít nhất 10 ký tự.')
  .max(200, 'Mật khẩu dài nhất 200 ký tự.')

/** The name of a permission, or `noun:object`: the permission that the cards declare for this noun, over that one object. */
const Scope = z
  .string()
  .regex(
    /^[a-z][a-z-]*:[a-z0-9][a-z0-9.-]{0,63}$/,
    'Phạm vi có dạng danh-từ:động-từ hoặc danh-từ:mã, ví dụ indicator:read, source:ma-nguon.',
  )
export const Scopes = z.array(Scope).min(1).max(50)

const organisation = z
  .string()
  .trim()
  .min(1, { message: 'Xin chọn đơn vị.', abort: true })
  .regex(/^[A-Za-z0-9.-]{1,35}$/, 'Mã đơn vị gồm chữ, số và dấu chấm; ví dụ H32.1.')

export const RoleScope = z.strictObject({
  role: z.enum(roles),
  organisation: z.union([z.literal(everywhere), organisation]),
})
export type RoleScope = z.infer<typeof RoleScope>

/** Where messages reach a person: his own to set. */
export const Contact = z.strictObject({
  email: z
    .string()
    .trim()
    .max(200)
    .pipe(z.email({ error: 'Địa chỉ thư chưa đúng; ví dụ nguyen.van.mau@vidu.invalid.' }))
    .optional(),
  phone: z
    .string()
    .transform((text) => text.replace(/[\s.()-]/g, ''))
    .pipe(z.string().regex(/^\+?[0-9]{8,15}$/, 'Số điện thoại gồm 8 đến 15 chữ số; ví dụ 0912 345 678.'))
    .optional(),
})
export type Contact = z.infer<typeof Contact>

export const NewAccount = z.strictObject({
  name: AccountName,
  personName: z.string().trim().min(1, 'Xin nhập họ và tên.').max(200),
  position: z.string().trim().max(200).optional(),
  organisation: organisation.optional(),
  machine: z.boolean().default(false),
})
export type NewAccount = z.infer<typeof NewAccount>

/** Held by heads and administrators: letting people of their organisations be stood in for. */
export const giveStandIns = 'stand-in:give'
export const longestStandInDays = 366

/** What a stand-in does not get of his colleague's permissions: accounts, passwords and keys, and passing the work on. */
export const neverPassedOn: ReadonlySet<string> = new Set([
  'account:manage',
  giveStandIns,
  'inspection:ask',
  'inspection:approve',
])

export const NewStandIn = z.strictObject({
  absent: AccountName,
  substitute: AccountName,
  validFrom: z.iso.date('Xin nhập đủ ngày, tháng, năm bắt đầu.'),
  validTo: z.iso.date('Xin nhập đủ ngày, tháng, năm kết thúc.'),
  reason: z.string().trim().min(3, 'Xin nêu lý do, ví dụ: nghỉ phép, đi công tác.').max(300),
})
export type NewStandIn = z.infer<typeof NewStandIn>

/** `people.yaml` of a pack: demonstration people, loaded in demo mode only. */
export const PeopleFile = z.strictObject({
  source: z.string().min(1),
  people: z.array(
    z.strictObject({
      account: AccountName,
      name: z.string().min(1),
      /** Codes of the positions he holds; each must be in positions.yaml. */
      positions: z.array(PositionCode).default([]),
      organisation,
      /** None: somebody whose right comes another way, like an inspector's. */
      roles: z.array(RoleScope),
      demoPassword: z.string().min(8),
      email: Contact.shape.email,
      phone: Contact.shape.phone,
    }),
  ),
})
export type DemoPerson = z.infer<typeof PeopleFile>['people'][number]

/** A session ends after this long without a request, and in any case after its longest life. */
export const sessionIdleMs = 12 * 3600_000
export const sessionLifeMs = 7 * 24 * 3600_000
/** A second factor lately proved: no longer ago than this, where power over accounts and keys is given. */
export const dangerMinutes = 30
/** Changing one's own factors asks for a proof that is not older. */
export const factorMinutes = 15
/** The time of the last request is written at most this often. */
export const seenEveryMs = 60_000
export const tokenDaysDefault = 365

const longestWaitSeconds = 900
/** Failures after which the waiting begins. Many people of one office may share an address. */
export const freeFailures = { pair: 4, address: 30 }
/** Without a failure for this long, counting begins anew. */
export const forgetFailuresMs = 3600_000

/** Seconds to wait after the n-th failure (at index n - 1): none at first, then 2, 4, 8 … up to a quarter of an hour. */
export function waitsInSeconds(free: number): number[] {
  const waits = Array.from({ length: free }, () => 0)
  for (let wait = 2; wait < longestWaitSeconds; wait *= 2) waits.push(wait)
  return [...waits, longestWaitSeconds]
}

/** Passwords that are guessed first. */
const wornOut =
  /^(.)\1+$|^(0123456789|1234567890|123456789\d*|qwertyuiop|matkhau\d*|password\d*|abc123.*|khanhhoa\d*)$/i

/** Why a new password is refused, in words; nothing when it will do. */
export function faultOfPassword(password: string, account: string): string | undefined {
  if (password.toLowerCase().includes(account)) return 'Mật khẩu không được chứa tên đăng nhập.'
  if (wornOut.test(password)) return 'Mật khẩu này quá dễ đoán; xin chọn mật khẩu khác.'
  return undefined
}

/** The permissions that a token's scopes name: by themselves, or the one declared for the noun of an object. */
export const wantedByScopes = (
  scopes: readonly string[],
  grants: Grants,
  objectScopes: ObjectScopes,
): ReadonlySet<string | undefined> =>
  new Set(scopes.map((scope) => (grants.has(scope) ? scope : objectScopes[scope.slice(0, scope.indexOf(':'))])))
