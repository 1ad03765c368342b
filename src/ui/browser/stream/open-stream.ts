// One stream of changes. The browser's own EventSource gives up for good when the server answers with an error (a session that
// ended, a restart behind a proxy), so it is opened again from here.

export type StreamMessage = { kind: 'alive' } | { kind: 'change'; topics: string[] }

const againMs = 4000

/** Opens the stream and keeps it open; each sign of life and each change is handed to `tell`. */
export function openStream(url: string, tell: (message: StreamMessage) => void): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = () => {
    source = new EventSource(url)
    const alive = () => tell({ kind: 'alive' })
    source.addEventListener('hello', alive)
    source.addEventListener('beat', alive)
    source.addEventListener('change', (event) => {
      const { topics } = JSON.parse(event.data) as { topics: string[] } // our own server's message
      tell({ kind: 'change', topics })
    })
    source.addEventListener('error', () => {
      if (source?.readyState !== EventSource.CLOSED) return
      clearTimeout(timer)
      timer = setTimeout(open, againMs)
    })
  }
  open()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}
