// Grounds in words: why somebody may, as one sentence each and as a table over all that he may.
import type { Ground, Purpose } from '#platform/access'
import type { Context } from '#platform/context'
import { type Column, formatDate, formatDateTime, Notice, Table } from '#ui'
import { listPeople } from '../actions/holders.ts'
import { assuranceNames, everywhere, roleNames } from '../model.ts'
import { organisationNames } from '../pages/account-parts.tsx'
import { areaOf, inOrder, sayPermission } from './permission-words.ts'

export interface Names {
  place(code: string | null): string
  person(account: string): string
}

/** The names that these grounds are told with. */
export async function namesFor(ctx: Context, grounds: readonly Ground[]): Promise<Names> {
  const givers = [...new Set(grounds.flatMap(({ givenBy }) => givenBy ?? []))]
  const people = new Map((await listPeople(ctx, givers)).map(({ account, name }) => [account, name]))
  return {
    place: await organisationNames(ctx),
    person: (account) => (account === 'system' ? 'hệ thống' : (people.get(account) ?? account)),
  }
}

const knownRoles: Readonly<Record<string, string>> = roleNames
const sayRole = (role: string): string => knownRoles[role] ?? role

/** "Sở Y tế và các đơn vị trực thuộc" */
export function sayWhere({ organisations, kind }: Ground, names: Names): string {
  if (kind === 'citizen') return 'dữ liệu của chính mình'
  if (organisations.includes(everywhere)) return 'mọi đơn vị'
  return `${organisations.map((code) => names.place(code)).join(', ')} và các đơn vị trực thuộc`
}

const sayUntil = (until: Ground['until']): string[] => {
  if (until === undefined) return []
  return [until instanceof Date ? `đến ${formatDateTime(until)}` : `đến hết ${formatDate(until)}`]
}

/** "có vai trò Lãnh đạo, do Nguyễn Văn Mẫu giao ngày 1-9-2026" */
export function sayWhy(ground: Ground, names: Names): string {
  const { kind, role, givenBy, givenAt, onBehalfOf, until, position, decision } = ground
  const by = givenBy ? names.person(givenBy) : undefined
  const given = (verb: string) => (by ? [`do ${by} ${verb}${givenAt ? ` ngày ${formatDate(givenAt)}` : ''}`] : [])
  if (kind === 'citizen') return 'là chủ của dữ liệu này'
  if (kind === 'emergency')
    return [`đang giữ quyền khẩn cấp ${sayRole(role)}`, ...given('duyệt'), ...sayUntil(until)].join(', ')
  if (kind === 'inspection')
    return [`thuộc đoàn kiểm tra theo Quyết định số ${decision}`, ...given('duyệt'), ...sayUntil(until)].join(', ')
  return [
    ...(onBehalfOf ? [`xử lý thay ${onBehalfOf.name} đến hết ${formatDate(onBehalfOf.until)}, người`] : []),
    `có vai trò ${sayRole(role)}`,
  ]
    .join(' ')
    .concat(
      ...[...given('giao'), ...sayUntil(until), ...(position ? [`khi làm việc với chức danh ${position}`] : [])].map(
        (words) => `, ${words}`,
      ),
    )
}

interface WhyProps {
  title?: string
  decision: { grounds: readonly Ground[]; purpose?: Purpose }
  names: Names
}

/** Why something could be seen, by the decision that let it be. */
export function WhyAllowed({ title, decision: { grounds, purpose }, names }: WhyProps) {
  const lines = grounds.map((ground) => {
    const forWhat = purpose ? `, với mục đích “${purpose.name}”` : ''
    return `Ông/bà được xem vì ${sayWhy(ground, names)}${forWhat}. Phạm vi: ${sayWhere(ground, names)}.`
  })
  const [only] = lines
  return (
    <Notice tone="info" title={title}>
      {lines.length === 1 ? (
        only
      ) : (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

const sayLevel = ({ demands, kind }: Ground): string =>
  kind === 'citizen' ? 'VNeID' : demands ? assuranceNames[demands] : `${assuranceNames.password} trở lên`

interface PermissionRow {
  permission: string
  ground: Ground
}

const rowsOf = (grounds: readonly Ground[]): PermissionRow[] =>
  inOrder(new Set(grounds.flatMap(({ permissions }) => [...permissions]))).flatMap((permission) =>
    grounds.filter(({ permissions }) => permissions.has(permission)).map((ground) => ({ permission, ground })),
  )

/** Permission → what it may be used for, where it is bound to that. */
export type PurposesOf = Context['purposesOf']

/** "chỉ để tiếp nhận hồ sơ; trả kết quả" */
export const sayUses = (purposes: readonly Purpose[] | undefined): string | undefined =>
  purposes && (purposes.length > 0 ? `chỉ để: ${purposes.map(({ name }) => name).join('; ')}` : 'chưa có mục đích nào')

interface RightsProps {
  caption: string
  grounds: readonly Ground[]
  purposesOf: PurposesOf
  names: Names
  /** Where one goes on from a permission. */
  hrefOf?: (permission: string) => string
  csv: string
}

/** Each permission, where, why and at what level, in the order of what people work with. */
export function RightsTable({ caption, grounds, purposesOf, names, hrefOf, csv }: RightsProps) {
  const columns: Column<PermissionRow>[] = [
    {
      key: 'permission',
      title: 'Được làm',
      cell: ({ permission }) => {
        const uses = sayUses(purposesOf(permission))
        return (
          <>
            {hrefOf ? <a href={hrefOf(permission)}>{sayPermission(permission)}</a> : sayPermission(permission)}
            {uses && <div class="muted">{uses}</div>}
          </>
        )
      },
    },
    { key: 'where', title: 'Ở đâu', phone: true, cell: ({ ground }) => sayWhere(ground, names) },
    { key: 'why', title: 'Vì', phone: true, cell: ({ ground }) => sayWhy(ground, names) },
    { key: 'level', title: 'Mức xác thực', kind: 'nowrap', cell: ({ ground }) => sayLevel(ground) },
  ]
  return (
    <Table
      caption={caption}
      hideCaption
      rows={rowsOf(grounds)}
      rowKey={({ permission, ground }) => `${permission} ${grounds.indexOf(ground)}`}
      groupOf={({ permission }) => areaOf(permission)}
      columns={columns}
      downloads={{ csv }}
      empty={{
        title: 'Chưa có quyền nào',
        words: 'Người quản trị tài khoản của đơn vị giao vai trò thì quyền hiện ở đây.',
      }}
    />
  )
}

export const rightsTitles = ['Quyền', 'Được làm', 'Ở đâu', 'Vì', 'Mức xác thực', 'Mục đích']

export const rightsRows = (grounds: readonly Ground[], names: Names, purposesOf: PurposesOf) =>
  rowsOf(grounds).map(({ permission, ground }) => [
    permission,
    sayPermission(permission),
    sayWhere(ground, names),
    sayWhy(ground, names),
    sayLevel(ground),
    sayUses(purposesOf(permission)) ?? '',
  ])
