import { z } from 'zod'

/** A date without time, as it stands in decisions: 2025-07-01. */
export const Day = z.iso.date()

const areaKinds = [
  'country',
  'province',
  'municipality',
  'district',
  'town',
  'city',
  'commune',
  'ward',
  'township',
  'special-zone',
  'borough',
  'neighbourhood',
  'place',
] as const
export const AreaKind = z.enum(areaKinds)
export type AreaKind = z.infer<typeof AreaKind>

export const organisationKinds = [
  'province',
  'department',
  'office',
  'commune',
  'centre',
  'external',
  'national',
  'authority',
  'unit',
] as const
export const OrganisationKind = z.enum(organisationKinds)
export type OrganisationKind = z.infer<typeof OrganisationKind>

/** How a unit came from an earlier one: its name changed, several became one, or it got a part of a divided one. */
export const Change = z.enum(['rename', 'merge', 'split', 'move', 'dissolve'])
export type Change = z.infer<typeof Change>

/** Decision 20/2020/QĐ-TTg: groups of A–Z 0–9 parted by dots, at most 35 characters. A hyphen marks a code of the pack's own. */
export const OrganisationCode = z
  .string()
  .max(35)
  .regex(/^[A-Z0-9-]+(\.[A-Z0-9-]+)*$/)

const AreaCode = z
  .string()
  .max(35)
  .regex(/^[A-Za-z0-9-]+$/)

const validity = {
  /** First day on which the row holds; absent: since before anything recorded here. */
  validFrom: Day.optional(),
  /** Last day on which the row holds. */
  validTo: Day.optional(),
  /** The document that decided it, with its date. */
  decision: z.string().optional(),
  /** Not checked against the document itself. */
  unverified: z.boolean().optional(),
  note: z.string().optional(),
}

const Aliases = z.record(z.string(), z.array(z.string().min(1)).min(1))

export const AreaPredecessor = z.strictObject({
  code: AreaCode,
  how: Change,
  /** `part`: only some of the earlier unit came here; figures need declared weights. */
  share: z.enum(['whole', 'part']).default('whole'),
  /** Share of the earlier unit's figures that this unit takes over, where one has been declared. */
  weight: z.number().gt(0).lte(1).optional(),
})
export type AreaPredecessor = z.infer<typeof AreaPredecessor>

/**
 * One row is one version of a unit: the same `code` with another `validFrom` is the same unit under another name.
 * Statistical codes are handed on to other units at a merger, so a unit of before carries a code of its own
 * (`22366-2024`: the unit that had 22366 until 2024 and beyond, up to `validTo`) and keeps the statistical one in `officialCode`.
 */
export const AreaRow = z.strictObject({
  code: AreaCode,
  officialCode: z.string().optional(),
  kind: AreaKind,
  name: z.string().min(1),
  nameEn: z.string().optional(),
  parent: AreaCode.optional(),
  areaKm2: z.number().positive().optional(),
  population: z.int().positive().optional(),
  /** Units of one group are compared with one another. */
  peerGroup: z.string().optional(),
  predecessors: z.array(AreaPredecessor).default([]),
  /** Names of the unit in other code lists: scheme → values. */
  aliases: Aliases.default({}),
  ...validity,
})
export type AreaRow = z.infer<typeof AreaRow>

export const AreaFile = z.strictObject({ source: z.string().min(1), areas: z.array(AreaRow) })

const OrganisationPredecessor = z
  .strictObject({
    code: OrganisationCode.optional(),
    /** Where the earlier agency is not in the pack. */
    name: z.string().optional(),
    how: Change,
    decision: z.string().optional(),
  })
  .refine((row) => row.code !== undefined || row.name !== undefined, 'code or name')

/** One row is one version: the same `code` with another `validFrom` is the same agency under another name or parent. */
export const OrganisationRow = z.strictObject({
  code: OrganisationCode,
  /** Codes of earlier schemes, such as the reversed `000.00.00.H32`. */
  oldCodes: z.array(z.string()).default([]),
  name: z.string().min(1),
  shortName: z.string().optional(),
  nameEn: z.string().optional(),
  kind: OrganisationKind,
  /** `external`: answers to its ministry, not to the province's People's Committee. */
  line: z.enum(['own', 'external']).default('own'),
  parent: OrganisationCode.optional(),
  area: AreaCode.optional(),
  peerGroup: z.string().optional(),
  predecessors: z.array(OrganisationPredecessor).default([]),
  /** The code is of this pack and stands in for an official one that was not found. */
  localCode: z.boolean().optional(),
  ...validity,
})
export type OrganisationRow = z.infer<typeof OrganisationRow>

export const OrganisationFile = z.strictObject({ source: z.string().min(1), organisations: z.array(OrganisationRow) })

