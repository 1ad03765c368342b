import { Checkbox, More, type Option } from '#ui'
import type { Column } from '../model.ts'
import { columnRules, typeNames } from '../pages/column-words.ts'
import { FormSelect, FormText, formText } from '../pages/form-fields.tsx'
import type { SheetPart } from './part.ts'

const numberStyles: readonly Option[] = [
  { value: 'plain', label: '1234.56' },
  { value: 'vi', label: '1.234,56' },
  { value: 'en', label: '1,234.56' },
]
const twiceWords: readonly Option[] = [
  { value: 'fault', label: 'là lỗi' },
  { value: 'earlier', label: 'là giờ đến trước' },
  { value: 'later', label: 'là giờ đến sau' },
]
const parts = ['nhan', 'kieu', 'mau', 'so', 'hai-lan', 'trong-la', 'tu', 'den', 'trong', 'theo-mau', 'tham-chieu']

/** Each column folded under what is asked of it, open where something is to be mended. */
export function Columns(part: SheetPart) {
  return (
    <>
      {part.contract.columns.map((column, index) => (
        <More
          key={column.name}
          title={summaryOf(column)}
          open={parts.some((name) => part.errorOf(`${name}-${index}`) !== undefined)}
        >
          <ColumnFields {...part} column={column} index={index} />
        </More>
      ))}
    </>
  )
}

function summaryOf(column: Column): string {
  const name = column.label ? `${column.label} (${column.name})` : column.name
  return [name, typeNames[column.type], columnRules(column)].filter(Boolean).join(' · ')
}

function ColumnFields({ contract, column, index, ...part }: SheetPart & { column: Column; index: number }) {
  const of = (name: string) => formText(part.values, `${name}-${index}`)
  const text = (name: string, label: string, hint?: string) => (
    <FormText {...part} name={`${name}-${index}`} label={label} hint={hint} optional />
  )
  const select = (name: string, label: string, options: readonly Option[], empty?: string) => (
    <FormSelect {...part} name={`${name}-${index}`} label={label} options={options} empty={empty} />
  )
  const tick = (name: string, label: string) => (
    <Checkbox name={`${name}-${index}`} label={label} checked={of(name) !== ''} />
  )
  const lists = Object.keys(contract.lists).map((name) => ({ value: name, label: `Danh mục “${name}”` }))
  const known = [{ value: 'organisations', label: 'Mã cơ quan' }, { value: 'areas', label: 'Mã địa bàn' }, ...lists]
  const references =
    known.some(({ value }) => value === column.reference) || !column.reference
      ? known
      : [...known, { value: column.reference, label: column.reference }]
  return (
    <fieldset class="panel stack">
      <legend class="field-label">{column.name}</legend>
      <div class="columns columns-3">
        {text('nhan', 'Nghĩa')}
        {select(
          'kieu',
          'Kiểu',
          Object.entries(typeNames).map(([value, label]) => ({ value, label })),
        )}
        {text('trong-la', 'Coi là trống', 'Cách nhau bằng dấu phẩy, ví dụ NA, -.')}
        {select('so', 'Cách viết số (cột số)', numberStyles)}
        {text('mau', 'Cách viết ngày giờ (cột ngày)', 'Ví dụ dd/MM/yyyy, yyyy-MM-dd HH:mm, iso, excel; thử lần lượt.')}
        {column.type === 'instant' ? (
          select('hai-lan', 'Giờ lặp lại khi vặn đồng hồ', twiceWords)
        ) : (
          <input type="hidden" name={`hai-lan-${index}`} value={of('hai-lan')} />
        )}
        {text('tu', 'Nhỏ nhất')}
        {text('den', 'Lớn nhất')}
        {text('trong', 'Chỉ nhận một trong', 'Cách nhau bằng dấu phẩy.')}
        {select('tham-chieu', 'Tra theo danh mục', references, 'Không tra')}
        {text('theo-mau', 'Đúng mẫu', 'Biểu thức chính quy trên cả giá trị.')}
      </div>
      <div class="row">
        {tick('bat-buoc', 'Bắt buộc có giá trị')}
        {tick('co-the-vang', 'Tệp có thể vắng cả cột')}
        {tick('ca-nhan', 'Dữ liệu cá nhân')}
      </div>
    </fieldset>
  )
}
