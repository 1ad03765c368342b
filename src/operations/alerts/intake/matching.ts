import type { Matcher } from '../model.ts'
import type { Labels } from './labels.ts'
import { compilePattern } from './pattern.ts'

/** Whether a set of labels meets all matchers. */
export type LabelTest = (labels: Labels) => boolean

/** @throws PatternFault */
export function compileMatchers(matchers: readonly Matcher[]): LabelTest {
  const tests = matchers.map(compileMatcher)
  return (labels) => tests.every((test) => test(labels))
}

function compileMatcher({ name, value, isRegex, isEqual }: Matcher): LabelTest {
  const textOf = (labels: Labels) => (Object.hasOwn(labels, name) ? (labels[name] ?? '') : '')
  if (!isRegex) return (labels) => (textOf(labels) === value) === isEqual
  const pattern = compilePattern(value)
  // Storms repeat few values many times.
  const known = new Map<string, boolean>()
  return (labels) => {
    const text = textOf(labels)
    let fits = known.get(text)
    if (fits === undefined) {
      fits = pattern(text)
      if (known.size < 10_000) known.set(text, fits)
    }
    return fits === isEqual
  }
}

/** A matcher as it is written: `quan=~"A|B"`. */
export const writeMatcher = ({ name, value, isRegex, isEqual }: Matcher): string =>
  `${name}${isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='}${JSON.stringify(value)}`

/** Reads `quan="A"`, `alertname=~"Lu.*"`, quotes are not needed where the value is plain. */
export function readMatcher(text: string): Matcher | undefined {
  const found = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s.exec(text)
  if (!found) return undefined
  const [, name = '', sign = '=', raw = ''] = found
  const value = unquote(raw)
  if (value === undefined) return undefined
  return { name, value, isRegex: sign.endsWith('~'), isEqual: sign.startsWith('=') }
}

function unquote(raw: string): string | undefined {
  if (!raw.startsWith('"')) return raw
  try {
    const value: unknown = JSON.parse(raw)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
