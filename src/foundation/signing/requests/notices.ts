import type { NoticeTemplate } from '#platform/capability'

/** What signers and those who asked them are told, in both languages. */
export const notices: readonly NoticeTemplate[] = [
  {
    code: 'signature.asked',
    label: 'Văn bản đến lượt ký số',
    values: { title: 'Công văn về việc mẫu', code: 'KS-261123-00001', from: 'Nguyễn Văn Mẫu' },
    vi: { subject: 'Chờ ký: {title}', text: 'Văn bản “{title}” ({code}) do {from} trình đã đến lượt ký.' },
    en: {
      subject: 'To sign: {title}',
      text: 'The document “{title}” ({code}), sent by {from}, waits for your signature.',
    },
  },
  {
    code: 'signature.ended',
    label: 'Kết quả của văn bản đã trình ký',
    values: { title: 'Công văn về việc mẫu', code: 'KS-261123-00001', outcome: 'đã ký xong', reason: 'không có' },
    vi: { subject: 'Văn bản {outcome}: {title}', text: 'Văn bản “{title}” ({code}) {outcome}. Lý do: {reason}.' },
    en: { subject: 'Signing ended: {title}', text: 'The document “{title}” ({code}): {outcome}. Reason: {reason}.' },
  },
]
