import type { Column, RecordFault } from '../model.ts'

/**
 * A value as it is carried between reading and writing: text, whole and decimal numbers and dates as text in one spelling, an
 * instant as milliseconds, a truth as such, a tree as it came; null where there is none.
 */
export type Cell = string | number | boolean | object | null

export type CellType = Column['type']

export class Fault implements RecordFault {
  readonly field: string
  readonly value: string
  readonly rule: string
  readonly message: string

  constructor(field: string, value: unknown, rule: string, message: string) {
    this.field = field
    this.value = showValue(value)
    this.rule = rule
    this.message = message
  }
}

/** A value as people are shown it, and as it stands in what is hashed. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value.trim()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
