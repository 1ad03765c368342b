import type { RowFaultCode } from './faults.ts'
import type { Tree } from './format.ts'

// One JSON record from its text: sound, composed, not too deep, and storable.

export type ReadTree = { tree: Tree } | { code: RowFaultCode; facts: Record<string, number> }

const unstorable = /\0|[\ud800-\udfff]/u

class Unfit extends Error {
  readonly code: 'row.too-deep' | 'row.control-character'

  constructor(code: 'row.too-deep' | 'row.control-character') {
    super(code)
    this.code = code
  }
}

// Brackets inside strings count too, so this is never too low; it spares nearly all records the second look.
function boundDepth(text: string): number {
  let depth = 0
  let most = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) | 32
    if (code === 123) most = Math.max(most, ++depth)
    else if (code === 125) depth--
  }
  return most
}

function tidyText(text: string): string {
  if (unstorable.test(text)) throw new Unfit('row.control-character')
  return text.normalize('NFC')
}

function tidyTree(value: unknown, room: number): unknown {
  if (typeof value === 'string') return tidyText(value)
  if (typeof value !== 'object' || value === null) return value
  if (room === 0) throw new Unfit('row.too-deep')
  if (Array.isArray(value)) return value.map((item) => tidyTree(item, room - 1))
  // Built from entries, so that a member called __proto__ stays a member.
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [tidyText(name), tidyTree(member, room - 1)]))
}

// Numbers that a double cannot hold: money and long codes would come out as others. They are kept as text, digit for digit.
const longNumber = /[\d.]{16}|[eE][+-]?\d{3}/
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

const keepDigits = (text: string): string =>
  text.replace(stringOrNumber, (token) =>
    // What is no number by the rules of JSON stays the fault it is.
    token.startsWith('"') || isHeld(token) || !number.test(token) ? token : `"${token}"`,
  )

function isHeld(token: string): boolean {
  if (String(Number(token)) === token) return true
  const [mantissa = ''] = token.split(/[eE]/)
  const written = mantissa.includes('.') ? mantissa.replace(/0+$/, '') : mantissa
  return written.replace(/\D/g, '').replace(/^0+/, '').length <= 15 && Number.isFinite(Number(token))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(longNumber.test(text) ? keepDigits(text) : text)
  } catch {
    // The only failure of JSON.parse is a syntax error, which is the row's fault.
    return undefined
  }
}

const anyText = /"(?:[^"\\]|\\.)*"\s*(:?)/g

/** A name that stands twice in one object: JSON keeps the last value, and the first would be lost without a word. */
function hasDoubledName(json: string, value: unknown): boolean {
  let names = 0
  for (const [, colon] of json.matchAll(anyText)) if (colon) names++
  return names !== countMembers(value)
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  return members.reduce((sum, member) => sum + countMembers(member), Array.isArray(value) ? 0 : members.length)
}

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `decomposed`: the text may hold letters that are not composed. */
export function readTree(text: string, depth: number, decomposed: boolean): ReadTree {
  const value = parse(text)
  if (value === undefined) return { code: 'row.json', facts: {} }
  if (!isTree(value)) return { code: 'row.not-an-object', facts: {} }
  const isPlain = !decomposed && !text.includes('\\u') && boundDepth(text) <= depth
  try {
    // isTree held above and tidying keeps the shape.
    const tree = isPlain ? value : (tidyTree(value, depth) as Tree)
    return hasDoubledName(text, tree) ? { code: 'row.doubled-name', facts: {} } : { tree }
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    return { code: error.code, facts: error.code === 'row.too-deep' ? { limit: depth } : {} }
  }
}
