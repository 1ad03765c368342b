import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toDate, toDay } from './dates.ts'
import {
  findPeriod,
  findPeriodKind,
  listPeriods,
  nextPeriod,
  parsePeriod,
  periodKinds,
  periodLabel,
  periodOf,
  periodRange,
  previousPeriod,
  samePeriodLastYear,
} from './periods.ts'

const firstDay = '2019-01-01'
const lastDay = '2035-12-31'

test('every kind parts the days of 2019–2035 without gap or overlap', () => {
  for (const { kind } of periodKinds) {
    let seen = ''
    let starts = 0
    for (let day = toDay(firstDay); day <= toDay(lastDay); day++) {
      const date = toDate(day)
      const code = periodOf(kind, date)
      const { from, to } = periodRange(code)
      assert.ok(from <= date && date <= to, `${code} holds ${date}`)
      if (code !== seen) {
        if (seen) {
          assert.equal(from, date, `${code} begins where ${seen} ended`)
          assert.equal(toDate(toDay(periodRange(seen).to) + 1), from)
          assert.equal(nextPeriod(seen), code)
          assert.equal(previousPeriod(code), seen)
          assert.ok(seen < code, 'codes sort in time')
        }
        starts++
      }
      seen = code
    }
    assert.deepEqual(listPeriods(kind, firstDay, lastDay).length, starts)
    assert.deepEqual(parsePeriod(seen).kind, kind)
  }
})

test('months nest in quarters, halves and years of their family', () => {
  for (const family of ['', 'R-', 'C25-'] as const) {
    for (const month of listPeriods(`${family}month`, firstDay, lastDay)) {
      const { from, to } = periodRange(month)
      for (const unit of ['quarter', 'half', 'year'] as const) {
        assert.equal(periodOf(`${family}${unit}`, from), periodOf(`${family}${unit}`, to), month)
      }
    }
  }
})

const ranges: [code: string, from: string, to: string, label: string][] = [
  ['2011-03-15', '2011-03-15', '2011-03-15', '15/03/2011'],
  ['2011-W05', '2011-01-31', '2011-02-06', 'Tuần 5/2011 (31/01–06/02)'],
  ['2020-W53', '2020-12-28', '2021-01-03', 'Tuần 53/2020 (28/12/2020–03/01/2021)'],
  ['2011-03', '2011-03-01', '2011-03-31', 'Tháng 3/2011'],
  ['2024-02', '2024-02-01', '2024-02-29', 'Tháng 2/2024'],
  ['2011-Q1', '2011-01-01', '2011-03-31', 'Quý I/2011'],
  ['2011-H1', '2011-01-01', '2011-06-30', '6 tháng đầu năm 2011'],
  ['2011-H2', '2011-07-01', '2011-12-31', '6 tháng cuối năm 2011'],
  ['2011', '2011-01-01', '2011-12-31', 'Năm 2011'],
  ['R2011-03', '2011-02-15', '2011-03-14', 'Tháng 3/2011 (15/02–14/03)'],
  ['R2011-01', '2010-12-15', '2011-01-14', 'Tháng 1/2011 (15/12/2010–14/01/2011)'],
  ['R2011-Q1', '2010-12-15', '2011-03-14', 'Quý I/2011 (15/12/2010–14/03/2011)'],
  ['R2011-Q4', '2011-09-15', '2011-12-14', 'Quý IV/2011 (15/09–14/12)'],
  ['R2011-H1', '2010-12-15', '2011-06-14', '6 tháng đầu năm 2011 (15/12/2010–14/06/2011)'],
  ['R2011-H2', '2011-06-15', '2011-12-14', '6 tháng cuối năm 2011 (15/06–14/12)'],
  ['R2011', '2010-12-15', '2011-12-14', 'Năm 2011 (15/12/2010–14/12/2011)'],
  ['C25-2011-03', '2011-02-26', '2011-03-25', 'Tháng 3/2011 (26/02–25/03)'],
  ['C25-2011', '2010-12-26', '2011-12-25', 'Năm 2011 (26/12/2010–25/12/2011)'],
]

for (const [code, from, to, label] of ranges) {
  test(`${code} runs from ${from} to ${to}`, () => {
    assert.deepEqual(periodRange(code), { from, to })
    assert.equal(periodLabel(code), label)
    assert.equal(periodOf(parsePeriod(code).kind, to), code)
  })
}

test('what is no period is not read as one', () => {
  const codes = [
    '',
    '2011-13',
    '2011-00',
    '2011-Q5',
    '2011-H3',
    '2011-W54',
    '2021-W53',
    '2011-02-29',
    '11-03',
    '2011-3',
    'R2011-W05',
    'R2011-03-15',
    'r2011',
    'C252011',
    '2011-Q1 ',
    '0001',
    '9999-12',
  ]
  for (const code of codes) assert.equal(findPeriod(code), undefined, code)
  assert.throws(() => parsePeriod('2011-13'), RangeError)
})

test('last year is the same stretch a year earlier', () => {
  const pairs = [
    ['2011-03', '2010-03'],
    ['2011-Q1', '2010-Q1'],
    ['R2011-H2', 'R2010-H2'],
    ['C25-2011', 'C25-2010'],
    ['2024-02-29', '2023-02-28'],
    ['2011-W05', '2010-W05'],
    ['2020-W53', '2019-W52'],
  ]
  for (const [code = '', before] of pairs) assert.equal(samePeriodLastYear(code), before)
})

test('listing takes in the periods at both ends and may be empty', () => {
  assert.deepEqual(listPeriods('R-month', '2011-01-14', '2011-02-15'), ['R2011-01', 'R2011-02', 'R2011-03'])
  assert.deepEqual(listPeriods('month', '2011-02-01', '2011-01-01'), [])
})

test('a unit of a family names a kind, where the family has it', () => {
  assert.equal(findPeriodKind('R', 'quarter'), 'R-quarter')
  assert.equal(findPeriodKind('calendar', 'week'), 'week')
  assert.equal(findPeriodKind('C25', 'day'), undefined)
})

test('kinds have Vietnamese labels that differ', () => {
  assert.equal(periodKinds.length, 14)
  assert.equal(new Set(periodKinds.map(({ label }) => label)).size, 14)
  assert.equal(periodKinds.find(({ kind }) => kind === 'R-month')?.label, 'Tháng (kỳ báo cáo hành chính 15–14)')
})
