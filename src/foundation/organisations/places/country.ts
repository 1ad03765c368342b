// The units of the country before and since 1-7-2025: those of the tree of areas (the provinces, the home province) and those of the
// pack's two lists (all others), made one list with what came from what.
import type { AreaKind } from '../model.ts'
import { areaLevel } from '../model.ts'
import type { Area, AreaSuccession } from '../store.ts'
import type { Pauses } from './turns.ts'

/** The day the country went over to two levels: Nghị quyết 202/2025/QH15, Luật Tổ chức chính quyền địa phương 2025. */
const changedOn = '2025-07-01'
const lastDayBefore = '2025-06-30'

export interface PlaceLink {
  place: Place
  share: 'whole' | 'part'
  /** Told by a rule from an incomplete text, not named by it in full. */
  deduced: boolean
  /** From the tree of areas: the document. */
  decision?: string
  effectiveOn: string
}

export interface PlaceName {
  name: string
  kind: AreaKind
  validFrom: string | null
  validTo: string | null
  decision: string | null
}

/** One unit under all its names. */
export interface Place {
  code: string
  officialCode: string
  /** Its latest name. */
  name: string
  kind: AreaKind
  /** Province 1, district 2 (to 30-6-2025), commune 3. */
  level: number
  parent: Place | undefined
  validFrom: string | null
  validTo: string | null
  names: PlaceName[]
  predecessors: PlaceLink[]
  successors: PlaceLink[]
  children: Place[]
  /** What the sources leave open about it, in their words. */
  gap?: string
}

export interface Country {
  places: readonly Place[]
  find(code: string): Place | undefined
}

const kindByPrefix: readonly [string, AreaKind][] = [
  ['Phường ', 'ward'],
  ['Xã ', 'commune'],
  ['Thị trấn ', 'township'],
  ['Đặc khu ', 'special-zone'],
  ['Huyện ', 'district'],
  ['Quận ', 'district'],
  ['Thị xã ', 'town'],
  ['Thành phố ', 'city'],
]

const kindOf = (name: string): AreaKind => kindByPrefix.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'commune'

interface Draft {
  code: string
  officialCode: string
  name: string
  kind: AreaKind
  parent: string | undefined
  validFrom: string | null
  validTo: string | null
  gap?: string
}

interface DraftLink {
  from: string
  to: string
  share: PlaceLink['share']
  deduced: boolean
  decision?: string
  effectiveOn: string
}

function* rowsOf(body: string): Generator<string[]> {
  for (const line of body.split('\n'))
    if (line && !line.startsWith('#') && !line.startsWith('code,')) yield line.split(',')
}

const former = (code: string) => `${code}-2024`

/** The list of before: a line of two digits is a province, of three a district, of five a commune under the lines above. */
async function readBefore(body: string, isKnown: (code: string) => boolean, pauses: Pauses): Promise<Draft[]> {
  const drafts: Draft[] = []
  let province = ''
  let district = ''
  for (const [code = '', name = ''] of rowsOf(body)) {
    if (pauses.isDue()) await pauses.take()
    // A province that was left as it was has one code throughout.
    if (code.length === 2) province = isKnown(former(code)) ? former(code) : code
    else {
      const parent = code.length === 3 ? province : district
      if (code.length === 3) district = former(code)
      drafts.push({
        code: former(code),
        officialCode: code,
        name,
        kind: kindOf(name),
        parent,
        validFrom: null,
        validTo: lastDayBefore,
      })
    }
  }
  return drafts
}

interface Current {
  drafts: Draft[]
  links: DraftLink[]
  gaps: Map<string, string>
}

async function readNow(body: string, pauses: Pauses): Promise<Current> {
  const drafts: Draft[] = []
  const links: DraftLink[] = []
  const gaps = new Map<string, string>()
  let province = ''
  for (const [code = '', name = '', from = '', gap] of rowsOf(body)) {
    if (pauses.isDue()) await pauses.take()
    if (gap) gaps.set(code, gap)
    if (code.length === 2) {
      province = code
      continue
    }
    const kind = kindOf(name)
    drafts.push({ code, officialCode: code, name, kind, parent: province, validFrom: changedOn, validTo: null, gap })
    for (const part of from.split(' ').filter(Boolean)) {
      links.push({
        from: former(part.replace(/[~?]/g, '')),
        to: code,
        share: part.includes('~') ? 'part' : 'whole',
        deduced: part.includes('?'),
        effectiveOn: changedOn,
      })
    }
  }
  return { drafts, links, gaps }
}

