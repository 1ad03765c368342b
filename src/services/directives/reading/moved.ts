import type { Sql } from '#platform/sql'
import type { SourceKind, State } from '../model.ts'

/** A part that binds, as it stands: what its record in the warehouse is made of. */
export interface MovedPart {
  code: string
  source: SourceKind
  organisation: string
  state: State
  startedAt: Date
  dueAt: Date | null
  /** When the result was handed in that has been confirmed; absent while there is none. */
  endedAt: Date | null
  enteredInTime: boolean
  returned: number
  version: number
  movedAt: Date
}

/** Parts that moved at or after an instant, the earliest first. */
export function listMovedParts(sql: Sql, since: Date, limit: number): Promise<MovedPart[]> {
  return sql<MovedPart[]>`
    select part.code, directive.source_kind as source, part.organisation, part.state, part.started_at, part.due_at,
      case when part.state = 'done' then coalesce(part.submitted_at, part.done_at) end as ended_at,
      coalesce(directive.entered_in_time, false) as entered_in_time, part.returned, part.version, part.moved_at
    from directives.part join directives.directive on directive.code = part.directive
    where part.started_at is not null and part.moved_at >= ${since}
    order by part.moved_at, part.code limit ${limit}`
}
