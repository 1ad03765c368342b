// A playbook as the fields of its form, and back: what was typed comes back as it was, whether or not it can be taken.
import { searchKey } from '#ui'
import type { PlaybookBody, Step } from '../playbooks/model.ts'

export interface DraftStep {
  key: string
  title: string
  what: string
  organisation: string
  role: string
  amount: string
  unit: string
  after: string
  evidence: string
  messages: DraftMessage[]
}

export interface DraftMessage {
  title: string
  text: string
  channels: string[]
}

/** A step has up to three messages; the form always offers a free one. */
export const mostMessages = 3

export interface Draft {
  code: string
  title: string
  kind: string
  level: string
  incidentLevel: string
  purpose: string
  source: string
  unverified: boolean
  contacts: string
  /** Kept as they are: names by which alerts ask for it, apart by spaces. */
  aliases: string
  steps: DraftStep[]
}

type Fields = Readonly<Record<string, string | string[]>>

const mostSteps = 60

export const emptyStep = (): DraftStep => ({
  key: '',
  title: '',
  what: '',
  organisation: '',
  role: '',
  amount: '30',
  unit: 'minutes',
  after: '',
  evidence: '',
  messages: [],
})

/** From a stored playbook, or from what a form sent. */
export function readDraft(from: PlaybookBody | Fields, code = ''): Draft {
  return 'steps' in from && Array.isArray(from.steps) && typeof from.steps[0] === 'object'
    ? // A form has no field of this name.
      ofBody(from as PlaybookBody, code)
    : ofFields(from as Fields)
}

function ofBody(body: PlaybookBody, code: string): Draft {
  return {
    code,
    title: body.title,
    kind: body.kind,
    level: body.level ? `${body.level.scale}:${body.level.value}` : '',
    incidentLevel: body.incidentLevel ?? '',
    purpose: body.purpose,
    source: body.source,
    unverified: body.unverified,
    contacts: body.contacts.map(({ name, reach }) => `${name}: ${reach}`).join('\n'),
    aliases: body.aliases.join(' '),
    steps: body.steps.map(ofStep),
  }
}

function ofStep(step: Step): DraftStep {
  return {
    key: step.key,
    title: step.title,
    what: step.what,
    organisation: step.who.organisation,
    role: step.who.role ?? '',
    amount: String('minutes' in step.when ? step.when.minutes : step.when.workingHours),
    unit: 'minutes' in step.when ? 'minutes' : 'workingHours',
    after: step.when.after ?? '',
    evidence: step.evidence ?? '',
    messages: step.messages.map((message) => ({ ...message, channels: [...message.channels] })),
  }
}

function ofFields(fields: Fields): Draft {
  const one = (name: string): string => {
    const value = fields[name]
    return (Array.isArray(value) ? value[0] : value) ?? ''
  }
  const count = Math.min(mostSteps, Number(one('so-buoc')) || 0)
  const list = (name: string): string[] => {
    const value = fields[name]
    return value === undefined ? [] : Array.isArray(value) ? value : [value]
  }
  const steps = Array.from({ length: count }, (_, index): DraftStep => {
    const of = (part: string) => one(`buoc-${index}-${part}`)
    return {
      key: of('key'),
      title: of('title'),
      what: of('what'),
      organisation: of('organisation'),
      role: of('role'),
      amount: of('amount'),
      unit: of('unit'),
      after: of('after'),
      evidence: of('evidence'),
      messages: Array.from({ length: mostMessages }, (_, each) => ({
        title: of(`message-${each}`),
        text: of(`text-${each}`),
        channels: list(`buoc-${index}-channels-${each}`),
      })).filter(({ title, text }) => title.trim() || text.trim()),
    }
  })
  return {
    code: one('code'),
    title: one('title'),
    kind: one('kind'),
    level: one('level'),
    incidentLevel: one('incidentLevel'),
    purpose: one('purpose'),
    source: one('source'),
    unverified: one('unverified') === 'yes',
    contacts: one('contacts'),
    aliases: one('aliases'),
    steps,
  }
}

/** Adds, moves or takes out a step. @returns nothing where the form asks to be saved. */
export function turnSteps(draft: Draft, deed: string | string[] | undefined): Draft | undefined {
  const [name = '', at = ''] = String(deed ?? '').split('-')
  const index = Number(at)
  const steps = withKeys(draft.steps)
  if (name === 'them') return { ...draft, steps: [...steps, emptyStep()] }
  if (name === 'bo') return { ...draft, steps: steps.filter((_, each) => each !== index) }
  const other = name === 'len' ? index - 1 : name === 'xuong' ? index + 1 : undefined
  if (other === undefined) return undefined
  const [moved, changed] = [steps[index], steps[other]]
  if (!moved || !changed) return { ...draft, steps }
  return { ...draft, steps: steps.map((step, each) => (each === index ? changed : each === other ? moved : step)) }
}

/** A new step gets its key from its title, so that others can wait for it. */
function withKeys(steps: readonly DraftStep[]): DraftStep[] {
  const taken = new Set(steps.map(({ key }) => key).filter(Boolean))
  return steps.map((step, index) => {
    if (step.key || !step.title.trim()) return step
    const base =
      searchKey(step.title)
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 30) || `buoc-${index + 1}`
    let key = base
    for (let count = 2; taken.has(key); count += 1) key = `${base}-${count}`
    taken.add(key)
    return { ...step, key }
  })
}

/** The body that is checked: what cannot be one is left for the check to name. */
export function draftOf(draft: Draft): unknown {
  const [scale, value] = draft.level.split(':')
  return {
    title: draft.title,
    kind: draft.kind,
    ...(draft.level ? { level: { scale, value } } : {}),
    ...(draft.incidentLevel ? { incidentLevel: draft.incidentLevel } : {}),
    purpose: draft.purpose,
    source: draft.source,
    unverified: draft.unverified,
    aliases: draft.aliases.split(/\s+/).filter(Boolean),
    contacts: draft.contacts
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean)
      .map((line) => {
        const at = line.indexOf(':')
        return at > 0
          ? { name: line.slice(0, at), reach: line.slice(at + 1).trim() || '?' }
          : { name: line, reach: '?' }
      }),
    steps: withKeys(draft.steps).map((step, index) => ({
      key: step.key || `buoc-${index + 1}`,
      title: step.title,
      what: step.what,
      who: { organisation: step.organisation, ...(step.role.trim() ? { role: step.role } : {}) },
      when: {
        [step.unit === 'workingHours' ? 'workingHours' : 'minutes']: Number(step.amount),
        ...(step.after ? { after: step.after } : {}),
      },
      ...(step.evidence.trim() ? { evidence: step.evidence } : {}),
      messages: step.messages,
    })),
  }
}
