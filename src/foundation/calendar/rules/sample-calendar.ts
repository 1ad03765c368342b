// A calendar for tests, with everything that makes working time awkward: a swap, a make-up Saturday, a half day,
// a Tết over a weekend, closures and, on Fridays, a short afternoon.

import { type Session, type Week, WorkingCalendar } from '../model.ts'

const morning: Session = { from: '07:30', to: '11:30' }
const full: Session[] = [morning, { from: '13:30', to: '17:00' }]
const sampleCitation = 'Lịch thử, không có thật'

export const officeWeek: Week = {
  monday: full,
  tuesday: full,
  wednesday: full,
  thursday: full,
  friday: full,
  saturday: [],
  sunday: [],
}

export const sampleCalendar: WorkingCalendar = WorkingCalendar.parse({
  code: 'lich-thu',
  name: 'Lịch thử',
  timeZone: 'Asia/Ho_Chi_Minh',
  hours: [
    { from: '2020-01-01', week: officeWeek, citation: sampleCitation },
    {
      from: '2025-06-02',
      week: {
        ...officeWeek,
        friday: [morning, { from: '13:30', to: '16:00' }],
        saturday: [{ from: '08:00', to: '10:00' }],
      },
      citation: sampleCitation,
    },
  ],
  years: [{ year: 2025, state: 'confirmed', citation: sampleCitation }],
  days: [
    ...['2025-01-27', '2025-01-28', '2025-01-29', '2025-01-30', '2025-01-31'].map((date) => ({
      date,
      kind: 'holiday',
      name: 'Tết Nguyên đán',
      citation: sampleCitation,
    })),
    { date: '2025-04-07', kind: 'holiday', name: 'Giỗ Tổ Hùng Vương', citation: sampleCitation },
    { date: '2025-04-26', kind: 'make-up', replaces: '2025-05-02', name: 'Làm bù', citation: sampleCitation },
    { date: '2025-04-30', kind: 'holiday', name: 'Ngày Chiến thắng', citation: sampleCitation },
    { date: '2025-05-01', kind: 'holiday', name: 'Ngày Quốc tế lao động', citation: sampleCitation },
    { date: '2025-05-02', kind: 'swapped-off', name: 'Nghỉ hoán đổi', citation: sampleCitation, unverified: true },
    { date: '2025-05-14', kind: 'closure', name: 'Họp toàn ngành', sessions: [morning], citation: sampleCitation },
    { date: '2025-07-09', kind: 'closure', name: 'Bão', citation: sampleCitation },
  ],
})
