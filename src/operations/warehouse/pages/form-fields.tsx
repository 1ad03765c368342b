// Long forms whose values are kept by name, so that a form comes back as it was sent.

import { Select, type SelectProps, TextInput, type TextInputProps } from '#ui'

/** Values of a form by name; several ticked boxes of one name come as a list. */
export type FormValues = Record<string, string | string[]>

export const formText = (values: FormValues, name: string): string => {
  const value = values[name]
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim()
}

export const formList = (values: FormValues, name: string): string[] => {
  const value = values[name]
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

/** What every part of such a form is given. */
export interface FormPart {
  values: FormValues
  errorOf(field: string): string | undefined
}

/** A line of text that shows what the form holds under its name, and what is wrong with it. */
export const FormText = ({ values, errorOf, ...props }: FormPart & TextInputProps) => (
  <TextInput maxLength={2000} {...props} value={formText(values, props.name)} error={errorOf(props.name)} />
)

/** A choice that shows what the form holds under its name, and what is wrong with it. */
export const FormSelect = ({ values, errorOf, ...props }: FormPart & SelectProps) => (
  <Select {...props} value={formText(values, props.name)} error={errorOf(props.name)} />
)