/** `pack.yaml`: what the pack is and where its trees begin. */
export const PackCard = z.strictObject({
  code: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1),
  nameEn: z.string().optional(),
  timeZone: z.string(),
  language: z.string().default('vi'),
  currency: z.string().length(3),
  rootOrganisation: OrganisationCode,
  area: AreaCode.optional(),
  nationalArea: AreaCode.optional(),
  /** The authority of before a merger: its figures are never one line with the present one's. */
  formerRoots: z
    .array(
      z.strictObject({
        organisation: OrganisationCode,
        area: AreaCode.optional(),
        validTo: Day,
        mergedInto: z.string(),
      }),
    )
    .default([]),
  /** What is dangerous asks everybody for a second factor, not only those who have one. */
  demandsSecondFactor: z.boolean().default(false),
  /** Ships demonstration people and records; every screen that shows them says so. */
  demo: z.boolean().default(false),
  /** The authority does not exist; the pack only carries sample data of others. */
  fictitious: z.boolean().default(false),
  demoNotice: z.string().optional(),
  source: z.string().min(1),
  unverified: z.array(z.string()).default([]),
})
export type PackCard = z.infer<typeof PackCard>

/** Depth in the administrative order: country 0, province 1, district 2 (until 30-6-2025), commune 3. */
export function areaLevel(kind: AreaKind): number {
  if (kind === 'country') return 0
  if (kind === 'province' || kind === 'municipality') return 1
  return kind === 'district' || kind === 'town' || kind === 'city' || kind === 'borough' ? 2 : 3
}

export interface Fault {
  code: string
  message: string
}

interface Version {
  code: string
  parent?: string
  validFrom?: string
  validTo?: string
}

/** What is wrong with the rows of one pack taken together; `known` are codes that other packs have loaded. */
export function findFaults(rows: readonly Version[], known: ReadonlySet<string> = new Set()): Fault[] {
  const byCode = new Map<string, Version[]>()
  for (const row of rows) byCode.set(row.code, [...(byCode.get(row.code) ?? []), row])
  const faults: Fault[] = []
  for (const [code, versions] of byCode) {
    const sorted = versions.toSorted((a, b) => (a.validFrom ?? '').localeCompare(b.validFrom ?? ''))
    for (const [index, version] of sorted.entries()) {
      if (version.validFrom && version.validTo && version.validTo < version.validFrom)
        faults.push({
          code,
          message: `ngày hết hiệu lực ${version.validTo} trước ngày có hiệu lực ${version.validFrom}`,
        })
      const next = sorted[index + 1]
      if (next && (version.validTo === undefined || version.validTo >= (next.validFrom ?? '')))
        faults.push({ code, message: `hai bản ghi cùng hiệu lực vào ngày ${next.validFrom ?? 'đầu'}` })
      if (version.parent && !byCode.has(version.parent) && !known.has(version.parent))
        faults.push({ code, message: `không có đơn vị cấp trên ${version.parent}` })
    }
    if (climbsInCircle(code, byCode)) faults.push({ code, message: 'đơn vị nằm dưới chính nó' })
  }
  return faults
}

function climbsInCircle(start: string, byCode: ReadonlyMap<string, readonly Version[]>): boolean {
  const open = [start]
  const seen = new Set<string>()
  while (open.length > 0) {
    const code = open.pop()
    for (const version of (code && byCode.get(code)) || []) {
      if (version.parent === start) return true
      if (version.parent && !seen.has(version.parent)) {
        seen.add(version.parent)
        open.push(version.parent)
      }
    }
  }
  return false
}

/** The document that decides a change of structure; without it nothing changes. */
export const Decision = z.strictObject({
  number: z.string().trim().min(1, 'Nhập số, ký hiệu văn bản, ví dụ 1299/QĐ-UBND.').max(100),
  issuedOn: z.iso.date('Nhập ngày văn bản, ví dụ 25/09/2025.'),
  subject: z.string().trim().max(500).optional(),
})
export type Decision = z.infer<typeof Decision>

/** As it is kept and shown: 1299/QĐ-UBND ngày 25/09/2025: trích yếu. */
export function citeDecision(decision: Decision): string {
  const day = decision.issuedOn.split('-').reverse().join('/')
  return `${decision.number} ngày ${day}${decision.subject ? `: ${decision.subject}` : ''}`
}

export const NewOrganisation = z.strictObject({
  code: OrganisationCode,
  name: z.string().trim().min(1).max(300),
  shortName: z.string().trim().max(100).optional(),
  kind: OrganisationKind,
  line: z.enum(['own', 'external']).default('own'),
  parent: OrganisationCode.optional(),
  area: AreaCode.optional(),
  peerGroup: z.string().optional(),
})
export type NewOrganisation = z.infer<typeof NewOrganisation>

/** The day before, in days of the calendar. */
export function dayBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() - 1)
  return date.toISOString().slice(0, 10)
}

/** The calendar day of an instant in a time zone. */
export const dayIn = (instant: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant)
