// Form fields: label above, hint under it, error above the control; what is optional is marked, not what is required. A
// field's error names the field, so the summary at the top of the page can link to the very control.
import type { ComponentChildren } from 'preact'
import { classes, useSurroundings } from '../render.tsx'
import { Icon } from './icon.tsx'

export interface FieldProps {
  /** Name of the value; also the id of the control unless `id` is given. */
  name: string
  id?: string
  label: string
  hint?: ComponentChildren
  error?: string
  optional?: boolean
  /** Where a value that was filled in comes from: "từ CSDL dân cư". */
  knownFrom?: string
}

export interface Described {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': 'true' | undefined
}

/** What ties a control to its label, hint and error. */
export function describe({ name, id = name, hint, error }: FieldProps): Described {
  const by = classes(hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`)
  return { id, 'aria-describedby': by || undefined, 'aria-invalid': error === undefined ? undefined : 'true' }
}

function Words({ id, hint, error }: { id: string; hint?: ComponentChildren; error?: string }) {
  return (
    <>
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          <Icon name="warning" />
          <span>{error}</span>
        </p>
      )}
    </>
  )
}

function LabelText({ label, optional, knownFrom }: FieldProps) {
  return (
    <>
      {label}
      {optional && <span class="field-optional"> (không bắt buộc)</span>}
      {knownFrom && <span class="field-known tag tag-neutral">{knownFrom}</span>}
    </>
  )
}

/** A label, hint and error around one control. */
export function Field(props: FieldProps & { children: ComponentChildren }) {
  const id = props.id ?? props.name
  return (
    <div class={classes('field', props.error !== undefined && 'field-wrong')}>
      <label class="field-label" for={id}>
        <LabelText {...props} />
      </label>
      <Words id={id} hint={props.hint} error={props.error} />
      <div class="field-body">{props.children}</div>
    </div>
  )
}

/** A question answered by several controls together: a date, a choice. */
export function FieldGroup(props: FieldProps & { children: ComponentChildren }) {
  const id = props.id ?? props.name
  const described = describe(props)
  return (
    <fieldset
      class={classes('field', props.error !== undefined && 'field-wrong')}
      id={`${id}-group`}
      aria-describedby={described['aria-describedby']}
    >
      <legend class="field-label">
        <LabelText {...props} />
      </legend>
      <Words id={id} hint={props.hint} error={props.error} />
      <div class="field-body">{props.children}</div>
    </fieldset>
  )
}

export interface FormError {
  /** Id of the control to go to. */
  field: string
  message: string
}

/** What is wrong with one field. */
export const errorOf = (errors: readonly FormError[], field: string): string | undefined =>
  errors.find((error) => error.field === field)?.message

/** At the top of a page whose form came back: every fault at once, each leading to its control. */
export function ErrorSummary({
  errors,
  title = 'Chưa gửi được, cần sửa các chỗ sau',
}: {
  errors: readonly FormError[]
  title?: string
}) {
  if (errors.length === 0) return null
  return (
    <div class="errors" role="alert" tabIndex={-1} id="errors">
      <h2>{title}</h2>
      <ul>
        {errors.map(({ field, message }) => (
          <li key={`${field}${message}`}>
            <a href={`#${field}`}>{message}</a>
          </li>
        ))}
      </ul>
    </div>
  )
}

export interface FormProps {
  action: string
  method?: 'post' | 'get'
  /** For forms that carry files. */
  files?: boolean
  id?: string
  class?: string
  label?: string
  children: ComponentChildren
}

/** A form; one that posts carries the token that proves it came from our own page. */
export function Form({ action, method = 'post', files, id, class: look = 'form', label, children }: FormProps) {
  const { csrf } = useSurroundings()
  return (
    <form
      action={action}
      method={method}
      enctype={files ? 'multipart/form-data' : undefined}
      id={id}
      class={look}
      aria-label={label}
      novalidate
    >
      {method === 'post' && csrf !== undefined && <input type="hidden" name="_csrf" value={csrf} />}
      {children}
    </form>
  )
}
