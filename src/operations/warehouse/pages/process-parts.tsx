import {
  DateInput,
  FilterBar,
  formatDuration,
  formatNumber,
  formatPercent,
  More,
  readDateInput,
  Section,
  Select,
  Table,
} from '#ui'
import type { ProcessView } from '../process/analyse.ts'

export const duration = (ms: number): string => formatDuration(ms)

interface PartProps {
  view: ProcessView
  cases(change: Record<string, string | number | undefined>): string
}

export function Activities({ view, cases }: PartProps) {
  return (
    <Section title={`Các bước (${view.activities.length})`}>
      <Table
        caption="Các bước, theo phần thời gian làm việc"
        hideCaption
        wide
        rows={view.activities.toSorted((a, b) => b.shareOfWorkingTime - a.shareOfWorkingTime)}
        rowKey={({ name }) => name}
        rowHref={({ name }) => cases({ buoc: name })}
        columns={[
          { key: 'name', title: 'Bước', cell: ({ name }) => name },
          { key: 'count', title: 'Lượt', kind: 'number', phone: true, cell: ({ count }) => formatNumber(count) },
          { key: 'cases', title: 'Vụ việc', kind: 'number', cell: (one) => formatNumber(one.cases) },
          { key: 'repeated', title: 'Vụ làm lại', kind: 'number', cell: ({ repeatedIn }) => formatNumber(repeatedIn) },
          {
            key: 'median',
            title: 'Trung vị (giờ làm việc)',
            kind: 'number',
            phone: true,
            cell: ({ medianWorkingMs }) => duration(medianWorkingMs),
          },
          { key: 'p90', title: '9/10 lượt trong', kind: 'number', cell: ({ p90WorkingMs }) => duration(p90WorkingMs) },
          {
            key: 'waiting',
            title: 'Chờ, bình quân',
            kind: 'number',
            cell: ({ meanWaitingMs }) => (meanWaitingMs === undefined ? undefined : duration(meanWaitingMs)),
          },
          {
            key: 'service',
            title: 'Làm, bình quân',
            kind: 'number',
            cell: ({ meanServiceMs }) => (meanServiceMs === undefined ? undefined : duration(meanServiceMs)),
          },
          {
            key: 'share',
            title: 'Phần thời gian',
            kind: 'number',
            phone: true,
            cell: ({ shareOfWorkingTime }) => formatPercent(shareOfWorkingTime * 100, 1),
          },
        ]}
      />
      <p class="small muted">
        Thời gian của một bước tính từ lúc bước trước xong; giờ làm việc theo lịch của cơ quan. Chờ và làm chỉ tách được
        khi nhật ký ghi cả lúc bắt đầu.
      </p>
    </Section>
  )
}

const variantsShown = 10

export function Variants({ view, cases }: PartProps) {
  const all = view.variants.map((variant, index) => ({ ...variant, index }))
  const [first, rest] = [all.slice(0, variantsShown), all.slice(variantsShown)]
  return (
    <Section title={`Các cách đi (${formatNumber(view.variantCount)})`}>
      <VariantTable caption="Các cách đi, nhiều vụ việc trước" rows={first} view={view} cases={cases} />
      {rest.length > 0 && (
        <More title={`${formatNumber(rest.length)} cách đi tiếp theo`}>
          <VariantTable caption="Các cách đi ít gặp hơn" rows={rest} view={view} cases={cases} />
        </More>
      )}
      {view.variants.length < view.variantCount && (
        <p class="small muted">{`${formatNumber(view.variantCount - view.variants.length)} cách đi ít gặp hơn không liệt kê.`}</p>
      )}
    </Section>
  )
}

type VariantRow = PartProps['view']['variants'][number] & { index: number }

