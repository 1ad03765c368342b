/** The forms of a page as a browser would send them: what stands in them, changed where a test says so. */
import type { LightMyRequestResponse } from 'fastify'
import type { Asker } from './harness.ts'

type Fields = Record<string, string | readonly string[] | undefined>

const plain = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s/>])`).exec(tag)
  return found ? plain(found[1] ?? '') : undefined
}

/** Names and values of the controls of the form with this action; buttons are pressed, not filled in. */
export function readForm(html: string, action: string): [string, string][] {
  const form = html.split(/<form\b/).find((part) => attribute(`<form${part}`, 'action') === action)
  if (form === undefined) throw new Error(`the page has no form that goes to ${action}`)
  const inner = form.slice(0, form.indexOf('</form>'))
  const controls = inner.matchAll(
    /<input\b[^>]*>|<textarea\b[^>]*>[\s\S]*?<\/textarea>|<select\b[^>]*>[\s\S]*?<\/select>/g,
  )
  return [...controls].flatMap(([tag]): [string, string][] => {
    const head = tag.slice(0, tag.indexOf('>') + 1)
    const name = attribute(head, 'name')
    if (name === undefined || attribute(head, 'disabled') !== undefined) return []
    if (tag.startsWith('<textarea'))
      return [[name, plain(tag.slice(head.length, tag.lastIndexOf('<')).replace(/^\r?\n/, ''))]]
    if (tag.startsWith('<select')) {
      const options = tag.match(/<option\b[^>]*>/g) ?? []
      const chosen = options.find((one) => attribute(one, 'selected') !== undefined) ?? options[0] ?? ''
      return [[name, attribute(chosen, 'value') ?? '']]
    }
    const box = ['checkbox', 'radio'].includes(attribute(head, 'type') ?? '')
    if (box && attribute(head, 'checked') === undefined) return []
    return [[name, attribute(head, 'value') ?? '']]
  })
}

/** Sends the form of a page with some fields changed; `undefined` leaves a field out, a list ticks several boxes of a name. */
export async function sendForm(
  asker: Asker,
  { page, action = page, html }: { page: string; action?: string; html?: string },
  changes: Fields,
): Promise<LightMyRequestResponse> {
  const shown = html ?? (await asker.get(page)).body
  const payload = new URLSearchParams(readForm(shown, action).filter(([name]) => !(name in changes)))
  for (const [name, value] of Object.entries(changes))
    for (const one of value === undefined ? [] : Array.isArray(value) ? value : [String(value)])
      payload.append(name, one)
  return asker.inject({
    method: 'POST',
    url: action,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: payload.toString(),
  })
}
