/** What a command returns, as one JSON document or as lines for a person. */
export function printResult(result: unknown, json: boolean): string {
  if (json) return `${JSON.stringify(result ?? {})}\n`
  if (result === undefined || result === null) return ''
  if (typeof result === 'string') return result.endsWith('\n') ? result : `${result}\n`
  return `${linesOf(result).join('\n')}\n`
}

function linesOf(value: unknown, indent = ''): string[] {
  if (Array.isArray(value)) return value.map((item) => `${indent}${isPlain(item) ? wordOf(item) : rowOf(item)}`)
  if (isPlain(value)) return [`${indent}${wordOf(value)}`]
  return Object.entries(value as object).flatMap(([name, item]) =>
    isPlain(item) ? [`${indent}${name}: ${wordOf(item)}`] : [`${indent}${name}:`, ...linesOf(item, `${indent}  `)],
  )
}

const isPlain = (value: unknown) => typeof value !== 'object' || value === null || value instanceof Date

const wordOf = (value: unknown) => (value instanceof Date ? value.toISOString() : String(value ?? '–'))

const rowOf = (value: unknown) =>
  Object.entries(value as object)
    .map(([name, item]) => `${name} ${isPlain(item) ? wordOf(item) : JSON.stringify(item)}`)
    .join(' · ')
