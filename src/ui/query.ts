// A list keeps its filters, order and place in the address, so a link is made from the present address and a change.

/** The address with some query values replaced; `undefined` or an empty text takes a value away. */
export function withQuery(address: string, change: Record<string, string | number | undefined>): string {
  const [path = '', query = ''] = address.split('?', 2)
  const values = new URLSearchParams(query)
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined || value === '') values.delete(name)
    else values.set(name, String(value))
  }
  const text = values.toString()
  return text ? `${path}?${text}` : path
}

/** The query values of an address that are not among `names`: what a GET form must carry along as hidden fields. */
export function queryBesides(address: string, names: readonly string[]): [string, string][] {
  return [...new URLSearchParams(address.split('?', 2)[1] ?? '')].filter(([name]) => !names.includes(name))
}
