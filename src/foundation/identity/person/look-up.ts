/**
 * Looking a person up. Nobody does it without saying for what, on which ground and in which matter; what the purpose does not need stays
 * masked; and whatever comes of it is written to the ledger and shown to the person.
 */
import { randomUUID } from 'node:crypto'
import { appendEntry } from '#ledger'
import { findOrganisation } from '#organisations'
import type { Ground } from '#platform/access'
import type { Context } from '#platform/context'
import { forbidden, invalid, Problem } from '#platform/errors'
import { findAccount } from '../store.ts'
import { insertLook, type Look } from './look-store.ts'
import {
  lookUpPermission,
  maskBirthDate,
  maskName,
  maskNumber,
  PersonalNumber,
  type PersonField,
  personSubject,
  sexNames,
} from './model.ts'
import { hashNumber, openText } from './seal.ts'
import { type Purpose, readPersonSettings } from './settings.ts'
import * as store from './store.ts'

export interface LookUp {
  /** Personal identification number, spaces allowed. */
  number: string
  /** Code of a purpose of the pack. */
  purpose: string
  /** Code of the dossier, or number of the document that asks. */
  reference: string
}

/** What the purpose lets be seen; `masked` names what is only hinted at. */
export interface ShownPerson {
  id: string
  name: string
  birthDate: string | undefined
  sex: string | undefined
  number: string
  masked: PersonField[]
  purpose: Purpose
  /** What let it be seen. */
  grounds: readonly Ground[]
}

/** `H32.22366-261122-0001`: agency, day, number (Circular 03/2025/TT-VPCP as known; unverified). */
const dossierCode = /^([A-Z][A-Za-z0-9.]*)-\d{6}-\d{1,8}$/
/** `123/UBND-VP`. */
const documentNumber = /^\d{1,6}[^\s/]{0,10}\/[\p{L}\d/&.-]{2,60}$/u

/**
 * The person of a number, as far as the purpose needs it; nothing where there is no record.
 * @throws Problem 403 without the permission over the matter's organisation, 422 without purpose or reference: these are written down too.
 */
export async function lookUpPerson(ctx: Context, asked: LookUp): Promise<ShownPerson | undefined> {
  const number = PersonalNumber.safeParse(asked.number)
  if (!number.success) throw fault('number', number.error.issues[0]?.message ?? 'Số định danh chưa đúng.')
  const numberHash = await hashNumber(ctx, number.data)
  const purpose = (await readPersonSettings(ctx.config.packDir))?.purposes.find(({ code }) => code === asked.purpose)
  try {
    const matter = await checkMatter(ctx, asked, purpose)
    return await find(ctx, { asked, numberHash, number: number.data, ...matter })
  } catch (error) {
    // Outside of any transaction of ours: what is refused is written down all the same.
    if (error instanceof Problem) await write(ctx, { asked, numberHash, purpose, refusal: error.code })
    throw error
  }
}

const fault = (path: string, message: string) => invalid(message, [{ path, message }])

interface Matter {
  /** In whose matter it is. */
  organisation: string
  purpose: Purpose
  grounds: readonly Ground[]
}

async function checkMatter(ctx: Context, asked: LookUp, purpose: Purpose | undefined): Promise<Matter> {
  if (asked.purpose === '') throw fault('purpose', 'Xin chọn mục đích tra cứu.')
  ctx.require(lookUpPermission, undefined, asked.purpose)
  if (!purpose || !ctx.actor.organisation) throw forbidden(lookUpPermission)
  const organisation = await placeOfMatter(ctx, asked.reference, purpose)
  const decision = ctx.decide({ permission: lookUpPermission, organisation, purpose: purpose.code })
  if (decision.allowed) return { organisation, purpose, grounds: decision.grounds }
  throw new Problem(
    'person.out-of-reach',
    403,
    'Hồ sơ này thuộc cơ quan ngoài phạm vi được giao, nên không tra cứu được người nộp. Lần tra cứu đã được ghi lại.',
    { permission: lookUpPermission, organisation },
  )
}

