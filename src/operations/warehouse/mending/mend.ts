/** What a person makes of a quarantined record: values kept while they are being typed. */
import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import { knowledgeOf } from '../knowledge.ts'
import { mapOne } from '../map-file.ts'
import type { RecordFault } from '../model.ts'
import { handlePermission } from '../quarantine.ts'
import { keepMended, type QuarantineRow } from '../reading/quarantine.ts'
import { findCurrentContract, isReviewed } from '../store.ts'

interface Checked {
  faults: readonly RecordFault[]
  key: string | null
}

/** What the contract in force says of these values. They are kept, whether they pass or not: nothing typed is lost. */
export async function saveMended(ctx: Context, row: QuarantineRow, values: Record<string, unknown>): Promise<Checked> {
  ctx.require(handlePermission, row.organisation)
  const current = await findCurrentContract(ctx.sql, row.source)
  if (!current) throw conflict('source.no-contract', 'Nguồn này không có hợp đồng đang dùng.', { source: row.source })
  const record = await mapOne(
    { line: row.line, values },
    { contract: current.body, knowledge: await knowledgeOf(ctx), fileName: row.fileName, trusted: isReviewed(current) },
  )
  const faults = record.sound ? [] : record.faults
  await keepMended(ctx.sql, row.id, values, faults.length > 0 ? faults : row.faults)
  return { faults, key: record.key }
}
