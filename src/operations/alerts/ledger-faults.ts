/** What the ledger finds of itself and of kept contents becomes an alert of the centre, and is over when it is whole again. */
import type { ledgerFaultMoved } from '#ledger'
import type { Context, EventType } from '#platform/context'
import { acceptBatch } from './intake/accept.ts'
import { fingerprintOf } from './intake/labels.ts'
import type { Severity } from './model.ts'
import { defaultOrganisation } from './settings.ts'

type Fault = typeof ledgerFaultMoved extends EventType<infer T> ? T : never

const origin = 'ledger'

const words: Record<
  Fault['what'],
  { severity: Severity; headline(name: string): string; todo: string; place: string }
> = {
  content: {
    severity: 'high',
    headline: (name) => `Nội dung đã lưu không còn như khi nhận: ${name}`,
    todo: 'Khôi phục nội dung từ bản sao lưu gần nhất trước lúc phát hiện; lần đối chiếu sau thấy đúng lại thì cảnh báo tự hết.',
    place: '/nhat-ky#doi-chieu-noi-dung',
  },
  verification: {
    severity: 'critical',
    headline: () => 'Nhật ký không còn khớp với những gì đã ký',
    todo: 'Chạy lệnh tram verify để biết từng bản ghi sai lệch, khôi phục từ bản sao lưu rồi chạy lại; thấy đúng thì cảnh báo tự hết.',
    place: '/nhat-ky#diem-niem-phong',
  },
  signing: {
    severity: 'critical',
    headline: () => 'Nhật ký không được ký tiếp vì lịch sử không còn như đã ký',
    todo: 'Chạy lệnh tram verify để biết từng bản ghi sai lệch, khôi phục từ bản sao lưu; ký tiếp được thì cảnh báo tự hết.',
    place: '/nhat-ky#diem-niem-phong',
  },
}

/** Faults of contents fold into one alert, which ends with the last of them. */
export async function followLedgerFault(ctx: Context, { what, key, name, isOver }: Fault): Promise<void> {
  const { severity, headline, todo, place } = words[what]
  const item = {
    fingerprint: fingerprintOf({ source: origin, fingerprint: `${what} ${key}` }),
    groupKey: `hand ${fingerprintOf({ source: origin, fingerprint: what })}`,
    headline: headline(name).slice(0, 300),
    severity,
    organisation: await defaultOrganisation(ctx),
    labels: { source: origin, what },
    annotations: { description: todo, runbook_url: place },
    origin,
    // Without a beginning: it goes on if it does already.
    ...(isOver ? { endsAt: ctx.now } : {}),
  }
  await acceptBatch(ctx, { inlet: 'hand', items: [{ index: 0, item }], refused: [] })
}
