import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import { conflict, type FieldFault, invalid, notFound } from '#platform/errors'
import { formatNumber } from '#ui'
import {
  type BulletinKind,
  type BulletinState,
  bulletinKindNames,
  bulletinStateNames,
  type Channel,
  canMoveBulletin,
  channelCodes,
  channels,
  exerciseWord,
  markExercise,
  recipientRoles,
  riskLevels,
  waysOf,
} from '../model.ts'
import { digestOf, isSameParty } from '../signing.ts'
import { account, changeIncident, recordDeed, writeDeed } from './access.ts'
import * as store from './bulletin-store.ts'
import { listConcerned, listOthers, tellRecipients } from './recipients.ts'
import type { Incident } from './store.ts'

export interface BulletinWish {
  kind: BulletinKind
  /** Number of the bulletin it takes the place of, or calls off. */
  refersTo?: number
  riskLevel?: string
  title: string
  body: string
  area: string
  channels: readonly string[]
  /** Codes of agencies and communes that are told by messages, and the roles of their people. */
  recipients?: readonly string[]
  roles?: readonly string[]
  expiresAt?: Date
  formKey: string
}

/** @throws Problem 404 */
export async function getBulletin(ctx: Context, code: string, number: number, at?: Date): Promise<store.Bulletin> {
  const found = await store.findBulletin(ctx.sql, code, number, at)
  if (!found) throw notFound('bulletin', `${code}/${number}`)
  return found
}

/** The text exactly as it leaves the house: of an exercise the word stands at its head, at its foot and in its title. */
export function messageOf(
  bulletin: Pick<store.Bulletin, 'exercise' | 'kind' | 'refersToNumber' | 'riskLevel' | 'title' | 'body' | 'area'>,
): string {
  return [
    bulletin.exercise ? `${exerciseWord} ${exerciseWord} ${exerciseWord}` : '',
    markExercise(bulletin.exercise, bulletin.title),
    bulletin.kind === 'alert' ? '' : `${bulletinKindNames[bulletin.kind]} số ${bulletin.refersToNumber}`,
    bulletin.riskLevel ? `Cấp độ rủi ro thiên tai: Cấp ${bulletin.riskLevel}` : '',
    `Khu vực: ${bulletin.area}`,
    bulletin.body,
    bulletin.exercise ? `Đây là tin ${exerciseWord}, không phải sự việc có thật.` : '',
  ]
    .filter(Boolean)
    .join('\n')
}

/** Writes a draft. @returns its number within the incident. */
export function draftBulletin(ctx: Context, code: string, wish: BulletinWish): Promise<number> {
  return changeIncident(ctx, code, async (inner, incident) => {
    const text = await check(inner, incident, wish)
    const refersTo = await findReference(inner, code, wish)
    const number = await store.insertBulletin(inner.sql, {
      ...text,
      incident: code,
      exercise: incident.exercise,
      kind: wish.kind,
      refersTo,
      by: byOf(inner),
      formKey: wish.formKey,
    })
    await recordDeed(inner, incident, 'bulletin.drafted', { number, kind: wish.kind })
    return number
  })
}

async function findReference(
  ctx: Context,
  code: string,
  { kind, refersTo }: BulletinWish,
): Promise<number | undefined> {
  if (kind === 'alert') return undefined
  const other = refersTo === undefined ? undefined : await store.findBulletin(ctx.sql, code, refersTo)
  if (other?.state !== 'sent')
    throw invalid('Chưa soạn được.', [{ path: 'thay', message: 'Chọn bản tin đã phát mà bản này thay thế hoặc hủy.' }])
  if (other.followedBy)
    throw conflict(
      'bulletin.followed',
      `Bản tin số ${other.number} đã được bản số ${other.followedBy.number} thay thế hoặc hủy. Hãy soạn tiếp từ bản số ${other.followedBy.number}.`,
    )
  return other.id
}

async function check(
  ctx: Context,
  incident: Incident,
  wish: Omit<BulletinWish, 'formKey' | 'kind' | 'refersTo'>,
): Promise<store.BulletinText> {
  const faults: FieldFault[] = []
  const chosen = channelCodes.filter((code) => wish.channels.includes(code))
  if (!wish.title.trim()) faults.push({ path: 'ten', message: 'Ghi tiêu đề bản tin.' })
  if (!wish.body.trim())
    faults.push({ path: 'noi-dung', message: 'Ghi nội dung: việc gì, ở đâu, người dân cần làm gì.' })
  if (!wish.area.trim()) faults.push({ path: 'khu-vuc', message: 'Ghi khu vực áp dụng.' })
  if (chosen.length === 0) faults.push({ path: 'kenh', message: 'Chọn ít nhất một kênh.' })
  const risk = riskLevels.find((one) => one === wish.riskLevel)
  if (wish.riskLevel && (!risk || incident.levelScale !== 'risk'))
    faults.push({ path: 'cap', message: 'Cấp độ rủi ro chỉ dùng cho thiên tai, từ Cấp 1 đến Cấp 5.' })
  const { recipients, recipientRoles, fault } = await checkRecipients(ctx, incident, { wish, channels: chosen })
  if (fault) faults.push(fault)
  if (faults.length > 0) throw invalid('Bản tin chưa đủ.', faults)
  return {
    riskLevel: risk,
    title: wish.title.trim(),
    body: wish.body.trim(),
    area: wish.area.trim(),
    channels: chosen,
    recipients,
    recipientRoles,
    expiresAt: wish.expiresAt,
  }
}

