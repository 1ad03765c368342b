import { Button, Checkbox, type Option, Radios, Section, Select, TextArea, TextInput } from '#ui'
import { BasisFields, CadenceFields, formText } from '../pages/terms.tsx'
import { Columns } from './columns.tsx'
import type { SheetPart } from './part.ts'
import { checkRows } from './read.ts'

const spareChecks = 1

/** What a custodian or engineer changes without writing a contract's text. */
export function ContractSheet(part: SheetPart) {
  return (
    <>
      <Terms {...part} />
      <FileFields {...part} />
      <Identity {...part} />
      <Section title={`Cột của tệp (${part.contract.columns.length})`}>
        <p class="muted">Mở một cột để sửa nghĩa, kiểu, cách viết số và ngày, và điều kiện của nó.</p>
        <Columns {...part} />
      </Section>
      <Checks {...part} />
      <Lists {...part} />
    </>
  )
}

interface TextProps extends SheetPart {
  name: string
  label: string
  hint?: string
  optional?: boolean
  width?: '4' | '10' | '20'
  unit?: string
}

function Text({ values, errorOf, name, label, hint, optional, width, unit }: TextProps) {
  return (
    <TextInput
      name={name}
      label={label}
      hint={hint}
      optional={optional}
      width={width}
      unit={unit}
      value={formText(values, name)}
      error={errorOf(name)}
      maxLength={2000}
    />
  )
}

function Terms(part: SheetPart) {
  return (
    <Section title="Nguồn, đầu mối và căn cứ">
      <div class="form">
        <div class="columns columns-2">
          <Text {...part} name="ten" label="Tên nguồn" />
          <Text {...part} name="ten-anh" label="Tên tiếng Anh" optional />
        </div>
        <Text {...part} name="dau-moi" label="Đầu mối" hint="Chức danh, không phải tên người." />
        <BasisFields values={part.values} errorOf={part.errorOf} />
        <CadenceFields values={part.values} errorOf={part.errorOf} />
      </div>
    </Section>
  )
}

const types: readonly Option[] = [
  { value: 'csv', label: 'CSV' },
  { value: 'xlsx', label: 'Excel (XLSX)' },
  { value: 'json', label: 'JSON' },
  { value: 'jsonl', label: 'JSON Lines' },
  { value: 'xes', label: 'Nhật ký sự kiện XES' },
]
const encodings: readonly Option[] = [
  { value: 'auto', label: 'Tự nhận' },
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'utf-16', label: 'UTF-16' },
  { value: 'windows-1258', label: 'Windows-1258' },
  { value: 'tcvn3', label: 'TCVN3 (ABC)' },
]
const delimiters: readonly Option[] = [
  { value: 'auto', label: 'Tự nhận' },
  { value: ',', label: 'Dấu phẩy' },
  { value: ';', label: 'Dấu chấm phẩy' },
  { value: 'tab', label: 'Tab' },
  { value: '|', label: 'Gạch đứng' },
]

function FileFields(part: SheetPart) {
  const { values, errorOf } = part
  const select = (name: string, label: string, options: readonly Option[]) => (
    <Select name={name} label={label} options={options} value={formText(values, name)} error={errorOf(name)} />
  )
  return (
    <Section title="Tệp">
      <div class="form">
        <div class="columns columns-3">
          {select('dang-tep', 'Định dạng', types)}
          {select('bang-ma', 'Bảng mã', encodings)}
          {select('dau-ngan', 'Dấu ngăn cách (CSV)', delimiters)}
          <Text {...part} name="bo-dong" label="Bỏ qua trước dòng tên cột" unit="dòng" width="4" />
          <Text {...part} name="trang-tinh" label="Trang tính (XLSX)" hint="Để trống: trang đầu." optional />
          <Text {...part} name="duong-dan" label="Chỗ của bản ghi (JSON)" hint="Ví dụ data.items." optional />
        </div>
        <Checkbox
          name="co-tieu-de"
          label="Có dòng tên cột"
          hint="Không có thì các cột theo đúng thứ tự ở dưới."
          checked={formText(values, 'co-tieu-de') !== ''}
        />
        <div class="columns columns-2">
          <Select
            name="cot-khac"
            label="Cột không khai ở dưới"
            value={formText(values, 'cot-khac')}
            options={[
              { value: 'refuse', label: 'Từ chối tệp' },
              { value: 'ignore', label: 'Bỏ qua cột' },
              { value: 'keep', label: 'Giữ làm thuộc tính' },
            ]}
          />
          <Text {...part} name="mui-gio" label="Múi giờ của giờ trong tệp" hint="Ví dụ Asia/Ho_Chi_Minh." width="20" />
        </div>
        <Text
          {...part}
          name="luu-ngay"
          label="Lưu tệp gốc"
          hint="Để trống: không thời hạn."
          unit="ngày"
          width="4"
          optional
        />
      </div>
    </Section>
  )
}

