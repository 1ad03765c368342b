import { Problem } from '#platform/errors'
import { formatNumber, Notice, Section, Table } from '#ui'
import type { Trial } from '../drafts/trial.ts'
import { type Kind, kindOf } from '../kinds.ts'
import type { Contract } from '../model.ts'
import { FileFault } from '../readers/faults.ts'
import type { Encoding } from '../readers/format.ts'
import { rowsAbove, type Sniffed } from '../readers/sniff.ts'
import { outcomeWords } from './words.ts'

const shares = ['applied', 'superseded', 'duplicate', 'quarantined'] as const

/** What an import of this file would do. */
export function TrialOutcome({ trial, contract }: { trial: Trial; contract: Contract }) {
  const { quarantined, received } = trial
  const good = received - quarantined
  return (
    <Section title={trial.isPart ? `Thử ${formatNumber(received)} dòng đầu` : `Thử cả ${formatNumber(received)} dòng`}>
      <Notice
        tone={received > 0 && quarantined === 0 ? 'done' : 'warning'}
        title={
          received === 0
            ? 'Tệp không có dòng nào'
            : quarantined === 0
              ? 'Mọi dòng đều đạt'
              : `${formatNumber(good)} dòng đạt, ${formatNumber(quarantined)} dòng sẽ bị cách ly`
        }
      >
        {quarantined > 0 && 'Dòng cách ly không mất: sửa được sau khi nhập, ở trang “Cách ly”.'}
      </Notice>
      <Table
        caption="Kết quả nếu nhập"
        plain
        rows={[trial]}
        rowKey={() => 'trial'}
        columns={[
          { key: 'trial', title: 'Bản ghi', cell: () => 'Nếu nhập' },
          ...(['received', ...shares] as const).map((key) => ({
            key,
            title: key === 'received' ? 'Đã đọc' : outcomeWords[key],
            kind: 'number' as const,
            phone: true,
            cell: (one: Trial) => formatNumber(one[key]),
          })),
        ]}
      />
      {trial.faulty.length > 0 && (
        <Table
          caption="Các dòng sẽ bị cách ly đầu tiên"
          rows={trial.faulty}
          rowKey={({ line }) => String(line)}
          columns={[
            { key: 'line', title: 'Dòng', cell: ({ line }) => formatNumber(line) },
            {
              key: 'where',
              title: 'Cột',
              phone: true,
              cell: ({ faults }) =>
                faults
                  .map(({ field }) => columnOf(contract, field))
                  .filter(Boolean)
                  .join(', ') || 'cả dòng',
            },
            {
              key: 'value',
              title: 'Giá trị',
              cell: ({ faults }) =>
                faults
                  .filter(({ field }) => !contract.personal.includes(columnOf(contract, field)))
                  .map(({ value }) => (value === '' ? 'trống' : value))
                  .join(', '),
            },
            {
              key: 'words',
              title: 'Cách sửa',
              phone: true,
              cell: ({ faults }) => faults.map(({ message }) => message).join(' '),
            },
          ]}
        />
      )}
    </Section>
  )
}

/** The column in which a fault is mended: a field of the kind is named by the column it is taken from, else by its label. */
function columnOf({ map, kind }: Contract, field: string): string {
  const from = map[field]
  if (from && 'column' in from && !from.column.startsWith('$')) return from.column
  const fields: Kind['fields'] = kindOf(kind).fields
  return fields[field]?.label ?? field
}

const encodingNames: Record<Encoding, string> = {
  auto: 'tự nhận',
  'utf-8': 'UTF-8',
  'utf-16': 'UTF-16',
  'windows-1258': 'Windows-1258 (tiếng Việt cũ)',
  tcvn3: 'TCVN3 (ABC)',
}

const kindNames = { csv: 'CSV', xlsx: 'Excel', json: 'JSON', jsonl: 'JSON Lines', xes: 'Nhật ký XES' } as const
const delimiterNames: Record<string, string> = { ',': 'dấu phẩy', ';': 'dấu chấm phẩy', '\t': 'tab', '|': 'gạch đứng' }

/** How the file seems to be written, in words. */
export function describeSniffed({ format, encoding, encodingGuessed }: Sniffed): string {
  const parts: string[] = [kindNames[format.kind]]
  if (format.kind === 'csv') parts.push(`ngăn cách bằng ${delimiterNames[format.delimiter] ?? 'dấu phẩy'}`)
  if ('encoding' in format)
    parts.push(`bảng mã ${encodingNames[encoding]}${encodingGuessed ? ' (đoán từ chữ, xin xem lại)' : ''}`)
  if (rowsAbove(format) > 0) parts.push(`${rowsAbove(format)} dòng tiêu đề ở trên`)
  return parts.join(', ')
}

/** The words of a fault of the whole file; anything else goes on up. */
export function fileFaultWords(error: unknown): string {
  if (error instanceof FileFault) return error.message
  if (error instanceof Problem && error.code.startsWith('file.')) return error.message
  throw error
}
