import { type PlaybookBody, type Step, sayPlaybookLevel, sayWhen } from './model.ts'

export interface Difference {
  /** Step or part of the head that it is about. */
  where: string
  how: 'added' | 'removed' | 'changed' | 'moved'
  before?: string
  after?: string
}

/** What changed between two versions, part by part, in the order of the later one. */
export function comparePlaybooks(before: PlaybookBody, after: PlaybookBody): Difference[] {
  const head = headOf(before).flatMap(([where, earlier], index): Difference[] => {
    const later = headOf(after)[index]?.[1] ?? ''
    return earlier === later ? [] : [{ where, how: 'changed', before: earlier, after: later }]
  })
  return [...head, ...compareSteps(before, after)]
}

const headOf = (body: PlaybookBody): [string, string][] => [
  ['Tên', body.title],
  ['Cấp', sayPlaybookLevel(body.level)],
  ['Mục đích', body.purpose],
  ['Căn cứ', body.source],
  ['Đối chiếu', body.unverified ? 'chưa đối chiếu văn bản gốc' : 'đã đối chiếu'],
  ['Đầu mối liên lạc', body.contacts.map(({ name, reach }) => `${name}: ${reach}`).join('; ')],
]

function compareSteps(before: PlaybookBody, after: PlaybookBody): Difference[] {
  const earlier = new Map(before.steps.map((step, index) => [step.key, { step, index }]))
  const kept = after.steps.filter(({ key }) => earlier.has(key))
  const differences = after.steps.flatMap((step): Difference[] => {
    const known = earlier.get(step.key)
    if (!known) return [{ where: step.title, how: 'added', after: sayStep(step, after) }]
    const [was, is] = [sayStep(known.step, before), sayStep(step, after)]
    return was === is ? [] : [{ where: known.step.title, how: 'changed', before: was, after: is }]
  })
  const order = before.steps.filter(({ key }) => kept.some((step) => step.key === key)).map(({ key }) => key)
  const moved = kept.filter(({ key }, index) => order[index] !== key)
  const gone = before.steps.filter(({ key }) => !after.steps.some((step) => step.key === key))
  return [
    ...differences,
    ...moved.map(({ title }): Difference => ({ where: title, how: 'moved' })),
    ...gone.map((step): Difference => ({ where: step.title, how: 'removed', before: sayStep(step, before) })),
  ]
}

function sayStep(step: Step, body: PlaybookBody): string {
  const titleOf = (key: string) => body.steps.find((one) => one.key === key)?.title ?? key
  return [
    step.title,
    step.what,
    `${step.who.organisation}${step.who.role ? ` (${step.who.role})` : ''}`,
    sayWhen(step.when, titleOf),
    step.evidence ? `minh chứng: ${step.evidence}` : '',
    ...step.messages.map(({ title, text, channels }) => `bản tin “${title}” (${channels.join(', ')}): ${text}`),
  ]
    .filter(Boolean)
    .join('\n')
}
