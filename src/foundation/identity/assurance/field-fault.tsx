import { errorOf, type FormError } from '#ui'

/** The fault of something that is no field of its own, where the summary of faults leads to. */
export function FieldFaultWords({ errors, field }: { errors: readonly FormError[]; field: string }) {
  const words = errorOf(errors, field)
  return words === undefined ? null : (
    <p class="field-error" id={field} tabIndex={-1}>
      {words}
    </p>
  )
}
