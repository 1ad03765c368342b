import type { CompiledCalendar } from '#calendar'
import type { Context } from '#platform/context'
import type { Line, Settings } from './settings.ts'
import type { Directive, Part } from './store.ts'

export interface Key {
  code: string
  /** As the form was made; absent: whatever it is now. */
  version?: number | undefined
}

export interface Held {
  ctx: Context
  directive: Directive
  part: Part
  settings: Settings
  compiled: CompiledCalendar
  /** Under which line the agency stands: how its lateness climbs. */
  line: Line
}
