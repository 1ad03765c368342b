import type { NoticeTemplate } from '#platform/capability'

/** The messages this room sends. Values of an exercise already carry its word. */
export const notices: readonly NoticeTemplate[] = [
  {
    code: 'incident.opened',
    label: 'Tình huống mới mở',
    values: { title: 'Lũ trên sông Mẫu', place: 'Phường Mẫu', level: 'Rủi ro thiên tai Cấp 2' },
    vi: {
      subject: 'Tình huống: {title}',
      text: '{title} tại {place}. Mức độ: {level}. Mở hồ sơ để xem nhiệm vụ của đơn vị.',
    },
    en: {
      subject: 'Incident: {title}',
      text: '{title} at {place}. Level: {level}. Open the record for the tasks of your unit.',
    },
  },
  {
    code: 'incident.bulletin',
    label: 'Bản tin của tình huống',
    values: {
      title: 'Cảnh báo lũ, chuẩn bị sơ tán',
      kind: 'Bản tin mới',
      area: 'Phường Mẫu',
      text: 'Cảnh báo lũ, chuẩn bị sơ tán\nKhu vực: Phường Mẫu\nNgười dân đến điểm sơ tán.',
    },
    longValues: ['text'],
    vi: { subject: '{title} ({area})', text: '{text}' },
    en: { subject: '{title} ({area})', text: '{text}' },
  },
  {
    code: 'incident.command',
    label: 'Bàn giao chỉ huy tình huống',
    values: { title: 'Lũ trên sông Mẫu', by: 'Lê Văn Minh Họa' },
    vi: {
      subject: 'Chỉ huy: {title}',
      text: '{by} có việc bàn giao hoặc nhận chỉ huy tình huống {title}. Mở trang chỉ huy để xem.',
    },
    en: { subject: 'Command: {title}', text: '{by} hands over or takes command of {title}. Open the page of command.' },
  },
  {
    code: 'incident.task-due',
    label: 'Nhiệm vụ tình huống sắp đến hạn',
    values: { title: 'Sơ tán dân vùng trũng', incident: 'TH-2026-0001' },
    vi: {
      subject: 'Sắp đến hạn: {title}',
      text: 'Nhiệm vụ {title} của {incident} sắp đến hạn. Ghi kết quả khi làm xong.',
    },
    en: {
      subject: 'Due soon: {title}',
      text: 'The task {title} of {incident} is due soon. Enter its result when it is done.',
    },
  },
  {
    code: 'incident.task-late',
    label: 'Nhiệm vụ tình huống quá hạn',
    values: { title: 'Sơ tán dân vùng trũng', incident: 'TH-2026-0001' },
    vi: {
      subject: 'Quá hạn: {title}',
      text: 'Nhiệm vụ {title} của {incident} đã quá hạn. Ghi kết quả, hoặc bỏ qua có lý do.',
    },
    en: {
      subject: 'Late: {title}',
      text: 'The task {title} of {incident} is late. Enter its result, or skip it with a reason.',
    },
  },
  {
    code: 'roster.call-out',
    label: 'Gọi trực',
    values: { about: 'Cảnh báo nghiêm trọng', text: 'Mực nước vượt báo động 3' },
    vi: {
      subject: 'Gọi trực: {about}',
      text: '{text}. Mở trang và bấm Tôi nhận; nếu không, hệ thống gọi người tiếp theo.',
    },
    en: {
      subject: 'On call: {about}',
      text: '{text}. Open the page and accept; otherwise the next on the roster is called.',
    },
  },
  {
    code: 'roster.swap',
    label: 'Đề nghị đổi ca',
    values: { by: 'Lê Văn Minh Họa', shift: 'Ca tối 29/11/2026' },
    vi: { subject: 'Đổi ca: {shift}', text: '{by} có đề nghị hoặc trả lời về việc đổi {shift}.' },
    en: { subject: 'Swap: {shift}', text: '{by} asks for, or answers, a swap of {shift}.' },
  },
  {
    code: 'shift.hand-over-waits',
    label: 'Bàn giao ca chờ ký',
    values: { shift: 'Ca tối 29/11/2026', state: 'chờ trưởng ca sau ký nhận' },
    vi: { subject: 'Bàn giao {shift}', text: 'Biên bản bàn giao {shift} {state}. Mở trang bàn giao để ký.' },
    en: { subject: 'Hand-over {shift}', text: 'The hand-over of {shift}: {state}. Open its page to sign.' },
  },
]
