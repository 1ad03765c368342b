import { classes } from '../render.tsx'
import { describe, Field, FieldGroup, type FieldProps } from './field.tsx'

export type Width = '2' | '4' | '10' | '20'

export interface TextInputProps extends FieldProps {
  value?: string
  type?: 'text' | 'email' | 'tel' | 'url' | 'password' | 'search'
  /** `decimal` and `numeric` change the phone's keyboard only; nothing is reformatted while typing. */
  inputMode?: 'text' | 'decimal' | 'numeric'
  autocomplete?: string
  width?: Width
  unit?: string
  readOnly?: boolean
  maxLength?: number
  placeholder?: string
  /** Offered by the browser while one types; anything else may be typed too. */
  suggestions?: readonly Pick<Option, 'value' | 'label'>[]
}

export function TextInput(props: TextInputProps) {
  const list = props.suggestions && `${props.id ?? props.name}-list`
  const input = (
    <input
      {...describe(props)}
      class={classes('input', props.width && `width-${props.width}`, props.inputMode === 'decimal' && 'input-number')}
      // The element's types are a union by `type`; ours all take the same attributes.
      type={(props.type ?? 'text') as 'text'}
      name={props.name}
      value={props.value}
      inputmode={props.inputMode}
      autocomplete={props.autocomplete ?? 'off'}
      spellcheck={false}
      readOnly={props.readOnly}
      maxLength={props.maxLength}
      placeholder={props.placeholder}
      list={list}
    />
  )
  return (
    <Field {...props}>
      {props.unit ? (
        <div class="with-unit">
          {input}
          <span>{props.unit}</span>
        </div>
      ) : (
        input
      )}
      {list && (
        <datalist id={list}>
          {props.suggestions?.map(({ value, label }) => (
            <option key={value} value={value} label={label} />
          ))}
        </datalist>
      )}
    </Field>
  )
}

export function TextArea(props: FieldProps & { value?: string; rows?: number; maxLength?: number }) {
  return (
    <Field {...props}>
      <textarea
        {...describe(props)}
        class="textarea"
        name={props.name}
        rows={props.rows ?? 4}
        maxLength={props.maxLength}
        value={props.value}
      />
    </Field>
  )
}

export interface Option {
  value: string
  label: string
  hint?: string
  disabled?: boolean
}

export interface SelectProps extends FieldProps {
  options: readonly Option[]
  /** Options under headings, after the plain ones. */
  groups?: readonly { label: string; options: readonly Option[] }[]
  value?: string
  /** Words of the empty first choice; absent, there is none. */
  empty?: string
}

export function Select(props: SelectProps) {
  const option = ({ value, label, disabled }: Option) => (
    <option key={value} value={value} selected={value === props.value} disabled={disabled}>
      {label}
    </option>
  )
  return (
    <Field {...props}>
      <select {...describe(props)} class="select" name={props.name}>
        {props.empty !== undefined && <option value="">{props.empty}</option>}
        {props.options.map(option)}
        {props.groups?.map(({ label, options }) => (
          <optgroup key={label} label={label}>
            {options.map(option)}
          </optgroup>
        ))}
      </select>
    </Field>
  )
}

export interface DateValue {
  day?: string
  month?: string
  year?: string
}

/** A date in three boxes, sent as `name-day`, `name-month`, `name-year`: people know their dates, calendars slow them down. */
export function DateInput(props: FieldProps & { value?: DateValue }) {
  const id = props.id ?? props.name
  const { 'aria-invalid': invalid } = describe(props)
  const box = (part: 'day' | 'month' | 'year', label: string, width: Width) => (
    <label>
      {label}
      <input
        class={`input width-${width}`}
        // The first box carries the field's own id, so that the summary of errors leads to it.
        id={part === 'day' ? id : `${id}-${part}`}
        name={`${props.name}-${part}`}
        value={props.value?.[part]}
        inputmode="numeric"
        autocomplete="off"
        maxLength={part === 'year' ? 4 : 2}
        aria-invalid={invalid}
      />
    </label>
  )
  return (
    <FieldGroup {...props}>
      <div class="date-boxes">
        {box('day', 'Ngày', '2')}
        {box('month', 'Tháng', '2')}
        {box('year', 'Năm', '4')}
      </div>
    </FieldGroup>
  )
}

/** The three boxes as `2026-11-22`, `undefined` when all are empty, `'invalid'` when they are no date. */
export function readDateInput(values: Record<string, unknown>, name: string): string | undefined | 'invalid' {
  const text = (part: string) => String(values[`${name}-${part}`] ?? '').trim()
  const [day, month, year] = [text('day'), text('month'), text('year')]
  if (!day && !month && !year) return undefined
  if (!/^\d{1,2}$/.test(day) || !/^\d{1,2}$/.test(month) || !/^\d{4}$/.test(year)) return 'invalid'
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : 'invalid'
}

interface OptionsProps extends FieldProps {
  options: readonly Option[]
  inline?: boolean
}

function Choices(props: OptionsProps & { type: 'radio' | 'checkbox'; chosen: readonly string[] }) {
  const id = props.id ?? props.name
  return (
    <FieldGroup {...props}>
      <div class={props.inline ? 'options-inline' : 'options'}>
        {props.options.map(({ value, label, hint, disabled }, index) => {
          const own = index === 0 ? id : `${id}-${index + 1}`
          return (
            <div class="option" key={value}>
              <input
                type={props.type}
                id={own}
                name={props.name}
                value={value}
                checked={props.chosen.includes(value)}
                disabled={disabled}
                aria-describedby={hint && `${own}-about`}
              />
              <label for={own}>{label}</label>
              {hint && (
                <span class="field-hint" id={`${own}-about`}>
                  {hint}
                </span>
              )}
            </div>
          )
        })}
      </div>
    </FieldGroup>
  )
}

export function Radios(props: OptionsProps & { value?: string }) {
  return <Choices {...props} type="radio" chosen={props.value === undefined ? [] : [props.value]} />
}

export function Checkboxes(props: OptionsProps & { values?: readonly string[] }) {
  return <Choices {...props} type="checkbox" chosen={props.values ?? []} />
}

/** One yes-or-no. */
export function Checkbox(props: FieldProps & { checked?: boolean; value?: string }) {
  const described = describe(props)
  return (
    <div class={classes('field', props.error !== undefined && 'field-wrong')}>
      {props.error !== undefined && (
        <p class="field-error" id={`${described.id}-error`}>
          {props.error}
        </p>
      )}
      <div class="option">
        <input {...described} type="checkbox" name={props.name} value={props.value ?? 'yes'} checked={props.checked} />
        <label for={described.id}>{props.label}</label>
        {props.hint !== undefined && (
          <span class="field-hint" id={`${described.id}-hint`}>
            {props.hint}
          </span>
        )}
      </div>
    </div>
  )
}

export interface FileInputProps extends FieldProps {
  accept?: string
  multiple?: boolean
  /** With the island `upload` the file goes in pieces as soon as it is chosen: for this use, and no larger than this. */
  inPieces?: { use: string; mostBytes: number }
}

export function FileInput(props: FileInputProps) {
  return (
    <Field {...props}>
      <input
        {...describe(props)}
        class="file"
        type="file"
        name={props.name}
        accept={props.accept}
        multiple={props.multiple}
        data-upload={props.inPieces?.use}
        data-upload-most={props.inPieces?.mostBytes}
      />
    </Field>
  )
}
