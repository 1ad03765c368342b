/** The forms of a page as a browser would send them: where to, and with which values. */

export interface FoundForm {
  action: string
  fields: Record<string, string>
}

const plainOf = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const attributeOf = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)
  return found ? plainOf(found[1] ?? '') : undefined
}

/** @param text what is typed into fields that are empty */
export function formsOf(html: string, text: string): FoundForm[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].flatMap(([, head = '', body = '']) => {
    const action = attributeOf(head, 'action')
    if (attributeOf(head, 'method') !== 'post' || !action) return []
    return [
      {
        action,
        fields: { ...inputsOf(body, text), ...selectsOf(body), ...textareasOf(body, text), ...buttonOf(body) },
      },
    ]
  })
}

const entriesOf = (pairs: (readonly [string | undefined, string])[]) =>
  Object.fromEntries(pairs.flatMap(([name, value]) => (name ? [[name, value] as const] : [])))

function inputsOf(body: string, text: string) {
  const tags = [...body.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag)
  return entriesOf(
    tags
      .filter((tag) => attributeOf(tag, 'type') !== 'file')
      .filter((tag) => !/radio/.test(attributeOf(tag, 'type') ?? '') || /\schecked/.test(tag))
      .map((tag) => [attributeOf(tag, 'name'), attributeOf(tag, 'value') || typedInto(tag, text)] as const),
  )
}

function typedInto(tag: string, text: string): string {
  const type = attributeOf(tag, 'type')
  if (type === 'date') return '2026-12-31'
  return type === 'number' || attributeOf(tag, 'inputmode') ? '12' : text
}

function selectsOf(body: string) {
  const selects = [...body.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)]
  return entriesOf(
    selects.map(([, head = '', options = '']) => {
      const tags = [...options.matchAll(/<option\b[^>]*>/g)].map(([tag]) => tag)
      const chosen = tags.find((tag) => /\sselected/.test(tag)) ?? tags.find((tag) => attributeOf(tag, 'value'))
      return [attributeOf(head, 'name'), (chosen && attributeOf(chosen, 'value')) ?? ''] as const
    }),
  )
}

function textareasOf(body: string, text: string) {
  const areas = [...body.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g)]
  return entriesOf(
    areas.map(([, head = '', value = '']) => [attributeOf(head, 'name'), plainOf(value) || text] as const),
  )
}

function buttonOf(body: string) {
  const button = /<button\b[^>]*\sname="[^"]*"[^>]*>/.exec(body)?.[0]
  return button ? entriesOf([[attributeOf(button, 'name'), attributeOf(button, 'value') ?? '']]) : {}
}
