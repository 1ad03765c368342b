import { listHolders } from '#identity'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { dayOf } from '#platform/local-day'
import { closeItem, openItem } from '#worklist'
import { dueNotice } from './model.ts'
import * as store from './store.ts'

export const registerPath = '/quan-tri/chung-thu-so'
export const certificatePath = (id: number): string => `${registerPath}/${id}`

/** To see the register of an organisation. */
export const readCertificates = 'certificate:read'
/** To put certificates into it, and to mark one as revoked. */
export const manageCertificates = 'certificate:manage'
/** Who sees to it that a certificate is renewed. */
export const renewPermission = 'certificate:renew'

const portion = 500
const dayMs = 24 * 3_600_000

const sayDay = (at: Date) => dayOf(at).split('-').reverse().join('/')
/** The end of work on the day before. */
const dueOf = (validTo: Date) => new Date(`${dayOf(new Date(validTo.getTime() - dayMs))}T17:00:00+07:00`)

interface Group {
  days: number
  rows: store.CertificateRow[]
}

/**
 * Tells of certificates that end in 60, 30 and 7 days: each holder with an account of his own, and whoever sees to their renewal of all
 * within his reach at once; and puts the renewal on the worklist. Safe to run twice: what was told is not told again.
 */
export async function watchEnds(ctx: Context): Promise<void> {
  for (let rows = await next(ctx); rows.length > 0; rows = await next(ctx)) {
    await ctx.transaction(async (ctx) => {
      for (const { row, days } of rows) {
        await openRenewal(ctx, row)
        if (row.account) await tellHolder(ctx, row, days)
      }
      for (const days of new Set(rows.map((one) => one.days))) {
        const group = rows.flatMap((one) => (one.days === days ? [one.row] : []))
        await tellRenewers(ctx, { days, rows: group })
        await store.setTold(
          ctx.sql,
          group.map(({ id }) => id),
          days,
        )
      }
    })
  }
}

/** One notice a person, not one for each of the units above which he stands. */
async function tellRenewers(ctx: Context, { days, rows }: Group): Promise<void> {
  const seenBy = new Map<string, store.CertificateRow[]>()
  for (const organisation of new Set(rows.map((row) => row.organisation))) {
    const own = rows.filter((row) => row.organisation === organisation)
    for (const { account } of await listHolders(ctx, renewPermission, organisation))
      seenBy.set(account, [...(seenBy.get(account) ?? []), ...own])
  }
  for (const [account, rows] of seenBy) await tellRenewer(ctx, account, { days, rows })
}

async function next(ctx: Context): Promise<{ row: store.CertificateRow; days: number }[]> {
  const due: { row: store.CertificateRow; days: number }[] = []
  for (const row of await store.listEnding(ctx.sql, ctx.now, 20_000)) {
    const days = dueNotice(row.validTo, row.toldDays, ctx.now)
    if (days !== undefined) due.push({ row, days })
    if (due.length === portion) break
  }
  return due
}

const itemOf = ({ id }: store.CertificateRow) => ({ capability: 'signing', kind: 'renew', code: String(id) })

const openRenewal = (ctx: Context, row: store.CertificateRow): Promise<void> =>
  openItem(ctx, {
    ...itemOf(row),
    title: `Gia hạn chứng thư số của ${row.holder}, hết hạn ${sayDay(row.validTo)}`.slice(0, 500),
    organisation: row.organisation,
    dueAt: dueOf(row.validTo),
    url: certificatePath(row.id),
    permission: renewPermission,
  })

const tellHolder = (ctx: Context, row: store.CertificateRow, days: number): Promise<void> =>
  notify(ctx, {
    notice: 'certificate.own-ending',
    to: [{ account: row.account ?? '' }],
    values: { serial: row.serial, until: sayDay(row.validTo), days: String(days) },
    url: '/ky-so/chung-thu-cua-toi',
    urgency: days <= 7 ? 'urgent' : 'routine',
    dedupeKey: `certificate.own-ending ${row.id} ${days}`,
  })

const tellRenewer = (ctx: Context, account: string, { days, rows }: Group): Promise<void> =>
  notify(ctx, {
    notice: 'certificate.ending',
    to: [{ account }],
    values: { count: String(rows.length), days: String(days), first: rows[0]?.holder ?? '' },
    url: `${registerPath}?trang-thai=ending`,
    urgency: days <= 7 ? 'urgent' : 'routine',
    dedupeKey: `certificate.ending ${account} ${days} ${rows[0]?.id} ${dayOf(ctx.now)}`,
  })

/** Renewed, revoked or over: nothing is left to be done. */
export const closeRenewal = (ctx: Context, row: store.CertificateRow): Promise<void> => closeItem(ctx, itemOf(row))

/** Its holder, and who sees to the certificates of his unit: nothing more can be signed with it. */
export const tellRevoked = (ctx: Context, row: store.CertificateRow, reason: string): Promise<void> =>
  notify(ctx, {
    notice: 'certificate.revoked',
    to: [
      ...(row.account ? [{ account: row.account }] : []),
      { permission: renewPermission, organisation: row.organisation },
    ],
    values: { holder: row.holder, serial: row.serial, reason },
    url: certificatePath(row.id),
    urgency: 'urgent',
    dedupeKey: `certificate.revoked ${row.id}`,
  })
