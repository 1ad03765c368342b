// What each kind of change asks besides the deciding document.
import { Checkbox, Checkboxes, type FormError, Radios, Select, TextArea, TextInput } from '#ui'
import type { Organisation } from '../store.ts'
import { listOf, textOf, type Values } from './forms.ts'

export interface FieldsProps {
  organisation: Organisation
  values: Values
  errors: readonly FormError[]
  children: readonly Organisation[]
  siblings: readonly Organisation[]
  rows: readonly Organisation[]
}

export const splitSlots = [1, 2, 3] as const

const errorOf = ({ errors }: FieldsProps, field: string) => errors.find((error) => error.field === field)?.message

const optionsOf = (rows: readonly Organisation[]) =>
  rows.map((row) => ({ value: row.code, label: `${row.name} (${row.code})` }))

function Names(props: FieldsProps) {
  return (
    <>
      <TextInput
        name="ten"
        label="Tên đơn vị"
        value={textOf(props.values, 'ten')}
        error={errorOf(props, 'ten')}
        maxLength={300}
      />
      <TextInput name="ten-ngan" label="Tên ngắn" value={textOf(props.values, 'ten-ngan')} optional maxLength={100} />
    </>
  )
}

export const RenameFields = (props: FieldsProps) => <Names {...props} />

export function CorrectFields(props: FieldsProps) {
  return (
    <>
      <Names {...props} />
      <TextArea
        name="ghi-chu"
        label="Ghi chú"
        value={textOf(props.values, 'ghi-chu')}
        optional
        rows={3}
        maxLength={1000}
      />
      {props.organisation.unverified && (
        <Checkbox
          name="doi-chieu"
          label="Đã đối chiếu với văn bản nêu dưới đây"
          checked={textOf(props.values, 'doi-chieu') === 'yes'}
        />
      )}
    </>
  )
}

export function MoveFields(props: FieldsProps) {
  return (
    <Select
      name="cap-tren"
      label="Cấp trên mới"
      empty="Chọn đơn vị"
      value={textOf(props.values, 'cap-tren')}
      error={errorOf(props, 'cap-tren') && 'Chọn cấp trên mới.'}
      options={optionsOf(props.rows.filter((row) => row.code !== props.organisation.code))}
    />
  )
}

export function MergeFields(props: FieldsProps) {
  return (
    <>
      <Checkboxes
        name="cung"
        label="Hợp nhất cùng"
        options={optionsOf(props.siblings)}
        values={listOf(props.values, 'cung')}
        error={errorOf(props, 'cung')}
      />
      <Radios
        name="vao"
        label="Đơn vị kế tục"
        value={textOf(props.values, 'vao') || 'nay'}
        options={[
          { value: 'nay', label: `${props.organisation.name} tiếp tục hoạt động` },
          { value: 'moi', label: 'Đơn vị mới', hint: 'Nhập mã và tên ở dưới.' },
        ]}
      />
      <NewUnit {...props} suffix="-moi" label="đơn vị mới" optional />
    </>
  )
}

function NewUnit(props: FieldsProps & { suffix: string; label: string; optional?: boolean }) {
  const [code, name] = [`ma${props.suffix}`, `ten${props.suffix}`]
  return (
    <>
      <TextInput
        name={code}
        label={`Mã ${props.label}`}
        value={textOf(props.values, code)}
        error={errorOf(props, code)}
        optional={props.optional}
        width="20"
        maxLength={35}
      />
      <TextInput
        name={name}
        label={`Tên ${props.label}`}
        value={textOf(props.values, name)}
        error={errorOf(props, name)}
        optional={props.optional}
        maxLength={300}
      />
    </>
  )
}

export function SplitFields(props: FieldsProps) {
  const slots = splitSlots.map((slot) => ({ value: String(slot), label: `Đơn vị mới thứ ${slot}` }))
  return (
    <>
      {splitSlots.map((slot) => (
        <NewUnit key={slot} {...props} suffix={`-${slot}`} label={`đơn vị mới thứ ${slot}`} optional={slot > 2} />
      ))}
      <Homes {...props} options={slots} />
    </>
  )
}

export function DissolveFields(props: FieldsProps) {
  const below = new Set([props.organisation.code, ...props.children.map((row) => row.code)])
  return <Homes {...props} options={optionsOf(props.rows.filter((row) => !below.has(row.code)))} />
}

/** Where each direct subordinate goes. */
function Homes(props: FieldsProps & { options: readonly { value: string; label: string }[] }) {
  return (
    <>
      {props.children.map((child) => (
        <Select
          key={child.code}
          name={`con-${child.code}`}
          label={`Nơi tiếp nhận ${child.name}`}
          empty="Chọn đơn vị"
          value={textOf(props.values, `con-${child.code}`)}
          options={props.options}
        />
      ))}
    </>
  )
}
