// One stream of changes. The browser's own EventSource gives up for good when the server answers with an error (a session that
// ended, a restart behind a proxy), so it is opened again from here.

/** `again`: the line was gone and is back, so whatever passed meanwhile has not been heard. */
export type StreamMessage = { kind: 'alive' } | { kind: 'again' } | { kind: 'change'; topics: string[] }

const againMs = 4000

/** Opens the stream and keeps it open; each sign of life and each change is handed to `tell`. */
export function openStream(url: string, tell: (message: StreamMessage) => void): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isKnown = false
  const open = () => {
    source = new EventSource(url)
    source.addEventListener('hello', () => {
      tell({ kind: isKnown ? 'again' : 'alive' })
      isKnown = true
    })
    source.addEventListener('beat', () => tell({ kind: 'alive' }))
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