function VariantTable({ caption, rows, view, cases }: PartProps & { caption: string; rows: readonly VariantRow[] }) {
  return (
    <Table
      caption={caption}
      hideCaption
      rows={rows}
      rowKey={({ index }) => String(index)}
      rowHref={({ index }) => cases({ kieu: index })}
      columns={[
        { key: 'index', title: 'Cách đi', kind: 'nowrap', cell: ({ index }) => `Cách ${index + 1}` },
        { key: 'steps', title: 'Các bước', phone: true, cell: ({ activities }) => activities.join(' → ') },
        { key: 'count', title: 'Vụ việc', kind: 'number', phone: true, cell: ({ count }) => formatNumber(count) },
        {
          key: 'share',
          title: 'Phần',
          kind: 'number',
          cell: ({ count }) => formatPercent((count / view.cases) * 100, 1),
        },
        { key: 'median', title: 'Trung vị', kind: 'number', phone: true, cell: ({ medianMs }) => duration(medianMs) },
        { key: 'late', title: 'Trễ hạn', kind: 'number', cell: ({ late }) => formatNumber(late) },
      ]}
    />
  )
}

export function Rest({ view, cases }: PartProps) {
  return (
    <div class="columns columns-2">
      <Section title="Trễ hạn vì bước nào">
        <Table
          caption="Bước giữ vụ việc trễ hạn lâu nhất so với thường lệ"
          hideCaption
          rows={view.lateCauses}
          rowKey={({ activity }) => activity}
          rowHref={({ activity }) => cases({ buoc: activity, 'tre-han': 'co' })}
          columns={[
            { key: 'activity', title: 'Bước', cell: ({ activity }) => activity },
            { key: 'cases', title: 'Vụ trễ', kind: 'number', phone: true, cell: (one) => formatNumber(one.cases) },
            {
              key: 'excess',
              title: 'Lâu hơn thường lệ',
              kind: 'number',
              phone: true,
              cell: ({ meanExcessMs }) => duration(meanExcessMs),
            },
          ]}
          empty={{ title: 'Không vụ việc nào trễ hạn', words: 'Hoặc nhật ký không ghi hạn.' }}
        />
      </Section>
      <Section title="Bàn giao">
        <Table
          caption="Ai bàn giao cho ai, nhiều trước"
          hideCaption
          rows={view.handovers}
          rowKey={({ from, to }) => `${from}>${to}`}
          columns={[
            { key: 'from', title: 'Từ', cell: ({ from }) => from },
            { key: 'to', title: 'Đến', phone: true, cell: ({ to }) => to },
            { key: 'count', title: 'Lượt', kind: 'number', phone: true, cell: ({ count }) => formatNumber(count) },
          ]}
          empty={{ title: 'Không có bàn giao', words: 'Nhật ký không ghi người hoặc bộ phận thực hiện.' }}
        />
      </Section>
    </div>
  )
}

type DatePart = 'day' | 'month' | 'year'
type FilterValues = { loai?: string; 'don-vi'?: string } & { [name in `${'tu' | 'den'}-${DatePart}`]?: string }

interface FiltersProps {
  query: FilterValues
  logs: readonly { source: { code: string }; name: string }[]
  log: { source: { code: string } }
  types: readonly string[]
}

export function Filters({ query, logs, log, types }: FiltersProps) {
  const date = (name: 'tu' | 'den') => ({
    day: query[`${name}-day`],
    month: query[`${name}-month`],
    year: query[`${name}-year`],
  })
  const wrong = (name: string) =>
    readDateInput(query, name) === 'invalid' ? 'Ngày phải có đủ ngày, tháng, năm, ví dụ 01/10/2026.' : undefined
  return (
    <FilterBar
      names={['nguon', 'loai', 'don-vi', 'tu-day', 'tu-month', 'tu-year', 'den-day', 'den-month', 'den-year']}
      active={[
        ...(query.loai ? [{ name: 'loai', label: query.loai }] : []),
        ...(query['don-vi'] ? [{ name: 'don-vi', label: `Đơn vị: ${query['don-vi']}` }] : []),
      ]}
      submit="Xem"
    >
      <Select
        name="nguon"
        label="Nhật ký"
        value={log.source.code}
        options={logs.map(({ source, name }) => ({ value: source.code, label: name }))}
      />
      {types.length > 0 && (
        <Select
          name="loai"
          label="Loại việc"
          empty="Tất cả"
          value={query.loai}
          options={types.map((value) => ({ value, label: value }))}
        />
      )}
      <DateInput name="tu" label="Bắt đầu từ ngày" value={date('tu')} error={wrong('tu')} />
      <DateInput name="den" label="Đến ngày" value={date('den')} error={wrong('den')} />
    </FilterBar>
  )
}
