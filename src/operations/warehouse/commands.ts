import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { parse as parseYaml } from 'yaml'
import { getHomePack, loadOrganisations } from '#organisations'
import { type Command, type CommandInput, UsageFault } from '#platform/capability'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import {
  type BuiltinName,
  builtinNames,
  eventLogContract,
  findRoles,
  type Role,
  roles,
  xesContract,
} from './builtin.ts'
import { keepContract, loadContracts, readContract } from './contracts.ts'
import { type ImportOutcome, importBytes } from './import.ts'
import { formatOf, limitsOf } from './input-format.ts'
import { knowledgeOf } from './knowledge.ts'
import type { Contract } from './model.ts'
import { readRecords } from './readers/read-records.ts'
import { makeCurrent } from './revision.ts'
import { findCurrentContract, hasTouches, listSources } from './store.ts'

const settleMs = 10 * 60_000

const roleOptions = Object.fromEntries(roles.map((role) => [role, { type: 'string' as const }]))

export const importCommand: Command = {
  name: 'import',
  summary: 'Takes files in under a contract',
  usage: 'tram import <contract> <file…> [--json]',
  options: {
    source: { type: 'string' },
    organisation: { type: 'string' },
    'time-zone': { type: 'string' },
    pattern: { type: 'string' },
    delimiter: { type: 'string' },
    encoding: { type: 'string' },
    ...roleOptions,
  },
  help: `
  <contract>  code of a source of the pack or of packs/open-samples, or one of:
              xes            any XES 1.0 event log
              event-log-csv  an event log as CSV; columns by flags where they do not bear the usual names

For xes and event-log-csv:
  --source CODE        source under which the log is kept (default: the contract's name); give each log its own
  --organisation CODE  organisation the log belongs to (default: the root of the pack)
  --time-zone NAME     zone of local times (default: that of the pack)
For event-log-csv:
  --case, --activity, --timestamp NAME                   columns that must be known
  --event-id, --lifecycle, --resource, --unit NAME       columns of the event
  --case-type, --channel, --state, --start, --due, --end NAME  columns of the case
  --pattern PATTERN    how times are written, such as "dd/MM/yyyy HH:mm"
  --delimiter, --encoding

Files may be compressed with gzip. With --json: {received, applied, superseded, duplicate, quarantined, seconds, …}.`,
  run: importFiles,
}

async function importFiles(ctx: Context, input: CommandInput): Promise<unknown> {
  const [code, ...files] = input.positionals
  if (code === undefined || files.length === 0) throw new UsageFault(`Usage: ${importCommand.usage}`)
  const started = performance.now()
  for (const file of files) await requireFile(file)
  await prepare(ctx, code, input)
  const outcomes: (ImportOutcome & { file: string })[] = []
  let source = code
  for (const file of files) {
    const contract = await contractFor(ctx, code, file, input)
    source = contract.code
    outcomes.push({ file, ...(await importFile(ctx, contract, file, input)) })
  }
  input.progress('Computing the numbers')
  await settle(ctx, source, input)
  const sum = (name: 'received' | 'applied' | 'superseded' | 'duplicate' | 'quarantined' | 'retracted') =>
    outcomes.reduce((total, outcome) => total + outcome[name], 0)
  return {
    contract: code,
    source,
    received: sum('received'),
    applied: sum('applied'),
    superseded: sum('superseded'),
    duplicate: sum('duplicate'),
    quarantined: sum('quarantined'),
    retracted: sum('retracted'),
    seconds: Math.round(performance.now() - started) / 1000,
    landings: outcomes.map(({ landing, file }) => ({ landing, file })),
  }
}

async function importFile(ctx: Context, contract: Contract, file: string, input: CommandInput): Promise<ImportOutcome> {
  const { size } = await stat(file)
  input.progress(`Reading ${file}`)
  const collect = heapKeeper()
  let told = Date.now()
  const arrival = {
    source: contract.code,
    contractVersion: contract.version,
    channel: 'command',
    fileName: basename(file),
    bytes: passOn(createReadStream(file, { highWaterMark: 256 * 1024 })),
    size,
  } as const
  const outcome = await importBytes(ctx, arrival, {
    progress(rows, step) {
      collect()
      if (Date.now() - told < 2000) return
      told = Date.now()
      input.progress(`${rows.toLocaleString('en')} rows ${step}`)
    },
  })
  if (outcome.fault)
    throw new Problem(outcome.fault.code, 422, `${file}: ${outcome.fault.message}`, outcome.fault.facts)
  return outcome
}

const passedBytes = 8 * 1024 * 1024

/** Pieces of a file lie outside the heap, where no heap that fills calls for collecting them. */
async function* passOn(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const collect: () => void = runInNewContext('gc')
  let passed = 0
  for await (const piece of pieces) {
    passed += piece.length
    if (passed >= passedBytes) {
      passed = 0
      collect()
    }
    yield piece
  }
}

const growthBytes = 28 * 1024 * 1024

/**
 * Collects what earlier batches left once that much has gathered over what stood after the last collection. The heap would otherwise
 * grow to several times what a batch needs; the engine's own switch for small heaps collects so often that an import takes twice as
 * long, and so would a bound that the program's own size can come near.
 */
function heapKeeper(): () => void {
  setFlagsFromString('--expose-gc')
  const gc: () => void = runInNewContext('gc')
  let standing = 0
  const collect = () => {
    gc()
    standing = getHeapStatistics().used_heap_size
  }
  // What the start of the program left behind (sources compiled, packs read) would else stand beside the first batches.
  collect()
  return () => {
    if (getHeapStatistics().used_heap_size > standing + growthBytes) collect()
  }
}

