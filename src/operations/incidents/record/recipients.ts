// To whom a bulletin goes by messages, and what became of them.
import { localDate } from '#calendar'
import { listByRole, listPeople, type Person } from '#identity'
import { channelNames, faultWords, listOutcomes, type MessageChannel, notify } from '#notifications'
import { branchOf, getHomePack, type OrganisationTree, organisationTree } from '#organisations'
import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import { bulletinKindNames, exerciseWord, incidentPath, waysOf } from '../model.ts'
import type { Bulletin } from './bulletin-store.ts'
import { type Incident, listPlaces } from './store.ts'
import { listTasks } from './task-store.ts'

export interface Addressee {
  code: string
  name: string
}

type Row = OrganisationTree['nodes'][number]['row']

async function readTree(ctx: Context): Promise<OrganisationTree> {
  const { card } = await getHomePack(ctx.sql)
  return organisationTree(ctx.sql, { asOf: localDate(ctx.now, card.timeZone) })
}

const toAddressee = ({ code, shortName, name }: Row): Addressee => ({ code, name: shortName ?? name })

/** Agencies that have a task in it, and the communes it lies in. Of an exercise these are who takes part: nobody else is told. */
export async function listConcerned(ctx: Context, incident: Incident): Promise<Addressee[]> {
  const [tree, tasks, places] = await Promise.all([
    readTree(ctx),
    listTasks(ctx.sql, incident.code),
    listPlaces(ctx.sql, incident.code),
  ])
  const areas = incident.exercise ? [] : [incident.area, ...places.map(({ area }) => area)]
  const codes = new Set([incident.organisation, ...tasks.map(({ organisation }) => organisation)])
  const isHere = ({ kind, area }: Row) => kind === 'commune' && area !== undefined && areas.includes(area)
  return tree.nodes.filter(({ row }) => codes.has(row.code) || isHere(row)).map(({ row }) => toAddressee(row))
}

/** Every other agency and commune of the province that may be told; nobody where it is an exercise. */
export async function listOthers(ctx: Context, incident: Incident): Promise<Addressee[]> {
  if (incident.exercise) return []
  const { card } = await getHomePack(ctx.sql)
  const concerned = new Set((await listConcerned(ctx, incident)).map(({ code }) => code))
  const branch = branchOf(await readTree(ctx), card.rootOrganisation)
  return branch.flatMap(({ row }) =>
    (row.parent === card.rootOrganisation || row.code === card.rootOrganisation) && !concerned.has(row.code)
      ? [toAddressee(row)]
      : [],
  )
}

/** Their people by role: of an agency also those of its units, of the province itself only its own. */
export async function listRecipients(
  ctx: Context,
  { recipients, recipientRoles }: Pick<Bulletin, 'recipients' | 'recipientRoles'>,
): Promise<Person[]> {
  const { card } = await getHomePack(ctx.sql)
  const tree = await readTree(ctx)
  const organisations = recipients.flatMap((code) =>
    code === card.rootOrganisation ? [code] : branchOf(tree, code).map(({ row }) => row.code),
  )
  return listByRole(ctx, { roles: recipientRoles, organisations })
}

const keyOf = ({ incident, number }: Pick<Bulletin, 'incident' | 'number'>) => `bulletin ${incident}/${number}`

/** Hands it to the channels of messages. @returns how many people are told */
export async function tellRecipients(ctx: Context, bulletin: Bulletin, text: string): Promise<number> {
  const ways = waysOf(bulletin.channels)
  if (bulletin.recipients.length === 0) return 0
  const people = await listRecipients(ctx, bulletin)
  if (people.length === 0)
    throw conflict(
      'bulletin.no-recipients',
      'Ở các nơi nhận đã chọn không có ai giữ vai trò được chọn. Hãy sửa nơi nhận.',
    )
  await notify(ctx, {
    notice: 'incident.bulletin',
    to: people.map(({ account }) => ({ account })),
    values: { title: bulletin.title, kind: bulletinKindNames[bulletin.kind], area: bulletin.area, text },
    mark: bulletin.exercise ? exerciseWord : undefined,
    url: `${incidentPath(bulletin.incident)}/ban-tin/${bulletin.number}`,
    urgency: bulletin.exercise ? 'routine' : 'urgent',
    via: ways,
    dedupeKey: keyOf(bulletin),
  })
  return people.length
}

export interface Tally {
  people: number
  read: number
  /** By at least one channel, or by having read it. */
  reached: number
  waiting: number
  failed: number
  channels: { channel: string; reached: number; waiting: number; failed: number }[]
  /** Who has been reached by nothing yet, with the reason where one is known. */
  missing: { name: string; position: string | null; reason: string }[]
}

const isDone = (state: string) => state === 'sent' || state === 'received'
const isWaiting = (state: string) => state === 'waiting' || state === 'sending'

export async function tallyBulletin(ctx: Context, bulletin: Bulletin): Promise<Tally | undefined> {
  const outcomes = await listOutcomes(ctx, keyOf(bulletin))
  if (outcomes.length === 0) return undefined
  const isReached = ({ readAt, ways }: (typeof outcomes)[number]) =>
    readAt !== null || ways.some(({ state }) => isDone(state))
  const missed = outcomes.filter((one) => !isReached(one))
  const stillWaiting = missed.filter(({ ways }) => ways.some(({ state }) => isWaiting(state)))
  const people = new Map(
    (
      await listPeople(
        ctx,
        missed.map(({ account }) => account),
      )
    ).map((person) => [person.account, person]),
  )
  const ways = outcomes.flatMap((one) => one.ways)
  const channels = [...new Set(ways.map(({ channel }) => channel))].map((channel: MessageChannel) => {
    const own = ways.filter((way) => way.channel === channel)
    return {
      channel: channelNames[channel],
      reached: own.filter(({ state }) => isDone(state)).length,
      waiting: own.filter(({ state }) => isWaiting(state)).length,
      failed: own.filter(({ state }) => state === 'failed').length,
    }
  })
  return {
    people: outcomes.length,
    read: outcomes.filter(({ readAt }) => readAt !== null).length,
    reached: outcomes.length - missed.length,
    waiting: stillWaiting.length,
    failed: missed.length - stillWaiting.length,
    channels,
    missing: missed.map(({ account, ways }) => {
      const fault = ways.flatMap(({ fault }) => fault ?? []).at(-1)
      const reason =
        ways.length === 0 ? 'chỉ có trong hộp thư, chưa mở' : fault ? (faultWords[fault] ?? fault) : 'đang chờ gửi'
      const person = people.get(account)
      return { name: person?.name ?? account, position: person?.position ?? null, reason }
    }),
  }
}
