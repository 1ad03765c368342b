import { directiveMoved } from '#directives'
import { dutyMoved } from '#duties'
import { callAnswered } from '#incidents'
import { factsChanged } from '#indicators'
import { ledgerFaultMoved } from '#ledger'
import type { Context } from '#platform/context'
import { type Subscription, subscribe } from '#platform/events'
import { handleJob, type JobHandler } from '#platform/jobs'
import { projectSlowed } from '#portfolio'
import { recordsChanged } from '#warehouse'
import { takeAnswered } from './actions.ts'
import { alertOfCall } from './calls.ts'
import { evaluateJob, purgeJob, sweepJob, tellJob } from './job-types.ts'
import { followLedgerFault } from './ledger-faults.ts'
import { fulfilConditions } from './rules/conditions.ts'
import { evaluateRules } from './rules/evaluate.ts'
import { indicatorsOf } from './rules/model.ts'
import { type Move, noteMove } from './rules/move-tracks.ts'
import { listWaitingRules, markDirty } from './rules/state-store.ts'
import { listRules, type StoredRule } from './rules/store.ts'
import { tellUntold } from './timers/clocks.ts'
import { followCalls } from './timers/follow-calls.ts'
import { purgeSignals } from './timers/purge.ts'
import { sweep } from './timers/sweep.ts'

const gatherMs = 50

/** Rules over facts of these indicators. */
export const watchesFacts =
  (indicators: readonly string[]) =>
  ({ body }: StoredRule): boolean =>
    indicatorsOf(body).some((code) => indicators.includes(code))

const watchesRecords =
  ({ source, kind }: { source: string; kind: string }) =>
  ({ body: { input } }: StoredRule): boolean => {
    if (input.from !== 'record' && input.from !== 'source') return false
    if (input.from === 'record' && input.kind !== kind) return false
    return input.sources === undefined || input.sources.includes(source)
  }

/** What rules watch comes in floods: they are marked, and looked at together a moment later, so that nobody waits behind the flood. */
async function wakeFor(ctx: Context, watches: (rule: StoredRule) => boolean): Promise<void> {
  const rules = (await listRules(ctx.sql)).filter(watches)
  if (rules.length === 0) return
  await markDirty(ctx, rules)
  await ctx.enqueue(evaluateJob, {}, { key: evaluateJob.name, runAt: new Date(ctx.now.getTime() + gatherMs) })
}

async function followMove(ctx: Context, move: Move): Promise<void> {
  await noteMove(ctx, move)
  await wakeFor(ctx, ({ body }) => body.input.from === move.stream)
}

/** Rules that wait, whyever: marked, new, or with a timer that is out. */
export async function evaluateWaiting(ctx: Context): Promise<void> {
  const waiting = await listWaitingRules(ctx)
  await evaluateRules(ctx, ({ code }) => waiting.has(code))
}

/** At a start of the program everything is looked at once: a bad state that is there already is told. */
export async function wakeAllRules(ctx: Context): Promise<void> {
  await wakeFor(ctx, () => true)
}

export const subscriptions: readonly Subscription[] = [
  subscribe(factsChanged, 'alerts.facts-changed', async (ctx, { indicators }) => {
    await evaluateRules(ctx, watchesFacts(indicators))
    await fulfilConditions(ctx, indicators)
  }),
  subscribe(recordsChanged, 'alerts.records-changed', (ctx, change) => wakeFor(ctx, watchesRecords(change))),
  subscribe(dutyMoved, 'alerts.duty-moved', (ctx, { code, organisation, subject, title = '', from, to }) =>
    followMove(ctx, {
      stream: 'duty',
      key: code,
      organisation,
      from,
      to,
      detail: { [subject.kind]: subject.code, title },
    }),
  ),
  subscribe(ledgerFaultMoved, 'alerts.ledger-fault', followLedgerFault),
  subscribe(callAnswered, 'alerts.call-answered', async (ctx, { key, account, name }) => {
    const code = alertOfCall(key)
    if (code) await takeAnswered(ctx, code, { account, name })
  }),
  subscribe(directiveMoved, 'alerts.directive-moved', (ctx, { code, organisation, title = '', from, to }) =>
    followMove(ctx, { stream: 'directive', key: code, organisation, from: from ?? '', to, detail: { title } }),
  ),
  subscribe(projectSlowed, 'alerts.project-slowed', (ctx, { code, organisation, name, reason, isSlow, words }) => {
    const [from, to] = isSlow ? ['on-time', 'slow'] : ['slow', 'on-time']
    const detail = { title: name, code, reason, words }
    return followMove(ctx, { stream: 'project', key: `${code} ${reason}`, organisation, from, to, detail })
  }),
]

export const jobs: readonly JobHandler[] = [
  handleJob(tellJob, async (ctx) => {
    // The calls first: in a storm the messages to everybody take longer.
    await followCalls(ctx)
    await tellUntold(ctx)
  }),
  handleJob(evaluateJob, evaluateWaiting),
  handleJob(
    purgeJob,
    async (ctx) => {
      await purgeSignals(ctx)
    },
    '10 19 * * *',
  ),
  handleJob(
    sweepJob,
    async (ctx) => {
      // Silence is nobody's event: sources are looked at with every minute.
      await evaluateRules(ctx, ({ body }) => body.input.from === 'source')
      await evaluateWaiting(ctx)
      await sweep(ctx)
    },
    '* * * * *',
  ),
]