/** Channels of messages want to know whom they are for; of an exercise nobody but who takes part. */
async function checkRecipients(
  ctx: Context,
  incident: Incident,
  { wish, channels }: { wish: Pick<BulletinWish, 'recipients' | 'roles'>; channels: readonly Channel[] },
): Promise<Pick<store.BulletinText, 'recipients' | 'recipientRoles'> & { fault?: FieldFault }> {
  const roles = recipientRoles.filter((role) => wish.roles?.includes(role))
  const wanted = [...new Set(wish.recipients ?? [])]
  const allowed = new Set(
    [...(await listConcerned(ctx, incident)), ...(await listOthers(ctx, incident))].map(({ code }) => code),
  )
  const checked = { recipients: wanted, recipientRoles: roles }
  const fault = (path: string, message: string) => ({ ...checked, fault: { path, message } })
  if (wanted.some((code) => !allowed.has(code)))
    return fault(
      'nhan',
      incident.exercise
        ? 'Bản tin diễn tập chỉ gửi cho đơn vị tham gia diễn tập.'
        : 'Nơi nhận phải là đơn vị của tỉnh đang hoạt động.',
    )
  if (waysOf(channels).length > 0 && wanted.length === 0)
    return fault('nhan', 'Kênh nhắn tin cần nơi nhận: chọn ít nhất một đơn vị, địa phương.')
  if (wanted.length > 0 && roles.length === 0)
    return fault('vai-tro', 'Chọn ít nhất một vai trò nhận ở các đơn vị đã chọn.')
  return checked
}

const byOf = (ctx: Context) => ({
  account: account(ctx),
  name: ctx.actor.name,
  parties: partiesOf(ctx.actor),
  at: ctx.now,
})

/** Changes the text: what was approved must be approved anew. */
export function changeBulletin(
  ctx: Context,
  code: string,
  number: number,
  wish: Omit<BulletinWish, 'formKey' | 'kind' | 'refersTo'>,
): Promise<void> {
  return moveBulletin(ctx, code, number, 'draft', async (inner, incident, bulletin) => {
    await store.changeText(inner.sql, bulletin.id, await check(inner, incident, wish), byOf(inner))
    await recordDeed(inner, incident, 'bulletin.changed', { number })
  })
}

/** The second person: nobody approves what he has written, for himself or for the one he stands in for. */
export function approveBulletin(ctx: Context, code: string, number: number): Promise<void> {
  return moveBulletin(ctx, code, number, 'approved', async (inner, incident, bulletin) => {
    refuseAuthor(inner, bulletin, 'duyệt')
    const digest = digestOf(messageOf(bulletin))
    await store.setApproved(inner.sql, bulletin.id, byOf(inner), digest)
    await writeDeed(inner, incident, { text: `Duyệt bản tin số ${number}: ${bulletin.title}`, bulletin: bulletin.id })
    await recordDeed(inner, incident, 'bulletin.approved', { number, digest })
  })
}

/** Sends the approved text: by messages to whom it is for; the public channels are told by hand, and it is marked that they were. */
export function sendBulletin(ctx: Context, code: string, number: number): Promise<void> {
  return moveBulletin(ctx, code, number, 'sent', async (inner, incident, bulletin) => {
    refuseAuthor(inner, bulletin, 'phát')
    if (bulletin.refersTo !== null) await refuseFollowed(inner, code, bulletin)
    await store.setSent(inner.sql, bulletin.id, byOf(inner))
    const told = await tellRecipients(inner, bulletin, messageOf(bulletin))
    const way = bulletin.channels.map((one: Channel) => channels[one]).join(', ')
    await writeDeed(inner, incident, {
      text: `Phát ${bulletinKindNames[bulletin.kind].toLowerCase()} số ${number}: ${bulletin.title} (${way})${told > 0 ? `, nhắn ${formatNumber(told)} người` : ''}`,
      bulletin: bulletin.id,
    })
    await recordDeed(inner, incident, 'bulletin.sent', { number, digest: bulletin.approvedDigest, people: told })
  })
}

export function dropBulletin(ctx: Context, code: string, number: number): Promise<void> {
  return moveBulletin(ctx, code, number, 'dropped', async (inner, incident, bulletin) => {
    await store.setDropped(inner.sql, bulletin.id)
    await recordDeed(inner, incident, 'bulletin.dropped', { number })
  })
}

function refuseAuthor(ctx: Context, bulletin: store.Bulletin, deed: string): void {
  if (isSameParty(ctx, bulletin.draftedParties))
    throw conflict('bulletin.own', `Người soạn không tự ${deed} bản tin. Hãy nhờ người thứ hai ${deed}.`)
}

async function refuseFollowed(ctx: Context, code: string, bulletin: store.Bulletin): Promise<void> {
  const earlier = await getBulletin(ctx, code, bulletin.refersToNumber ?? 0)
  if (earlier.followedBy)
    throw conflict(
      'bulletin.followed',
      `Bản tin số ${earlier.number} đã được thay thế hoặc hủy bởi bản số ${earlier.followedBy.number}.`,
    )
}

function moveBulletin(
  ctx: Context,
  code: string,
  number: number,
  to: BulletinState,
  work: (inner: Context, incident: Incident, bulletin: store.Bulletin) => Promise<void>,
): Promise<void> {
  return changeIncident(ctx, code, async (inner, incident) => {
    const bulletin = await getBulletin(inner, code, number)
    const isSameDraft = bulletin.state === 'draft' && to === 'draft'
    if (!isSameDraft && !canMoveBulletin(bulletin.state, to))
      throw conflict(
        'bulletin.illegal-transition',
        `Bản tin đang ở trạng thái “${bulletinStateNames[bulletin.state]}” nên không làm được việc này.`,
        {
          from: bulletin.state,
          to,
        },
      )
    await work(inner, incident, bulletin)
  })
}
