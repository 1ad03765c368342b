import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WorkingCalendar } from '../model.ts'
import { previewChange } from './effects.ts'

const office = [
  { from: '07:30', to: '11:30' },
  { from: '13:30', to: '17:00' },
]
const calendar = WorkingCalendar.parse({
  code: 'thu',
  name: 'Lịch thử',
  timeZone: 'Asia/Ho_Chi_Minh',
  hours: [
    {
      from: '2026-01-01',
      citation: 'Quy định thử',
      week: {
        monday: office,
        tuesday: office,
        wednesday: office,
        thursday: office,
        friday: office,
        saturday: [],
        sunday: [],
      },
    },
  ],
  years: [{ year: 2026, state: 'confirmed', citation: 'Thông báo thử' }],
  days: [],
})
const closure = { date: '2026-11-25', kind: 'closure', name: 'Bão', citation: 'Công điện thử' } as const

test('a closed day takes a working day from its month and moves the deadlines over it by one', () => {
  const { faults, months, deadlines } = previewChange(calendar, { set: [closure], remove: [] })
  assert.deepEqual(faults, [])
  assert.deepEqual(months, [{ month: '2026-11', before: 21, after: 20 }])
  assert.deepEqual(
    deadlines.find(({ workingDays }) => workingDays === 3),
    { startOn: '2026-11-24', workingDays: 3, before: '2026-11-27', after: '2026-11-30' },
  )
})

test('half a swap is a fault, and nothing is promised of it', () => {
  const half = { date: '2026-11-25', kind: 'swapped-off', name: 'Nghỉ hoán đổi', citation: 'Thông báo thử' } as const
  const { faults, months } = previewChange(calendar, { set: [half], remove: [] })
  assert.match(faults.join(), /chưa có ngày làm bù/)
  assert.deepEqual(months, [])
})
