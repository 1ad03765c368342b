// Who may read a number: told to auditors by the rule of `reading/reach.ts`.
import { homeToday, listLoadedPacks } from '#organisations'
import type { Context } from '#platform/context'
import { type GuardBook, type GuardedThing, type NamedThing, rowIdOf, type WayIn } from '#platform/guards'
import { findDefinition } from './reading/definitions.ts'
import { findFactPlace } from './reading/facts.ts'
import { listAncestors } from './reading/reach.ts'

const permission = 'indicator:read'

/** Over the authority itself or, of one that was merged, over what it was merged into; of a fictitious one, wherever it is held. */
async function waysInto(ctx: Context, organisation: string): Promise<WayIn[]> {
  const packs = await listLoadedPacks(ctx.sql)
  const over = new Set([organisation, ...(await listAncestors(ctx.sql, organisation))])
  if (packs.some(({ card }) => card.fictitious && over.has(card.rootOrganisation))) return [{ permission }]
  const former = packs.flatMap(({ card }) => card.formerRoots).filter((root) => over.has(root.organisation))
  const organisations = [organisation, ...former.map(({ mergedInto }) => mergedInto)]
  return [
    { permission, organisations },
    { permission: 'inspection:read', organisations },
  ]
}

/** Of the unit that the address names; without one it is every unit's, and everybody sees the figures of his own. */
async function findNumbers(ctx: Context, { code, query }: NamedThing): Promise<GuardedThing[]> {
  const [indicator = '', named] = code.split(' ')
  if (!(await findDefinition(ctx.sql, indicator))) return []
  const organisation = named ?? query?.get('don-vi') ?? undefined
  const { pack } = await homeToday(ctx)
  return [
    {
      subject: `indicator:${indicator}`,
      name: organisation ? `Chỉ tiêu ${indicator} của đơn vị ${organisation}` : `Chỉ tiêu ${indicator}`,
      organisation: organisation ?? pack.card.rootOrganisation,
      ways: organisation ? await waysInto(ctx, organisation) : [{ permission }],
    },
  ]
}

async function findFigures(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const id = rowIdOf(code)
  const place = id === undefined ? undefined : await findFactPlace(ctx.sql, id)
  if (!place) return []
  const { indicator, organisation } = place
  return [
    {
      subject: `fact:${code}`,
      name: `Số liệu ${code}: chỉ tiêu ${indicator} của đơn vị ${organisation}`,
      organisation,
      ways: await waysInto(ctx, organisation),
    },
  ]
}

export const guards: readonly GuardBook[] = [
  {
    title: 'Chỉ tiêu (của một đơn vị)',
    example: 'dossier.on-time H32.22366',
    kinds: ['indicator'],
    pages: ['/chi-tieu/:code', '/chi-tieu/:code/theo-gio'],
    find: findNumbers,
  },
  { title: 'Số liệu', kinds: ['fact'], pages: ['/so-lieu/:code'], find: findFigures },
]
