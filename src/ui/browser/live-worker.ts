// Shared by all tabs of a browser: one stream, however many pages are open.
import { openStream, type StreamMessage } from './stream/open-stream.ts'

const ports = new Set<MessagePort>()
let close: (() => void) | undefined

function tell(message: StreamMessage): void {
  for (const port of ports) port.postMessage(message)
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports // a worker's connect event carries the port of the page
  if (!port) return
  port.onmessage = ({ data }: MessageEvent<{ open?: string; bye?: true }>) => {
    if (data.open) {
      ports.add(port)
      close ??= openStream(data.open, tell)
    }
    if (data.bye) {
      ports.delete(port)
      if (ports.size > 0) return
      close?.()
      close = undefined
    }
  }
})
