import { formatBytes, formatNumber } from '#ui'
import type { DatabasePull, PullSettings } from '../inlets/pull-settings.ts'
import type { PullStanding } from '../inlets/pull-store.ts'

/** Times that are chosen by a word; any other is written as a crontab pattern. */
export const schedules: Record<string, string> = {
  '*/5 * * * *': '5 phút một lần',
  '*/15 * * * *': '15 phút một lần',
  '5 * * * *': 'Hằng giờ, phút thứ 5',
  '0 6 * * *': 'Hằng ngày lúc 06:00',
  '0 18 * * *': 'Hằng ngày lúc 18:00',
  '0 6 * * 1': 'Thứ Hai hằng tuần lúc 06:00',
  '0 6 1 * *': 'Ngày 1 hằng tháng lúc 06:00',
}

export const scheduleWords = (pattern: string): string => schedules[pattern] ?? `Lịch riêng: ${pattern}`

/** Two of the kinds have been run against real servers; of the others only their drivers are here. */
export const driverNames: Record<DatabasePull['driver'], { name: string; port: number; isTried: boolean }> = {
  postgres: { name: 'PostgreSQL', port: 5432, isTried: true },
  mysql: { name: 'MariaDB, MySQL', port: 3306, isTried: true },
  mssql: { name: 'SQL Server', port: 1433, isTried: false },
  oracle: { name: 'Oracle', port: 1521, isTried: false },
}

export const typeNames: Record<PullSettings['type'], string> = {
  http: 'Tệp qua HTTP',
  database: 'Cơ sở dữ liệu',
}

/** From where, without what is secret: an address may carry a token behind its question mark. */
export const placeWords = (settings: PullSettings): string =>
  settings.type === 'http'
    ? (settings.url.split('?')[0] ?? '')
    : `${driverNames[settings.driver].name} ${settings.host}:${settings.port}, bảng ${[settings.schema, settings.table].filter(Boolean).join('.')}`

/** What the last run fetched: rows of a table, bytes of a file. */
export function fetchedWords({ lastResult }: PullStanding): string {
  if (lastResult?.outcome !== 'landed') return ''
  return lastResult.rows === null ? formatBytes(lastResult.bytes) : `${formatNumber(lastResult.rows)} dòng`
}
