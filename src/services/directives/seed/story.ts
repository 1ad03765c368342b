// The life of one demonstration task, worked out by the same rules as real ones: how long it was given, what became of it, when.
import { addWorkingMs, type CompiledCalendar, localDate } from '#calendar'
import { dueOf, pauseWords } from '../clock/terms.ts'
import { isOpen, type State } from '../model.ts'
import type { Settings } from '../settings.ts'
import type { Hop, Part } from '../store.ts'
import { chanceOf } from './chance.ts'

export interface Person {
  account: string
  name: string
}

export interface Cast {
  giver: Person
  clerk: Person
  worker: Person
}

/** Where the task stands at the end of its story, and how it went. */
export interface Fate {
  end: Exclude<State, 'issued'>
  late: boolean
  /** Waits for an answer to its request for more time. */
  asksTime?: boolean
  returnedOnce?: boolean
  secondRound?: boolean
}

export interface StoryRequest {
  kind: 'extension' | 'adjustment'
  reason: string
  days: number | null
  askedAt: Date
}

export interface Story {
  part: Part
  hops: Omit<Hop, 'id'>[]
  request: StoryRequest | undefined
  documentOn: string
  withEvidence: boolean
}

interface Frame {
  calendar: CompiledCalendar
  settings: Settings
  now: Date
  cast: Cast
  part: Part
  startedAt: Date
  seed: string
}

const hourMs = 3_600_000

/** Shares of the working time from issue to deadline at which things happen; past 1 is late. */
export function tellStory(frame: Frame, fate: Fate): Story {
  const { calendar, settings, cast, now, startedAt } = frame
  const chance = chanceOf(frame.seed)
  const part: Part = { ...frame.part, startedAt, pauses: [] }
  const hops: Omit<Hop, 'id'>[] = []
  const dayMs = 8 * hourMs
  const span = part.budgetAmount * dayMs
  const at = (share: number): Date => {
    const wanted = addWorkingMs(calendar, startedAt, Math.max(1, span * share))
    return wanted < now ? wanted : new Date(now.getTime() - 60_000 * (5 + Math.floor(chance() * 200)))
  }
  const hop = (
    deed: string,
    to: State,
    when: Date,
    who: Person,
    note?: string,
    details: Record<string, unknown> = {},
  ) => {
    const last = hops.at(-1)
    const moment = last && when < last.at ? new Date(last.at.getTime() + 60_000) : when
    hops.push({
      part: part.code,
      deed,
      fromState: last?.toState ?? null,
      toState: to,
      at: moment,
      account: who.account,
      actorName: who.name,
      onBehalfOf: null,
      onBehalfName: null,
      note: note ?? null,
      details,
    })
    part.state = to
    part.movedAt = moment
    part.version = hops.length
  }
  const documentOn = localDate(startedAt, calendar.calendar.timeZone)
  hop('record', 'opinion', new Date(startedAt.getTime() - hourMs * (0.2 + chance() * 0.8)), cast.giver)
  let request: StoryRequest | undefined
  if (fate.end === 'opinion') {
    part.startedAt = null
    return { part, hops, request, documentOn, withEvidence: false }
  }
  hop('issue', 'issued', startedAt, cast.clerk, undefined, { number: '', on: documentOn })
  hop('assign', 'assigned', startedAt, cast.clerk)
  part.dueAt = dueOf(calendar, part, settings)
  if (fate.end === 'adjustment-asked') {
    const reason = 'Nội dung thuộc nhiều cơ quan; đề nghị xác định lại cơ quan chủ trì.'
    const when = at(0.2)
    hop('ask-adjustment', 'adjustment-asked', when, cast.worker, reason)
    part.pauses = [{ from: when.toISOString(), reason: pauseWords.adjustment }]
    request = { kind: 'adjustment', reason, days: null, askedAt: when }
  } else if (fate.end === 'withdrawn') {
    hop('withdraw', 'withdrawn', at(0.4), cast.giver, 'Đã lồng ghép vào một nhiệm vụ khác.')
  } else if (fate.end !== 'assigned') request = work(fate, { ...frame, part, hop, at, chance })
  part.dueAt = dueOf(calendar, part, settings)
  return { part, hops, request, documentOn, withEvidence: part.doers.length > 0 && chance() < 0.4 }
}

interface Working extends Frame {
  hop(deed: string, to: State, when: Date, who: Person, note?: string, details?: Record<string, unknown>): void
  at(share: number): Date
  chance(): number
}

function work(fate: Fate, frame: Working): StoryRequest | undefined {
  const { part, cast, hop, at, chance } = frame
  const share = fate.late ? 1.3 + chance() * 0.8 : 0.55 + chance() * 0.35
  hop('accept', 'accepted', at(0.1), cast.worker)
  part.doers = [cast.worker.account]
  if (fate.end === 'accepted') return undefined
  for (const [percent, words] of [
    [30, 'Đã phân công và thu thập xong số liệu ban đầu.'],
    [65, 'Đã làm việc với các đơn vị liên quan, đang hoàn thiện kết quả.'],
  ] as const) {
    part.progress = percent
    hop('report', 'in-progress', at(share * (percent / 100)), cast.worker, words, { progress: percent })
  }
  if (fate.asksTime) {
    const reason = 'Cần thêm thời gian lấy ý kiến các đơn vị phối hợp.'
    const askedAt = at(share * 0.8)
    hop('ask-extension', 'in-progress', askedAt, cast.worker, reason, { days: 3 })
    return { kind: 'extension', reason, days: 3, askedAt }
  }
  if (fate.end === 'in-progress') return undefined
  if (fate.returnedOnce) {
    handIn(frame, at(share * 0.7))
    goOn(frame, at(share * 0.75))
    hop('return', 'in-progress', at(share * 0.75), cast.giver, 'Còn thiếu số liệu đối chứng; xin bổ sung.')
    part.returned = 1
  }
  handIn(frame, at(share))
  if (fate.end === 'awaiting-verification') return undefined
  verify(frame, at(share + 0.15))
  return undefined
}

function handIn({ part, cast, hop, settings }: Working, when: Date): void {
  part.progress = 100
  hop('submit', 'awaiting-verification', when, cast.worker, 'Đã hoàn thành các nội dung được giao, gửi kèm báo cáo.')
  part.submittedAt = part.movedAt
  if (settings.clock.pausesWhile.includes('verification'))
    part.pauses = [...part.pauses, { from: part.movedAt.toISOString(), reason: pauseWords.verification }]
}

/** The clock runs on: the open pause ends. */
function goOn({ part }: Working, when: Date): void {
  const end = when > part.movedAt ? when : new Date(part.movedAt.getTime() + 60_000)
  part.pauses = part.pauses.map((pause) => (pause.to ? pause : { ...pause, to: end.toISOString() }))
  part.submittedAt = null
}

function verify(frame: Working, when: Date): void {
  const { part, cast, hop, calendar, settings } = frame
  const handedIn = part.submittedAt ?? when
  const due = dueOf(calendar, part, settings)
  hop('verify', 'done', when, cast.giver, 'Kết quả đạt yêu cầu.')
  part.pauses = part.pauses.map((pause) => (pause.to ? pause : { ...pause, to: part.movedAt.toISOString() }))
  part.doneAt = part.movedAt
  part.doneInTime = due === null || handedIn <= due
  part.verifiedBy = cast.giver.account
}

/** Whether the story has come to the point where lateness climbs. */
export const isLateAt = (part: Part, now: Date): boolean =>
  isOpen(part.state) && part.state !== 'awaiting-verification' && part.dueAt !== null && part.dueAt < now
