import { pino } from 'pino'

export type Logger = pino.Logger

/** Logs go to standard error, so that a command's standard output stays one document. */
export function openLog(level: string): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }))
}
