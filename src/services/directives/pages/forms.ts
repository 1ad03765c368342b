// Forms come back with what was typed and the faults beside their fields: this reads values and turns faults into them.
import { z } from 'zod'
import { Problem } from '#platform/errors'
import type { FormError } from '#ui'

export type Values = Record<string, string | string[]>
export const Body = z.record(z.string().max(60), z.union([z.string().max(9000), z.array(z.string().max(60)).max(300)]))

export const textOf = (values: Values, name: string): string => {
  const value = values[name]
  return (Array.isArray(value) ? (value[0] ?? '') : (value ?? '')).trim()
}

export const listOf = (values: Values, name: string): string[] => {
  const value = values[name]
  return (Array.isArray(value) ? value : value ? [value] : []).filter(Boolean)
}

export const wholeOf = (values: Values, name: string): number | undefined => {
  const text = textOf(values, name)
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined
}

/** Runs the deed; what it refuses in words becomes faults of the form, anything else goes up. */
export async function attempt(
  work: () => Promise<unknown>,
  fieldOf: (path: string) => string,
): Promise<{ errors: FormError[]; conflict?: string }> {
  try {
    await work()
    return { errors: [] }
  } catch (error) {
    if (error instanceof z.ZodError)
      return {
        errors: error.issues.map((issue) => ({ field: fieldOf(issue.path.join('.')), message: issue.message })),
      }
    if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
    if (error.status === 409) return { errors: [], conflict: error.message }
    const fields = error.fields.length > 0 ? error.fields : [{ path: '', message: error.message }]
    return { errors: fields.map(({ path, message }) => ({ field: fieldOf(path), message })) }
  }
}