function Identity({ contract, values, errorOf }: SheetPart) {
  return (
    <Section title="Khóa và thứ tự phiên bản">
      <div class="form">
        <TextArea
          name="khoa"
          label="Khóa bản ghi"
          hint={`Mỗi dòng một cột; ghép lại phải khác nhau với từng bản ghi. Đang có các cột: ${contract.columns.map(({ name }) => name).join(', ')}. $nth: thứ tự trong vụ việc; $file: tên tệp; dòng bắt đầu bằng “=” là biểu thức.`}
          rows={Math.max(2, contract.key.length + 1)}
          value={formText(values, 'khoa')}
          error={errorOf('khoa')}
        />
        <Select
          name="thu-tu-ban"
          label="Cột cho biết bản nào mới hơn"
          empty="Không có: theo thứ tự nhận; trùng khóa trong một tệp là lỗi"
          value={formText(values, 'thu-tu-ban')}
          error={errorOf('thu-tu-ban')}
          options={contract.columns.map(({ name, label }) => ({
            value: name,
            label: label ? `${label} (${name})` : name,
          }))}
        />
        <Radios
          name="cach-gui"
          label="Mỗi tệp chứa"
          value={formText(values, 'cach-gui')}
          error={errorOf('cach-gui')}
          options={[
            { value: 'delta', label: 'Phần mới hoặc thay đổi', hint: 'Bản ghi không có trong tệp được giữ nguyên.' },
            { value: 'full', label: 'Toàn bộ', hint: 'Bản ghi không còn trong tệp được rút khỏi kho.' },
          ]}
        />
      </div>
    </Section>
  )
}

const comparisons: readonly Option[] = [
  { value: '>=', label: 'không nhỏ hơn, không sớm hơn' },
  { value: '>', label: 'lớn hơn, muộn hơn' },
  { value: '<=', label: 'không lớn hơn, không muộn hơn' },
  { value: '<', label: 'nhỏ hơn, sớm hơn' },
  { value: '!=', label: 'khác' },
]

function Checks(part: SheetPart) {
  const { contract, values, errorOf } = part
  const filled = checkRows(values).filter((index) => formText(values, `phai-dung-${index}`) !== '')
  const from = (filled.at(-1) ?? -1) + 1
  const rows = [...filled, ...Array.from({ length: spareChecks }, (_, index) => from + index)]
  const columns = contract.columns.map(({ name, label }) => ({
    value: name,
    label: label ? `${label} (${name})` : name,
  }))
  const select = (name: string, label: string, options: readonly Option[], empty?: string) => (
    <Select
      name={name}
      label={label}
      empty={empty}
      options={options}
      value={formText(values, name)}
      error={errorOf(name)}
    />
  )
  return (
    <Section title="Điều kiện giữa các cột">
      <div class="stack">
        <fieldset class="panel stack-small">
          <legend class="field-label">Thêm: so sánh hai cột</legend>
          <div class="columns columns-3">
            {select('so-trai', 'Cột', columns, 'Không thêm')}
            {select('so-phep', 'Phải', comparisons)}
            {select('so-phai', 'So với cột', columns, 'Không thêm')}
          </div>
          <Text {...part} name="so-loi-bao" label="Lời báo" hint="Để trống thì lấy lời báo mẫu." optional />
        </fieldset>
        {rows.map((index) => (
          <fieldset class="panel stack-small" key={index}>
            <legend class="field-label">
              {filled.includes(index) ? `Điều kiện ${index + 1}` : 'Thêm: điều kiện viết bằng biểu thức'}
            </legend>
            <div class="columns columns-2">
              <Text {...part} name={`loi-bao-${index}`} label="Lời báo: sai gì, sửa thế nào" />
              {select(`cot-dk-${index}`, 'Chỉ vào cột', columns, 'Cả dòng')}
              <Text
                {...part}
                name={`phai-dung-${index}`}
                label="Phải đúng (biểu thức CEL)"
                hint="Xóa trắng thì bỏ điều kiện này."
              />
              <Text {...part} name={`ma-dk-${index}`} label="Mã" optional width="20" />
            </div>
          </fieldset>
        ))}
        <Button name="viec" value="them" small>
          Thêm điều kiện
        </Button>
      </div>
    </Section>
  )
}

function Lists(part: SheetPart) {
  const { contract, values, errorOf } = part
  return (
    <Section title="Danh mục riêng">
      <div class="form">
        {Object.entries(contract.lists).map(([name, list], index) => (
          <TextArea
            key={name}
            name={`danh-muc-${index}`}
            label={`Danh mục “${name}”`}
            hint="Mỗi dòng một cặp: tên trong tệp = giá trị trong kho."
            rows={Math.min(12, Object.keys(list).length + 2)}
            value={formText(values, `danh-muc-${index}`)}
            error={errorOf(`danh-muc-${index}`)}
          />
        ))}
        <Text
          {...part}
          name="ten-danh-muc-moi"
          label="Tên danh mục mới"
          hint="Chữ thường không dấu, ví dụ trang-thai; dùng được ở mục “Tra theo danh mục” của cột."
          optional
          width="20"
        />
        <TextArea
          name="danh-muc-moi"
          label="Các cặp của danh mục mới"
          optional
          rows={3}
          value={formText(values, 'danh-muc-moi')}
        />
      </div>
    </Section>
  )
}
