import { notify, type Recipient } from '#notifications'
import type { NoticeTemplate } from '#platform/capability'
import type { Context } from '#platform/context'
import { formatDateTime } from '#ui'
import { partPath } from './paths.ts'
import { givePermission, workPermission } from './rights.ts'
import type { Directive, Part } from './store.ts'

const values = {
  code: 'NV-2026-0001',
  title: 'Rà soát số liệu chậm cập nhật (minh họa)',
  due: '17:00 30/11/2026',
  note: 'Đã nhận đủ báo cáo.',
}

interface Words {
  code: string
  label: string
  vi: [string, string]
  en: [string, string]
}

const template = ({ code, label, vi, en }: Words): NoticeTemplate => ({
  code: `directive.${code}`,
  label,
  values,
  vi: { subject: vi[0], text: vi[1] },
  en: { subject: en[0], text: en[1] },
})

export const notices: readonly NoticeTemplate[] = [
  template({
    code: 'issued',
    label: 'Nhiệm vụ được giao',
    vi: [
      'Nhiệm vụ mới {code}: {title}',
      'Đơn vị được giao nhiệm vụ {code}: {title}. Hạn: {due}. Xin tiếp nhận hoặc đề nghị điều chỉnh.',
    ],
    en: [
      'New directive {code}: {title}',
      'Directive {code} has been assigned: {title}. Due: {due}. Please accept it or ask for an adjustment.',
    ],
  }),
  template({
    code: 'due-soon',
    label: 'Nhiệm vụ sắp đến hạn',
    vi: ['Sắp đến hạn {code}: {title}', 'Nhiệm vụ {code} ({title}) đến hạn lúc {due}.'],
    en: ['Due soon {code}: {title}', 'Directive {code} ({title}) is due at {due}.'],
  }),
  template({
    code: 'late',
    label: 'Nhiệm vụ quá hạn',
    vi: ['Quá hạn {code}: {title}', 'Nhiệm vụ {code} ({title}) đã quá hạn {due}.'],
    en: ['Late {code}: {title}', 'Directive {code} ({title}) was due at {due}.'],
  }),
  template({
    code: 'escalated',
    label: 'Nhiệm vụ quá hạn được báo lên cấp trên',
    vi: ['Báo cáo quá hạn {code}: {title}', 'Nhiệm vụ {code} ({title}) quá hạn {due} được báo đến {note}.'],
    en: ['Escalated {code}: {title}', 'Directive {code} ({title}), due at {due}, has been brought to {note}.'],
  }),
  template({
    code: 'submitted',
    label: 'Kết quả chờ xác nhận',
    vi: ['Chờ xác nhận {code}: {title}', 'Cơ quan chủ trì báo cáo hoàn thành nhiệm vụ {code} ({title}): {note}'],
    en: ['To be confirmed {code}: {title}', 'The agency reports directive {code} ({title}) as done: {note}'],
  }),
  template({
    code: 'withdrawn',
    label: 'Nhiệm vụ được thu hồi',
    vi: ['Thu hồi {code}: {title}', 'Nhiệm vụ {code} ({title}) đã được thu hồi: {note}'],
    en: ['Withdrawn {code}: {title}', 'Directive {code} ({title}) has been withdrawn: {note}'],
  }),
  template({
    code: 'returned',
    label: 'Kết quả chưa được xác nhận',
    vi: ['Cần làm tiếp {code}: {title}', 'Kết quả của nhiệm vụ {code} ({title}) chưa được xác nhận: {note}'],
    en: ['More work on {code}: {title}', 'The result of directive {code} ({title}) was not confirmed: {note}'],
  }),
  template({
    code: 'verified',
    label: 'Kết quả đã được xác nhận',
    vi: ['Hoàn thành {code}: {title}', 'Kết quả của nhiệm vụ {code} ({title}) đã được xác nhận. {note}'],
    en: ['Closed {code}: {title}', 'The result of directive {code} ({title}) has been confirmed. {note}'],
  }),
  template({
    code: 'extension-asked',
    label: 'Đề nghị gia hạn',
    vi: [
      'Đề nghị gia hạn {code}: {title}',
      'Cơ quan chủ trì nhiệm vụ {code} ({title}, hạn {due}) đề nghị gia hạn: {note}',
    ],
    en: ['Extension asked {code}: {title}', 'More time is asked for directive {code} ({title}, due {due}): {note}'],
  }),
  template({
    code: 'extension-decided',
    label: 'Quyết định gia hạn',
    vi: ['Trả lời gia hạn {code}: {title}', 'Đề nghị gia hạn nhiệm vụ {code} ({title}): {note} Hạn: {due}.'],
    en: ['Extension decided {code}: {title}', 'On more time for directive {code} ({title}): {note} Due: {due}.'],
  }),
  template({
    code: 'adjustment-asked',
    label: 'Đề nghị điều chỉnh',
    vi: [
      'Đề nghị điều chỉnh {code}: {title}',
      'Cơ quan được giao đề nghị điều chỉnh nhiệm vụ {code} ({title}): {note}',
    ],
    en: ['Adjustment asked {code}: {title}', 'The agency asks for an adjustment of directive {code} ({title}): {note}'],
  }),
  template({
    code: 'adjustment-decided',
    label: 'Quyết định điều chỉnh',
    vi: ['Trả lời điều chỉnh {code}: {title}', 'Đề nghị điều chỉnh nhiệm vụ {code} ({title}): {note} Hạn: {due}.'],
    en: ['Adjustment decided {code}: {title}', 'On the adjustment of directive {code} ({title}): {note} Due: {due}.'],
  }),
]

export const agencyOf = (part: Part): Recipient => ({ permission: workPermission, organisation: part.organisation })
export const giversOf = (directive: Directive): Recipient[] =>
  directive.giver === directive.recordedBy
    ? [{ account: directive.giver }]
    : [{ account: directive.giver }, { account: directive.recordedBy }]
export const verifiersOf = (directive: Directive, part: Part): Recipient[] =>
  part.verifier ? [{ account: part.verifier }] : giversOf(directive)
export const headsOf = (part: Part): Recipient => ({ permission: givePermission, organisation: part.organisation })

export async function tell(
  { ctx, directive, part }: { ctx: Context; directive: Directive; part: Part },
  notice: string,
  to: readonly Recipient[],
  options: { note?: string; urgency?: 'routine' | 'urgent'; dedupeKey?: string } = {},
): Promise<void> {
  if (to.length === 0) return
  await notify(ctx, {
    notice: `directive.${notice}`,
    to,
    values: {
      code: part.code,
      title: directive.title,
      due: part.dueAt ? formatDateTime(part.dueAt) : 'đang tạm dừng tính hạn',
      note: options.note ?? '',
    },
    url: partPath(part.code),
    urgency: options.urgency ?? 'routine',
    dedupeKey: options.dedupeKey ?? `directive.${notice}:${part.code}:${part.version}`,
  })
}
