import { BarChart, RangePlot, StackedBar } from './charts/bar-list.tsx'
import { ColumnChart } from './charts/column-chart.tsx'
import { FlowChart } from './charts/flow-chart.tsx'
import { HeatTable } from './charts/heat-table.tsx'
import { LineChart } from './charts/line-chart.tsx'
import { LongChart } from './charts/long-chart.tsx'
import { Section } from './parts/navigation.tsx'

const asOf = new Date('2026-11-22T02:55:00Z')
const source = 'Hệ thống thông tin giải quyết thủ tục hành chính'
const months = Array.from({ length: 24 }, (_, index) => `T${(index % 12) + 1}/${index < 12 ? '25' : '26'}`)
const wave = (base: number, swing: number, slope: number) =>
  months.map((_, index) => Math.round((base + slope * index + swing * Math.sin(index / 1.7)) * 100) / 100)

export function GalleryCharts() {
  return (
    <Section title="Biểu đồ">
      <div class="columns columns-2">
        <Courses />
        <Amounts />
        <Spreads />
        <Long />
        <Ways />
      </div>
    </Section>
  )
}

function Courses() {
  return (
    <>
      <LineChart
        id="bd-dung-han"
        title="Tỷ lệ đúng hạn tăng đều sau sáp nhập, còn thiếu 1,79 điểm so với kế hoạch"
        measure="% hồ sơ đã giải quyết, theo tháng"
        unit="%"
        periods={months}
        series={[
          {
            name: 'Tỷ lệ đúng hạn',
            values: wave(84, 2.2, 0.42).map((value, index) => (index === 15 || index === 16 ? null : value)),
            forecastFrom: 22,
          },
        ]}
        bands={[
          {
            label: 'Khoảng 80% của dự báo',
            low: months.map((_, index) => (index < 21 ? null : 91.3 - (index - 21) * 0.9)),
            high: months.map((_, index) => (index < 21 ? null : 91.3 + (index - 21) * 1.6)),
          },
        ]}
        target={{ label: 'Kế hoạch giao', values: months.map((_, index) => (index < 12 ? 90 : 95)) }}
        breaks={[{ before: 6, label: 'sáp nhập 01/07/2025' }]}
        note="Trước 01/07/2025 là số liệu của tỉnh cũ, không so sánh được với số liệu sau sáp nhập."
        source={source}
        asOf={asOf}
      />
      <LineChart
        id="bd-nhom"
        title="Sở Nông nghiệp và Môi trường chậm dần, các sở khác giữ mức"
        measure="ngày làm việc trung vị mỗi hồ sơ, theo tháng"
        unit="ngày"
        decimals={1}
        periods={months}
        series={[
          { name: 'Sở Nông nghiệp và Môi trường', values: wave(6, 0.8, 0.22) },
          { name: 'Sở Tài chính', values: wave(4.2, 0.5, -0.02) },
          { name: 'Sở Xây dựng', values: wave(4.6, 0.6, 0.01) },
          { name: 'Văn phòng UBND tỉnh', values: wave(3.1, 0.3, 0) },
        ]}
        anomalies={[{ period: 20, series: 0, words: 'Ngoài khoảng thường thấy' }]}
        source={source}
        asOf={asOf}
      />
    </>
  )
}

function Amounts() {
  return (
    <>
      <BarChart
        id="bd-don-vi"
        title="Ba đơn vị dưới 80% giữ phần lớn hồ sơ quá hạn"
        measure="% hồ sơ đúng hạn, tháng 11/2026; vạch đậm là kế hoạch giao"
        labelTitle="Đơn vị"
        valueTitle="Đúng hạn"
        targetTitle="Kế hoạch giao"
        unit="%"
        decimals={2}
        bars={[
          {
            label: 'Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã Khánh Vĩnh',
            href: '/1',
            value: 72.15,
            target: 95,
            emphasis: true,
          },
          { label: 'Sở Nông nghiệp và Môi trường', href: '/2', value: 78.4, target: 95, emphasis: true },
          { label: 'Trung tâm Phục vụ hành chính công phường Bắc Cam Ranh', href: '/3', value: 98.04, target: 95 },
          { label: 'Sở Tài chính', href: '/4', value: 99.1, target: 95 },
          { label: 'Đặc khu Trường Sa', href: '/5', value: null, target: 95, remark: 'kỳ này không phát sinh' },
        ]}
        source={source}
        asOf={asOf}
      />
      <ColumnChart
        id="bd-tiep-nhan"
        title="Hồ sơ tiếp nhận giảm mạnh trong tháng có Tết"
        measure="nghìn hồ sơ tiếp nhận, theo tháng"
        name="Tiếp nhận"
        unit="nghìn hồ sơ"
        columns={months.map((label, index) => ({
          label,
          value: index === 9 ? null : Math.round((52 + 6 * Math.sin(index) - (index % 12 === 1 ? 24 : 0)) * 10) / 10,
          emphasis: index % 12 === 1,
        }))}
        target={{ label: 'Bình quân năm', value: 49.5 }}
        source={source}
        asOf={asOf}
      />
    </>
  )
}

