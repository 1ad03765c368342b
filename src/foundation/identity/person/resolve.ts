/**
 * From who signed in at VNeID to the record of a person. A verified personal identification number decides, and nothing else does: the
 * same number is the same person, another number is another. Where there is no number, the account at VNeID leads back to the record it
 * led to before, and a new one gets a record of its own; that it may be somebody who has one already is a question for a clerk.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { appendEntry, type Json } from '#ledger'
import { searchKey } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { matterOpened } from '../events.ts'
import { type CaseKind, decidePermission, factsAgree, personSubject, type VneidIdentity } from './model.ts'
import { hashNumber, sealText } from './seal.ts'
import { readPersonSettings } from './settings.ts'
import * as store from './store.ts'

export interface Resolved {
  person: string
  /** Whose session it becomes. */
  account: string
  isNew: boolean
}

/** Records that share a name and a birth date with a new one: more than this is no help to anybody. */
const mostAlike = 5

interface Known {
  identity: VneidIdentity
  nameKey: string
  hash: Buffer | undefined
}

/** The person who signed in, made where there is none yet. */
export function resolvePerson(ctx: Context, identity: VneidIdentity): Promise<Resolved> {
  return ctx.transaction(async (ctx) => {
    const hash = identity.number === undefined ? undefined : await hashNumber(ctx, identity.number)
    const known: Known = { identity, hash, nameKey: searchKey(identity.name) }
    await store.lockMarks(ctx.sql, [
      `account ${identity.issuer} ${identity.subject}`,
      `facts ${known.nameKey} ${identity.birthDate ?? ''}`,
      ...(hash ? [`number ${hash.toString('hex')}`] : []),
    ])
    const link = await store.findVneidAccount(ctx.sql, identity.issuer, identity.subject)
    const linked = link && (await store.findPerson(ctx.sql, link.person))
    const { person, isNew } = await choosePerson(ctx, known, linked)
    const root = person.sameAs ? ((await store.findPerson(ctx.sql, person.sameAs)) ?? person) : person
    const own = identity.organisation
      ? await accountOfOrganisation(ctx, identity, link?.account ?? undefined)
      : root.account
    await store.putVneidAccount(ctx.sql, {
      issuer: identity.issuer,
      subject: identity.subject,
      person: person.id,
      account: identity.organisation ? own : null,
      now: ctx.now,
    })
    if (linked?.id !== person.id) {
      const action = linked ? 'person.link-moved' : 'person.linked'
      await record(ctx, person.id, action, { issuer: identity.issuer, byNumber: hash !== undefined })
    }
    if (!(await store.isAccountUsable(ctx.sql, own)))
      throw new Problem('session.refused', 401, 'Tài khoản này đang bị khóa trên nền tảng. Ông/bà liên hệ nơi hỗ trợ.')
    return { person: root.id, account: own, isNew }
  })
}

async function choosePerson(
  ctx: Context,
  known: Known,
  linked: store.Person | undefined,
): Promise<{ person: store.Person; isNew: boolean }> {
  const { hash } = known
  if (!hash) {
    if (linked) return { person: await bringUpToDate(ctx, linked, known), isNew: false }
    return { person: await makePerson(ctx, known), isNew: true }
  }
  const byNumber = await store.findByNumber(ctx.sql, hash)
  if (byNumber) {
    if (linked && linked.id !== byNumber.id && !linked.numberHash) await openCase(ctx, 'number-met', linked, byNumber)
    return { person: await bringUpToDate(ctx, byNumber, known), isNew: false }
  }
  // The same account at VNeID, since checked against a card: the record gains its number, unless it tells of somebody else.
  if (linked && canGainNumber(linked, known)) {
    const sealed = await sealText(ctx, linked.id, known.identity.number ?? '')
    await store.setNumber(ctx.sql, linked.id, { hash, sealed, now: ctx.now })
    await record(ctx, linked.id, 'person.number-verified')
    return { person: { ...linked, numberHash: hash, numberSealed: sealed }, isNew: false }
  }
  const person = await makePerson(ctx, known)
  if (linked && !linked.numberHash) await openCase(ctx, 'number-met', linked, person)
  return { person, isNew: true }
}

