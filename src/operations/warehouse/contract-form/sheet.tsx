import { Button, Checkbox, type Option, Radios, Section, TextArea } from '#ui'
import { FormSelect, FormText, formText } from '../pages/form-fields.tsx'
import { BasisFields, CadenceFields } from '../pages/terms.tsx'
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

function Terms(part: SheetPart) {
  return (
    <Section title="Nguồn, đầu mối và căn cứ">
      <div class="form">
        <div class="columns columns-2">
          <FormText {...part} name="ten" label="Tên nguồn" />
          <FormText {...part} name="ten-anh" label="Tên tiếng Anh" optional />
        </div>
        <FormText {...part} name="dau-moi" label="Đầu mối" hint="Chức danh, không phải tên người." />
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
  return (
    <Section title="Tệp">
      <div class="form">
        <div class="columns columns-3">
          <FormSelect {...part} name="dang-tep" label="Định dạng" options={types} />
          <FormSelect {...part} name="bang-ma" label="Bảng mã" options={encodings} />
          <FormSelect {...part} name="dau-ngan" label="Dấu ngăn cách (CSV)" options={delimiters} />
          <FormText {...part} name="bo-dong" label="Bỏ qua trước dòng tên cột" unit="dòng" width="4" />
          <FormText {...part} name="trang-tinh" label="Trang tính (XLSX)" hint="Để trống: trang đầu." optional />
          <FormText {...part} name="duong-dan" label="Chỗ của bản ghi (JSON)" hint="Ví dụ data.items." optional />
        </div>
        <Checkbox
          name="co-tieu-de"
          label="Có dòng tên cột"
          hint="Không có thì các cột theo đúng thứ tự ở dưới."
          checked={formText(part.values, 'co-tieu-de') !== ''}
        />
        <div class="columns columns-2">
          <FormSelect
            {...part}
            name="cot-khac"
            label="Cột không khai ở dưới"
            options={[
              { value: 'refuse', label: 'Từ chối tệp' },
              { value: 'ignore', label: 'Bỏ qua cột' },
              { value: 'keep', label: 'Giữ làm thuộc tính' },
            ]}
          />
          <FormText
            {...part}
            name="mui-gio"
            label="Múi giờ của giờ trong tệp"
            hint="Ví dụ Asia/Ho_Chi_Minh."
            width="20"
          />
        </div>
        <FormText
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

function Identity(part: SheetPart) {
  const { contract, values, errorOf } = part
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
        <FormSelect
          {...part}
          name="thu-tu-ban"
          label="Cột cho biết bản nào mới hơn"
          empty="Không có: theo thứ tự nhận; trùng khóa trong một tệp là lỗi"
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
  const { contract, values } = part
  const filled = checkRows(values).filter((index) => formText(values, `phai-dung-${index}`) !== '')
  const from = (filled.at(-1) ?? -1) + 1
  const rows = [...filled, ...Array.from({ length: spareChecks }, (_, index) => from + index)]
  const columns = contract.columns.map(({ name, label }) => ({
    value: name,
    label: label ? `${label} (${name})` : name,
  }))
  return (
    <Section title="Điều kiện giữa các cột">
      <div class="stack">
        <fieldset class="panel stack-small">
          <legend class="field-label">Thêm: so sánh hai cột</legend>
          <div class="columns columns-3">
            <FormSelect {...part} name="so-trai" label="Cột" options={columns} empty="Không thêm" />
            <FormSelect {...part} name="so-phep" label="Phải" options={comparisons} />
            <FormSelect {...part} name="so-phai" label="So với cột" options={columns} empty="Không thêm" />
          </div>
          <FormText {...part} name="so-loi-bao" label="Lời báo" hint="Để trống thì lấy lời báo mẫu." optional />
        </fieldset>
        {rows.map((index) => (
          <fieldset class="panel stack-small" key={index}>
            <legend class="field-label">
              {filled.includes(index) ? `Điều kiện ${index + 1}` : 'Thêm: điều kiện viết bằng biểu thức'}
            </legend>
            <div class="columns columns-2">
              <FormText {...part} name={`loi-bao-${index}`} label="Lời báo: sai gì, sửa thế nào" />
              <FormSelect {...part} name={`cot-dk-${index}`} label="Chỉ vào cột" options={columns} empty="Cả dòng" />
              <FormText
                {...part}
                name={`phai-dung-${index}`}
                label="Phải đúng (biểu thức CEL)"
                hint="Xóa trắng thì bỏ điều kiện này."
              />
              <FormText {...part} name={`ma-dk-${index}`} label="Mã" optional width="20" />
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
        <FormText
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
