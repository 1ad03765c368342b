/** One event of a case as the process view needs it. Times are milliseconds. */
export interface TraceEvent {
  activity: number
  /** Index of the person or unit that did it; -1 where nobody is named. */
  resource: number
  at: number
  /** `start`, `complete` and the other classic transitions; most logs name only completion. */
  lifecycle: 'start' | 'complete' | 'other'
}

export interface Trace {
  caseId: string
  events: TraceEvent[]
  dueAt: number | undefined
  endedAt: number | undefined
}

/** A step done once: its start is known where the log has one, else it counts from the end of the step before. */
export interface Step {
  activity: number
  resource: number
  startedAt: number | undefined
  endedAt: number
}

/**
 * Events of one case to steps: a `start` is paired with the next `complete` of the same activity; where a log has only
 * completions each event is a step; transitions between the two (suspend, resume, assign …) make no step when the log knows
 * `complete` for that activity.
 */
export function stepsOf(events: readonly TraceEvent[], hasComplete: ReadonlySet<number>): Step[] {
  const steps: Step[] = []
  let started: Map<number, number[]> | undefined
  for (const { activity, resource, at, lifecycle } of events) {
    if (lifecycle === 'start' && hasComplete.has(activity)) {
      started ??= new Map()
      started.set(activity, [...(started.get(activity) ?? []), at])
    } else if (lifecycle === 'complete' || !hasComplete.has(activity)) {
      steps.push({ activity, resource, startedAt: started?.get(activity)?.shift(), endedAt: at })
    }
  }
  return steps
}
