import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Fragment, Sql } from '#platform/sql'

const pieceLength = 256 * 1024

/**
 * Sends lines in COPY's text format to a `copy … from stdin` of an open transaction; back-pressure is kept.
 * @throws Error when the database takes no more of them
 */
export async function copyLines(sql: Sql, copy: Fragment, lines: Iterable<string>): Promise<void> {
  const stream = await copy.writable()
  const ended = finished(stream)
  // The end is waited for below; a failure before that must not count as unhandled.
  ended.catch(() => {})
  let piece = ''
  for (const line of lines) {
    piece += line
    piece += '\n'
    if (piece.length < pieceLength) continue
    if (!stream.write(piece)) await Promise.race([once(stream, 'drain'), ended])
    piece = ''
  }
  await Promise.race([new Promise<void>((resolve) => stream.write(piece, () => resolve())), ended])
  stream.end()
  // The word that it was all must be out before anything is asked behind it.
  await nextTurn()
  await Promise.race([ended, refusalBehind(sql)])
}

/**
 * The library tells a refusal only while lines are still being sent: one that comes behind the last of them is never told, and the end
 * would be waited for without end. A question asked behind the COPY is answered when it is over, whichever way.
 */
async function refusalBehind(sql: Sql): Promise<never> {
  await sql`select`.catch(() => {})
  // The end of a COPY that went well is told before the answer.
  await nextTurn()
  throw new Error('The database refused the rows of a COPY; its log says why.')
}
