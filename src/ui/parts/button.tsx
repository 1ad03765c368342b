import type { ComponentChildren } from 'preact'
import { classes } from '../render.tsx'
import { Icon, type IconName } from './icon.tsx'

export interface ButtonProps {
  /** A link that looks like a button: for going somewhere, never for changing something. */
  href?: string
  type?: 'submit' | 'button'
  kind?: 'primary' | 'plain' | 'danger' | 'quiet'
  small?: boolean
  icon?: IconName
  name?: string
  value?: string
  form?: string
  formAction?: string
  disabled?: boolean
  download?: boolean
  /** Words for readers when the visible ones are not enough ("Xem" → "Xem hồ sơ H32.1-…"). */
  label?: string
  children: ComponentChildren
}

export function Button(props: ButtonProps) {
  const kind = props.kind ?? 'plain'
  const look = classes('button', kind !== 'plain' && `button-${kind}`, props.small && 'button-small')
  const content = (
    <>
      {props.icon && <Icon name={props.icon} size={props.small ? 16 : 20} />}
      <span>{props.children}</span>
    </>
  )
  if (props.href !== undefined) {
    return (
      <a class={look} href={props.href} aria-label={props.label} download={props.download}>
        {content}
      </a>
    )
  }
  return (
    <button
      class={look}
      type={props.type ?? 'submit'}
      name={props.name}
      value={props.value}
      form={props.form}
      formaction={props.formAction}
      disabled={props.disabled}
      aria-label={props.label}
    >
      {content}
    </button>
  )
}
