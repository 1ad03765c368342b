import { listPeople } from '#identity'
import type { MessageSettings } from '#platform/config'
import type { Context } from '#platform/context'
import { Tag, Time, type Tone } from '#ui'
import type { DeliveryState } from '../model.ts'
import { isConfigured } from '../sending/gateways.ts'
import type { DeliveryRow } from '../sending/read.ts'
import { faultWords, stateNames } from './words.ts'

const tones: Record<DeliveryState, Tone> = {
  waiting: 'neutral',
  sending: 'neutral',
  sent: 'done',
  received: 'done',
  failed: 'danger',
  unneeded: 'neutral',
}

/** Whom each goes to: a person by name; an account that is closed by now by the account. */
export async function sayReceivers(ctx: Context, rows: readonly DeliveryRow[]) {
  const people = await listPeople(ctx, [...new Set(rows.flatMap(({ account }) => account ?? []))])
  const names = new Map(people.map((person) => [person.account, person.name]))
  return ({ account }: DeliveryRow) => (account === null ? 'webhook của hệ thống' : (names.get(account) ?? account))
}

/** The state in a word; of what waits, for what. */
export function DeliveryTag({ row, messages }: { row: DeliveryRow; messages: MessageSettings }) {
  if (row.state === 'waiting' && !isConfigured(row.channel, messages)) return <Tag tone="warning">Chưa cấu hình</Tag>
  return (
    <>
      <Tag tone={tones[row.state]}>{stateNames[row.state]}</Tag>
      {row.state === 'waiting' && (
        <span class="muted small nowrap">
          {' '}
          đến <Time at={row.dueAt} exact />
        </span>
      )}
    </>
  )
}

/** Why it is not there, in words, and what the other side said. */
export function sayFault({ fault, faultWords: said }: Pick<DeliveryRow, 'fault' | 'faultWords'>): string | undefined {
  if (fault === null) return undefined
  const words = faultWords[fault] ?? fault
  return said ? `${words}: ${said}` : words
}
