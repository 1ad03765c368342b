import type { CompiledCalendar } from '#calendar'
import { keepBytes } from '#files'
import type { Context } from '#platform/context'
import { climbNames, stepsOf } from '../clock/ladder.ts'
import { planTimers } from '../clock/timers.ts'
import { stateOfWhole } from '../model.ts'
import type { Line, Settings } from '../settings.ts'
import { type Directive, type Hop, insertHops, insertPart, setDocument, setWhole, updatePart } from '../store.ts'
import { insertEvidence } from '../working/evidence.ts'
import { stagesOf } from './stages.ts'
import type { Story } from './story.ts'

interface Rules {
  calendar: CompiledCalendar
  settings: Settings
  line: Line
  late: boolean
}

/** What happened, in rows; what the timers would have done by now is done. */
export async function writeStory(ctx: Context, directive: Directive, story: Story, rules: Rules): Promise<void> {
  const { part, hops, request } = story
  const { documentNumber, documentOn } = directive
  if (documentNumber && documentOn) {
    const issue = hops.find(({ deed }) => deed === 'issue')
    await setDocument(ctx.sql, directive.code, {
      number: documentNumber,
      on: documentOn,
      by: issue?.account ?? 'minh-hoa',
      byName: issue?.actorName ?? '',
      at: issue?.at ?? directive.recordedAt,
      enteredInTime: true,
    })
    if (issue) issue.details = { number: documentNumber, on: documentOn }
    await setWhole(ctx.sql, directive.code, stateOfWhole([part.state]))
  }
  if (rules.late) addLateness(ctx, story, rules)
  const [first, ...later] = stagesOf(story, rules)
  if (first) await insertPart(ctx.sql, first)
  for (const stage of later) await updatePart(ctx.sql, stage)
  await insertHops(ctx.sql, hops)
  if (request)
    await ctx.sql`
      insert into directives.request (part, round, kind, reason, days, asked_by, asked_by_name, asked_at)
      values (${part.code}, 1, ${request.kind}, ${request.reason}, ${request.days}, ${part.doers}, ${hops.at(-1)?.actorName ?? ''},
        ${request.askedAt})`
  if (story.withEvidence) {
    const text = `Tài liệu minh họa của nhiệm vụ ${part.code}: ${directive.title}.\n`
    const file = await keepBytes(ctx, Buffer.from(text), `bao-cao-${part.code}.txt`, 'evidence')
    const at = hops.findLast(({ account }) => part.doers.includes(account))?.at ?? ctx.now
    await insertEvidence({ ...ctx, now: at }, part, { ...file, note: 'Tài liệu minh họa' })
  }
}

function addLateness(ctx: Context, story: Story, { calendar, settings, line }: Rules): void {
  const { part, hops } = story
  const steps = stepsOf(settings, line)
  for (const timer of planTimers(calendar, part, settings, line).filter(({ at }) => at <= ctx.now)) {
    const to = steps[timer.step - 1]?.to
    const hop: Omit<Hop, 'id'> = {
      part: part.code,
      deed: timer.kind === 'escalate' ? 'escalate' : timer.kind,
      fromState: part.state,
      toState: part.state,
      at: timer.at,
      account: 'system',
      actorName: 'Hệ thống',
      onBehalfOf: null,
      onBehalfName: null,
      note: timer.kind === 'escalate' && to ? climbNames[to] : null,
      details: { step: timer.step },
    }
    hops.push(hop)
    if (timer.kind === 'escalate') part.escalated = Math.max(part.escalated, timer.step)
  }
  hops.sort((a, b) => a.at.getTime() - b.at.getTime())
}
