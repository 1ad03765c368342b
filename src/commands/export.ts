/** Lists of any length, written to a file or to standard output as they are read. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { exportFacts, factExportColumns, periodKinds } from '#indicators'
import { type CommandInput, UsageFault } from '#platform/capability'
import { ConfigFault } from '#platform/config'
import { type TableCell, writeTable } from '#platform/table-file'
import { exportQuarantine, exportRecords } from '#warehouse'
import { type App, openApp } from '../app.ts'
import type { ProgramCommand } from './program.ts'

interface List {
  columns: readonly string[]
  rows: AsyncIterable<Record<string, unknown>>
}

const formats = ['csv', 'xlsx', 'json', 'jsonl'] as const
type Format = (typeof formats)[number]

type Options = CommandInput['options']

export const exportCommand: ProgramCommand = {
  name: 'export',
  summary: 'Write numbers, records or quarantined lines to a file',
  usage:
    'tram export facts CODE | records SOURCE | quarantine SOURCE [--format csv|xlsx|json|jsonl] [--out FILE] [--json]',
  help: `facts       the numbers of an indicator; narrowed by --organisation CODE, --area CODE ("" is all areas together), --period KIND, --as-of INSTANT
records     the records of a source as they stand, each with its file and line
quarantine  the lines of a source that were set aside, with what was wrong with them

Without --out the list goes to standard output; --json then makes it one JSON document.
With --out the file appears when it is whole, and its name and number of rows are printed. The format is csv unless said, or unless
the name of the file says it.`,
  options: {
    format: { type: 'string' },
    out: { type: 'string' },
    organisation: { type: 'string' },
    area: { type: 'string' },
    period: { type: 'string' },
    'as-of': { type: 'string' },
  },
  async run(config, input) {
    const [what, code, ...more] = input.positionals
    if (!what || !code || more.length > 0) throw new UsageFault(`Usage: ${exportCommand.usage}`)
    const open = readWhat(what, code, input.options)
    const out = textOf(input.options.out)
    const format = readFormat(input.options, out)
    const app = await openApp(config, { tables: 'check', progress: input.progress })
    try {
      const list = await open(app)
      if (out === undefined) return await print(list, format, input)
      const rows = await writeFile(list, format, out)
      return { what, code, file: out, format, rows }
    } finally {
      await app.close()
    }
  },
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

function readWhat(what: string, code: string, options: Options): (app: App) => Promise<List> {
  if (what === 'facts') {
    const query = readFactQuery(options)
    return async (app) => ({ columns: factExportColumns, rows: await exportFacts(app.context(), code, query) })
  }
  const narrowing = ['organisation', 'area', 'period', 'as-of'].find((name) => options[name] !== undefined)
  if (narrowing) throw new UsageFault(`--${narrowing} is for facts only.`)
  if (what === 'records') return (app) => exportRecords(app.context(), code)
  if (what === 'quarantine') return (app) => exportQuarantine(app.context(), code)
  throw new UsageFault(`What can be exported is facts, records or quarantine; not "${what}".`)
}

function readFactQuery(options: Options) {
  const period = textOf(options.period)
  const periodKind = [...periodKinds, 'span' as const].find((kind) => kind === period)
  if (period !== undefined && !periodKind)
    throw new UsageFault(`--period is one of ${periodKinds.join(', ')}, span; not "${period}"`)
  const instant = textOf(options['as-of'])
  const asOf = instant === undefined ? undefined : new Date(instant)
  if (asOf && Number.isNaN(asOf.getTime())) throw new UsageFault(`--as-of is no instant: "${instant}"`)
  return { organisation: textOf(options.organisation), area: textOf(options.area), periodKind, asOf }
}

function readFormat(options: Options, out: string | undefined): Format {
  const said = textOf(options.format)
  const isKnown = (name: string | undefined): name is Format => formats.some((format) => format === name)
  if (said !== undefined && !isKnown(said))
    throw new UsageFault(`--format is one of ${formats.join(', ')}; not "${said}"`)
  if (out === undefined && options.json) {
    if (said !== undefined && said !== 'json') throw new UsageFault('--json on standard output is the format json.')
    return 'json'
  }
  const ending = out?.split('.').at(-1)
  if (said !== undefined) return said
  return isKnown(ending) ? ending : 'csv'
}

function cellOf(value: unknown): TableCell {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'string') return value
  return value instanceof Date ? value.toISOString() : JSON.stringify(value)
}

function bytesOf({ columns, rows }: List, format: Format): AsyncIterable<Uint8Array | string> {
  if (format === 'json' || format === 'jsonl') return writeJson(columns, rows, format)
  return writeTable(format, { titles: columns, rows: cellsOf(columns, rows) })
}

async function* cellsOf(columns: readonly string[], rows: List['rows']): AsyncGenerator<TableCell[]> {
  for await (const row of rows) yield columns.map((column) => cellOf(row[column]))
}

async function* writeJson(columns: readonly string[], rows: List['rows'], format: 'json' | 'jsonl') {
  const isList = format === 'json'
  let before = isList ? '[\n' : ''
  for await (const row of rows) {
    const line = JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column] ?? null])))
    yield `${before}${line}${isList ? '' : '\n'}`
    before = isList ? ',\n' : ''
  }
  if (isList) yield before === '[\n' ? '[]\n' : '\n]\n'
}

async function print(list: List, format: Format, { print }: Pick<CommandInput, 'print'>): Promise<undefined> {
  for await (const piece of bytesOf(list, format)) await print(piece)
}

/** Written aside and renamed when whole: a list that was cut short is never taken for one. */
async function writeFile(list: List, format: Format, out: string): Promise<number> {
  let rows = 0
  const counted = {
    columns: list.columns,
    rows: (async function* () {
      for await (const row of list.rows) {
        rows += 1
        yield row
      }
    })(),
  }
  const draft = `${out}.${process.pid}.partial`
  const file = createWriteStream(draft, { flags: 'wx' })
  await once(file, 'open').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigFault(`The file ${out} cannot be written (${error.code}): name another with --out.`)
  })
  try {
    await pipeline(Readable.from(bytesOf(counted, format), { objectMode: false }), file)
    await rename(draft, out)
    return rows
  } finally {
    await rm(draft, { force: true })
  }
}
