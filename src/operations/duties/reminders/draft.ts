// What the system does by itself: drafts a letter, asks the agency, hands the letter on to the signer when the time has run out, and
// drops it when nothing is left of its ground.

import { addWorkingDays, dueAt, localDate, workingDaysLate } from '#calendar'
import { ancestorsOf, getHomePack, today } from '#organisations'
import type { Context } from '#platform/context'
import { calendarsOf } from '../keeping/schedule.ts'
import { firstLetterState, type Settings } from '../model.ts'
import { getSettings } from '../settings.ts'
import type { Duty } from '../store.ts'
import { dropByItself, recordStep, waitForSigner } from './actions.ts'
import {
  insertLetter,
  insertLetterDuties,
  listGroundless,
  listLastLetters,
  listRemindable,
  listSilent,
  nextDraftNumber,
} from './store.ts'
import { tellDrafted } from './tell.ts'

/** One look at the letters. Each is a transaction of its own; done again, it changes nothing. */
export async function keepLetters(ctx: Context): Promise<void> {
  for (const { code } of await listGroundless(ctx.sql)) await dropByItself(ctx, code)
  for (const { code } of await listSilent(ctx.sql, ctx.now)) await waitForSigner(ctx, code)
  await draftLetters(ctx)
}

async function draftLetters(ctx: Context): Promise<void> {
  const late = await listRemindable(ctx.sql)
  if (late.length === 0) return
  const settings = await getSettings(ctx)
  const calendarOf = calendarsOf(ctx)
  const agencies = groupByAgency(late)
  // Nobody reminds the People's Committee itself.
  agencies.delete((await getHomePack(ctx.sql)).card.rootOrganisation)
  const last = new Map((await listLastLetters(ctx.sql, [...agencies.keys()])).map(({ agency, at }) => [agency, at]))
  for (const [agency, duties] of agencies) {
    const calendar = await calendarOf(agency)
    if (!calendar || (duties[0]?.isOutside && settings.outside.value === 'none')) continue
    const { timeZone } = calendar.calendar
    const before = last.get(agency)
    const again = before && addWorkingDays(calendar, localDate(before, timeZone), settings.againAfterWorkingDays.value)
    if (again && localDate(ctx.now, timeZone) < again) continue
    const due = duties.filter(
      (duty) => workingDaysLate(calendar, duty.dueAt, ctx.now) >= settings.draftAfterWorkingDays.value,
    )
    if (due.length > 0) await draft(ctx, { agency, duties: due, settings })
  }
}

function groupByAgency(duties: readonly Duty[]): Map<string, Duty[]> {
  const groups = new Map<string, Duty[]>()
  for (const duty of duties) groups.set(duty.agency, [...(groups.get(duty.agency) ?? []), duty])
  return groups
}

interface Drafting {
  agency: string
  duties: readonly Duty[]
  settings: Settings
}

/** Writes the draft and, to an agency of the province's line, the question that comes before any reminder. */
export function draft(ctx: Context, { agency, duties, settings }: Drafting): Promise<string | undefined> {
  return ctx.transaction(async (inner) => {
    const kind = duties[0]?.isOutside ? 'request' : 'reminder'
    const calendar = await calendarsOf(inner)(agency)
    const { card } = await getHomePack(inner.sql)
    const year = Number(localDate(inner.now, card.timeZone).slice(0, 4))
    const explainBy =
      kind === 'reminder' && calendar
        ? dueAt(calendar, {
            startedAt: inner.now,
            budget: { amount: settings.explainWithinWorkingDays.value, unit: 'working-day' },
          })
        : null
    const state = firstLetterState(kind)
    const code = `${kind === 'reminder' ? 'NN' : 'DN'}-${year}-${String(await nextDraftNumber(inner.sql, year)).padStart(4, '0')}`
    const issuer = await issuerFor(inner, agency, settings)
    const id = await insertLetter(inner.sql, { code, kind, agency, issuer, state, draftedAt: inner.now, explainBy })
    // Another program was quicker.
    if (id === undefined) return undefined
    await insertLetterDuties(
      inner.sql,
      id,
      duties.map((duty) => duty.id),
    )
    await recordStep(inner, { id, code, agency }, { from: null, to: state, note: null, deed: 'drafted' })
    await tellDrafted(inner, code, duties.length)
    return code
  })
}

/** The department in charge does not remind itself. */
async function issuerFor(ctx: Context, agency: string, { issuer }: Settings): Promise<string> {
  const { organisation, ownIssuer } = issuer.value
  if (agency === organisation) return ownIssuer
  const above = await ancestorsOf(ctx.sql, organisation, { asOf: await today(ctx) })
  return above.some(({ code, kind }) => code === agency && kind !== 'province') ? ownIssuer : organisation
}
