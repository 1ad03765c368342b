import { type AlertCounts, type AlertRow, countAlerts, listOpenAlerts } from '#alerts'
import { type DirectiveSummary, summariseDirectives } from '#directives'
import { type DutySummary, summariseDuties } from '#duties'
import { type CurrentShift, currentShift, listOpenIncidents, type OpenIncident } from '#incidents'
import { type Card, listCards } from '#indicators'
import type { Context } from '#platform/context'
import { chooseCards } from '../overview/choose-cards.ts'
import type { CardSetting } from '../pages/card.tsx'
import { readSetting } from '../pages/setting.ts'
import { readView, type View } from '../pages/view.tsx'

const alertsShown = 30
const numbersShown = 5

/** What the room watches: one reading for the wall and the desk. */
export interface Watch {
  view: View
  setting: Awaited<ReturnType<typeof readSetting>> & CardSetting
  cards: Card[]
  alerts: AlertRow[]
  counts: AlertCounts
  incidents: OpenIncident[]
  shift: CurrentShift | undefined
  duties: DutySummary
  directives: DirectiveSummary
}

export async function readWatch(ctx: Context): Promise<Watch> {
  const view = await readView(ctx, {})
  const [setting, cards, alerts, counts, incidents, shift, duties, directives] = await Promise.all([
    readSetting(ctx, view),
    listCards(ctx, { organisation: view.organisation.code }),
    listOpenAlerts(ctx, { limit: alertsShown }),
    countAlerts(ctx),
    listOpenIncidents(ctx),
    currentShift(ctx),
    summariseDuties(ctx, ctx.reach('duty:read'), 'source'),
    summariseDirectives(ctx, ctx.reach('directive:read')),
  ])
  return { view, setting, cards, alerts, counts, incidents, shift, duties, directives }
}

/** The newest grave alert that is open and has a place: where the map goes by itself. */
export function findGravePlace(alerts: readonly AlertRow[], passedOver?: string): AlertRow | undefined {
  const [newest] = alerts
    .filter(({ severity, state, point, area }) => severity === 'critical' && state !== 'closed' && (point || area))
    .toSorted((a, b) => b.raisedAt.getTime() - a.raisedAt.getTime())
  return newest?.code === passedOver ? undefined : newest
}

/** The numbers that are asked for by name, or the key ones of the overview. */
export function chooseNumbers(cards: readonly Card[], codes: readonly string[]): Card[] {
  const named = codes.flatMap((code) => cards.find(({ definition }) => definition.code === code) ?? [])
  if (named.length > 0) return named
  return chooseCards(cards, { said: new Set(), key: numbersShown, aGroup: 0 }).key
}

/** What the map shows in turn: what is asked for, or the computed shares that stand on the wall. */
export function chooseScenes(numbers: readonly Card[], codes: readonly string[]): string[] {
  if (codes.length > 0) return [...codes]
  const shown = numbers.filter(({ definition }) => definition.body.formula.type !== 'typed')
  return shown.map(({ definition }) => definition.code).slice(0, 3)
}
