import { Button, Checkbox, Checkboxes, Form, type FormError, type Option, Radios, Section, TextArea } from '#ui'
import {
  BasisFields,
  CadenceFields,
  type FormPart,
  FormSelect,
  FormText,
  type FormValues,
  formList,
  formText,
} from '#warehouse'
import { directionWords, lockWords, mergerWords, missingWords, periodWords, unitKindWords } from './choices.ts'
import { type FormulaChoices, FormulaFields } from './formula.tsx'

export interface SheetChoices extends FormulaChoices {
  units: readonly Option[]
  groups: readonly string[]
}

interface SheetProps {
  action: string
  values: FormValues
  errors: readonly FormError[]
  choices: SheetChoices
  /** A definition that does not stand yet has a code to be chosen. */
  isNew: boolean
}

interface Part extends FormPart {
  choices: SheetChoices
}

const options = (words: Record<string, string>): Option[] =>
  Object.entries(words).map(([value, label]) => ({ value, label }))

/** Everything a definition says, on one page. Buttons that change the form itself send it and get it back; only the last one saves. */
export function DefinitionSheet({ action, values, errors, choices, isNew }: SheetProps) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  const part: Part = { values, choices, errorOf }
  return (
    <Form action={action} class="stack-large" label={isNew ? 'Chỉ tiêu mới' : 'Định nghĩa chỉ tiêu'}>
      {/* The Enter key presses the first button of a form: it must not be one that only changes the form. */}
      <button type="submit" class="hidden-visually" name="viec" value="luu" tabIndex={-1} aria-hidden="true">
        Lưu
      </button>
      <About {...part} isNew={isNew} />
      <Section title="Cách tính">
        <div class="form">
          <FormulaFields values={values} errorOf={errorOf} sources={choices.sources} indicators={choices.indicators} />
        </div>
      </Section>
      <Periods {...part} />
      <Judging {...part} />
      <Owner {...part} />
      <Section title="Lưu">
        <div class="form">
          <Text {...part} name="ly-do" label={isNew ? 'Lý do lập chỉ tiêu' : 'Lý do sửa'} />
          <div class="row">
            <Button kind="primary" name="viec" value="luu">
              {isNew ? 'Tạo chỉ tiêu và tính' : 'Lưu thành bản mới'}
            </Button>
          </div>
          {!isNew && (
            <p class="small muted">
              Sửa công thức hoặc kỳ thì mọi kỳ được tính lại; kỳ không còn nêu thì thôi hiện, bản cũ vẫn mở ra được; số
              đã chốt giữ nguyên.
            </p>
          )}
        </div>
      </Section>
    </Form>
  )
}

const Text = (props: Parameters<typeof FormText>[0]) => <FormText maxLength={300} {...props} />

function About(part: Part & { isNew: boolean }) {
  const { values, choices } = part
  return (
    <Section title="Tên và đơn vị tính">
      <div class="form">
        {part.isNew && (
          <Text
            {...part}
            name="ma"
            label="Mã"
            hint="Dạng nhom.ten-chi-tieu, chữ thường không dấu; không đổi được về sau."
            width="20"
            maxLength={80}
          />
        )}
        <div class="columns columns-2">
          <Text {...part} name="ten" label="Tên" />
          <Text {...part} name="ten-anh" label="Tên tiếng Anh" />
        </div>
        <TextArea
          name="mo-ta"
          label="Đếm gì, không đếm gì"
          optional
          rows={3}
          value={formText(values, 'mo-ta')}
          maxLength={2000}
        />
        <div class="columns columns-2">
          <Text {...part} name="nhom" label="Nhóm" hint={`Đang có: ${choices.groups.join(' · ')}`} />
          <Text {...part} name="thu-tu" label="Thứ tự trong nhóm" width="4" maxLength={6} />
          <Text {...part} name="don-vi-tinh" label="Đơn vị tính" width="20" maxLength={60} />
          <Text {...part} name="so-le" label="Số chữ số lẻ" width="4" maxLength={1} />
        </div>
        <TextArea
          name="ghi-chu"
          label="Ghi chú trên thẻ"
          hint="Điều người đọc cần biết: các phần không cộng khớp, cách tính thay đổi."
          optional
          rows={2}
          value={formText(values, 'ghi-chu')}
          maxLength={1000}
        />
      </div>
    </Section>
  )
}

function Periods(part: FormPart) {
  const { values, errorOf } = part
  return (
    <Section title="Kỳ và hạn">
      <div class="form">
        <Checkboxes
          name="ky"
          label="Các kỳ có số"
          inline
          values={formList(values, 'ky')}
          error={errorOf('ky')}
          options={options(periodWords)}
        />
        <FormSelect {...part} name="ky-chinh" label="Kỳ hiện trên thẻ" options={options(periodWords)} />
        <CadenceFields {...part} />
        <Checkboxes
          name="phai-bao-cao"
          label="Đơn vị phải báo cáo"
          inline
          hint="Mỗi đơn vị thuộc các loại này được chờ số; thẻ ghi đã có bao nhiêu trên bao nhiêu. Không chọn: không chờ."
          values={formList(values, 'phai-bao-cao')}
          error={errorOf('phai-bao-cao')}
          options={options(unitKindWords)}
        />
        <div class="columns columns-3">
          <Radios
            name="thieu"
            label="Khi còn thiếu đơn vị"
            value={formText(values, 'thieu')}
            error={errorOf('thieu')}
            options={options(missingWords)}
          />
          <Radios
            name="tu-chot"
            label="Chốt số liệu"
            value={formText(values, 'tu-chot')}
            options={[
              { value: '', label: 'Theo lệ: số nhập tay tự chốt, số tính từ bản ghi thì không' },
              ...options(lockWords),
            ]}
          />
          <Radios
            name="sap-xep"
            label="Số của trước khi sáp nhập đơn vị"
            value={formText(values, 'sap-xep')}
            error={errorOf('sap-xep')}
            options={options(mergerWords)}
          />
        </div>
      </div>
    </Section>
  )
}

function Judging(part: Part) {
  const { values, errorOf } = part
  return (
    <Section title="Đánh giá">
      <div class="form">
        <Radios
          name="huong"
          label="Tốt lên khi"
          inline
          value={formText(values, 'huong')}
          error={errorOf('huong')}
          options={options(directionWords)}
        />
        <div class="columns columns-2">
          <Text {...part} name="theo-doi" label="Theo dõi khi lệch kế hoạch từ (%)" width="4" maxLength={10} />
          <Text {...part} name="canh-bao" label="Không đạt khi lệch từ (%)" width="4" maxLength={10} />
        </div>
        <Checkbox
          name="bat-thuong"
          label="Đánh dấu ngày, giờ khác thường"
          hint="So với mức thường thấy của cùng thứ trong tuần (và cùng giờ, với số đo theo giờ)."
          checked={formText(values, 'bat-thuong') !== ''}
        />
      </div>
    </Section>
  )
}

function Owner(part: Part) {
  return (
    <Section title="Chủ trì, nguồn và căn cứ">
      <div class="form">
        <div class="columns columns-2">
          <FormSelect
            {...part}
            name="chu-tri"
            label="Cơ quan chủ trì"
            empty="Chọn cơ quan"
            options={part.choices.units}
          />
          <Text {...part} name="chuc-danh" label="Chức danh chịu trách nhiệm" hint="Chức danh, không phải tên người." />
        </div>
        <Text {...part} name="nguon" label="Nguồn số liệu (ghi trên thẻ)" />
        <BasisFields {...part} />
      </div>
    </Section>
  )
}
