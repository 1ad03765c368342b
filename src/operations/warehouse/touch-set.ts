import type { KindName } from './kinds.ts'
import { kindOf } from './kinds.ts'
import type { CanonicalRow } from './mapping/mapped.ts'

/** The cells that a batch changes, each once: a date field of the kind × organisation × area × day, and the stock (field ''). */
export class TouchSet {
  readonly #kind: KindName
  readonly #fields: readonly string[]
  readonly #seen = new Set<string>()

  constructor(kind: KindName) {
    this.#kind = kind
    this.#fields = kindOf(kind).datedBy
  }

  add({ organisation, area, days }: Pick<CanonicalRow, 'organisation' | 'area' | 'days'>): void {
    const place = `${organisation}\u001f${area}`
    for (let at = 0; at < days.length; at += 1) {
      const day = days[at]
      if (day) this.#seen.add(`${this.#fields[at]}\u001f${place}\u001f${day}`)
    }
    this.#seen.add(`\u001f${place}\u001f`)
  }

  /** Rows as columns, for one `unnest`. */
  columns(): { field: string[]; organisation: string[]; area: string[]; day: (string | null)[]; kind: KindName } {
    const parts = [...this.#seen].map((entry) => entry.split('\u001f'))
    return {
      kind: this.#kind,
      field: parts.map(([field = '']) => field),
      organisation: parts.map(([, organisation = '']) => organisation),
      area: parts.map(([, , area = '']) => area),
      day: parts.map(([, , , day]) => day || null),
    }
  }

  get size(): number {
    return this.#seen.size
  }
}
