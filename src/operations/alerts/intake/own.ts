/** Alerts by our own API: a list, each alert by itself. */
import { z } from 'zod'
import { Severity, Subject } from '../model.ts'
import type { Batch, Item, RefusedItem } from './item.ts'
import { findLabelFault, fingerprintOf, groupKeyOf, isBroken, type Labels, tidyLabels } from './labels.ts'
import { type Desk, placeByLabels } from './places.ts'

export const mostAlerts = 20_000

const Text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine((text) => !isBroken(text), 'Văn bản chứa ký tự không hợp lệ.')
const Instant = z.iso.datetime({
  offset: true,
  error: 'Dùng thời điểm ISO 8601 có múi giờ, ví dụ 2026-11-22T10:00:00+07:00.',
})

/** One alert. What has the same `fingerprint` (or, without one, the same labels) is the same thing; the same `startsAt` of it the same occurrence. */
export const OwnAlert = z.strictObject({
  fingerprint: Text(200).optional(),
  headline: Text(300),
  severity: Severity,
  organisation: z.string().max(35).optional(),
  area: z.string().max(35).optional(),
  point: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).optional(),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  startsAt: Instant.optional(),
  /** Told when it is over. */
  endsAt: Instant.optional(),
  subject: Subject.optional(),
  playbook: Text(100).optional(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
})
export type OwnAlert = z.infer<typeof OwnAlert>

export function readOwn(
  posted: readonly unknown[],
  { desk, origin, now }: { desk: Desk; origin: string; now: Date },
): Batch {
  const items: { index: number; item: Item }[] = []
  const refused: RefusedItem[] = []
  for (const [index, one] of posted.entries()) {
    const item = readOne(one, desk, { origin, now })
    if (typeof item === 'string') refused.push({ index, reason: item })
    else items.push({ index, item })
  }
  return { inlet: 'api', items, refused }
}

function readOne(posted: unknown, desk: Desk, { origin, now }: { origin: string; now: Date }): Item | string {
  const raw = posted as { labels?: unknown; annotations?: unknown } | null
  const fault = findLabelFault(raw?.labels ?? {}, 'label') ?? findLabelFault(raw?.annotations ?? {}, 'annotation')
  if (fault) return fault
  const parsed = OwnAlert.safeParse(posted)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `${issue?.path.join('.') || 'alert'}: ${issue?.message ?? ''}`
  }
  const { data } = parsed
  if (data.organisation !== undefined && !desk.hasOrganisation(data.organisation))
    return `organisation: không có đơn vị “${data.organisation}”.`
  if (data.area !== undefined && !desk.hasArea(data.area)) return `area: không có địa bàn “${data.area}”.`
  const labels = tidyLabels(data.labels)
  const [startsAt, endsAt] = [data.startsAt, data.endsAt].map((text) => (text ? new Date(text) : undefined))
  if (startsAt && endsAt && endsAt < startsAt) return 'endsAt không được trước startsAt.'
  const place = placeByLabels(desk, labels)
  const fingerprint = fingerprintOf(identityOf(data, labels, origin))
  return {
    fingerprint,
    groupKey: groupKeyOf('api', desk.settings.inlets.api.groupBy, labels, fingerprint),
    headline: data.headline,
    severity: data.severity,
    organisation: data.organisation ?? place.organisation,
    area: data.area ?? place.area,
    point: data.point,
    labels,
    annotations: tidyLabels(data.annotations),
    startsAt,
    ...(endsAt && endsAt > now ? { expiresAt: endsAt } : { endsAt }),
    generatorUrl: data.url,
    subject: data.subject,
    playbook: data.playbook,
    origin,
  }
}

/** Two senders may name two things alike; without a name or labels the words themselves say what it is. */
function identityOf(data: OwnAlert, labels: Labels, origin: string): Labels {
  if (data.fingerprint !== undefined) return { origin, fingerprint: data.fingerprint }
  return Object.keys(labels).length > 0 ? { origin, ...labels } : { origin, headline: data.headline }
}
