import type { Context } from '#platform/context'
import { formatDateTime, formatNumber, Section, Table, Tabs, Tag, Time, Timeline } from '#ui'
import type { Contract } from '../model.ts'
import {
  type CaseEvent,
  compareValues,
  listVersions,
  type RecordInput,
  readRecordInput,
  type StoredRecord,
} from '../reading/record.ts'
import { findContract } from '../store.ts'
import { showRaw } from './parts.tsx'
import { recordPath, recordStates } from './words.ts'

const versionsShown = 10

export const hidden = <span class="muted">đã che (dữ liệu cá nhân)</span>

export function RecordTabs({ id, current }: { id: number; current: string }) {
  const items = [
    { label: 'Bản ghi', href: recordPath(id) },
    { label: 'Con số dùng bản ghi này', href: `${recordPath(id)}/chi-tieu` },
  ]
  return (
    <Tabs label="Các phần của bản ghi" items={items.map((item) => ({ ...item, current: item.href === current }))} />
  )
}

interface LineProps {
  input: RecordInput
  record: StoredRecord
  contract: Contract
  masked: ReadonlySet<string>
}

export function Line({ input, record, contract, masked }: LineProps) {
  const labels = new Map(contract.columns.map(({ name, label }) => [name, label]))
  const values = Object.entries(input.values)
  return (
    <Section title={`Dòng ${formatNumber(record.line)} của tệp`}>
      {input.raw !== undefined &&
        (masked.size > 0 ? (
          <p class="muted">
            Dòng gốc có dữ liệu cá nhân nên chỉ hiện khi đã nêu mục đích; dưới đây là từng ô, ô cá nhân được che.
          </p>
        ) : (
          <>
            <pre class="code panel">{input.raw}</pre>
            <p class="small muted">
              {formatNumber(record.byteLength ?? 0)} byte, từ byte {formatNumber(record.byteOffset ?? 0)} của tệp (sau
              giải nén).
            </p>
          </>
        ))}
      <Table
        caption="Từng ô của dòng"
        plain
        rows={values}
        rowKey={([name]) => name}
        columns={[
          { key: 'name', title: 'Cột', cell: ([name]) => <span class="code">{name}</span> },
          { key: 'label', title: 'Nghĩa', phone: true, cell: ([name]) => labels.get(name) },
          {
            key: 'value',
            title: 'Giá trị',
            phone: true,
            cell: ([name, value]) => (masked.has(name) ? hidden : showRaw(value)),
          },
        ]}
        empty={{ title: 'Định dạng này không có dòng', words: 'Giá trị đã đọc nằm ở phần trên.' }}
      />
    </Section>
  )
}

/** True when clocks at the source show another time than those of the readers. */
export const isForeignZone = ({ timeZone }: Contract): boolean => {
  const noon = new Date('2026-01-01T05:00:00Z')
  return formatDateTime(noon, timeZone) !== formatDateTime(noon)
}

interface CaseProps {
  events: readonly CaseEvent[]
  own: number
  contract: Contract
}

export function CaseTimeline({ events, own, contract }: CaseProps) {
  if (events.length === 0) return null
  const foreign = isForeignZone(contract)
  return (
    <Section title={`Diễn biến vụ việc (${formatNumber(events.length)} sự kiện)`}>
      <Timeline
        entries={events.map(({ recordId, activity, lifecycle, occurredAt, resource, unit }) => ({
          at: occurredAt,
          who: [foreign && `${formatDateTime(occurredAt, contract.timeZone)} theo giờ của nguồn`, resource, unit]
            .filter(Boolean)
            .join(' · '),
          what:
            recordId === own ? (
              <strong>{activity} (bản ghi đang xem)</strong>
            ) : (
              <a href={recordPath(recordId)}>
                {activity}
                {lifecycle ? ` (${lifecycle})` : ''}
              </a>
            ),
        }))}
      />
    </Section>
  )
}

interface VersionWithValues {
  version: StoredRecord
  values: Record<string, unknown>
}

export async function versionsOf(ctx: Context, record: StoredRecord, contract: Contract): Promise<VersionWithValues[]> {
  const versions = await listVersions(ctx.sql, record, versionsShown)
  const read: VersionWithValues[] = []
  for (const version of versions) {
    const own =
      version.contractVersion === record.contractVersion
        ? contract
        : ((await findContract(ctx.sql, version.source, version.contractVersion))?.body ?? contract)
    read.push({ version, values: (await readRecordInput(ctx.sql, version, own)).values })
  }
  return read
}

interface HistoryProps {
  versions: readonly VersionWithValues[]
  record: StoredRecord
  masked: ReadonlySet<string>
}

export function History({ versions, record, masked }: HistoryProps) {
  const changes = (index: number): string => {
    const [now, before] = [versions[index], versions[index + 1]]
    if (!now || !before) return 'bản đầu tiên'
    return compareValues(before.values, now.values)
      .map(({ name, before, after }) =>
        masked.has(name)
          ? `${name}: đã đổi (che)`
          : `${name}: ${showRaw(before) || 'trống'} → ${showRaw(after) || 'trống'}`,
      )
      .join('; ')
  }
  return (
    <Section title={`Các phiên bản (${versions.length})`}>
      <Table
        caption="Các phiên bản của bản ghi, mới nhất trước"
        hideCaption
        rows={versions.map((one, index) => ({ ...one, index }))}
        rowKey={({ version }) => String(version.id)}
        rowHref={({ version }) => recordPath(version.id)}
        columns={[
          {
            key: 'id',
            title: 'Phiên bản',
            cell: ({ version, index }) =>
              `Bản ${versions.length - index}${version.id === record.id ? ' (đang xem)' : ''}`,
          },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: ({ version }) => (
              <Tag tone={recordStates[version.state].tone}>{recordStates[version.state].label}</Tag>
            ),
          },
          {
            key: 'at',
            title: 'Nhận lúc',
            kind: 'nowrap',
            phone: true,
            cell: ({ version }) => <Time at={version.receivedAt} exact />,
          },
          {
            key: 'file',
            title: 'Tệp, dòng',
            cell: ({ version }) =>
              `${version.fileName ?? `đợt ${version.landingId}`}, dòng ${formatNumber(version.line)}`,
          },
          { key: 'changes', title: 'Khác bản trước', phone: true, cell: ({ index }) => changes(index) },
        ]}
      />
    </Section>
  )
}