function Spreads() {
  return (
    <>
      <StackedBar
        id="bd-kenh"
        title="Hơn nửa hồ sơ của các sở đã nộp trực tuyến"
        measure="hồ sơ theo kênh nộp, quý III/2026"
        labelTitle="Nhóm đơn vị"
        parts={['Trực tuyến toàn trình', 'Trực tuyến một phần', 'Trực tiếp', 'Bưu chính']}
        rows={[
          { label: 'Sở, ban, ngành', values: [42_100, 18_300, 21_000, 1_900] },
          { label: 'Xã, phường, đặc khu', values: [21_400, 9_800, 44_210, null] },
        ]}
        shares
        source={source}
        asOf={asOf}
      />
      <RangePlot
        id="bd-thoi-gian"
        title="Thẩm định là bước chờ lâu nhất và phân tán nhất"
        measure="giờ làm việc mỗi bước; vạch là khoảng giữa 50% hồ sơ, chấm là trung vị"
        labelTitle="Bước"
        titles={{ low: 'Phần tư dưới', middle: 'Trung vị', high: 'Phần tư trên' }}
        unit="giờ"
        rows={[
          { label: 'Tiếp nhận', low: 0.2, middle: 0.5, high: 1.1 },
          { label: 'Thẩm định hồ sơ và lấy ý kiến cơ quan liên quan', low: 12, middle: 26.5, high: 61 },
          { label: 'Trình ký', low: 3, middle: 7.5, high: 15 },
          { label: 'Trả kết quả', low: null, middle: null, high: null },
        ]}
        source={source}
        asOf={asOf}
      />
    </>
  )
}

function Long() {
  return (
    <>
      <LongChart
        id="bd-bui"
        title="Bụi PM2,5 vượt 50 µg/m³ trong ba đợt, dài nhất 41 giờ"
        measure="µg/m³, mỗi giờ, từ 2010 đến 2014"
        dataHref="/gallery/series.json"
        downloadHref="/gallery/series.csv"
        table={{
          columns: [
            { key: 'label', title: 'Tháng', cell: ({ label }) => label },
            {
              key: 'value',
              title: 'Trung bình',
              unit: 'µg/m³',
              kind: 'number',
              phone: true,
              cell: ({ value }) => value,
            },
          ],
          rows: months.map((label, index) => ({ label, value: 40 + index })),
          rowKey: ({ label }) => label,
        }}
        source="Trạm quan trắc tự động"
        asOf={asOf}
      >
        <p class="muted small">Đang tải 43.824 giờ đo.</p>
      </LongChart>
      <HeatTable
        id="bd-gio"
        title="Quầy đông nhất sáng thứ Hai, từ 8 đến 10 giờ"
        measure="lượt tiếp nhận trung bình mỗi giờ"
        corner="Thứ"
        columns={Array.from({ length: 11 }, (_, index) => `${index + 7}`)}
        rows={['Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy'].map((label, day) => ({
          label,
          values: Array.from({ length: 11 }, (_, hour) =>
            hour === 5
              ? null
              : Math.round(
                  140 * Math.exp(-((hour - 2) ** 2) / 9) * (1 - day * 0.13) + 60 * Math.exp(-((hour - 8) ** 2) / 4),
                ),
          ),
        }))}
        source={source}
        asOf={asOf}
      />
    </>
  )
}

function Ways() {
  return (
    <FlowChart
      id="bd-quy-trinh"
      title="12% hồ sơ phải quay lại bổ sung sau thẩm định"
      measure="số hồ sơ đi qua mỗi đường, năm 2026"
      unit="hồ sơ"
      nodes={[
        { id: 'a', label: 'Tiếp nhận hồ sơ tại bộ phận một cửa', count: 1434 },
        { id: 'b', label: 'Kiểm tra thành phần', count: 1434 },
        { id: 'c', label: 'Thẩm định', count: 1500, emphasis: true, remark: 'chờ 26,5 giờ' },
        { id: 'd', label: 'Yêu cầu bổ sung', count: 172 },
        { id: 'e', label: 'Lấy ý kiến cơ quan liên quan', count: 380 },
        { id: 'f', label: 'Trình ký', count: 1290 },
        { id: 'g', label: 'Trả kết quả', count: 1262 },
      ]}
      edges={[
        { from: 'a', to: 'b', count: 1434 },
        { from: 'b', to: 'c', count: 1290 },
        { from: 'b', to: 'd', count: 144 },
        { from: 'c', to: 'd', count: 28 },
        { from: 'd', to: 'b', count: 172 },
        { from: 'c', to: 'e', count: 380 },
        { from: 'e', to: 'f', count: 371 },
        { from: 'c', to: 'f', count: 919 },
        { from: 'f', to: 'g', count: 1262 },
        { from: 'f', to: 'c', count: 31 },
        { from: 'c', to: 'c', count: 9 },
      ]}
      source={source}
      asOf={asOf}
    />
  )
}
