import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { tellChanged } from './computation/process.ts'
import { requireKey } from './entries/keys.ts'
import { getDefinition } from './reading/facts.ts'

export interface NewTarget {
  indicator: string
  organisation: string
  period: string
  /** Absent: the target is taken away, and the pack's own holds again. */
  value: number | null
  /** The document that gives the target. */
  basis: string
}

/** Sets or takes away the target (kế hoạch giao) of an organisation and period; earlier ones stay readable as of their time. */
export function setTarget(ctx: Context, target: NewTarget): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { indicator, organisation, period, value } = target
    await getDefinition(inner, indicator)
    inner.require('target:write', organisation)
    await requireKey(inner.sql, target)
    if (target.basis.trim().length < 5)
      throw invalid('Kế hoạch giao phải nêu căn cứ.', [{ path: 'basis', message: 'Nêu số, ngày của văn bản giao.' }])
    const by = inner.actor.account ?? 'system'
    await inner.sql`
      update indicators.target set retired_at = ${inner.now}
      where indicator = ${indicator} and organisation = ${organisation} and period = ${period} and retired_at is null`
    if (value !== null)
      await inner.sql`
        insert into indicators.target (indicator, organisation, period, value, basis, origin, made_by, made_at)
        values (${indicator}, ${organisation}, ${period}, ${String(value)}::text::numeric, ${target.basis.trim()}, 'edit', ${by}, ${inner.now})`
    await appendEntry(inner, {
      action: 'target.set',
      subject: `indicator:${indicator}:${period}`,
      organisation,
      body: { period, value, basis: target.basis.trim() },
    })
    await tellChanged(inner, [indicator])
  })
}
