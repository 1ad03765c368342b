import { Button, Checkboxes, More, type Option, Section, Select, TextInput } from '#ui'
import {
  Condition,
  type DescribedSource,
  type FormValues,
  formList,
  formText,
  type Kind,
  type KindName,
  kindNames,
  kindOf,
} from '#warehouse'
import { Measure } from '../model.ts'
import { describeMeasure } from '../reading/formula-words.ts'
import { readMeasure, rowsOf } from './read.ts'

const spareRows = 1

const operators: readonly Option[] = [
  { value: 'eq', label: 'bằng' },
  { value: 'ne', label: 'khác' },
  { value: 'lt', label: 'nhỏ hơn, trước' },
  { value: 'le', label: 'không lớn hơn, không muộn hơn' },
  { value: 'gt', label: 'lớn hơn, muộn hơn' },
  { value: 'ge', label: 'không nhỏ hơn, không sớm hơn' },
  { value: 'in', label: 'là một trong' },
  { value: 'empty', label: 'để trống' },
  { value: 'filled', label: 'có giá trị' },
  { value: 'eq-field', label: 'bằng trường' },
  { value: 'ne-field', label: 'khác trường' },
  { value: 'lt-field', label: 'nhỏ hơn, trước trường' },
  { value: 'le-field', label: 'không lớn hơn, không muộn hơn trường' },
  { value: 'gt-field', label: 'lớn hơn, muộn hơn trường' },
  { value: 'ge-field', label: 'không nhỏ hơn, không sớm hơn trường' },
]

interface MeasureProps {
  /** `m-0`: names of the fields begin with it. */
  name: string
  title: string
  values: FormValues
  sources: readonly DescribedSource[]
  /** Whether there is another one in the group, so that this one can go. */
  canGo: boolean
  errorOf(field: string): string | undefined
}

/** Cases are made of the events of event logs too. */
const givesKind = (source: DescribedSource, kind: KindName): boolean =>
  source.kind === kind || (kind === 'case' && source.kind === 'case-event')

export function MeasureFields({ name, title, values, sources, canGo, errorOf }: MeasureProps) {
  const of = (part: string) => formText(values, `${name}-${part}`)
  const kindName = kindNames.find((one) => one === of('loai')) ?? 'case'
  const kind: Kind = kindOf(kindName)
  const fitting = sources.filter((source) => givesKind(source, kindName))
  const chosen = formList(values, `${name}-nguon`)
  const fields = fieldOptions(kind, { fitting, chosen, values, name })
  return (
    <Section title={title}>
      <div class="form">
        <p class="muted">{measureWords(values, name)}</p>
        <div class="columns columns-2">
          <Select
            name={`${name}-loai`}
            label="Loại bản ghi"
            value={kindName}
            options={kindNames.map((value) => ({ value, label: kindOf(value).label }))}
            error={errorOf(`${name}-loai`)}
          />
          <div>
            <p class="field-hint">Đổi loại bản ghi thì bấm để các trường bên dưới đổi theo.</p>
            <Button name="viec" value="lap-lai" small>
              Lấy các trường của loại này
            </Button>
          </div>
        </div>
        <div class="columns columns-3">
          <Select
            name={`${name}-phep`}
            label="Phép tính"
            value={of('phep') || 'count'}
            error={errorOf(`${name}-phep`)}
            options={[
              { value: 'count', label: 'Đếm bản ghi' },
              { value: 'sum', label: 'Cộng' },
              { value: 'average', label: 'Bình quân' },
            ]}
          />
          <Select
            name={`${name}-cua`}
            label="Của trường"
            optional
            empty="Không dùng khi đếm"
            value={of('cua')}
            error={errorOf(`${name}-cua`)}
            options={fields.numbers}
            groups={fields.attributes}
          />
          <Select
            name={`${name}-ngay`}
            label="Xếp kỳ theo ngày"
            empty="Không theo ngày: số hiện có"
            value={of('ngay')}
            error={errorOf(`${name}-ngay`)}
            options={kind.datedBy.map((value) => ({ value, label: kind.fields[value]?.label ?? value }))}
          />
        </div>
        <Conditions name={name} kind={kind} values={values} fields={fields} errorOf={errorOf} />
        <SourceChoice name={name} fitting={fitting} chosen={chosen} />
        <div class="stack-small">
          <TextInput
            name={`${name}-nhan`}
            label="Nhân với"
            hint="Để đổi đơn vị, ví dụ 0,000001 đổi đồng ra triệu đồng."
            width="10"
            inputMode="decimal"
            value={of('nhan') || '1'}
            error={errorOf(`${name}-nhan`)}
            maxLength={24}
          />
          {canGo && (
            <Button name="viec" value={`bo:${name}`} kind="quiet" small>
              Bỏ phép đếm này
            </Button>
          )}
        </div>
      </div>
    </Section>
  )
}

interface Fields {
  all: Option[]
  numbers: Option[]
  attributes: { label: string; options: Option[] }[]
}

