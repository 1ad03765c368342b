import { FileFault } from './faults.ts'
import type { Notice, Tree, TreeRow, XesLog } from './format.ts'
import type { TreeCollector } from './tree-collector.ts'
import type { Tag, XmlSink } from './xml.ts'

// XES 1.0 and IEEE 1849: a log holds traces, a trace holds events, and all of them hold attributes. An event becomes
// one record: its own attributes by their keys, those of its trace under "case:". An attribute that has attributes of
// its own keeps its plain value under its key and the others, as an object, under the key with "/*" behind it.

export const nestedKey = (key: string): string => `${key}/*`

const heldEvents = 20_000

const attributeKinds = new Set(['string', 'date', 'int', 'float', 'boolean', 'id', 'list', 'container'])

type Fault = { key: string; value: string }
type Level =
  | { kind: 'log' | 'trace' | 'event' | 'global' | 'values'; tree: Tree; fault?: Fault }
  | { kind: 'attribute'; type: string; key: string; value: string; tree: Tree; items: Tree[]; fault?: Fault }
  | { kind: 'other' }

type HeldEvent = { tree: Tree; fault?: Fault; fileLine: number; line: number }

const beyondAscii = /[^\0-\x7f]/
const tidy = (text: string): string => (beyondAscii.test(text) ? text.normalize('NFC') : text)

// A member called __proto__ must be a member like any other.
function setMember(tree: Tree, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true })
  else tree[key] = value
}

/** The value of an attribute, or undefined when the text is not of its kind. Dates stay text: their offset is data. */
function readValue(type: string, text: string): unknown {
  if (type === 'int') {
    if (!/^\s*[+-]?\d+\s*$/.test(text)) return undefined
    const integer = Number(text)
    // What a number cannot hold stays exact as text.
    return Number.isSafeInteger(integer) ? integer : text.trim()
  }
  if (type === 'float') {
    const word = text.trim().toLowerCase()
    if (word === 'nan' || /^[+-]?inf(inity)?$/.test(word)) return null
    const float = Number(word)
    if (word === '' || Number.isNaN(float)) return undefined
    return word.replace(/\D/g, '').length > 15 && String(float) !== word ? text.trim() : float
  }
  if (type === 'boolean') {
    const word = text.trim().toLowerCase()
    return word === 'true' || word === '1' ? true : word === 'false' || word === '0' ? false : undefined
  }
  return tidy(text)
}

export class XesReader implements XmlSink {
  readonly log: XesLog = {
    attributes: {},
    extensions: [],
    classifiers: [],
    globals: { trace: {}, event: {} },
    traces: 0,
    events: 0,
    emptyTraces: 0,
  }
  readonly #collector: TreeCollector
  readonly #levels: Level[] = []
  #trace: { tree: Tree; fault?: Fault; line: number; flushed: boolean } = { tree: {}, line: 0, flushed: false }
  #held: HeldEvent[] = []
  #eventLine = 0
  #classified: string[][] | undefined

  constructor(collector: TreeCollector) {
    this.#collector = collector
  }

  open({ name, attributes }: Tag, depth: number, line: number): void {
    if (depth === 1 && name !== 'log') throw new FileFault('xes.not-a-log', { root: name.slice(0, 80) })
    const parent = this.#levels.at(-1)
    this.#levels.push(this.#levelOf(name, attributes, parent))
    const level = this.#levels.at(-1)
    if (level?.kind === 'trace') {
      this.#trace = { tree: level.tree, line, flushed: false }
      this.log.traces++
    }
    if (level?.kind === 'event') this.#eventLine = line
  }

