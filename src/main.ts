import { parseArgs } from 'node:util'
import { type Command, type CommandInput, UsageFault } from '#platform/capability'
import { ConfigFault, readConfig } from '#platform/config'
import { Problem } from '#platform/errors'
import { runWaitingJobs } from '#platform/jobs'
import { type App, capabilities, openApp } from './app.ts'
import { backup } from './commands/backup.ts'
import { doctor } from './commands/doctor.ts'
import { exportCommand } from './commands/export.ts'
import { migrate } from './commands/migrate.ts'
import { printResult } from './commands/print.ts'
import { Failure, type ProgramCommand } from './commands/program.ts'
import { restore } from './commands/restore.ts'
import { seed } from './commands/seed.ts'
import { serve } from './commands/serve.ts'
import { start } from './commands/start.ts'
import { work } from './commands/work.ts'

const commands = [
  start,
  serve,
  work,
  migrate,
  seed,
  ...capabilities.flatMap((card) => card.commands ?? []).map(openFor),
  exportCommand,
  backup,
  restore,
  doctor,
]

/** Who starts everything at once watches it: what goes right is told in words, not in lines of a log. */
const defaultsOfStart = { TRAM_LOG: 'warn' }

/** A capability's command works on an opened program. */
function openFor(command: Command): ProgramCommand {
  return {
    ...command,
    async run(config, input) {
      const app = await openApp(config, { tables: 'check', progress: input.progress })
      try {
        return await command.run(app.context(), { ...input, ...abilitiesOf(app) })
      } finally {
        await app.close()
      }
    },
  }
}

const abilitiesOf = (app: App): Pick<CommandInput, 'runJobs' | 'loadPack'> => ({
  runJobs: () =>
    runWaitingJobs(
      app.workshop,
      app.url,
      capabilities.flatMap((card) => card.jobs ?? []),
    ),
  async loadPack(packDir) {
    for (const card of capabilities) await card.loadPack?.(app.context(), { ...app.config, packDir, demo: false })
  },
})

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  let hasPrinted = false
  try {
    const { command, values, positionals } = readCommandLine(args)
    if (!command) return await write(overview(), 0)
    if (values.help) return await write(helpOf(command), 0)
    // `start` is watched by a person; the others may be read by a program.
    const progress = (line: string) => (command === start && !json ? process.stdout : process.stderr).write(`${line}\n`)
    const print = async (piece: string | Uint8Array) => {
      hasPrinted = true
      await write(piece, 0)
    }
    const result = await command.run(readConfig({}, command === start ? defaultsOfStart : {}), {
      positionals,
      options: values,
      progress,
      print,
    })
    if (hasPrinted) return 0
    if (result instanceof Failure) return await write(printResult(result.result, json), 1)
    return await write(printResult(result, json), 0)
  } catch (error) {
    // A document that broke off is not followed by another one: the exit code and standard error tell.
    return await report(error, json && !hasPrinted)
  }
}

function readCommandLine(args: readonly string[]) {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === 'help') return { values: {}, positionals: [] }
  const command = commands.find((one) => one.name === name)
  if (!command) throw new UsageFault(`There is no command "${name}". "tram --help" lists them.`)
  try {
    const options = { ...command.options, help: { type: 'boolean' as const }, json: { type: 'boolean' as const } }
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true, strict: true })
    return { command, values: values as Record<string, string | boolean | string[] | undefined>, positionals }
  } catch (error) {
    throw new UsageFault(`${(error as Error).message}\nUsage: ${command.usage}`)
  }
}

const overview = () =>
  [
    'Usage: tram <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'Each takes --help, and --json for one JSON document on standard output (all else goes to standard error).',
    'Exit code: 0 done, 1 failed, 2 wrong use.',
    '',
  ].join('\n')

const helpOf = (command: ProgramCommand) => `Usage: ${command.usage}\n\n${command.summary}.\n${command.help}\n`

async function report(error: unknown, json: boolean): Promise<number> {
  // Who was reading has seen enough (`| head`).
  if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return 1
  const status = error instanceof UsageFault ? 2 : 1
  const code = error instanceof Problem ? error.code : status === 2 ? 'wrong-use' : 'failed'
  const message = sayError(error)
  if (json)
    await write(
      `${JSON.stringify({ error: { ...(error instanceof Problem ? error.facts : {}), code, message } })}\n`,
      status,
    )
  const expected = error instanceof UsageFault || error instanceof ConfigFault || error instanceof Problem
  const fields = error instanceof Problem ? error.fields.map((field) => `  ${field.path}: ${field.message}`) : []
  process.stderr.write(`${[expected || !(error instanceof Error) ? message : error.stack, ...fields].join('\n')}\n`)
  return status
}

function sayError(error: unknown): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error)
  const { what, code } = error.facts
  return error.status === 404 && code !== undefined ? `${error.message} (${what}: ${code})` : error.message
}

/** Waits until the text is handed over: a pipe would otherwise lose the end of a long document. */
function write(text: string | Uint8Array, status: number): Promise<number> {
  return new Promise((resolve, reject) =>
    process.stdout.write(text, (error) => (error ? reject(error) : resolve(status))),
  )
}

// What goes wrong there is told by the write itself.
process.stdout.on('error', () => {})
process.exit(await main(process.argv.slice(2)))
