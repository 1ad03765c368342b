import { isPeriod } from '#calendar'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { tellChanged } from '../computation/process.ts'
import { getDefinition } from '../reading/facts.ts'

export interface NewRemark {
  kind: 'explanation' | 'dispute'
  indicator: string
  organisation: string
  period: string
  text: string
}

const leastLetters = 10
const mostLetters = 4000

/** A custodian explains or disputes a number of his unit; it shows on the card at once. */
export function writeRemark(ctx: Context, remark: NewRemark): Promise<number> {
  return ctx.transaction(async (inner) => {
    inner.require('entry:write', remark.organisation)
    await getDefinition(inner, remark.indicator)
    const text = checkText(remark.text, 'text')
    if (!isPeriod(remark.period)) throw invalid('Kỳ chưa đúng.', [{ path: 'ky', message: 'Chọn một kỳ.' }])
    const author = inner.actor.name || inner.actor.account || ''
    const [row] = await inner.sql<{ id: number }[]>`
      insert into indicators.remark (kind, indicator, organisation, period, text, written_by, written_at)
      values (${remark.kind}, ${remark.indicator}, ${remark.organisation}, ${remark.period}, ${text}, ${author}, ${inner.now})
      returning id`
    const id = row?.id ?? 0
    const { kind, indicator, organisation, period } = remark
    await appendEntry(inner, {
      action: 'remark.written',
      subject: `remark:${id}`,
      organisation,
      body: { kind, indicator, organisation, period, text },
    })
    await tellChanged(inner, [indicator])
    return id
  })
}

/** Whoever answers for the indicator, or approves for the unit above, answers what was said. */
export function answerRemark(ctx: Context, id: number, answer: string): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { sql } = inner
    const [found] = await sql<{ indicator: string; organisation: string; answer: string | null }[]>`
      select indicator, organisation, answer from indicators.remark where id = ${id} for update`
    if (!found) throw notFound('remark', String(id))
    const { body } = await getDefinition(inner, found.indicator)
    if (!mayAnswer(inner, body.owner.organisation)) throw forbidden('entry:approve', body.owner.organisation)
    if (found.answer !== null) throw conflict('remark.answered', 'Ý kiến này đã được trả lời.')
    const text = checkText(answer, 'answer')
    const author = inner.actor.name || inner.actor.account || ''
    await sql`
      update indicators.remark set answer = ${text}, answered_by = ${author}, answered_at = ${inner.now} where id = ${id}`
    await appendEntry(inner, {
      action: 'remark.answered',
      subject: `remark:${id}`,
      organisation: found.organisation,
      body: { answer: text },
    })
    await tellChanged(inner, [found.indicator])
  })
}

/** The owner's leader, or who publishes figures. */
export const mayAnswer = (ctx: Pick<Context, 'can'>, owner: string): boolean =>
  ctx.can('entry:approve', owner) || ctx.can('entry:publish', owner)

function checkText(text: string, field: string): string {
  const trimmed = text.trim().normalize('NFC')
  if (trimmed.length < leastLetters)
    throw invalid('Nội dung quá ngắn.', [{ path: field, message: `Viết ít nhất ${leastLetters} ký tự, nêu rõ lý do.` }])
  if (trimmed.length > mostLetters)
    throw invalid('Nội dung quá dài.', [{ path: field, message: `Viết không quá ${mostLetters} ký tự.` }])
  return trimmed
}
