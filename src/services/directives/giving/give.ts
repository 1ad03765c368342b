import { isPeriod } from '#calendar'
import { listPeople, type Person, partiesOf } from '#identity'
import { ancestorsOf, findOrganisation, getHomePack, searchKey, today } from '#organisations'
import type { Context } from '#platform/context'
import { type FieldFault, forbidden, invalid } from '#platform/errors'
import { announce } from '#platform/live'
import { budgetOf } from '../clock/terms.ts'
import { directiveMoved } from '../events.ts'
import { GivenDirective, type GivenPart } from '../model.ts'
import { apply, hold } from '../moving.ts'
import { givePermission } from '../rights.ts'
import { fieldOf, getSettings, officeOf, type Settings } from '../settings.ts'
import { type Directive, insertDirective, insertPart, nextNumber, type Part } from '../store.ts'

/**
 * In whose name somebody gives a task to an agency: the highest of those above it that his permission reaches. Nothing where he may give
 * it none.
 */
export async function authorityOver(ctx: Context, organisation: string): Promise<string | undefined> {
  const at = { asOf: await today(ctx) }
  const above = (await ancestorsOf(ctx.sql, organisation, at)).map(({ code }) => code)
  const { rootOrganisation } = (await getHomePack(ctx.sql)).card
  // Agencies of a ministry's line do not stand under the province; who gives in its name asks them in its name.
  const own = await findOrganisation(ctx.sql, organisation, at)
  if (own?.line === 'external' && ctx.can(givePermission, rootOrganisation)) return rootOrganisation
  return [...above, organisation].find((code) => ctx.can(givePermission, code))
}

/** Writes an opinion down. It binds nobody until its office has issued it. @returns the directive's code. */
export function giveDirective(ctx: Context, input: GivenDirective): Promise<string> {
  ctx.require(givePermission)
  const given = GivenDirective.parse(input)
  return ctx.transaction(async (inner) => {
    const settings = await getSettings(inner.sql)
    const authority = await checkParts(inner, given.parts)
    const giver = await findGiver(inner, settings, given.giver)
    const { office } = officeOf(settings, authority)
    const year = (await today(inner)).slice(0, 4)
    const code = `NV-${year}-${String(await nextNumber(inner.sql, `code:${year}`)).padStart(4, '0')}`
    const directive = directiveOf(inner, given, { code, authority, office, giver, settings })
    await insertDirective(inner.sql, { ...directive, searchKey: searchKey(`${code} ${given.title} ${given.words}`) })
    for (const [index, part] of given.parts.entries())
      await insertOpinion(inner, { directive, settings, given, part, index })
    await announce(inner.sql, ['directive'])
    return code
  })
}

interface Giver {
  account: string
  name: string
  position: string | null
}

/** The leader whose opinion it is: the one who gives it, or one of the leaders his assistant writes for. */
async function findGiver(ctx: Context, settings: Settings, wanted: string | undefined): Promise<Giver> {
  const [own = ''] = partiesOf(ctx.actor)
  const account = wanted || own
  const people = new Map((await listPeople(ctx, [account])).map((person): [string, Person] => [person.account, person]))
  const person = people.get(account)
  const leader = settings.leaders.find((one) => one.account === account)
  if (account !== own && !leader && !partiesOf(ctx.actor).includes(account)) {
    const message = 'Chọn người chỉ đạo trong danh sách lãnh đạo.'
    throw invalid(message, [{ path: 'giver', message }])
  }
  return {
    account,
    name: person?.name ?? (account === own ? ctx.actor.name : account),
    position: leader?.position ?? person?.position ?? null,
  }
}

