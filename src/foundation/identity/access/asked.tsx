/**
 * What auditors ask is in the ledger too: who has asked what, about what or whom, for which work or else by which ground of his own. The
 * same question again within ten minutes, by who turns pages or looks once more, is no second entry.
 */
import { z } from 'zod'
import { appendEntry, listEntries } from '#ledger'
import type { Context } from '#platform/context'
import { TextInput } from '#ui'
import { auditAccess } from './audit.ts'
import { namesFor, sayWhy } from './words.tsx'

const deed = 'access.audited'
const sameWithinMs = 10 * 60_000
const lookedThrough = 20

export const workQuery = { viec: z.string().trim().max(200).optional() }

export interface WorkQuery {
  viec?: string | undefined
}

export const WorkField = ({ query }: { query: WorkQuery }) => (
  <TextInput
    name="viec"
    label="Theo văn bản, công việc"
    hint="Câu hỏi được ghi vào nhật ký cùng căn cứ này."
    value={query.viec}
    maxLength={200}
    optional
  />
)

interface Question {
  /** What or whom it is about, as the ledger names it. */
  subject: string
  organisation: string
  facts: { question: 'who-may' | 'what-may' | 'who-sees'; on: string; taken?: string }
  /** The document or the task that it serves, as he says it. */
  work: string | undefined
}

export async function noteQuestion(ctx: Context, { subject, organisation, facts, work }: Question): Promise<void> {
  const purpose = work || (await sayDuty(ctx))
  const actor = ctx.actor.account ?? 'anonymous'
  const from = new Date(ctx.now.getTime() - sameWithinMs)
  const before = await listEntries(ctx.sql, { actor, action: deed, subject, from, reach: 'all', limit: lookedThrough })
  const isSame = before.some(
    (entry) =>
      entry.purpose === purpose &&
      Object.entries(facts).every(([name, value]) => factOf(entry.body, name) === value) &&
      factOf(entry.body, 'taken') === facts.taken,
  )
  if (!isSame) await appendEntry(ctx, { action: deed, subject, organisation, purpose, body: { ...facts } })
}

/** By what he may ask at all. */
async function sayDuty(ctx: Context): Promise<string> {
  const decision = ctx.decide({ permission: auditAccess })
  const [ground] = decision.allowed ? decision.grounds : []
  return ground ? `Theo chức trách: ${sayWhy(ground, await namesFor(ctx, [ground]))}`.slice(0, 500) : 'Theo chức trách'
}

const factOf = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Object.entries(body).find(([known]) => known === name)?.[1] : undefined
