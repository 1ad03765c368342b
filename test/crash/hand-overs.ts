/**
 * Hand-overs of shifts, signed by two people through the pages of the program while it is killed: of each the leaving lead signs, then the
 * coming one. What was answered stands; what was cut off stands whole or not at all, and is signed again.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Sql } from '#platform/sql'

const shifts = ['sang', 'toi', 'dem'] as const
const dayMs = 86_400_000

export interface HandOver {
  day: string
  shift: string
  /** The signatures that the program has answered for. */
  signed: { left: boolean; taken: boolean }
}

export class HandOvers {
  readonly all: HandOver[] = []
  readonly cookies = new Map<string, string>()

  /** The first that is not signed by both, or a new one. */
  next(): HandOver {
    const open = this.all.find(({ signed }) => !signed.taken)
    if (open) return open
    const made = this.all.length
    const day = new Date(Date.UTC(2026, 0, 1) + Math.floor(made / shifts.length) * dayMs).toISOString().slice(0, 10)
    const one = { day, shift: shifts[made % shifts.length] ?? shifts[0], signed: { left: false, taken: false } }
    this.all.push(one)
    return one
  }
}

interface Row {
  day: string
  shift: string
  state: 'draft' | 'left' | 'taken'
  text: string | null
  digest: string | null
  isLeft: boolean
  isTaken: boolean
  leftEntries: string[]
  takenEntries: string[]
  openItems: number
}

/** Each is signed whole or not at all: state, text, the entry in the ledger with its digest, and what waits in the inbox say the same. */
export async function checkHandOvers(sql: Sql, { all }: HandOvers): Promise<void> {
  const rows = await sql<Row[]>`
    select h.day, h.shift, h.state, h.text, h.digest, h.left_at is not null as is_left, h.taken_at is not null as is_taken,
      array(select e.body::jsonb ->> 'digest' from ledger.entry e where e.action = 'shift.left' and e.subject = 'shift:' || h.day || '/' || h.shift)
        as left_entries,
      array(select e.body::jsonb ->> 'digest' from ledger.entry e where e.action = 'shift.taken' and e.subject = 'shift:' || h.day || '/' || h.shift)
        as taken_entries,
      (select count(*)::int from worklist.item i where i.capability = 'incidents' and i.kind = 'hand-over-take'
        and i.code = h.day || '/' || h.shift and i.closed_at is null) as open_items
    from incidents.hand_over h`
  const digestOf = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
  for (const row of rows) {
    const signed = { draft: [0, 0], left: [1, 0], taken: [1, 1] }[row.state]
    assert.deepEqual([row.isLeft ? 1 : 0, row.isTaken ? 1 : 0], signed, `${row.day}/${row.shift} is ${row.state}`)
    assert.deepEqual([row.leftEntries.length, row.takenEntries.length], signed, `entries of ${row.day}/${row.shift}`)
    assert.equal(row.openItems, row.state === 'left' ? 1 : 0, `what waits for ${row.day}/${row.shift}`)
    if (row.state === 'draft') continue
    assert.equal(digestOf(row.text ?? ''), row.digest, `the text of ${row.day}/${row.shift} is the one that was signed`)
    for (const digest of [...row.leftEntries, ...row.takenEntries]) assert.equal(digest, row.digest)
  }
  const standing = new Map(rows.map((row) => [`${row.day}/${row.shift}`, row.state]))
  for (const { day, shift, signed } of all) {
    const state = standing.get(`${day}/${shift}`)
    if (signed.taken) assert.equal(state, 'taken', `${day}/${shift} was answered for`)
    else if (signed.left) assert.ok(state === 'left' || state === 'taken', `${day}/${shift} was answered for`)
  }
}