async function checkParts(ctx: Context, parts: readonly GivenPart[]): Promise<string> {
  const at = { asOf: await today(ctx) }
  const faults: FieldFault[] = []
  const authorities = new Set<string>()
  for (const [index, part] of parts.entries()) {
    for (const code of [part.organisation, ...part.coOrganisations]) {
      if (!(await findOrganisation(ctx.sql, code, at)))
        faults.push({ path: `parts.${index}.organisation`, message: `Không có đơn vị ${code}; chọn trong danh sách.` })
    }
    if (part.condition && !isPeriod(part.condition.period))
      faults.push({
        path: `parts.${index}.condition.period`,
        message: 'Kỳ của số liệu viết như 2026-11, 2026-Q4, 2026.',
      })
    if (part.coOrganisations.includes(part.organisation))
      faults.push({ path: `parts.${index}.coOrganisations`, message: 'Cơ quan chủ trì không thể đồng thời phối hợp.' })
    const authority = await authorityOver(ctx, part.organisation)
    if (!authority) throw forbidden(givePermission, part.organisation)
    authorities.add(authority)
  }
  const named = [...new Set(parts.flatMap(({ verifier }) => verifier || []))]
  const known = new Set((await listPeople(ctx, named)).map(({ account }) => account))
  for (const [index, { verifier }] of parts.entries()) {
    if (verifier && !known.has(verifier))
      faults.push({
        path: `parts.${index}.verifier`,
        message: `Không có tài khoản ${verifier}; xin kiểm tra tên đăng nhập.`,
      })
  }
  if (new Set(parts.map(({ organisation }) => organisation)).size < parts.length)
    faults.push({ path: 'parts', message: 'Mỗi cơ quan chỉ nhận một phần của nhiệm vụ.' })
  if (authorities.size > 1)
    faults.push({ path: 'parts', message: 'Các cơ quan này không cùng một cấp trên giao việc; xin giao riêng.' })
  const [fault] = faults
  if (fault) throw invalid(fault.message, faults)
  return [...authorities][0] ?? ''
}

interface Frame {
  code: string
  authority: string
  office: string
  giver: Giver
  settings: Settings
}

function directiveOf(ctx: Context, given: GivenDirective, frame: Frame): Directive {
  const { source, parts } = given
  return {
    code: frame.code,
    title: given.title,
    words: given.words,
    sourceKind: source.kind,
    sourceCode: source.code || null,
    sourceTitle: source.title || null,
    sourceUrl: source.url || null,
    aboutKind: source.about?.kind ?? null,
    aboutCode: source.about?.code ?? null,
    giver: frame.giver.account,
    giverName: frame.giver.name,
    giverPosition: frame.giver.position,
    recordedBy: ctx.actor.account ?? 'system',
    recordedByName: ctx.actor.name,
    authority: frame.authority,
    office: frame.office,
    field: given.field || fieldOf(frame.settings, parts[0]?.organisation ?? '') || null,
    legalBasis: given.legalBasis || null,
    evidenceRequired: given.evidenceRequired || null,
    state: 'opinion',
    documentNumber: null,
    documentOn: null,
    issuedBy: null,
    issuedByName: null,
    issuedAt: null,
    batch: given.batch ?? null,
    recordedAt: ctx.now,
  }
}

async function insertOpinion(
  ctx: Context,
  frame: { directive: Directive; settings: Settings; given: GivenDirective; part: GivenPart; index: number },
): Promise<void> {
  const { directive, settings, given, part, index } = frame
  const { amount, unit, dueOn } = budgetOf(part.deadline, settings.deadlines.default)
  const row: Part = {
    code: given.parts.length === 1 ? directive.code : `${directive.code}.${index + 1}`,
    directive: directive.code,
    number: index + 1,
    organisation: part.organisation,
    coOrganisations: [...new Set(part.coOrganisations)],
    task: part.task ?? null,
    state: 'opinion',
    round: 1,
    budgetAmount: amount,
    budgetUnit: unit,
    dueOn,
    startedAt: null,
    pauses: [],
    dueAt: null,
    progress: 0,
    doers: [],
    verifier: part.verifier || null,
    condition: part.condition ?? null,
    returned: 0,
    escalated: 0,
    submittedAt: null,
    doneAt: null,
    doneInTime: null,
    verifiedBy: null,
    movedAt: ctx.now,
    version: 1,
  }
  await insertPart(ctx.sql, row)
  await apply(await hold(ctx, directive, row), {
    deed: 'record',
    details: { giver: directive.giver, source: directive.sourceKind, sourceCode: directive.sourceCode },
  })
  await ctx.publish(directiveMoved, { code: row.code, from: null, to: 'opinion', organisation: row.organisation })
}
