import { z } from 'zod'
import { describeFormula } from '#indicators'
import { type Json, listEntries, makeEvidence } from '#ledger'
import { ancestorsOf } from '#organisations'
import type { Context, InspectionRight } from '#platform/context'
import { invalid } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { findLandingEvidence, listRecordHashes } from '#warehouse'
import { describeNumber, type ReopenedNumber, recordsOf } from './actions.ts'
import { faultOfScope, record, requireInspection } from './right.ts'

const mostNumbers = 200
const mostRecords = 50_000
const recordsAPage = 500

interface RecordLine {
  fact: number
  part: number
  role: string
  source: string
  key: string
  landing: number
  line: number
  sha256: string
}

/** The numbers, the hashes of their records, the entries of the ledger with proofs, signed: as the bytes of a ZIP. */
export async function takeEvidence(ctx: Context, facts: readonly number[]): Promise<AsyncGenerator<Buffer>> {
  const right = requireInspection(ctx)
  const ids = [...new Set(facts)]
  if (ids.length === 0 || ids.length > mostNumbers)
    throw invalid(`Mỗi bộ hồ sơ có từ 1 đến ${mostNumbers} con số; xin mở lại con số cần lấy trước.`)
  const numbers: ReopenedNumber[] = []
  const records: RecordLine[] = []
  for (const id of ids) {
    const number = await describeNumber(ctx, id)
    numbers.push(number)
    await gatherRecords(ctx, number, records)
  }
  await record(ctx, 'inspection.evidence-taken', { facts: ids, records: records.length })
  const landings = await findLandingEvidence(
    ctx.sql,
    records.map(({ landing }) => landing),
  )
  const entries = [...(await listEntriesOf(ctx, numbers)), ...landings.entries]
  return makeEvidence(ctx, {
    title: `Hồ sơ bằng chứng theo Quyết định số ${right.decisionNumber}`,
    about: {
      decision: { number: right.decisionNumber, on: right.decidedOn, issuedBy: right.issuedBy },
      by: ctx.actor.account ?? '',
      numbers: ids,
      records: records.length,
      recordsCutAt: records.length >= mostRecords ? mostRecords : null,
    },
    entries: { ids: entries },
    items: landings.items,
    more: [
      { name: 'numbers.jsonl', text: numbers.map((number) => lineOf(tell(number))) },
      { name: 'records.jsonl', text: linesOf(records) },
    ],
  })
}

async function gatherRecords(ctx: Context, { fact, measures }: ReopenedNumber, records: RecordLine[]): Promise<void> {
  for (const measure of measures) {
    for (let after: Parameters<typeof recordsOf>[2]['after']; records.length < mostRecords; ) {
      const limit = Math.min(recordsAPage, mostRecords - records.length)
      const page = await recordsOf(ctx, measure, { after, limit })
      const hashes = new Map(
        (
          await listRecordHashes(
            ctx.sql,
            page.map(({ recordId }) => recordId),
          )
        ).map((one) => [one.id, one]),
      )
      for (const { recordId, source, key } of page) {
        const hash = hashes.get(recordId)
        if (!hash) continue
        const { landingId: landing, line, sha256 } = hash
        records.push({ fact: fact.id, part: measure.part, role: measure.role, source, key, landing, line, sha256 })
      }
      after = page.at(-1)
      if (page.length < limit) break
    }
  }
}

const mostEntries = 5000
/** How a typed figure came to be one. */
const deedsOfFigures = ['figures.submitted', 'figures.approved', 'figures.published', 'figures.returned']
const Figures = z.object({ figures: z.array(z.object({ indicator: z.string(), period: z.string() })) })

/**
 * The inspection itself (its right, what was opened, this bundle), how each number was typed and approved, and when its period was locked. An
 * entry tells everything it holds: one of another agency, or with figures that the decision does not name, stays out.
 */
async function listEntriesOf(ctx: Context, numbers: readonly ReopenedNumber[]): Promise<string[]> {
  const right = requireInspection(ctx)
  const found = await listEntries(ctx.sql, { subject: `inspection:${right.id}`, reach: 'all', limit: mostEntries })
  for (const { fact } of numbers) {
    const { indicator, period, organisation } = fact
    const reach = new Set([organisation])
    const above = (await ancestorsOf(ctx.sql, organisation, { asOf: dayOf(fact.knownAt) })).map(({ code }) => code)
    const subject = `indicator:${indicator}:${period}`
    const ofPeriod = await listEntries(ctx.sql, {
      subject,
      reach: new Set([organisation, ...above]),
      limit: mostEntries,
    })
    // What is locked for an agency is locked for those under it; all else of those above is their own.
    found.push(...ofPeriod.filter((one) => one.organisation === organisation || one.action === 'figures.locked'))
    for (const action of deedsOfFigures) {
      const deeds = await listEntries(ctx.sql, {
        subject: `figures:${organisation}`,
        action,
        reach,
        limit: mostEntries,
      })
      found.push(...deeds.filter(({ body }) => tellsOf(fact, right, body)))
    }
  }
  return found.map(({ id }) => id)
}

function tellsOf({ indicator, period }: ReopenedNumber['fact'], right: InspectionRight, body: unknown): boolean {
  const figures = Figures.safeParse(body).data?.figures ?? []
  const isOfNumber = figures.some((one) => one.indicator === indicator && one.period === period)
  return isOfNumber && figures.every((one) => faultOfScope(right, one) === undefined)
}

const lineOf = (value: unknown) => `${JSON.stringify(value)}\n`

function* linesOf(records: readonly RecordLine[]): Generator<string> {
  for (let from = 0; from < records.length; from += recordsAPage)
    yield records
      .slice(from, from + recordsAPage)
      .map(lineOf)
      .join('')
}

function tell({
  fact,
  definition,
  organisationName,
  approver,
  versions,
  locks,
  measures,
}: ReopenedNumber): Record<string, Json> {
  const { body } = definition
  // Through JSON: dates as texts, nothing that JSON cannot hold.
  return JSON.parse(
    JSON.stringify({
      ...fact,
      organisationName,
      approver,
      definition: {
        code: body.code,
        version: fact.definitionVersion,
        name: body.name,
        unit: body.unit,
        formula: describeFormula(body),
        basis: body.basis,
        owner: body.owner,
      },
      recordsNow: measures.map(({ part, role, count }) => ({ part, role, count })),
      locks,
      versions: versions.map(
        ({ id, value, state, knownAt, supersededAt, definitionVersion, approvedBy, lockedAt, note }) => ({
          id,
          value,
          state,
          knownAt,
          supersededAt,
          definitionVersion,
          approvedBy,
          lockedAt,
          note,
        }),
      ),
    }),
  )
}
