import { Tag } from '#ui'
import { quarantineStates, type QuarantineState as State } from './words.ts'

export function QuarantineState({ state }: { state: string }) {
  const { label, tone } = quarantineStates[state as State] ?? quarantineStates.open
  return <Tag tone={tone}>{label}</Tag>
}
