/**
 * Labels as senders give them, and what is refused of them: names of Prometheus, bounded in number and length, no text that the database
 * or a screen cannot hold. The fingerprint of a set of labels names the thing they describe.
 */
import { createHash } from 'node:crypto'

export type Labels = Readonly<Record<string, string>>

const mostLabels = 64
const mostLetters = { label: 1024, annotation: 4096 }
const nameShape = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/

/** What is wrong with labels or annotations, in words; nothing when they will do. */
export function findLabelFault(value: unknown, kind: 'label' | 'annotation'): string | undefined {
  const what = kind === 'label' ? 'nhãn' : 'chú thích'
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `Các ${what} phải là một đối tượng tên → giá trị.`
  const entries = Object.entries(value)
  if (entries.length > mostLabels) return `Có ${entries.length} ${what}; nhiều nhất ${mostLabels}.`
  for (const [name, text] of entries) {
    // Names that begin with two underscores are the senders' own, and one of them is the prototype of every object.
    if (!nameShape.test(name) || name.startsWith('__'))
      return `Tên ${what} “${name.slice(0, 50)}” không hợp lệ: dùng chữ cái không dấu, chữ số, gạch dưới, không bắt đầu bằng “__”.`
    if (typeof text !== 'string') return `Giá trị của ${what} “${name}” phải là văn bản.`
    if (text.length > mostLetters[kind])
      return `Giá trị của ${what} “${name}” dài ${text.length} ký tự; nhiều nhất ${mostLetters[kind]}.`
    if (isBroken(text)) return `Giá trị của ${what} “${name}” chứa ký tự không hợp lệ.`
  }
  return undefined
}

/** Half a character, or NUL: no database takes it. */
export const isBroken = (text: string): boolean => /\p{Surrogate}/u.test(text) || text.includes('\0')

/** Without empty values, which mean that the label is absent; in the order of their names. */
export const tidyLabels = (value: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(value as Labels)
      .filter(([, text]) => text !== '')
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )

/** Sixteen hexadecimal digits, as Alertmanager's; of labels in the order of their names. */
export function fingerprintOf(labels: Labels): string {
  const hash = createHash('sha256')
  for (const [name, value] of Object.entries(labels)) hash.update(`${name}\u00ff${value}\u00ff`)
  return hash.digest('hex').slice(0, 16)
}

/** One key for all that folds into one alert: of the chosen labels those that are there, or of the thing itself where none is. */
export function groupKeyOf(inlet: string, groupBy: readonly string[], labels: Labels, fingerprint: string): string {
  const parts = groupBy.filter((name) => Object.hasOwn(labels, name)).map((name) => [name, labels[name]])
  return parts.length === 0 ? `${inlet} ${fingerprint}` : `${inlet} ${keyOfParts(parts)}`
}

// Long values would not fit into an index.
function keyOfParts(parts: readonly unknown[]): string {
  const text = JSON.stringify(parts)
  return text.length <= 500 ? text : createHash('sha256').update(text).digest('hex')
}