/** Fields of the kind, and under each source the columns kept beside them; names that stand in the form already are always there. */
function fieldOptions(
  kind: Kind,
  {
    fitting,
    chosen,
    values,
    name,
  }: { fitting: readonly DescribedSource[]; chosen: string[]; values: FormValues; name: string },
): Fields {
  const all = Object.entries(kind.fields).map(([value, { label }]) => ({ value, label }))
  const numbers = Object.entries(kind.fields).flatMap(([value, { label, type }]) =>
    type === 'number' ? [{ value, label }] : [],
  )
  const known = new Set<string>()
  const groups = fitting
    .filter(({ code }) => chosen.length === 0 || chosen.includes(code))
    .map(({ name: label, attributes }) => ({
      label,
      options: attributes.flatMap((one) => {
        const value = `attributes.${one.name}`
        if (known.has(value)) return []
        known.add(value)
        return [{ value, label: one.label === one.name ? one.name : `${one.label} (${one.name})` }]
      }),
    }))
    .filter(({ options }) => options.length > 0)
  const used = [
    formText(values, `${name}-cua`),
    ...rowsOf(values, `${name}-truong-`).map((index) => formText(values, `${name}-truong-${index}`)),
  ]
  const odd = [...new Set(used)].filter((value) => value !== '' && !(value in kind.fields) && !known.has(value))
  const fixed = [
    { value: 'key', label: 'Mã bản ghi' },
    { value: 'source', label: 'Nguồn' },
    { value: 'organisation', label: 'Đơn vị' },
  ]
  const extra = odd
    .filter((value) => fixed.every((one) => one.value !== value))
    .map((value) => ({ value, label: value.replace(/^attributes\./, 'thuộc tính ') }))
  return {
    all: [...all, ...fixed],
    numbers,
    attributes: extra.length > 0 ? [{ label: 'Đang dùng', options: extra }, ...groups] : groups,
  }
}

interface ConditionsProps {
  name: string
  kind: Kind
  values: FormValues
  fields: Fields
  errorOf(field: string): string | undefined
}

function Conditions({ name, kind, values, fields, errorOf }: ConditionsProps) {
  const of = (part: string) => formText(values, `${name}-${part}`)
  const filled = rowsOf(values, `${name}-truong-`).filter((index) => of(`truong-${index}`) !== '')
  const rows = [...filled, ...Array.from({ length: spareRows }, (_, index) => (filled.at(-1) ?? -1) + 1 + index)]
  return (
    <fieldset class="panel stack-small">
      <legend class="field-label">Chỉ tính bản ghi mà</legend>
      <p class="field-hint">
        Mọi dòng phải đúng; dòng không chọn trường thì bỏ qua. Ngày viết 30/06/2025 hoặc “hôm nay”; nhiều giá trị cách
        nhau bằng dấu chấm phẩy; so với trường khác thì viết tên trường như trong danh sách, ví dụ{' '}
        {kind.fields[kind.datedBy[0] ?? '']?.label}.
      </p>
      {rows.map((index) => (
        <div class="columns columns-3" key={index}>
          <Select
            name={`${name}-truong-${index}`}
            label={`Trường ${index + 1}`}
            empty="Không chọn"
            value={of(`truong-${index}`)}
            error={errorOf(`${name}-truong-${index}`)}
            options={fields.all}
            groups={fields.attributes}
          />
          <Select
            name={`${name}-op-${index}`}
            label={`Phép so ${index + 1}`}
            value={of(`op-${index}`) || 'eq'}
            options={operators}
          />
          <TextInput
            name={`${name}-gt-${index}`}
            label={`Giá trị ${index + 1}`}
            value={of(`gt-${index}`)}
            maxLength={2000}
          />
        </div>
      ))}
      <Button name="viec" value="lap-lai" small>
        Thêm điều kiện
      </Button>
    </fieldset>
  )
}

function SourceChoice({
  name,
  fitting,
  chosen,
}: {
  name: string
  fitting: readonly DescribedSource[]
  chosen: string[]
}) {
  if (fitting.length === 0) return <p class="muted">Chưa có nguồn nào gửi loại bản ghi này.</p>
  const all = [
    ...fitting.map(({ code, name: label }) => ({ value: code, label })),
    ...chosen.filter((code) => fitting.every((one) => one.code !== code)).map((value) => ({ value, label: value })),
  ]
  const title = chosen.length === 0 ? 'Tính trên mọi nguồn của gói dữ liệu' : `Tính trên ${chosen.length} nguồn`
  return (
    <More title={title} open={chosen.length > 0 && chosen.length <= 3 && all.length <= 12}>
      <Checkboxes
        name={`${name}-nguon`}
        label="Nguồn được tính"
        inline
        hint="Không chọn nguồn nào thì tính trên mọi nguồn của gói dữ liệu gửi loại bản ghi này."
        values={chosen}
        options={all}
      />
    </More>
  )
}

/** The measure as it stands in the form, in words; while it is not whole, what is missing is told at its fields instead. */
function measureWords(values: FormValues, name: string): string {
  const parsed = Measure.safeParse(readMeasure(values, name, []))
  if (!parsed.success || parsed.data.where.some((one) => !Condition.safeParse(one).success)) return ''
  const words = describeMeasure(parsed.data)
  return `${words.charAt(0).toLocaleUpperCase('vi')}${words.slice(1)}.`
}
