import type { Command, CommandInput } from '#platform/capability'
import type { Config } from '#platform/config'

/** A command that opens and closes what it needs itself; those on the cards of capabilities are handed an open program. */
export type ProgramCommand = Omit<Command, 'run'> & {
  run(config: Config, input: Omit<CommandInput, 'runJobs' | 'loadPack'>): Promise<unknown>
}

/**
 * Resolves when the program is told to end: by signal, or because the program that started it is gone. Ctrl-C reaches every process
 * of the terminal; one that was started by another of ours leaves it to that one.
 */
export function untilEnd(): Promise<string> {
  return new Promise((resolve) => {
    process.on('SIGINT', () => process.connected || resolve('SIGINT'))
    process.on('SIGTERM', () => resolve('SIGTERM'))
    process.on('disconnect', () => resolve('the parent process ended'))
  })
}

/** What a command found, printed like any other, where it found something wrong: exit code 1. */
export class Failure {
  readonly result: unknown

  constructor(result: unknown) {
    this.result = result
  }
}
