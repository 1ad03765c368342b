// To whom lateness climbs. A department's matter goes to the vice-chair of its field; a commune is not under a department, so its matter
// goes to its own chair and then to the vice-chair of that field.
import { listHolders, listPeople } from '#identity'
import { ancestorsOf, findOrganisation, type Organisation, today } from '#organisations'
import type { Context } from '#platform/context'
import { givePermission } from '../rights.ts'
import { type Climb, fieldOf, type Line, type Settings } from '../settings.ts'
import type { Directive, Part } from '../store.ts'

export const climbNames: Record<Climb, string> = {
  head: 'Người đứng đầu cơ quan chủ trì',
  'vice-chair': 'Phó Chủ tịch phụ trách lĩnh vực',
  chair: 'Chủ tịch',
}

export interface Placement {
  line: Line
  /** The agency whose head answers: the department or commune the organisation belongs to. */
  agency: string
}

/** Under which line an agency stands: that of a commune as soon as one is above it. */
export async function placeOf(ctx: Context, organisation: string): Promise<Placement> {
  const at = { asOf: await today(ctx) }
  const own = await findOrganisation(ctx.sql, organisation, at)
  const above = await ancestorsOf(ctx.sql, organisation, at)
  const lineage: Organisation[] = own ? [...above, own] : above
  if (own?.line === 'external') return { line: 'external', agency: organisation }
  const commune = lineage.find(({ kind }) => kind === 'commune')
  if (commune) return { line: 'commune', agency: commune.code }
  const agency = lineage.find(({ kind }) => kind !== 'province' && kind !== 'authority' && kind !== 'national')
  return { line: 'department', agency: agency?.code ?? organisation }
}

export const stepsOf = (settings: Settings, line: Line) =>
  settings.ladders.find((ladder) => ladder.line === line)?.steps ?? []

/** The accounts of one step; empty where the office is not filled, and then only its name is written down. */
export async function listClimbed(
  ctx: Context,
  settings: Settings,
  question: { to: Climb; directive: Directive; part: Part },
): Promise<string[]> {
  const { to, directive, part } = question
  if (to === 'head') {
    const { agency } = await placeOf(ctx, part.organisation)
    const holders = await listHolders(ctx, givePermission, agency)
    return holders.filter(({ organisation }) => organisation === agency).map(({ account }) => account)
  }
  const field = directive.field ?? fieldOf(settings, part.organisation)
  const named =
    to === 'chair'
      ? settings.leaders.filter(({ chair }) => chair).map(({ account }) => account)
      : settings.fields.filter(({ code }) => code === field).map(({ viceChair }) => viceChair)
  return (await listPeople(ctx, named)).map(({ account }) => account)
}