/** @throws Problem when it cannot be read as a file */
async function requireFile(file: string): Promise<void> {
  try {
    const found = await stat(file)
    if (!found.isFile()) throw new Problem('file.not-a-file', 422, `${file} is not a file.`)
    await (await open(file, 'r')).close()
  } catch (error) {
    if (error instanceof Problem) throw error
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read by this account' : String(code)
    throw new Problem('file.unreadable', 422, `The file ${file} ${why}.`)
  }
}

/** Brings in what the contract needs: the home pack on a fresh installation, a sample pack on its first use. */
async function prepare(ctx: Context, code: string, input: CommandInput): Promise<void> {
  await loadOrganisations(ctx, ctx.config.packDir)
  if (isBuiltin(code) || (await findCurrentContract(ctx.sql, code))) return
  await loadContracts(ctx, ctx.config.packDir)
  if (await findCurrentContract(ctx.sql, code)) return
  const pack = await findSamplePack(ctx, code)
  if (pack) {
    input.progress(`Loading the pack ${basename(pack)}`)
    await input.loadPack(pack)
  }
  if (await findCurrentContract(ctx.sql, code)) return
  const known = (await listSources(ctx.sql)).map((source) => source.code)
  throw new UsageFault(
    `There is no contract "${code}". Known: ${[...new Set([...builtinNames, ...known, ...(await listSampleContracts(ctx))])].sort().join(', ')}`,
  )
}

const isBuiltin = (code: string): code is BuiltinName => (builtinNames as readonly string[]).includes(code)

async function samplePacks(ctx: Context): Promise<string[]> {
  const own = fileURLToPath(new URL('../../../packs', import.meta.url))
  const found: string[] = []
  for (const parent of new Set([dirname(ctx.config.packDir), own])) {
    const names = await readdir(parent).catch((): string[] => [])
    for (const name of names) {
      const card: unknown = await readFile(join(parent, name, 'pack.yaml'), 'utf8').then(parseYaml, () => undefined)
      if (typeof card === 'object' && card !== null && 'fictitious' in card && card.fictitious === true) {
        found.push(join(parent, name))
      }
    }
  }
  return found
}

async function findSamplePack(ctx: Context, code: string): Promise<string | undefined> {
  for (const pack of await samplePacks(ctx)) {
    const names = await readdir(join(pack, 'contracts')).catch((): string[] => [])
    if (names.includes(`${code}.yaml`)) return pack
  }
  return undefined
}

async function listSampleContracts(ctx: Context): Promise<string[]> {
  const names: string[] = []
  for (const pack of await samplePacks(ctx))
    names.push(...(await readdir(join(pack, 'contracts')).catch((): string[] => [])))
  return names.filter((name) => name.endsWith('.yaml')).map((name) => basename(name, '.yaml'))
}

async function contractFor(ctx: Context, code: string, file: string, input: CommandInput): Promise<Contract> {
  if (!isBuiltin(code)) {
    const row = await findCurrentContract(ctx.sql, code)
    if (!row) throw new UsageFault(`There is no contract "${code}".`)
    const flags = Object.keys(input.options).filter((name) => name !== 'json' && name !== 'help')
    if (flags.length > 0) throw new UsageFault(`The contract ${code} takes no flags: --${flags[0]}`)
    return { ...row.body, version: row.version }
  }
  const contract = await builtinContract(ctx, code, file, input)
  const knowledge = await knowledgeOf(ctx)
  const read = readContract(contract, knowledge)
  if ('faults' in read) throw new UsageFault(read.faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n'))
  const kept = await keepContract(ctx, { contract: read.contract, pack: 'builtin' }, { by: 'builtin' })
  // Flags are said anew with each file: another set of columns is another version, and does not touch what came before.
  if (kept.state !== 'current') await makeCurrent(ctx, contract.code, kept.version)
  return { ...kept.body, version: kept.version }
}

async function builtinContract(ctx: Context, code: BuiltinName, file: string, input: CommandInput): Promise<Contract> {
  const { card } = await getHomePack(ctx.sql)
  const text = (name: string): string | undefined => {
    const value = input.options[name]
    return typeof value === 'string' ? value : undefined
  }
  const base = {
    source: text('source') ?? code,
    organisation: text('organisation') ?? card.rootOrganisation,
    timeZone: text('time-zone') ?? card.timeZone,
    columns: {},
    pattern: text('pattern'),
    delimiter: text('delimiter'),
    encoding: text('encoding'),
  }
  if (code === 'xes') return xesContract(base)
  const flags = Object.fromEntries(roles.flatMap((role) => (text(role) === undefined ? [] : [[role, text(role)]])))
  const header = await readHeaderOf(
    ctx,
    file,
    eventLogContract({ ...base, columns: { case: 'a', activity: 'b', timestamp: 'c' } }),
  )
  return eventLogContract({ ...base, columns: findRoles(header, flags as Partial<Record<Role, string>>) })
}

/** The names of the columns of a file, read as its contract will read it but for which columns it must have. */
async function readHeaderOf(ctx: Context, file: string, contract: Contract): Promise<readonly string[]> {
  const format = formatOf({ ...contract, columns: [] })
  for await (const batch of readRecords(createReadStream(file), format, limitsOf(ctx.config.maxFileBytes))) {
    return batch.columns
  }
  return []
}

/** Waits until the numbers stand: by the jobs of this process, or of a server beside it. */
async function settle(ctx: Context, source: string, input: CommandInput): Promise<void> {
  const until = Date.now() + settleMs
  while (Date.now() < until) {
    await input.runJobs()
    if (!(await hasTouches(ctx.sql, source))) return
    await sleep(200)
  }
  throw new Problem('facts.late', 500, 'The records are in, but their numbers were not computed within ten minutes.')
}
