import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
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

/** Writes the invented province of the tests with one source and two indicators. */
export function writePack(folder: string): void {
  cpSync(join(projectRoot, 'test/fixtures/tiny-pack'), folder, { recursive: true })
  mkdirSync(join(folder, 'contracts'), { recursive: true })
  mkdirSync(join(folder, 'indicators'), { recursive: true })
  writeFileSync(join(folder, 'contracts', `${source}.yaml`), contract)
  writeFileSync(join(folder, 'indicators', 'crash.yaml'), indicators)
}
