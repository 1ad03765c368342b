import type { Contract } from '../model.ts'

/** Where a contract calls a column by the short name it gave it (`as`), its own name is put. */
export function withColumnNames(contract: Contract): Contract {
  const own = new Set(contract.columns.map((column) => column.name))
  const byShort = new Map(contract.columns.flatMap(({ name, as }) => (as && !own.has(as) ? [[as, name] as const] : [])))
  if (byShort.size === 0) return contract
  const full = (name: string): string => byShort.get(name) ?? name
  return {
    ...contract,
    key: contract.key.map((part) => (typeof part === 'string' ? full(part) : part)),
    versionBy: contract.versionBy && full(contract.versionBy),
    map: Object.fromEntries(
      Object.entries(contract.map).map(([field, source]) => [
        field,
        'column' in source ? { ...source, column: full(source.column) } : source,
      ]),
    ),
    unpivot: contract.unpivot && { columns: contract.unpivot.columns.map(full) },
    attributes: contract.attributes === 'rest' ? 'rest' : contract.attributes.map(full),
    checks: contract.checks.map((check) => (check.field ? { ...check, field: full(check.field) } : check)),
    personal: contract.personal.map(full),
  }
}
