import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { appendEntry } from '#ledger'
import { ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { knowledgeOf } from './knowledge.ts'
import { compileContract } from './mapping/compile.ts'
import { sortedJson } from './mapping/identity.ts'
import type { Knowledge } from './mapping/mapped.ts'
import { withColumnNames } from './mapping/names.ts'
import { Contract, type ContractFault } from './model.ts'
import {
  type ContractRow,
  findCurrentContract,
  findSource,
  hasLandings,
  listContracts,
  saveContract,
  saveDraft,
  saveSource,
} from './store.ts'

/** A contract as written by people: well formed and able to work, or the faults with their paths. */
export function readContract(raw: unknown, knowledge: Knowledge): { contract: Contract } | { faults: ContractFault[] } {
  const parsed = Contract.safeParse(raw)
  if (!parsed.success) {
    return { faults: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })) }
  }
  const contract = parsed.data
  const faults = crossFaults(contract, knowledge)
  if (faults.length > 0) return { faults }
  try {
    compileContract(contract, knowledge)
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return { faults: [{ path: 'map', message }] }
  }
  return { contract }
}

function crossFaults(written: Contract, knowledge: Knowledge): ContractFault[] {
  const contract = withColumnNames(written)
  const faults: ContractFault[] = []
  const names = new Set<string>()
  for (const [index, { name }] of contract.columns.entries()) {
    if (names.has(name)) faults.push({ path: `columns.${index}.name`, message: `Cột “${name}” khai hai lần.` })
    names.add(name)
  }
  const known = (name: string) => names.has(name) || ['$file', '$name', '$value', '$nth'].includes(name)
  const require = (path: string, name: string) => {
    if (!known(name)) faults.push({ path, message: `Không có cột “${name}” trong danh sách cột.` })
  }
  for (const [index, part] of contract.key.entries()) if (typeof part === 'string') require(`key.${index}`, part)
  if (contract.versionBy) require('versionBy', contract.versionBy)
  for (const [field, source] of Object.entries(contract.map))
    if ('column' in source) require(`map.${field}`, source.column)
  if (contract.attributes !== 'rest')
    for (const [index, name] of contract.attributes.entries()) require(`attributes.${index}`, name)
  for (const [index, name] of contract.personal.entries()) require(`personal.${index}`, name)
  for (const [index, name] of (contract.unpivot?.columns ?? []).entries()) require(`unpivot.columns.${index}`, name)
  if (!knowledge.organisations.has(contract.organisation)) {
    faults.push({ path: 'organisation', message: `Không có cơ quan mã “${contract.organisation}”.` })
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: contract.timeZone })
  } catch {
    faults.push({ path: 'timeZone', message: `Không có múi giờ “${contract.timeZone}”.` })
  }
  return faults
}

/** Two versions say the same when only their numbers differ. */
const bodyText = (contract: Contract): string => sortedJson({ ...contract, version: 1 })

export interface StoredContract {
  contract: Contract
  pack: string
}

/**
 * Keeps a contract: the first version is current at once, and so is a later one while nothing has been received under the source.
 * A later one for a source with landings becomes a draft, to be tried on what is stored and then applied.
 */
export async function keepContract(
  ctx: Context,
  stored: StoredContract,
  made: { by: string; reason?: string },
): Promise<ContractRow> {
  const { contract, pack } = stored
  return ctx.transaction(async (inner) => {
    const versions = await listContracts(inner.sql, contract.code)
    const same = versions.find(
      (version) => version.madeBy === made.by && bodyText(Contract.parse(version.body)) === bodyText(contract),
    )
    if (same) return same
    if (!(await findSource(inner.sql, contract.code))) {
      await saveSource(inner.sql, {
        code: contract.code,
        pack,
        organisation: contract.organisation,
        kind: contract.kind,
      })
    }
    const next = { ...contract, version: (versions[0]?.version ?? 0) + 1 }
    const asDraft = versions.length > 0 && (await hasLandings(inner.sql, contract.code))
    if (asDraft) await saveDraft(inner.sql, next, made)
    else await saveContract(inner.sql, next, made)
    await appendEntry(inner, {
      action: asDraft ? 'contract.drafted' : 'contract.made-current',
      subject: `source:${contract.code}`,
      body: { version: next.version, sha256: createHash('sha256').update(bodyText(next)).digest('hex'), by: made.by },
    })
    const row = (await listContracts(inner.sql, contract.code)).find((one) => one.version === next.version)
    if (!row) throw new Error(`contract ${contract.code} was not written`)
    return row
  })
}

/** Brings the contracts of a pack's folder in. @throws ConfigFault that names file and field of every fault. */
export async function loadContracts(ctx: Context, packDir: string): Promise<number> {
  const folder = join(packDir, 'contracts')
  const names = (await readdir(folder).catch(ignoreMissing)).filter((name) => name.endsWith('.yaml')).sort()
  if (names.length === 0) return 0
  const knowledge = await knowledgeOf(ctx)
  const faults: string[] = []
  const contracts: Contract[] = []
  for (const name of names) {
    const read = readContract(await parseFile(join(folder, name)), knowledge)
    if ('faults' in read) faults.push(...read.faults.map((fault) => `${name}: ${fault.path}: ${fault.message}`))
    else if (read.contract.code !== basename(name, '.yaml')) faults.push(`${name}: code: must be the name of the file`)
    else contracts.push(read.contract)
  }
  if (faults.length > 0) throw new ConfigFault(`Contracts in ${folder} cannot be used:\n  ${faults.join('\n  ')}`)
  const pack = basename(packDir)
  for (const contract of contracts) await keepContract(ctx, { contract, pack }, { by: `pack:${pack}` })
  return contracts.length
}

async function parseFile(path: string): Promise<unknown> {
  try {
    return parseYaml(await readFile(path, 'utf8'))
  } catch (error) {
    throw new ConfigFault(`${path} is no YAML: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

/** The contract in force. @throws Problem 404 */
export async function getContract(ctx: Pick<Context, 'sql'>, source: string): Promise<ContractRow> {
  const row = await findCurrentContract(ctx.sql, source)
  if (!row) throw invalid(`Không có nguồn dữ liệu “${source}”.`, [{ path: 'source', message: 'Không có nguồn này.' }])
  return row
}
