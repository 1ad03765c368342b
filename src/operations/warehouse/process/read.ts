import type { CompiledCalendar } from '#calendar'
import type { Fragment, Sql } from '#platform/sql'
import { rowsOfLog } from '../former.ts'
import { openAnalyser, type ProcessView } from './analyse.ts'
import type { Trace, TraceEvent } from './trace.ts'

export interface ProcessQuery {
  source: string
  calendar: CompiledCalendar
  now: Date
  /** Events as they were known at this moment. */
  knownAt?: Date
  /** Only cases of these organisations; every one where nothing is said. */
  organisations?: readonly string[]
  caseType?: string
  /** Days on which the case began. */
  from?: string
  to?: string
  variants?: number
  handovers?: number
}

/**
 * Reads the events of a source in order of case and time through a cursor and looks at what happened.
 * Events of one instant keep the order in which they were recorded.
 */
export async function viewProcess(sql: Sql, query: ProcessQuery): Promise<ProcessView> {
  const events = sql`${rowsOfLog(sql, { ...query, kind: 'case-event' })} r where ${conditionOf(sql, query)}`
  const activities = await listActivities(sql, events)
  const resources: string[] = []
  const analyser = openAnalyser({
    calendar: query.calendar,
    activities: activities.map(({ name }) => name),
    resources,
    hasComplete: new Set(activities.flatMap(({ completes }, index) => (completes ? [index] : []))),
    now: query.now,
  })
  const activityIndex = new Map(activities.map(({ name }, index) => [name, index]))
  await eachTrace(sql, events, activityIndex, resources, (trace) => analyser.add(trace))
  return analyser.view({ variants: query.variants ?? 50, handovers: query.handovers ?? 50 })
}

function conditionOf(sql: Sql, { organisations, caseType, from, to }: ProcessQuery): Fragment {
  return sql`
    true
    ${organisations ? sql`and organisation = any(${[...organisations]})` : sql``}
    ${caseType ? sql`and case_type = ${caseType}` : sql``}
    ${from ? sql`and started_on >= ${from}::date` : sql``}
    ${to ? sql`and started_on <= ${to}::date` : sql``}`
}

async function listActivities(sql: Sql, events: Fragment): Promise<{ name: string; completes: boolean }[]> {
  return sql<{ name: string; completes: boolean }[]>`
    select activity as name, coalesce(bool_or(lower(lifecycle) = 'complete'), false) as completes
    from ${events} group by 1 order by 1`
}

interface CaseRow {
  caseId: string
  due: number | null
  ended: number | null
  /** `activity ␟ resource ␟ milliseconds ␟ lifecycle`, one after the other, parted by ␞. */
  events: string
}

const eventMark = '\u001e'
const partMark = '\u001f'

/** Cases taken at once: few enough that what was read of them is gone before the memory of the young is full. */
const casesAtOnce = 2_000

/** One row a case instead of one an event: a seventh of the values to carry over and to collect again. */
async function eachTrace(
  sql: Sql,
  read: Fragment,
  activities: Map<string, number>,
  resources: string[],
  take: (trace: Trace) => void,
): Promise<void> {
  const rows = sql<CaseRow[]>`
    select case_id,
      date_part('epoch', (array_agg(due_at order by occurred_at, record_id, part))[count(*)]) * 1000 as due,
      date_part('epoch', (array_agg(ended_at order by occurred_at, record_id, part))[count(*)]) * 1000 as ended,
      string_agg(concat_ws(${partMark}, activity, coalesce(resource, unit, ''), (date_part('epoch', occurred_at) * 1000)::int8,
        lower(coalesce(lifecycle, 'complete'))), ${eventMark} order by occurred_at, record_id, part) as events
    from ${read} group by case_id`
  const readEvents = eventReader(activities, resources)
  for await (const batch of rows.cursor(casesAtOnce)) {
    for (const { caseId, due, ended, events } of batch) {
      take({ caseId, dueAt: due ?? undefined, endedAt: ended ?? undefined, events: readEvents(events) })
    }
  }
}

/** Reads the events of a case; people and units are numbered as they are met. */
function eventReader(activities: ReadonlyMap<string, number>, resources: string[]): (text: string) => TraceEvent[] {
  const known = new Map<string, number>([['', -1]])
  const indexOfResource = (name: string) => {
    const found = known.get(name)
    if (found !== undefined) return found
    known.set(name, resources.push(name) - 1)
    return resources.length - 1
  }
  return (text) => {
    const events: TraceEvent[] = []
    for (let from = 0; from < text.length; ) {
      const afterActivity = text.indexOf(partMark, from)
      const afterResource = text.indexOf(partMark, afterActivity + 1)
      const afterTime = text.indexOf(partMark, afterResource + 1)
      const next = text.indexOf(eventMark, afterTime)
      const end = next < 0 ? text.length : next
      const lifecycle = text.slice(afterTime + 1, end)
      events.push({
        activity: activities.get(text.slice(from, afterActivity)) ?? -1,
        resource: indexOfResource(text.slice(afterActivity + 1, afterResource)),
        at: Number(text.slice(afterResource + 1, afterTime)),
        lifecycle: lifecycle === 'start' || lifecycle === 'complete' ? lifecycle : 'other',
      })
      from = end + 1
    }
    return events
  }
}
