import type { NoticeTemplate } from '#platform/capability'

/** The messages of this room, in both languages. */
export const notices: readonly NoticeTemplate[] = [
  {
    code: 'duty.due-soon',
    label: 'Số liệu sắp đến hạn cập nhật',
    values: { count: '2', first: 'Lượng mưa, mực nước hồ', due: '09:00 23/11/2026' },
    vi: {
      subject: '{count} số liệu sắp đến hạn cập nhật',
      text: 'Sắp đến hạn: {first} (hạn {due}). Tất cả {count} số liệu ở trang Trách nhiệm cập nhật dữ liệu của đơn vị.',
    },
    en: {
      subject: '{count} figures due soon',
      text: 'Due soon: {first} (by {due}). All {count} are on the data-duty page of the unit.',
    },
  },
  {
    code: 'duty.late',
    label: 'Số liệu chậm cập nhật',
    values: { count: '2', first: 'Lượng mưa, mực nước hồ', due: '09:00 23/11/2026' },
    vi: {
      subject: '{count} số liệu đã quá hạn cập nhật',
      text: 'Quá hạn: {first} (hạn {due}). Cập nhật ngay; nếu tiếp tục chậm, hệ thống dự thảo văn bản nhắc nhở.',
    },
    en: {
      subject: '{count} figures are late',
      text: 'Late: {first} (was due {due}). If they stay late, a reminder is drafted.',
    },
  },
  {
    code: 'duty.explanation-asked',
    label: 'Đề nghị giải trình việc chậm cập nhật dữ liệu',
    values: { count: '2', until: '17:00 26/11/2026' },
    vi: {
      subject: 'Đề nghị giải trình trước {until}',
      text: 'Có {count} kỳ số liệu chậm. Cơ quan giải trình trước {until}; sau thời hạn này dự thảo nhắc nhở được trình ký.',
    },
    en: {
      subject: 'Explanation asked for by {until}',
      text: '{count} periods are late. After {until} the draft of a reminder goes to the signer.',
    },
  },
  {
    code: 'duty.reminder-drafted',
    label: 'Hệ thống dự thảo nhắc nhở, đề nghị',
    values: { agency: 'Sở Tài chính', count: '2', letter: 'nhắc nhở' },
    vi: {
      subject: 'Dự thảo {letter} gửi {agency}',
      text: '{agency} chậm {count} kỳ số liệu. Hệ thống đã dự thảo {letter}.',
    },
    en: {
      subject: 'A letter to {agency} was drafted',
      text: '{agency} is late with {count} periods; a letter was drafted ({letter}).',
    },
  },
  {
    code: 'duty.reminder-issued',
    label: 'Nhắc nhở đã ban hành',
    values: {
      number: '12/NN-SKHCN',
      date: '26/11/2026',
      count: '3',
      year: '2026',
      step: 'Xem xét trách nhiệm người đứng đầu',
    },
    vi: {
      subject: 'Nhắc nhở số {number} ngày {date}',
      text: 'Lần nhắc nhở thứ {count} trong năm {year}: {step}.',
    },
    en: {
      subject: 'Reminder {number} of {date}',
      text: 'Reminder {count} of {year}: {step}.',
    },
  },
]
