import { Button } from './parts/button.tsx'
import { EntrySheet } from './parts/entry-sheet.tsx'
import { ErrorSummary, Form } from './parts/field.tsx'
import { FilterBar } from './parts/filter-bar.tsx'
import { Checkbox, Checkboxes, DateInput, FileInput, Radios, Select, TextArea, TextInput } from './parts/inputs.tsx'
import { Section } from './parts/navigation.tsx'

const unitOptions = [
  { value: 'h32', label: 'Trung tâm Phục vụ hành chính công phường Bắc Cam Ranh' },
  { value: 'h33', label: 'Sở Tài chính' },
]

export function GalleryForms() {
  return (
    <Section title="Biểu mẫu">
      <div class="stack">
        <Filters />
        <div class="panel">
          <ErrorSummary
            errors={[
              { field: 'giaTri', message: 'Giá trị phải là số, ví dụ 93,21' },
              { field: 'ngay', message: 'Ngày chốt phải có đủ ngày, tháng, năm, ví dụ 05/09/2026' },
            ]}
          />
          <Form action="/gallery" files>
            <Fields />
            <Sheet />
            <div class="form-foot">
              <Button kind="primary">Gửi số liệu</Button>
              <Button>Lưu nháp</Button>
              <Button kind="quiet" href="/gallery">
                Bỏ
              </Button>
              <Button disabled>Ký số</Button>
              <span class="muted small">Đã lưu nháp 10:05</span>
            </div>
          </Form>
        </div>
      </div>
    </Section>
  )
}

function Filters() {
  return (
    <FilterBar
      names={['donVi', 'tuKhoa', 'ky']}
      active={[
        { name: 'donVi', label: 'Đơn vị: Trung tâm Phục vụ hành chính công phường Bắc Cam Ranh' },
        { name: 'ky', label: 'Kỳ: tháng 11/2026' },
      ]}
    >
      <TextInput name="tuKhoa" id="loc-tu-khoa" label="Từ khóa" />
      <Select name="donVi" id="loc-don-vi" label="Đơn vị" options={unitOptions} value="h32" empty="Tất cả đơn vị" />
    </FilterBar>
  )
}

function Fields() {
  return (
    <div class="columns columns-2">
      <div class="fields">
        <TextInput
          name="giaTri"
          label="Giá trị tháng 11/2026"
          hint="Tháng trước 91,1; cùng kỳ năm trước 88,4"
          error="Giá trị phải là số, ví dụ 93,21"
          value="chín ba"
          inputMode="decimal"
          width="10"
          unit="%"
        />
        <DateInput
          name="ngay"
          label="Ngày chốt số liệu"
          hint="Ví dụ 05 09 2026"
          error="Ngày chốt phải có đủ ngày, tháng, năm, ví dụ 05/09/2026"
          value={{ day: '31', month: '02' }}
        />
        <Select name="donViNhap" label="Đơn vị nhập" options={unitOptions} value="h33" knownFrom="từ tài khoản" />
        <TextArea name="giaiTrinh" label="Giải trình" optional hint="Nêu lý do khi lệch quá mức thường thấy" />
      </div>
      <div class="fields">
        <Radios
          name="loai"
          label="Cách gửi"
          options={[
            { value: 'full', label: 'Toàn bộ', hint: 'Bản ghi không còn trong tệp được rút lại' },
            { value: 'delta', label: 'Phần thay đổi' },
          ]}
          value="delta"
        />
        <Checkboxes
          name="kenh"
          label="Nhận nhắc qua"
          inline
          options={[
            { value: 'app', label: 'Trong ứng dụng' },
            { value: 'mail', label: 'Thư điện tử' },
          ]}
          values={['app']}
        />
        <FileInput name="tep" label="Tệp số liệu" hint="CSV, XLSX, JSON hoặc XES, tối đa 200 MB" accept=".csv,.xlsx" />
        <TextInput name="khoa" label="Mã nguồn" value="khanhhoa-tthc" readOnly />
        <Checkbox name="camKet" label="Tôi chịu trách nhiệm về số liệu này" />
      </div>
    </div>
  )
}

function Sheet() {
  return (
    <EntrySheet
      caption="Số liệu tháng 11/2026"
      references={['Tháng 10/2026', 'Cùng kỳ 2025']}
      valueTitle="Tháng 11/2026"
      rows={[
        {
          name: 'nhap-1',
          label: 'Hồ sơ tiếp nhận',
          unit: 'hồ sơ',
          value: '12.904',
          references: ['11.870', '10.455'],
        },
        {
          name: 'nhap-2',
          label: 'Hồ sơ nộp trực tuyến toàn trình',
          unit: 'hồ sơ',
          hint: 'Không gồm hồ sơ nộp qua bưu chính',
          value: '1.204',
          warning: 'Thấp hơn mức thường thấy (8.900–9.600); nêu lý do ở phần giải trình.',
          references: ['9.210', '7.340'],
        },
        {
          name: 'nhap-3',
          label: 'Số giấy tờ số hóa',
          unit: 'bản',
          value: 'mười',
          error: 'Phải là số, ví dụ 1.250',
          references: ['31.020', undefined],
        },
        {
          name: 'nhap-4',
          label: 'Hồ sơ đúng hạn',
          unit: 'hồ sơ',
          readOnly: true,
          value: '12.650',
          references: ['11.600', '10.210'],
        },
      ]}
    />
  )
}