/** The agency of the dossier; a document is the matter of the clerk's own organisation, as far as his right reaches there. */
async function placeOfMatter(ctx: Context, reference: string, purpose: Purpose): Promise<string> {
  if (purpose.reference === 'document') {
    if (!documentNumber.test(reference))
      throw fault('reference', 'Xin nhập số, ký hiệu văn bản yêu cầu, ví dụ 123/UBND-VP.')
    return ctx.actor.organisation ?? 'none'
  }
  const agency = dossierCode.exec(reference)?.[1]
  if (!agency || !(await findOrganisation(ctx.sql, agency)))
    throw fault('reference', 'Xin nhập đúng mã hồ sơ, ví dụ H32.22366-261122-0001.')
  return agency
}

interface Asked extends Matter {
  asked: LookUp
  numberHash: Buffer
  number: string
}

function find(ctx: Context, { number, ...known }: Asked): Promise<ShownPerson | undefined> {
  return ctx.transaction(async (ctx) => {
    const person = await store.findByNumber(ctx.sql, known.numberHash)
    await write(ctx, { ...known, person })
    if (!person) return undefined
    return show(person, known, person.numberSealed ? await openText(ctx, person.id, person.numberSealed) : number)
  })
}

function show(person: store.Person, { purpose, grounds }: Matter, number: string): ShownPerson {
  const may = new Set<PersonField>(purpose.fields)
  const { birthDate, sex } = person
  return {
    id: person.id,
    name: may.has('name') ? person.name : maskName(person.name),
    birthDate:
      (birthDate && (may.has('birthDate') ? birthDate.split('-').reverse().join('/') : maskBirthDate(birthDate))) ||
      undefined,
    sex: sex ? (may.has('sex') ? sexNames[sex] : '•••') : undefined,
    number: may.has('number') ? number : maskNumber(number),
    masked: (['name', 'birthDate', 'sex', 'number'] as const).filter((field) => !may.has(field)),
    purpose,
    grounds,
  }
}

interface Written {
  asked: LookUp
  numberHash: Buffer
  purpose: Purpose | undefined
  organisation?: string
  person?: store.Person
  refusal?: string
}

/** To the ledger under the person's key, and to the list that the person reads. */
async function write(
  ctx: Context,
  { asked, numberHash, purpose, organisation, person, refusal }: Written,
): Promise<void> {
  const known = person ?? (await store.findByNumber(ctx.sql, numberHash))
  const outcome = refusal ? 'refused' : known ? 'found' : 'not-found'
  // Who has no record yet has a key all the same: that of his number's keyed hash.
  const subject = known ? personSubject(known.id) : `person-number:${numberHash.toString('hex').slice(0, 32)}`
  const reference = asked.reference.slice(0, 100) || 'không nêu'
  const fields = outcome === 'found' ? (purpose?.fields ?? []) : []
  const purposeName = purpose?.name ?? 'Không nêu mục đích'
  const entry = await appendEntry(ctx, {
    action: refusal ? 'person.search-refused' : 'person.looked-up',
    subject,
    purpose: `${purposeName} · ${reference}`.replace(/[\p{Cc}\p{Cs}]/gu, ' ').slice(0, 500),
    body: { outcome, reference, fields, ...(refusal ? { refusal } : {}), legalBasis: purpose?.legalBasis ?? '' },
    sealUnder: subject,
    organisation: organisation ?? ctx.actor.organisation ?? 'none',
  })
  const account = ctx.actor.account ? await findAccount(ctx.sql, ctx.actor.account) : undefined
  const look: Look = {
    id: randomUUID(),
    at: ctx.now,
    person: known?.id ?? null,
    numberHash,
    actor: ctx.actor.account ?? 'anonymous',
    actorName: ctx.actor.name || 'không rõ',
    position: ctx.actor.position?.title ?? account?.position ?? null,
    onBehalfOf: ctx.actor.onBehalfOf?.name ?? null,
    organisation: ctx.actor.organisation ?? 'none',
    purpose: purpose?.code ?? 'none',
    purposeName,
    legalBasis: purpose?.legalBasis ?? 'không nêu',
    reference,
    outcome,
    fields,
    refusal: refusal ?? null,
    entry,
  }
  await insertLook(ctx.sql, look)
}
