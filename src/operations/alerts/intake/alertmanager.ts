/** Messages as Prometheus sends them: Alertmanager's API v2 (a list of alerts) and its webhook (version 4). */
import { z } from 'zod'
import type { Inlet } from '../model.ts'
import type { Batch, Item, RefusedItem } from './item.ts'
import { findLabelFault, fingerprintOf, groupKeyOf, type Labels, tidyLabels } from './labels.ts'
import { type Desk, placeByLabels, severityOf } from './places.ts'

export const mostAlerts = 20_000

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
/** Go writes the year 1 for an instant that is not set. */
const OptionalInstant = z
  .union([z.literal(''), Instant])
  .nullish()
  .transform((at) => (at instanceof Date && at.getUTCFullYear() > 1 ? at : undefined))

const PostedAlert = z.object({
  labels: z.unknown(),
  annotations: z.unknown().optional(),
  startsAt: OptionalInstant,
  endsAt: OptionalInstant,
  generatorURL: z.string().max(2000).nullish(),
})

const WebhookAlert = PostedAlert.extend({ status: z.enum(['firing', 'resolved']) })

/** What Alertmanager's webhook sends; what is not named here is passed over. */
export const Webhook = z.object({
  version: z.string().max(10).optional(),
  alerts: z.array(z.unknown()).max(mostAlerts),
})

interface Reading {
  inlet: Extract<Inlet, 'alertmanager' | 'webhook'>
  desk: Desk
  origin: string
  now: Date
}

/** Each alert by itself: one that cannot be read is refused with the reason and holds none of the others up. */
export function readAlertmanager(posted: readonly unknown[], reading: Reading): Batch {
  const items: { index: number; item: Item }[] = []
  const refused: RefusedItem[] = []
  for (const [index, one] of posted.entries()) {
    const item = readOne(one, reading)
    if (typeof item === 'string') refused.push({ index, reason: item })
    else items.push({ index, item })
  }
  return { inlet: reading.inlet, items, refused }
}

function readOne(posted: unknown, { inlet, desk, origin, now }: Reading): Item | string {
  const parsed = (inlet === 'webhook' ? WebhookAlert : PostedAlert).safeParse(posted)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') || 'alert'}: ${issue?.message ?? ''}`
  }
  const { labels: rawLabels, annotations: rawAnnotations = {}, startsAt, endsAt, generatorURL } = parsed.data
  const fault = findLabelFault(rawLabels, 'label') ?? findLabelFault(rawAnnotations ?? {}, 'annotation')
  if (fault) return fault
  const labels = tidyLabels(rawLabels as object)
  if (Object.keys(labels).length === 0) return 'Phải có ít nhất một nhãn.'
  const annotations = tidyLabels((rawAnnotations ?? {}) as object)
  if (startsAt && endsAt && endsAt < startsAt) return 'endsAt không được trước startsAt.'
  const isOver = endsAt !== undefined && endsAt <= now
  const fingerprint = fingerprintOf(labels)
  return {
    fingerprint,
    groupKey: groupKeyOf(inlet, desk.settings.inlets[inlet].groupBy, labels, fingerprint),
    headline: headlineOf(labels, annotations),
    severity: severityOf(desk, labels.severity),
    ...placeByLabels(desk, labels),
    point: pointOf(labels),
    labels,
    annotations,
    startsAt,
    ...endOf(inlet, { isOver, endsAt, now, timeoutMs: desk.settings.resolveTimeoutMinutes * 60_000 }),
    generatorUrl: generatorURL || undefined,
    playbook: labels.playbook ?? annotations.playbook,
    origin,
  }
}

/** A told end that lies ahead is when it times out; the webhook tells the end itself. */
function endOf(
  inlet: Reading['inlet'],
  { isOver, endsAt, now, timeoutMs }: { isOver: boolean; endsAt: Date | undefined; now: Date; timeoutMs: number },
): Pick<Item, 'endsAt' | 'expiresAt'> {
  if (isOver) return { endsAt }
  if (inlet === 'webhook') return {}
  return { expiresAt: endsAt ?? new Date(now.getTime() + timeoutMs) }
}

const headlineOf = (labels: Labels, annotations: Labels): string =>
  (annotations.summary || annotations.title || annotations.description || labels.alertname || 'Cảnh báo').slice(0, 300)

function pointOf({ longitude, latitude, lon, lat }: Labels): readonly [number, number] | undefined {
  const [east, north] = [Number(longitude ?? lon ?? Number.NaN), Number(latitude ?? lat ?? Number.NaN)]
  return Math.abs(east) <= 180 && Math.abs(north) <= 90 ? [east, north] : undefined
}
