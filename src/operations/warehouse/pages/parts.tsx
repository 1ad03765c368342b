import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { formatDate, formatDateTime, formatNumber, type Tab, Tabs, Tag } from '#ui'
import type { Field } from '../kinds.ts'
import type { SourceSummary } from '../reading/sources.ts'
import { contractPath, numbersPath, pullsPath, sourcePath, uploadPath } from './words.ts'

interface SourceTabsProps {
  code: string
  current: string
  canImport: boolean
  /** Whether the reader may say what is fetched for the source. */
  canFetch?: boolean
}

/** The parts of a source's page; each has its own address. */
export function SourceTabs({ code, current, canImport, canFetch = false }: SourceTabsProps) {
  const items: Tab[] = [
    { label: 'Tổng quan', href: sourcePath(code) },
    { label: 'Hợp đồng dữ liệu', href: contractPath(code) },
    { label: 'Chỉ tiêu', href: numbersPath(code) },
    ...(canImport ? [{ label: 'Tải tệp lên', href: uploadPath(code) }] : []),
    ...(canFetch ? [{ label: 'Lấy theo lịch', href: pullsPath(code) }] : []),
  ]
  return (
    <Tabs
      label="Các phần của nguồn dữ liệu"
      items={items.map((item) => ({ ...item, current: item.href === current }))}
    />
  )
}

/** How a source stands, in a word: nothing is said of one that is as it should be. */
export function SourceState({ summary }: { summary: Pick<SourceSummary, 'pausedAt' | 'late' | 'lastAt'> }) {
  if (summary.pausedAt) return <Tag>Tạm dừng</Tag>
  if (summary.late) return <Tag tone="warning">{summary.late.words}</Tag>
  if (!summary.lastAt) return <Tag>Chưa nhận</Tag>
  return <span>Đúng hạn</span>
}

export async function nameOrganisation(ctx: Pick<Context, 'sql'>, code: string): Promise<string> {
  return (await findOrganisation(ctx.sql, code))?.name ?? code
}

/** Short names of many organisations, for lists. */
export async function nameOrganisations(
  ctx: Pick<Context, 'sql'>,
  codes: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for (const code of new Set(codes)) {
    const found = await findOrganisation(ctx.sql, code)
    names.set(code, found?.shortName ?? found?.name ?? code)
  }
  return names
}

/** A value of a record as people read it. */
export function showField(value: unknown, field: Pick<Field, 'type'> | undefined, timeZone: string): string {
  if (value === null || value === undefined || value === '') return ''
  if (value instanceof Date) return formatDateTime(value, timeZone)
  if (field?.type === 'date' && typeof value === 'string') return formatDate(value)
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return value ? 'Có' : 'Không'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** A value of a file as it stands there. */
export const showRaw = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
