import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../settings.ts'

/** The source that the crash test sends to: versions of a record are ordered by a column, as a well-made source does. */
export const source = 'crash-reports'

export const organisations = ['H99.11', 'H99.12', 'H99.13'] as const

const contract = `
code: ${source}
name: Phản ánh gửi trong lúc bị ngắt
organisation: H99
custodian: Đầu mối dữ liệu
basis: { kind: internal, title: Quy chế thử nghiệm }
cadence: { every: day }
kind: citizen-report
format: { type: csv, encoding: utf-8, delimiter: ',' }
mode: delta
columns:
  - { name: ma, required: true }
  - { name: lan, required: true }
  - { name: don_vi, required: true, reference: organisations }
  - { name: tiep_nhan, type: instant, patterns: ['yyyy-MM-dd HH:mm'], required: true }
  - { name: trang_thai, required: true, oneOf: [mo, dong] }
key: [ma]
versionBy: lan
map:
  organisation: { column: don_vi }
  openedAt: { column: tiep_nhan }
  status: { column: trang_thai }
`

const common =
  'group: Thử, unit: phản ánh, direction: up, periods: [month, year], mainPeriod: month, owner: { organisation: H99, position: Đầu mối dữ liệu }, basis: { kind: internal, title: Quy chế thử nghiệm }, source: Kênh thử, cadence: { every: day }, merger: sum'
const measured = `kind: citizen-report, sources: [${source}], at: openedOn`

const indicators = `
source: Invented for the tests, Apache-2.0.
indicators:
  - { code: crash.received, name: Phản ánh nhận, nameEn: Received, ${common}, formula: { type: measure, measures: [{ ${measured} }] } }
  - { code: crash.closed, name: Phản ánh đã đóng, nameEn: Closed, ${common}, formula: { type: measure, measures: [{ ${measured}, where: [{ field: status, op: eq, value: dong }] }] } }
`

/** Minutes of alerts: seconds, so that kills meet the timers at work. */
export const timers = {
  acknowledgeMinutes: { critical: 0.2, high: 0.2, medium: 0.3, low: 0.3 },
  followMinutes: { critical: 0.1, high: 0.1, medium: 0.12, low: 0.15 },
  climbMinutes: { critical: 0.25, high: 0.25, medium: 0.3, low: 0.3 },
}
export const answerMinutes = 1

const alertSettings = `
organisation: H99.1
inlets:
  alertmanager: { groupBy: [alertname, quan] }
  webhook: { groupBy: [alertname, quan] }
  api: { groupBy: [alertname, quan] }
${Object.entries(timers)
  .map(([name, minutes]) => `${name}: ${JSON.stringify(minutes)}`)
  .join('\n')}
resolveTimeoutMinutes: 240
`

const roster = `
source: Invented for the tests, Apache-2.0.
organisation: H99.1
shifts:
  - { code: sang, name: Ca sáng, from: '07:00', to: '15:00' }
  - { code: toi, name: Ca tối, from: '15:00', to: '23:00' }
  - { code: dem, name: Ca đêm, from: '23:00', to: '07:00' }
callOut: { answerMinutes: ${answerMinutes}, head: [ca-mot, ca-hai, lanhdao-vidu] }
handOver: { signBeforeMinutes: 60, remindMinutes: 240, mostReminders: 1 }
tasks: { warnMinutes: 15 }
gapDays: 1
`

const operator = (account: string, name: string) => `
  - account: ${account}
    name: ${name}
    organisation: H99.1
    roles: [{ role: operator, organisation: H99 }]
    demoPassword: vi-du-2026
`

/** Writes the invented province of the tests with one source, two indicators, short timers of alerts and two leads of shifts. */
export function writePack(folder: string): void {
  cpSync(join(projectRoot, 'test/fixtures/tiny-pack'), folder, { recursive: true })
  mkdirSync(join(folder, 'contracts'), { recursive: true })
  mkdirSync(join(folder, 'indicators'), { recursive: true })
  writeFileSync(join(folder, 'contracts', `${source}.yaml`), contract)
  writeFileSync(join(folder, 'indicators', 'crash.yaml'), indicators)
  mkdirSync(join(folder, 'alerts'), { recursive: true })
  writeFileSync(join(folder, 'alerts', 'settings.yaml'), alertSettings)
  writeFileSync(join(folder, 'roster.yaml'), roster)
  appendFileSync(join(folder, 'people.yaml'), operator('ca-mot', 'Bùi Thị Ví Dụ') + operator('ca-hai', 'Vũ Văn Thử'))
}
