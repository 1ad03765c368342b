import { Button, Notice, type Option, Radios, Select, TextInput } from '#ui'
import { type DescribedSource, type FormValues, formText } from '#warehouse'
import { formulaWords } from './choices.ts'
import { MeasureFields } from './measure.tsx'
import { measureKeys, rowsOf } from './read.ts'

export interface FormulaChoices {
  sources: readonly DescribedSource[]
  /** Indicators that a composite can be made of. */
  indicators: readonly Option[]
}

interface FormulaProps extends FormulaChoices {
  values: FormValues
  errorOf(field: string): string | undefined
}

const hints: Record<keyof typeof formulaWords, string> = {
  measure: 'Tính từ bản ghi của các nguồn; mở ra được tới từng dòng.',
  ratio: 'Hai phép đếm chia cho nhau, ví dụ số đúng hạn trên số đã trả.',
  composite: 'Tổng hoặc bình quân có hệ số của chỉ tiêu khác.',
  typed: 'Đơn vị nhập, lãnh đạo đơn vị duyệt.',
}

export function FormulaFields(props: FormulaProps) {
  const { values, errorOf } = props
  const type = formText(values, 'dang')
  return (
    <>
      <Radios
        name="dang"
        label="Cách có số"
        value={type}
        error={errorOf('dang')}
        options={Object.entries(formulaWords).map(([value, label]) => ({
          value,
          label,
          hint: hints[value as keyof typeof formulaWords],
        }))}
      />
      <Button name="viec" value="lap-lai" small>
        Đổi sang cách đã chọn
      </Button>
      {type === 'typed' && <TypedFields values={values} />}
      {type === 'composite' && <CompositeFields {...props} />}
      {type === 'measure' && <Measures {...props} group="m" title="Phép đếm" />}
      {type === 'ratio' && (
        <>
          <Measures {...props} group="t" title="Tử số" />
          <Measures {...props} group="m" title="Mẫu số" />
          <TextInput
            name="tren"
            label="Nhân thương số với"
            hint="100 là tỷ lệ phần trăm. Mẫu số bằng 0 thì chưa có số liệu; thương số có thể quá 100%."
            width="10"
            inputMode="decimal"
            value={formText(values, 'tren') || '100'}
            error={errorOf('tren')}
            maxLength={20}
          />
        </>
      )}
    </>
  )
}

function Measures(props: FormulaProps & { group: string; title: string }) {
  const { values, group, title } = props
  const keys = measureKeys(values, group)
  const shown = keys.length > 0 ? keys : [`${group}-0`]
  return (
    <>
      {shown.map((key, index) => (
        <MeasureFields
          key={key}
          {...props}
          name={key}
          title={shown.length > 1 ? `${title}, phần ${index + 1}` : title}
          canGo={shown.length > 1}
        />
      ))}
      <Button name="viec" value={`them:${group}`} small>
        {`Cộng thêm một phần vào ${title.toLocaleLowerCase('vi')}`}
      </Button>
    </>
  )
}

const spareParts = 2

function CompositeFields({ values, indicators, errorOf }: FormulaProps) {
  const filled = rowsOf(values, 'tp-').filter((index) => formText(values, `tp-${index}`) !== '')
  const from = (filled.at(-1) ?? -1) + 1
  const rows = [...filled, ...Array.from({ length: spareParts }, (_, index) => from + index)]
  return (
    <fieldset class="panel stack-small">
      <legend class="field-label">Các chỉ tiêu thành phần</legend>
      <p class="field-hint">Cùng đơn vị, cùng kỳ. Thành phần chưa có số thì chỉ số tổng hợp cũng chưa có số.</p>
      <Radios
        name="gop-bang"
        label="Gộp bằng"
        inline
        value={formText(values, 'gop-bang') || 'sum'}
        options={[
          { value: 'sum', label: 'Cộng, mỗi thành phần nhân hệ số' },
          { value: 'weighted-mean', label: 'Bình quân có hệ số' },
        ]}
      />
      {rows.map((index) => (
        <div class="columns columns-2" key={index}>
          <Select
            name={`tp-${index}`}
            label={`Thành phần ${index + 1}`}
            empty="Không chọn"
            value={formText(values, `tp-${index}`)}
            error={errorOf(`tp-${index}`)}
            options={indicators}
          />
          <TextInput
            name={`hs-${index}`}
            label={`Hệ số ${index + 1}`}
            width="10"
            inputMode="decimal"
            value={formText(values, `hs-${index}`) || '1'}
            error={errorOf(`hs-${index}`)}
            maxLength={20}
          />
        </div>
      ))}
      <Button name="viec" value="lap-lai" small>
        Thêm thành phần
      </Button>
    </fieldset>
  )
}

function TypedFields({ values }: { values: FormValues }) {
  return (
    <>
      <div class="columns columns-2">
        <Select
          name="cong-don-vi"
          label="Số của cấp trên từ các đơn vị"
          value={formText(values, 'cong-don-vi')}
          options={[
            { value: 'none', label: 'Không cộng: chủ trì nhập số chung' },
            { value: 'sum', label: 'Cộng lại' },
            { value: 'mean', label: 'Bình quân' },
          ]}
        />
        <Select
          name="cong-ky"
          label="Kỳ dài từ các kỳ ngắn"
          value={formText(values, 'cong-ky')}
          options={[
            { value: 'none', label: 'Không tính' },
            { value: 'sum', label: 'Cộng lại' },
            { value: 'mean', label: 'Bình quân' },
            { value: 'last', label: 'Lấy kỳ cuối' },
          ]}
        />
      </div>
      <Radios
        name="cong-bo"
        label="Công bố"
        value={formText(values, 'cong-bo') || 'on-approval'}
        options={[
          { value: 'on-approval', label: 'Ngay khi lãnh đạo đơn vị duyệt' },
          { value: 'by-hand', label: 'Chờ người công bố' },
        ]}
      />
      <Notice>Số nhập tay luôn được ghi rõ là nhập tay, cùng người nhập và người duyệt.</Notice>
    </>
  )
}
