/**
 * The process view: what really happened, from the events alone. Fed case by case in any number; keeps sums per activity and per
 * flow, a sample of durations for medians, and one entry per variant, so that memory grows with the variety of the log and not
 * with its length. Working time is that of the calendar; waiting outside office hours is told apart.
 */
import { type CompiledCalendar, workingMsBetween } from '#calendar'
import { Sample } from './sample.ts'
import { type Step, stepsOf, type Trace } from './trace.ts'

export interface ActivityView {
  name: string
  /** Times done, and cases in which it was done. */
  count: number
  cases: number
  /** Cases in which it was done more than once. */
  repeatedIn: number
  startsCases: number
  endsCases: number
  /** From the end of the step before to its own end, median: elapsed, and of that in working hours. */
  medianMs: number
  medianWorkingMs: number
  p90WorkingMs: number
  /** Share of all working time of all cases that passed in this step: the bottleneck leads. */
  shareOfWorkingTime: number
  /** Between start and completion, in working hours; undefined where the log has no starts. */
  meanServiceMs: number | undefined
  meanWaitingMs: number | undefined
}

export interface FlowView {
  from: string
  to: string
  count: number
  medianMs: number
  medianWorkingMs: number
}

export interface VariantView {
  activities: string[]
  count: number
  medianMs: number
  late: number
  example: string
}

export interface HandoverView {
  from: string
  to: string
  count: number
}

export interface LateCause {
  activity: string
  cases: number
  /** Working time over the usual of that step, mean of the late cases it held up longest. */
  meanExcessMs: number
}

export interface ProcessView {
  cases: number
  events: number
  firstAt: Date | undefined
  lastAt: Date | undefined
  activities: ActivityView[]
  flows: FlowView[]
  variants: VariantView[]
  variantCount: number
  handovers: HandoverView[]
  /** Cases whose work passed between people or units, and how often on average. */
  casesWithHandover: number
  meanHandovers: number
  reworkCases: number
  duration: { medianMs: number; p90Ms: number; medianWorkingMs: number; p90WorkingMs: number }
  /** Cases with a due time that ended after it, or have not ended and are past it. */
  dated: number
  late: number
  lateCauses: LateCause[]
}

interface ActivityTally {
  count: number
  cases: number
  repeatedIn: number
  starts: number
  ends: number
  elapsed: Sample
  working: Sample
  workingSum: number
  serviceSum: number
  waitingSum: number
  serviced: number
}

interface VariantTally {
  activities: number[]
  count: number
  late: number
  elapsed: Sample
  example: string
}

interface LateTrace {
  gaps: { activity: number; workingMs: number }[]
}

const mostLateKept = 20_000

export interface Analyser {
  add(trace: Trace): void
  view(limits: { variants: number; handovers: number }): ProcessView
}

export interface AnalyserInput {
  calendar: CompiledCalendar
  activities: readonly string[]
  resources: readonly string[]
  /** Activities for which the log knows completions. */
  hasComplete: ReadonlySet<number>
  now: Date
}

