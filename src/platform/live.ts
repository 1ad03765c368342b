/**
 * Live values: anything that changed is announced by topic through PostgreSQL's NOTIFY, and every open screen hears it over one
 * server-sent event stream (`/live`): `hello`, then `change` with `{topics}`, and a `beat` every five seconds, so that a browser
 * knows within fifteen that it has lost the line. Topics name what changed (`indicator:permit.open`), never values. What concerns one
 * account alone (`@account/…`) is heard by its own screens and those of who may do its work, and by nobody else.
 */
import type { ServerResponse } from 'node:http'
import type { Pool, Sql } from '#platform/sql'

const channel = 'tram_live'
const beatMs = 5000
/** A screen that takes nothing any more (asleep, out of reach) is let go before it costs memory; it comes back by itself. */
const mostWaitingBytes = 256 * 1024

/** PostgreSQL takes messages of less than 8000 bytes. */
const mostBytes = 7900

/** Something of one account's own. */
export const topicOf = (account: string, what: string): string => `@${account}/${what}`

const ownerOf = (topic: string): string | undefined =>
  topic.startsWith('@') ? topic.slice(1, topic.indexOf('/')) : undefined

/** Tells open screens, when the transaction commits, that these topics changed. */
export async function announce(sql: Sql, topics: readonly string[]): Promise<void> {
  for (const message of messagesOf(topics)) await sql`select pg_notify(${channel}, ${message})`
}

function messagesOf(topics: readonly string[]): string[] {
  const messages: string[] = []
  let waiting: string[] = []
  let bytes = 2
  const close = () => {
    if (waiting.length > 0) messages.push(JSON.stringify(waiting))
    waiting = []
    bytes = 2
  }
  for (const topic of topics) {
    const size = Buffer.byteLength(JSON.stringify(topic)) + 1
    if (bytes + size > mostBytes) close()
    waiting.push(topic)
    bytes += size
  }
  close()
  return messages
}

const changeOf = (topics: readonly string[]): string => `event: change\ndata: ${JSON.stringify({ topics })}\n\n`

export interface LiveHub {
  /** Sends the stream to this browser until it goes; of what is somebody's own, that of these accounts. */
  attach(response: ServerResponse, accounts: readonly string[]): void
  close(): Promise<void>
}

export async function openLiveHub(pool: Pool): Promise<LiveHub> {
  const screens = new Map<ServerResponse, ReadonlySet<string>>()
  const write = (screen: ServerResponse, text: string) => {
    if (screen.writableLength > mostWaitingBytes) screen.destroy()
    else screen.write(text)
  }
  const waiting = new Set<string>()
  let flushTimer: NodeJS.Timeout | undefined
  const flush = () => {
    flushTimer = undefined
    const shared: string[] = []
    const owned: { topic: string; owner: string }[] = []
    for (const topic of waiting) {
      const owner = ownerOf(topic)
      if (owner === undefined) shared.push(topic)
      else owned.push({ topic, owner })
    }
    waiting.clear()
    const toAll = changeOf(shared)
    for (const [screen, accounts] of screens) {
      const own = owned.filter(({ owner }) => accounts.has(owner)).map(({ topic }) => topic)
      if (own.length > 0) write(screen, changeOf([...shared, ...own]))
      else if (shared.length > 0) write(screen, toAll)
    }
  }
  const listener = await pool.listen(channel, (payload) => {
    for (const topic of JSON.parse(payload) as string[]) waiting.add(topic)
    flushTimer ??= setTimeout(flush, 150)
  })
  const beat = setInterval(() => {
    for (const screen of screens.keys()) write(screen, `event: beat\ndata: ${Date.now()}\n\n`)
  }, beatMs)
  return {
    attach(response, accounts) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      response.write(`retry: 2000\nevent: hello\ndata: ${Date.now()}\n\n`)
      screens.set(response, new Set(accounts))
      response.on('close', () => screens.delete(response))
    },
    async close() {
      clearInterval(beat)
      clearTimeout(flushTimer)
      for (const screen of screens.keys()) screen.end()
      await listener.unlisten()
    },
  }
}
