// The task of a story as it stood after each of its hops.
import type { CompiledCalendar } from '#calendar'
import { dueOf } from '../clock/terms.ts'
import type { Settings } from '../settings.ts'
import type { Hop, Part } from '../store.ts'
import type { Story } from './story.ts'

interface Rules {
  calendar: CompiledCalendar
  settings: Settings
}

/** The first as it was written down, the last as the story ends. */
export function stagesOf({ part: end, hops }: Story, { calendar, settings }: Rules): Part[] {
  let part: Part = {
    ...end,
    startedAt: null,
    progress: 0,
    doers: [],
    returned: 0,
    escalated: 0,
    submittedAt: null,
    doneAt: null,
    doneInTime: null,
    verifiedBy: null,
  }
  return hops.map((hop) => {
    const next = {
      ...part,
      ...changeOf(hop, part, end),
      state: hop.toState,
      movedAt: hop.at,
      pauses: pausesBy(end, hop.at),
    }
    part = { ...next, dueAt: dueOf(calendar, next, settings) }
    return part
  })
}

function changeOf({ deed, at, details }: Omit<Hop, 'id'>, before: Part, end: Part): Partial<Part> {
  switch (deed) {
    case 'assign':
      return { startedAt: end.startedAt }
    case 'accept':
      return { doers: end.doers }
    case 'report':
      return { progress: Number(details.progress) }
    case 'submit':
      return { progress: 100, submittedAt: at }
    case 'return':
      return { returned: before.returned + 1, submittedAt: null }
    case 'verify':
      return { doneAt: end.doneAt, doneInTime: end.doneInTime, verifiedBy: end.verifiedBy }
    case 'escalate':
      return { escalated: Math.max(before.escalated, Number(details.step)) }
    default:
      return {}
  }
}

const pausesBy = ({ pauses }: Part, at: Date): Part['pauses'] =>
  pauses
    .filter(({ from }) => new Date(from) <= at)
    .map(({ from, to, reason }) => ({ from, reason, ...(to && new Date(to) <= at ? { to } : {}) }))