export function openAnalyser(input: AnalyserInput): Analyser {
  const tallies = input.activities.map(emptyTally)
  const flows = new Map<number, { count: number; elapsed: Sample; working: Sample }>()
  const variants = new Map<string, VariantTally>()
  const handovers = new Map<string, number>()
  const total = {
    cases: 0,
    events: 0,
    handed: 0,
    handovers: 0,
    rework: 0,
    dated: 0,
    late: 0,
    first: Infinity,
    last: -Infinity,
  }
  const duration = { elapsed: new Sample(), working: new Sample() }
  const lateTraces: LateTrace[] = []
  const breadth = input.activities.length

  function add(trace: Trace): void {
    total.cases += 1
    total.events += trace.events.length
    const steps = stepsOf(trace.events, input.hasComplete)
    const first = trace.events[0]
    const last = trace.events.at(-1)
    if (!first || !last) return
    total.first = Math.min(total.first, first.at)
    total.last = Math.max(total.last, last.at)
    const late = isLate(trace, input.now)
    if (trace.dueAt !== undefined) total.dated += 1
    if (late) total.late += 1
    const elapsed = last.at - first.at
    duration.elapsed.add(elapsed)
    duration.working.add(workingMsBetween(input.calendar, new Date(first.at), new Date(last.at)))
    const gaps: LateTrace['gaps'] | undefined = late && lateTraces.length < mostLateKept ? [] : undefined
    countSteps(first.at, steps, gaps)
    if (gaps) lateTraces.push({ gaps })
    countHandovers(steps)
    countVariant(trace.caseId, steps, elapsed, late)
  }

  // How often each activity was met in the case at hand; emptied with it.
  const seen = new Uint32Array(breadth)

  function countSteps(beganAt: number, steps: readonly Step[], gaps: LateTrace['gaps'] | undefined): void {
    let before: Step | undefined
    for (const step of steps) {
      const tally = tallies[step.activity]
      if (!tally) continue
      const since = before?.endedAt ?? beganAt
      const elapsed = Math.max(0, step.endedAt - since)
      const working = elapsed === 0 ? 0 : workingMsBetween(input.calendar, new Date(since), new Date(step.endedAt))
      tally.count += 1
      tally.elapsed.add(elapsed)
      tally.working.add(working)
      tally.workingSum += working
      gaps?.push({ activity: step.activity, workingMs: working })
      if (step.startedAt !== undefined) {
        const service = workingMsBetween(input.calendar, new Date(step.startedAt), new Date(step.endedAt))
        tally.serviceSum += service
        tally.waitingSum += Math.max(0, working - service)
        tally.serviced += 1
      }
      if (before) countFlow(before.activity, step.activity, elapsed, working)
      else tally.starts += 1
      seen[step.activity] = (seen[step.activity] ?? 0) + 1
      before = step
    }
    const lastTally = before && tallies[before.activity]
    if (lastTally) lastTally.ends += 1
    countRepeats(steps)
  }

  function countRepeats(steps: readonly Step[]): void {
    let repeated = false
    for (const { activity } of steps) {
      const count = seen[activity] ?? 0
      const tally = tallies[activity]
      seen[activity] = 0
      if (!tally || count === 0) continue
      tally.cases += 1
      if (count === 1) continue
      tally.repeatedIn += 1
      repeated = true
    }
    if (repeated) total.rework += 1
  }

  function countFlow(from: number, to: number, elapsed: number, working: number): void {
    const key = from * breadth + to
    let flow = flows.get(key)
    if (!flow) {
      flow = { count: 0, elapsed: new Sample(), working: new Sample() }
      flows.set(key, flow)
    }
    flow.count += 1
    flow.elapsed.add(elapsed)
    flow.working.add(working)
  }

  function countHandovers(steps: readonly Step[]): void {
    let count = 0
    let holder = -1
    for (const { resource } of steps) {
      if (resource < 0) continue
      if (holder >= 0 && holder !== resource) {
        const key = `${holder}>${resource}`
        handovers.set(key, (handovers.get(key) ?? 0) + 1)
        count += 1
      }
      holder = resource
    }
    if (count > 0) total.handed += 1
    total.handovers += count
  }

  function countVariant(caseId: string, steps: readonly Step[], elapsed: number, late: boolean): void {
    const activities = steps.map(({ activity }) => activity)
    const key = activities.join(',')
    let variant = variants.get(key)
    if (!variant) {
      variant = { activities, count: 0, late: 0, elapsed: new Sample(), example: caseId }
      variants.set(key, variant)
    }
    variant.count += 1
    variant.elapsed.add(elapsed)
    if (late) variant.late += 1
  }

  const nameOf = (activity: number) => input.activities[activity] ?? ''
  const resourceOf = (resource: number) => input.resources[resource] ?? ''

  function viewActivities(): ActivityView[] {
    const allWorking = tallies.reduce((sum, tally) => sum + tally.workingSum, 0)
    return tallies
      .map((tally, activity) => ({
        name: nameOf(activity),
        count: tally.count,
        cases: tally.cases,
        repeatedIn: tally.repeatedIn,
        startsCases: tally.starts,
        endsCases: tally.ends,
        medianMs: tally.elapsed.quantile(0.5),
        medianWorkingMs: tally.working.quantile(0.5),
        p90WorkingMs: tally.working.quantile(0.9),
        shareOfWorkingTime: allWorking > 0 ? tally.workingSum / allWorking : 0,
        meanServiceMs: tally.serviced > 0 ? tally.serviceSum / tally.serviced : undefined,
        meanWaitingMs: tally.serviced > 0 ? tally.waitingSum / tally.serviced : undefined,
      }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count)
  }

  function viewLateCauses(): LateCause[] {
    const usual = tallies.map((tally) => tally.working.quantile(0.5))
    const causes = new Map<number, { cases: number; excess: number }>()
    for (const { gaps } of lateTraces) {
      let worst = -1
      let excess = 0
      for (const { activity, workingMs } of gaps) {
        const over = workingMs - (usual[activity] ?? 0)
        if (over > excess) [worst, excess] = [activity, over]
      }
      if (worst < 0) continue
      const cause = causes.get(worst) ?? { cases: 0, excess: 0 }
      causes.set(worst, { cases: cause.cases + 1, excess: cause.excess + excess })
    }
    return [...causes]
      .map(([activity, { cases, excess }]) => ({ activity: nameOf(activity), cases, meanExcessMs: excess / cases }))
      .sort((a, b) => b.cases - a.cases)
  }

  return {
    add,
    view: (limits) => ({
      cases: total.cases,
      events: total.events,
      firstAt: total.cases > 0 ? new Date(total.first) : undefined,
      lastAt: total.cases > 0 ? new Date(total.last) : undefined,
      activities: viewActivities(),
      flows: [...flows]
        .map(([key, flow]) => ({
          from: nameOf(Math.floor(key / breadth)),
          to: nameOf(key % breadth),
          count: flow.count,
          medianMs: flow.elapsed.quantile(0.5),
          medianWorkingMs: flow.working.quantile(0.5),
        }))
        .sort((a, b) => b.count - a.count),
      variants: [...variants.values()]
        .sort((a, b) => b.count - a.count)
        .slice(0, limits.variants)
        .map((variant) => ({
          activities: variant.activities.map(nameOf),
          count: variant.count,
          medianMs: variant.elapsed.quantile(0.5),
          late: variant.late,
          example: variant.example,
        })),
      variantCount: variants.size,
      handovers: [...handovers]
        .map(([key, count]) => {
          const [from, to] = key.split('>').map(Number)
          return { from: resourceOf(from ?? -1), to: resourceOf(to ?? -1), count }
        })
        .sort((a, b) => b.count - a.count)
        .slice(0, limits.handovers),
      casesWithHandover: total.handed,
      meanHandovers: total.cases > 0 ? total.handovers / total.cases : 0,
      reworkCases: total.rework,
      duration: {
        medianMs: duration.elapsed.quantile(0.5),
        p90Ms: duration.elapsed.quantile(0.9),
        medianWorkingMs: duration.working.quantile(0.5),
        p90WorkingMs: duration.working.quantile(0.9),
      },
      dated: total.dated,
      late: total.late,
      lateCauses: viewLateCauses(),
    }),
  }
}

const emptyTally = (): ActivityTally => ({
  count: 0,
  cases: 0,
  repeatedIn: 0,
  starts: 0,
  ends: 0,
  elapsed: new Sample(),
  working: new Sample(),
  workingSum: 0,
  serviceSum: 0,
  waitingSum: 0,
  serviced: 0,
})

function isLate({ dueAt, endedAt }: Trace, now: Date): boolean {
  if (dueAt === undefined) return false
  return (endedAt ?? now.getTime()) > dueAt
}
