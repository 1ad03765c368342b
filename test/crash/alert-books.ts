/** The books of alerts after the trial: none lost, none doubled, timers fired once and not early, and all of it counted. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from '#platform/sql'
import { answerMinutes, timers } from './pack.ts'
import { groupOf, keyOf, type Storms } from './storms.ts'

/** Clocks of one machine: an instant that the test noted after an answer may only lie behind the one in the books. */
const minuteMs = 60_000

/** What time alone still has to bring about. */
export async function countDue(sql: Sql): Promise<number> {
  const [row] = await sql<{ due: number }[]>`
    select (select count(*) from alerts.alert where closed_at is null and state = 'acknowledged' and due_at <= now())::int
      + (select count(*) from alerts.signal s where s.held is not null and s.ends_at > now() and not exists (
          select from alerts.silence i where i.ends_at > now()))::int
      + (select count(*) from alerts.silence where ends_at > now())::int
      + (select count(*) from alerts.alert where notified_at is null and closed_at is null and state = 'new' and ended_at is null
          and severity in ('critical', 'high') and inhibited_by is null and flapping_since is null)::int as due`
  return row?.due ?? 0
}

export async function checkAlerts(sql: Sql, storms: Storms): Promise<void> {
  await checkOccurrences(sql, storms)
  await checkFolding(sql, storms)
  await checkBalance(sql, storms)
  await checkHushes(sql, storms)
  await checkSteps(sql, storms)
  await checkCalls(sql)
}

async function checkOccurrences(sql: Sql, storms: Storms): Promise<void> {
  const rows = await sql<{ inlet: string; thing: string; startsAt: Date; held: string | null }[]>`
    select inlet, labels ->> 'thing' as thing, starts_at, held from alerts.signal`
  const kept = rows.map(({ inlet, thing, startsAt }) => `${inlet} ${thing} ${startsAt.toISOString()}`)
  const there = new Set(kept)
  const answered = [...storms.acknowledged].flatMap(({ occurrences }) => occurrences)
  const lost = answered.map(keyOf).filter((key) => !there.has(key))
  assert.deepEqual(lost.slice(0, 10), [], `${lost.length} acknowledged occurrences are lost`)
  assert.equal(there.size, kept.length, 'no occurrence is kept twice')
  assert.equal(there.size, storms.told.size, 'every occurrence that was told is there, and no other')
  assert.deepEqual(
    rows.filter(({ held }) => held !== null),
    [],
    'nothing is held back when no silence is left',
  )
}

