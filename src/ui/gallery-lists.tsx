import { formatNumber } from './format.ts'
import { Button } from './parts/button.tsx'
import { Section, Tabs } from './parts/navigation.tsx'
import { Table } from './parts/table.tsx'
import { Tag } from './parts/tag.tsx'
import { TreeList } from './parts/tree-list.tsx'

interface UnitRow {
  code: string
  name: string
  received: number
  onTime?: string
  late: number
  state: 'done' | 'warning' | 'danger'
}

const units: UnitRow[] = [
  {
    code: 'H32.1',
    name: 'Sở Nông nghiệp và Môi trường',
    received: 84_213,
    onTime: '91,20',
    late: 512,
    state: 'warning',
  },
  {
    code: 'H32.2',
    name: 'Trung tâm Phục vụ hành chính công phường Bắc Cam Ranh',
    received: 12_904,
    onTime: '98,04',
    late: 3,
    state: 'done',
  },
  {
    code: 'H32.3',
    name: 'Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã Khánh Vĩnh',
    received: 4_012,
    onTime: '72,15',
    late: 640,
    state: 'danger',
  },
  { code: 'H32.4', name: 'Đặc khu Trường Sa', received: 0, late: 0, state: 'done' },
]

const words = { done: 'Đúng hạn', warning: 'Sắp đến hạn', danger: 'Quá hạn' }
const columns = [
  { key: 'name', title: 'Đơn vị', sortable: true, cell: (row: UnitRow) => row.name },
  {
    key: 'state',
    title: 'Tình trạng',
    cell: (row: UnitRow) => <Tag tone={row.state === 'done' ? 'neutral' : row.state}>{words[row.state]}</Tag>,
    phone: true,
  },
  {
    key: 'received',
    title: 'Tiếp nhận',
    unit: 'hồ sơ',
    kind: 'number' as const,
    sortable: true,
    total: '101.129',
    phone: true,
    cell: (row: UnitRow) => formatNumber(row.received),
  },
  {
    key: 'onTime',
    title: 'Đúng hạn',
    unit: '%',
    kind: 'number' as const,
    sortable: true,
    phone: true,
    cell: (row: UnitRow) => row.onTime,
  },
  {
    key: 'late',
    title: 'Quá hạn',
    unit: 'hồ sơ',
    kind: 'number' as const,
    sortable: true,
    total: '1.155',
    cell: (row: UnitRow) => <a href="/ho-so">{formatNumber(row.late)}</a>,
  },
]

export function GalleryLists() {
  return (
    <Section title="Danh sách">
      <div class="stack">
        <Tabs
          label="Nhóm đơn vị"
          items={[
            { label: 'Sở, ban, ngành', href: '/gallery?nhom=so', count: 20, current: true },
            { label: 'Xã, phường, đặc khu', href: '/gallery?nhom=xa', count: 65 },
            { label: 'Đơn vị sự nghiệp', href: '/gallery?nhom=sn', count: 2600 },
          ]}
        />
        <Table
          caption="Hồ sơ theo đơn vị"
          columns={columns}
          rows={units}
          rowKey={(row) => row.code}
          rowHref={(row) => `/don-vi/${row.code}`}
          sort="-received"
          downloads={{ csv: '/don-vi.csv', xlsx: '/don-vi.xlsx' }}
          paging={{
            nextHref: '/gallery?after=H32.4',
            previousHref: '/gallery',
            total: 10_000,
            size: 20,
            sizes: [20, 50, 100],
          }}
        />
        <Table
          caption="Bản ghi bị cách ly"
          columns={columns}
          rows={[]}
          rowKey={(row) => row.code}
          empty={{
            title: 'Không có bản ghi nào bị cách ly',
            words: 'Bản ghi không đạt kiểm tra của hợp đồng dữ liệu sẽ nằm ở đây, kèm lý do và cách sửa.',
            actions: <Button href="/nguon">Xem nguồn dữ liệu</Button>,
          }}
        />
        <Units />
      </div>
    </Section>
  )
}

function Units() {
  return (
    <TreeList
      label="Đơn vị theo cây"
      nodes={[
        {
          key: 'ubnd',
          label: 'Ủy ban nhân dân tỉnh',
          href: '/don-vi/ubnd',
          aside: '85/86 đơn vị đã gửi',
          open: true,
          children: [
            { key: 'stc', label: 'Sở Tài chính', aside: 'đã gửi 09:12' },
            {
              key: 'kv',
              label: 'Xã Khánh Vĩnh',
              aside: 'chưa gửi, quá hạn 1 ngày làm việc',
              children: [{ key: 'vp', label: 'Văn phòng HĐND và UBND' }],
            },
          ],
        },
      ]}
    />
  )
}