const canGainNumber = (linked: store.Person, { nameKey, identity }: Known): boolean =>
  !linked.numberHash && !linked.sameAs && factsAgree(linked, { nameKey, birthDate: identity.birthDate ?? null })

async function makePerson(ctx: Context, { identity, hash, nameKey }: Known): Promise<store.Person> {
  const id = randomUUID()
  const account = await makeAccount(ctx, identity.name)
  const person: store.Person = {
    id,
    numberHash: hash ?? null,
    numberSealed: identity.number === undefined ? null : await sealText(ctx, id, identity.number),
    name: identity.name,
    nameKey,
    birthDate: identity.birthDate ?? null,
    sex: identity.sex ?? null,
    account,
    sameAs: null,
    createdAt: ctx.now,
    updatedAt: ctx.now,
  }
  await store.insertPerson(ctx.sql, person)
  await record(ctx, id, 'person.made', { hasNumber: hash !== undefined, account })
  if (person.birthDate) {
    const { birthDate } = person
    const alike = await store.listByFacts(ctx.sql, { nameKey, birthDate, besides: id, limit: mostAlike })
    // Two numbers are two people: only where one has none there is something to ask.
    for (const other of alike) if (!hash || !other.numberHash) await openCase(ctx, 'same-facts', person, other)
  }
  return person
}

/** What VNeID says now takes the place of what it said before; that it changed stays in the ledger. */
async function bringUpToDate(ctx: Context, person: store.Person, { identity, nameKey }: Known): Promise<store.Person> {
  const now = {
    name: identity.name,
    nameKey,
    birthDate: identity.birthDate ?? person.birthDate,
    sex: identity.sex ?? person.sex,
  }
  const changed = (['name', 'birthDate', 'sex'] as const).filter((field) => now[field] !== person[field])
  if (changed.length === 0) return person
  await store.setFacts(ctx.sql, person.id, {
    ...now,
    searchKey: searchKey(`${person.account} ${now.name}`),
    now: ctx.now,
  })
  await record(ctx, person.id, 'person.facts-changed', { fields: changed })
  return { ...person, ...now }
}

async function makeAccount(ctx: Context, personName: string, represented?: VneidIdentity['organisation']) {
  const name = `cd-${randomBytes(6).toString('hex')}`
  await store.insertCitizenAccount(ctx.sql, {
    name,
    personName,
    searchKey: searchKey(`${name} ${personName}`),
    represented,
    demo: ctx.config.demo,
    now: ctx.now,
  })
  return name
}

/** An account at VNeID that speaks for an organisation has one of its own here: what it does is not the representative's own. */
async function accountOfOrganisation(ctx: Context, identity: VneidIdentity, known: string | undefined) {
  if (!identity.organisation || !known) return makeAccount(ctx, identity.name, identity.organisation)
  await store.setRepresented(ctx.sql, known, identity.organisation)
  return known
}

/** Asks a clerk whether two records are of one person; the one without a number is the one that may be the other. */
async function openCase(ctx: Context, kind: CaseKind, one: store.Person, two: store.Person): Promise<void> {
  const [person, other] = one.numberHash ? [two, one] : [one, two]
  const id = randomUUID()
  const now = ctx.now
  if (!(await store.insertCase(ctx.sql, { id, kind, person: person.id, other: other.id, now }))) return
  await record(ctx, person.id, 'person.case-opened', { kind, other: other.id })
  const settings = await readPersonSettings(ctx.config.packDir)
  if (!settings) return
  await ctx.publish(matterOpened, {
    kind: 'same-person',
    code: id,
    title: 'Hai hồ sơ cá nhân có thể là của một người',
    organisation: settings.casesAt,
    url: `/ho-so-ca-nhan/${id}`,
    permission: decidePermission,
    workingDays: 5,
  })
}

/** Under the person's own key: with it the words can be destroyed, the proofs stay. */
export async function record(
  ctx: Context,
  person: string,
  action: string,
  body: Record<string, Json> = {},
): Promise<string> {
  return appendEntry(ctx, {
    action,
    subject: personSubject(person),
    body,
    sealUnder: personSubject(person),
    ...(ctx.actor.account ? {} : { actor: 'vneid' }),
  })
}
