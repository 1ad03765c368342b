// The text format of COPY: tab between columns, \N for null, backslash before what would break a line.

const special = /[\\\t\n\r]/
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

export const copyNull = '\\N'

export function copyText(value: string | null): string {
  if (value === null) return copyNull
  return special.test(value) ? value.replace(/[\\\t\n\r]/g, (sign) => escapes[sign] ?? sign) : value
}
