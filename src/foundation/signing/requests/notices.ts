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
  {
    code: 'signature.withdrawn',
    label: 'Văn bản chờ ký đã được rút lại',
    values: { title: 'Công văn về việc mẫu', code: 'KS-261123-00001', reason: 'Đã có văn bản thay thế' },
    vi: {
      subject: 'Không ký nữa: {title}',
      text: 'Văn bản “{title}” ({code}) đã được rút lại, không ai ký nữa. Lý do: {reason}.',
    },
    en: {
      subject: 'Not to be signed: {title}',
      text: 'The document “{title}” ({code}) was withdrawn; nobody signs it any more. Reason: {reason}.',
    },
  },
  {
    code: 'certificate.own-ending',
    label: 'Chứng thư số của mình sắp hết hạn',
    values: { serial: '5f0a1c', until: '30/12/2026', days: '30' },
    vi: {
      subject: 'Chứng thư số hết hạn ngày {until}',
      text: 'Chứng thư số {serial} của ông/bà còn không quá {days} ngày, hết hạn ngày {until}. Đề nghị gia hạn để không gián đoạn việc ký.',
    },
    en: {
      subject: 'Your certificate ends on {until}',
      text: 'Your certificate {serial} ends on {until}, within {days} days. Please have it renewed.',
    },
  },
  {
    code: 'certificate.ending',
    label: 'Chứng thư số của đơn vị sắp hết hạn',
    values: { count: '12', days: '30', first: 'Nguyễn Văn Mẫu' },
    vi: {
      subject: '{count} chứng thư số còn không quá {days} ngày',
      text: 'Trong phạm vi được giao có {count} chứng thư số còn không quá {days} ngày, trong đó có của {first}. Việc gia hạn nằm trong danh sách việc của từng đơn vị.',
    },
    en: {
      subject: '{count} certificates end within {days} days',
      text: '{count} certificates of the units in your charge end within {days} days, among them that of {first}.',
    },
  },
  {
    code: 'certificate.revoked',
    label: 'Chứng thư số đã bị thu hồi',
    values: { holder: 'Nguyễn Văn Mẫu', serial: '5f0a1c', reason: 'tổ chức chứng thực đã thu hồi' },
    vi: {
      subject: 'Chứng thư số của {holder} đã bị thu hồi',
      text: 'Chứng thư số {serial} của {holder} đã bị thu hồi ({reason}) và không ký được văn bản nào nữa. Chữ ký có dấu thời gian từ trước vẫn có giá trị. Đề nghị xin cấp chứng thư mới.',
    },
    en: {
      subject: 'The certificate of {holder} was revoked',
      text: 'The certificate {serial} of {holder} was revoked ({reason}); nothing can be signed with it any more. Stamped signatures from before stay valid.',
    },
  },
]