/** Each occurrence counts once in the alerts of its cause; of one cause at most one is open. */
async function checkFolding(sql: Sql, storms: Storms): Promise<void> {
  const expected = new Map<string, number>()
  for (const one of storms.told.values()) expected.set(groupOf(one), (expected.get(groupOf(one)) ?? 0) + 1)
  const rows = await sql<{ group: string; count: number; open: number }[]>`
    select inlet || ' ' || (labels ->> 'alertname') || ' ' || (labels ->> 'quan') as "group", sum(count)::int as count,
      count(*) filter (where closed_at is null)::int as open
    from alerts.alert group by 1`
  const found = new Map(rows.map(({ group, count }) => [group, count]))
  const wrong = [...expected].filter(([group, count]) => found.get(group) !== count)
  assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} causes have lost or doubled occurrences`)
  assert.equal(found.size, expected.size, 'no alert without a cause')
  assert.deepEqual(
    rows.filter(({ open }) => open > 1),
    [],
    'of one cause at most one alert is open',
  )
}

async function checkBalance(sql: Sql, storms: Storms): Promise<void> {
  const [sums] = await sql<
    {
      received: number
      shown: number
      grouped: number
      silenced: number
      dropped: number
      rows: number
      times: number
    }[]
  >`
    select sum(received)::int as received, sum(shown)::int as shown, sum(grouped)::int as grouped, sum(silenced)::int as silenced,
      sum(dropped)::int as dropped, (select count(*)::int from alerts.alert) as rows, (select sum(count)::int from alerts.alert) as times
    from alerts.balance`
  assert.ok(sums)
  const { received, shown, grouped, silenced, dropped, rows, times } = sums
  assert.equal(received, shown + grouped + silenced + dropped, 'received = shown + grouped + silenced + dropped')
  assert.equal(shown, rows, 'what is counted as shown are the alerts that were opened')
  assert.equal(shown + grouped, times, 'what is counted as shown or grouped is in the alerts')
  // What a silence held back is received once more when it is released.
  const answered = [...storms.acknowledged].reduce((sum, { occurrences }) => sum + occurrences.length, 0)
  const fromOutside = received - silenced
  assert.ok(fromOutside >= answered, `${fromOutside} received, ${answered} were answered for`)
  assert.ok(fromOutside <= storms.sent, `${fromOutside} received, ${storms.sent} were sent`)
}

/** What came under a silence was shown, and not before its end; the last may have ended a moment ago. */
async function checkHushes(sql: Sql, storms: Storms): Promise<void> {
  for (const { district, endsAt } of storms.hushes) {
    const shownAt = await firstShown(sql, district)
    assert.ok(shownAt, `${district} was not shown although its silence has ended`)
    assert.ok(shownAt >= endsAt, `${district} was shown before its silence ended`)
  }
}

async function firstShown(sql: Sql, district: string): Promise<Date | undefined> {
  for (let waited = 0; waited < 60_000; waited += 500) {
    const [row] = await sql<{ raisedAt: Date | null }[]>`
      select min(raised_at) as raised_at from alerts.alert where labels ->> 'quan' = ${district}`
    if (row?.raisedAt) return row.raisedAt
    await sleep(500)
  }
}

interface Step {
  code: string
  severity: keyof typeof timers.followMinutes
  deed: string
  at: Date
}

/** The life of each alert, step by step. */
async function checkSteps(sql: Sql, { taken, closed }: Storms): Promise<void> {
  const steps = await sql<Step[]>`
    select a.code, a.severity, e.deed, e.at from alerts.alert_event e join alerts.alert a on a.id = e.alert_id
    where e.deed in ('raised', 'acknowledged', 'lapsed', 'escalated', 'closed') order by e.alert_id, e.id`
  const byCode = new Map<string, Step[]>()
  for (const step of steps) byCode.set(step.code, [...(byCode.get(step.code) ?? []), step])
  for (const own of byCode.values()) checkLife(own)
  for (const { code, at } of taken)
    assert.ok(
      byCode.get(code)?.some((step) => step.deed === 'acknowledged' && step.at.getTime() <= at),
      `${code} was acknowledged`,
    )
  for (const { code } of closed)
    assert.equal(byCode.get(code)?.filter(({ deed }) => deed === 'closed').length, 1, `${code} was closed once`)
  const [wrong] = await sql<{ count: number }[]>`
    select count(*)::int from alerts.alert a
    where a.escalation <> (select count(*) from alerts.alert_event e where e.alert_id = a.id and e.deed = 'escalated')`
  assert.equal(wrong?.count, 0, 'each step up is in the timeline once')
}

function checkLife(steps: readonly Step[]): void {
  let acknowledgedAt: Date | undefined
  let climbsFrom: Date | undefined
  for (const [index, { code, severity, deed, at }] of steps.entries()) {
    assert.equal(deed === 'raised', index === 0, `${code}: raised once, and first`)
    if (deed === 'acknowledged') {
      assert.equal(acknowledgedAt, undefined, `${code}: acknowledged twice without a lapse`)
      acknowledgedAt = at
    }
    if (deed === 'lapsed') {
      assert.ok(acknowledgedAt, `${code}: lapsed without an acknowledgement`)
      const waited = at.getTime() - acknowledgedAt.getTime()
      assert.ok(waited >= timers.followMinutes[severity] * minuteMs, `${code}: lapsed early, after ${waited} ms`)
      acknowledgedAt = undefined
    }
    if (deed === 'escalated' && climbsFrom) {
      const waited = at.getTime() - climbsFrom.getTime()
      const least = Math.min(timers.climbMinutes[severity], timers.acknowledgeMinutes[severity]) * minuteMs
      assert.ok(waited >= least, `${code}: climbed early, after ${waited} ms`)
    }
    if (deed !== 'acknowledged' && deed !== 'closed') climbsFrom = at
    assert.equal(deed === 'closed', index === steps.length - 1 && deed === 'closed', `${code}: nothing follows its end`)
  }
}

/** A grave alert that waits calls somebody; nobody is called early or twice in a round. */
async function checkCalls(sql: Sql): Promise<void> {
  const rows = await sql<{ key: string; state: string; attempts: { round: number; account: string; at: string }[] }[]>`
    select c.key, c.state, (select coalesce(jsonb_agg(jsonb_build_object('round', t.round, 'account', t.account, 'at', t.called_at)
      order by t.called_at), '[]') from incidents.call_attempt t where t.call_out = c.id) as attempts
    from incidents.call_out c`
  for (const { key, attempts } of rows) {
    const asked = attempts.map(({ round, account }) => `${round} ${account}`)
    assert.equal(new Set(asked).size, asked.length, `${key}: somebody was called twice in a round`)
    for (const [index, { at }] of attempts.entries()) {
      const before = attempts[index - 1]
      if (before)
        assert.ok(
          Date.parse(at) - Date.parse(before.at) >= answerMinutes * minuteMs,
          `${key}: the next was called early`,
        )
    }
  }
  const [calls] = await sql<{ wrong: number; missing: number }[]>`
    select count(*) filter (where is_calling <> exists (
        select from incidents.call_out c where c.state = 'calling' and (c.key = 'alert:' || code or c.key like 'alert:' || code || '/%')))::int as wrong,
      count(*) filter (where calls <> (
        select count(*) from incidents.call_out c where c.key = 'alert:' || code or c.key like 'alert:' || code || '/%'))::int as missing
    from alerts.alert`
  assert.deepEqual({ ...calls }, { wrong: 0, missing: 0 }, 'alerts and their calls say the same')
}
