import { describeFormula } from '#indicators'
import { type Json, listEntries, makeEvidence } from '#ledger'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { findLandingEvidence, listRecordHashes } from '#warehouse'
import { describeNumber, type ReopenedNumber, recordsOf } from './actions.ts'
import { record, requireInspection } from './right.ts'

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

/** What happened to the numbers' periods, and the inspection itself: its right, what was opened, this bundle. */
async function listEntriesOf(ctx: Context, numbers: readonly ReopenedNumber[]): Promise<string[]> {
  const right = requireInspection(ctx)
  const periods = numbers.map(({ fact }) => `indicator:${fact.indicator}:${fact.period}`)
  const subjects = new Set([...periods, `inspection:${right.id}`])
  const found: string[] = []
  for (const subject of subjects)
    found.push(...(await listEntries(ctx.sql, { subject, reach: 'all', limit: 5000 })).map(({ id }) => id))
  return found
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