interface Sources {
  areas: readonly Area[]
  successions: readonly AreaSuccession[]
  before: string
  now: string
}

/** Made in pieces, between which others have their turn. */
export async function makeCountry({ areas, successions, before, now }: Sources, pauses: Pauses): Promise<Country> {
  const places = new Map<string, Place>()
  const parents = new Map<string, string>()
  const add = (draft: Draft) => {
    addName(places, draft)
    if (draft.parent) parents.set(draft.code, draft.parent)
  }
  for (const area of areas) {
    const official = area.officialCode ?? area.code
    add({ ...area, officialCode: official, parent: area.parent ?? undefined })
    const names = places.get(area.code)?.names.at(-1)
    if (names) names.decision = area.decision
  }
  const inTree = new Set(places.keys())
  const current = await readNow(now, pauses)
  const ended = await readBefore(before, (code) => inTree.has(code), pauses)
  // What the tree has already decided goes before what the lists say.
  for (const draft of [...ended, ...current.drafts]) {
    if (!inTree.has(draft.code)) add(draft)
    if (pauses.isDue()) await pauses.take()
  }
  for (const [code, gap] of current.gaps) Object.assign(places.get(code) ?? {}, { gap })
  for (const [code, parent] of parents) {
    const [place, above] = [places.get(code), places.get(parent)]
    if (!place || !above) continue
    place.parent = above
    above.children.push(place)
    if (pauses.isDue()) await pauses.take()
  }
  for (const link of [...successions.map(linkOf), ...current.links.filter(({ to }) => !inTree.has(to))]) {
    addLink(places, link)
    if (pauses.isDue()) await pauses.take()
  }
  return { places: [...places.values()], find: (code) => places.get(code) }
}

/** A unit, or one more name of one that is known. */
function addName(places: Map<string, Place>, draft: Draft): void {
  const { code, officialCode, name, kind, validFrom, validTo, gap } = draft
  const known = places.get(code)
  const version: PlaceName = { name, kind, validFrom, validTo, decision: null }
  if (known) {
    Object.assign(known, { name, kind, validTo, names: [...known.names, version] })
    return
  }
  places.set(code, {
    code,
    officialCode,
    name,
    kind,
    level: areaLevel(kind),
    parent: undefined,
    validFrom,
    validTo,
    names: [version],
    predecessors: [],
    successors: [],
    children: [],
    gap,
  })
}

const linkOf = (row: AreaSuccession): DraftLink => ({
  from: row.predecessor,
  to: row.successor,
  share: row.share,
  deduced: false,
  decision: row.decision ?? undefined,
  effectiveOn: row.effectiveOn ?? changedOn,
})

function addLink(places: ReadonlyMap<string, Place>, link: DraftLink): void {
  const [from, to] = [places.get(link.from), places.get(link.to)]
  if (!from || !to) return
  const { share, deduced, decision, effectiveOn } = link
  to.predecessors.push({ place: from, share, deduced, decision, effectiveOn })
  from.successors.push({ place: to, share, deduced, decision, effectiveOn })
}

const holdsOn = (place: Place, day: string) => (place.validFrom ?? '') <= day && day <= (place.validTo ?? '9999')

/** What stands for a unit on a day: itself, or what came of it, or what it came from. Empty where the sources do not say. */
export function standsFor(place: Place, day: string): { places: Place[]; isDivided: boolean } {
  if (holdsOn(place, day)) return { places: [place], isDivided: false }
  const isLater = day > (place.validTo ?? '9999')
  const links = isLater ? place.successors : place.predecessors
  const found = new Set<Place>()
  let isDivided = isLater && links.some(({ share }) => share === 'part')
  for (const link of links) {
    const inner = standsFor(link.place, day)
    if (isLater) isDivided ||= inner.isDivided
    for (const one of inner.places) found.add(one)
  }
  return { places: [...found], isDivided }
}

/** The provinces a unit lies in, or lay in before: of a unit of before also what its province became. */
export function provinceOf(place: Place): Place | undefined {
  let at: Place | undefined = place
  while (at && at.level > 1) at = at.parent
  return at?.level === 1 ? at : undefined
}