  #levelOf(name: string, attributes: Readonly<Record<string, string>>, parent: Level | undefined): Level {
    if (!parent) return { kind: 'log', tree: this.log.attributes }
    if (attributeKinds.has(name) && parent.kind !== 'other') {
      const { key = '', value = '' } = attributes
      return { kind: 'attribute', type: name, key: tidy(key), value, tree: {}, items: [] }
    }
    if (parent.kind === 'log') {
      if (name === 'trace') return { kind: 'trace', tree: {} }
      if (name === 'global')
        return { kind: 'global', tree: this.log.globals[attributes.scope === 'trace' ? 'trace' : 'event'] }
      this.#noteHeader(name, attributes)
    }
    // An event beside the traces belongs to no case: it comes out without one, so that its contract sets it aside.
    if (name === 'event' && (parent.kind === 'trace' || parent.kind === 'log')) return { kind: 'event', tree: {} }
    if (parent.kind === 'attribute' && name === 'values') return { kind: 'values', tree: parent.tree }
    return { kind: 'other' }
  }

  #noteHeader(name: string, attributes: Readonly<Record<string, string>>): void {
    const { name: called = '', prefix = '', uri = '', scope = 'event', keys = '' } = attributes
    if (name === 'extension') this.log.extensions.push({ name: called, prefix, uri })
    if (name === 'classifier') this.log.classifiers.push({ name: called, scope, keys })
  }

  close(): void {
    const level = this.#levels.pop()
    if (level?.kind === 'attribute') this.#closeAttribute(level)
    else if (level?.kind === 'event') {
      this.#closeEvent(level.tree, level.fault)
      if (this.#levels.length === 1) this.#flush()
    } else if (level?.kind === 'trace') this.#closeTrace(level.fault)
  }

  #closeAttribute(level: Extract<Level, { kind: 'attribute' }>): void {
    const parent = this.#levels.at(-1)
    if (!parent || parent.kind === 'other') return
    if (parent.kind === 'trace' && this.#trace.flushed) throw new FileFault('xes.trace-too-long', { limit: heldEvents })
    const { key, type, tree } = level
    const nested = Object.keys(tree).length > 0
    const value = type === 'list' ? level.items : type === 'container' ? tree : readValue(type, level.value)
    const list = this.#listAround(parent)
    if (list) list.items.push({ [key]: value, ...(nested && type !== 'container' ? { [nestedKey(key)]: tree } : {}) })
    if (list?.type === 'list') return
    const doubled = Object.hasOwn(parent.tree, key)
    if (value === undefined || key === '' || doubled) parent.fault ??= { key, value: level.value.slice(0, 200) }
    if (doubled) return
    setMember(parent.tree, key, value ?? null)
    if (nested && type !== 'container' && type !== 'list') setMember(parent.tree, nestedKey(key), tree)
    if (level.fault) parent.fault ??= level.fault
  }

  // The list a value stands in, straight away (XES 1.0) or within <values> (IEEE 1849).
  #listAround(parent: Level): Extract<Level, { kind: 'attribute' }> | undefined {
    const holder = parent.kind === 'values' ? this.#levels.at(-2) : parent
    return holder?.kind === 'attribute' && holder.type === 'list' ? holder : undefined
  }

  #closeEvent(tree: Tree, fault: Fault | undefined): void {
    this.log.events++
    this.#nameByClassifier(tree)
    this.#held.push({ tree, fault, fileLine: this.#eventLine, line: this.log.events })
    if (this.#held.length >= heldEvents) this.#flush()
  }

  // The standard lets a log name its events by other attributes than concept:name, and say by which in a classifier.
  #nameByClassifier(tree: Tree): void {
    const given = tree['concept:name']
    if (given !== undefined && given !== '') return
    this.#classified ??= this.log.classifiers
      .filter(({ scope }) => scope === 'event')
      .map(({ keys }) => [...keys.matchAll(/'([^']+)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''))
    for (const keys of this.#classified) {
      const parts = keys.map((key) => tree[key])
      const whole = parts.every(
        (part) => part !== undefined && part !== null && part !== '' && typeof part !== 'object',
      )
      if (keys.length === 0 || !whole) continue
      setMember(tree, 'concept:name', parts.join('+'))
      return
    }
  }

  #closeTrace(fault: Fault | undefined): void {
    this.#trace.fault = fault
    if (this.#held.length === 0 && !this.#trace.flushed) {
      this.log.emptyTraces++
      this.#collector.notices.push(this.#emptyTrace())
    }
    this.#flush()
    this.#trace = { tree: {}, line: 0, flushed: false }
  }

  #emptyTrace(): Notice {
    const name = this.#trace.tree['concept:name']
    const trace = typeof name === 'string' && name !== '' ? name : `#${this.log.traces}`
    return { code: 'xes.trace-without-events', line: this.#trace.line, facts: { trace } }
  }

  #flush(): void {
    const around: Tree = {}
    for (const [key, value] of Object.entries(this.#trace.tree)) around[`case:${key}`] = value
    for (const { tree, fault, fileLine, line } of this.#held) {
      const row: TreeRow = { line, fileLine, values: { ...around, ...tree } }
      const wrong = fault ?? this.#trace.fault
      if (!wrong) this.#collector.rows.push(row)
      else this.#collector.addFault('xes.attribute', wrong, JSON.stringify(row.values), { line, fileLine })
    }
    this.#held = []
    this.#trace.flushed = true
  }
}
