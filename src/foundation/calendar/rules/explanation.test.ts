import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClock } from './explanation.ts'
import { instantOf } from './local-time.ts'
import { sampleCalendar } from './sample-calendar.ts'
import { compileCalendar } from './working-time.ts'

const compiled = compileCalendar(sampleCalendar)
const at = (text: string) => instantOf(text.slice(0, 10), text.slice(11), 'Asia/Ho_Chi_Minh')
const cutOff = { time: '15:00', citation: 'Quy chế thử' }

test('a deadline over a swap and a pause is explained line by line', () => {
  const clock = runClock(compiled, {
    startedAt: at('2025-04-24 16:10'),
    budget: { amount: 5, unit: 'working-day' },
    rule: { cutOff, endsAt: 'closing' },
    pauses: [{ from: at('2025-05-06 09:00'), to: at('2025-05-08 10:00'), reason: 'chờ bổ sung giấy tờ' }],
  })
  assert.deepEqual(clock.dueAt, at('2025-05-08 17:00'))
  assert.deepEqual(
    clock.explanation.map(({ text }) => text),
    [
      'Bắt đầu lúc 16:10 thứ Năm 24/04/2025.',
      'Nhận sau 15:00, nên tính như nhận lúc 07:30 thứ Sáu 25/04/2025 (Quy chế thử).',
      'Thời hạn 5 ngày làm việc, không tính ngày đầu tiên (khoản 2 Điều 147 Bộ luật Dân sự 2015).',
      'Không tính 3 ngày nghỉ hằng tuần.',
      'Có tính thứ Bảy 26/04/2025: Làm bù (Lịch thử, không có thật).',
      'Không tính thứ Tư 30/04/2025: Ngày Chiến thắng (Lịch thử, không có thật).',
      'Không tính thứ Năm 01/05/2025: Ngày Quốc tế lao động (Lịch thử, không có thật).',
      'Không tính thứ Sáu 02/05/2025: Nghỉ hoán đổi (Lịch thử, không có thật; chưa kiểm chứng).',
      'Tạm dừng từ 09:00 thứ Ba 06/05/2025 đến 10:00 thứ Năm 08/05/2025: chờ bổ sung giấy tờ; không tính 2 ngày làm việc.',
      'Đến hạn lúc 17:00 thứ Năm 08/05/2025.',
    ],
  )
})

test('the same explanation is there as data', () => {
  const { explanation } = runClock(compiled, {
    startedAt: at('2025-01-20 10:00'),
    budget: { amount: 8, unit: 'calendar-day' },
  })
  assert.deepEqual(
    explanation.map(({ text, ...step }) => step),
    [
      { step: 'started', at: '2025-01-20T10:00' },
      { step: 'budget', budget: { amount: 8, unit: 'calendar-day' }, citation: 'khoản 2 Điều 147 Bộ luật Dân sự 2015' },
      { step: 'rolled', from: '2025-01-28', to: '2025-02-03', citation: 'khoản 5 Điều 148 Bộ luật Dân sự 2015' },
      { step: 'due', at: '2025-02-03T17:00' },
    ],
  )
})

test('Tết is one line of five days, and an unconfirmed year is warned of', () => {
  const { explanation } = runClock(compiled, {
    startedAt: at('2024-12-30 10:00'),
    budget: { amount: 30, unit: 'working-day' },
  })
  const texts = explanation.map(({ text }) => text)
  assert.ok(
    texts.includes(
      'Không tính 5 ngày từ thứ Hai 27/01/2025 đến thứ Sáu 31/01/2025: Tết Nguyên đán (Lịch thử, không có thật).',
    ),
  )
  assert.ok(texts.includes('Lưu ý: lịch nghỉ năm 2024 chưa được xác nhận, hạn có thể thay đổi.'))
  assert.ok(!texts.some((text) => text.includes('năm 2025 chưa')))
})

test('hours, noon pauses and a clock that stands still are put in words', () => {
  const terms = { startedAt: at('2025-03-03 08:00'), budget: { amount: 1.5, unit: 'working-hour' as const } }
  const pause = { from: at('2025-03-03 09:00'), to: at('2025-03-03 14:00'), reason: 'mất điện' }
  const lines = runClock(compiled, { ...terms, pauses: [pause] }).explanation.map(({ text }) => text)
  assert.deepEqual(lines.slice(1), [
    'Thời hạn 1,5 giờ làm việc, tính từ thời điểm bắt đầu (khoản 1 Điều 147 Bộ luật Dân sự 2015).',
    'Tạm dừng từ 09:00 thứ Hai 03/03/2025 đến 14:00 thứ Hai 03/03/2025: mất điện; không tính 3 giờ làm việc.',
    'Đến hạn lúc 14:30 thứ Hai 03/03/2025.',
  ])
  const still = runClock(compiled, { ...terms, pauses: [{ from: pause.from, reason: 'mất điện' }] })
  assert.equal(still.dueAt, null)
  assert.deepEqual(
    still.explanation.slice(-2).map(({ text }) => text),
    ['Tạm dừng từ 09:00 thứ Hai 03/03/2025: mất điện.', 'Chưa có hạn vì đang tạm dừng.'],
  )
})

test('a resumption after the cut-off hour says when it came and from when it counts', () => {
  const { explanation } = runClock(compiled, {
    startedAt: at('2025-03-03 08:00'),
    budget: { amount: 2, unit: 'working-day' },
    rule: { cutOff, endsAt: 'closing' },
    pauses: [{ from: at('2025-03-04 09:00'), to: at('2025-03-05 15:30'), reason: 'chờ bổ sung' }],
  })
  const paused = explanation.find(({ step }) => step === 'paused')
  assert.deepEqual(paused, {
    step: 'paused',
    from: '2025-03-04T09:00',
    to: '2025-03-05T15:30',
    countedFrom: '2025-03-06T07:30',
    reason: 'chờ bổ sung',
    excluded: { amount: 2, unit: 'working-day' },
    text: 'Tạm dừng từ 09:00 thứ Ba 04/03/2025 đến 15:30 thứ Tư 05/03/2025: chờ bổ sung; tính tiếp từ 07:30 thứ Năm 06/03/2025; không tính 2 ngày làm việc.',
  })
})

test('sessions, extensions and the end are put in words', () => {
  const lines = runClock(compiled, {
    startedAt: at('2025-03-03 08:00'),
    budget: { amount: 1, unit: 'working-session' },
    extensions: [{ at: at('2025-03-03 16:00'), amount: 2, ground: 'Văn bản thử số 1' }],
    endedAt: at('2025-03-05 08:00'),
  }).explanation.map(({ text }) => text)
  assert.deepEqual(lines.slice(1), [
    'Thời hạn 1 buổi làm việc, không tính buổi đang diễn ra (vận dụng khoản 2 Điều 147 Bộ luật Dân sự 2015; chưa kiểm chứng).',
    'Gia hạn thêm 2 buổi làm việc lúc 16:00 thứ Hai 03/03/2025 (Văn bản thử số 1).',
    'Đến hạn lúc 17:00 thứ Ba 04/03/2025.',
    'Kết thúc lúc 08:00 thứ Tư 05/03/2025, sau hạn.',
  ])
})
