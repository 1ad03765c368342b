import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFault, FileFault, faultCodes, ValueFault } from './faults.ts'

const facts = {
  limit: 5_000_000,
  ratio: 200,
  declared: 'utf-8',
  found: 'PDF',
  likely: 'tcvn3',
  line: 7,
  names: ['mã'],
  present: ['tên'],
  offset: 12,
  path: 'a › b',
  encoding: 'tcvn3',
  root: 'gpx',
  sheet: 'Biểu 1',
  expected: 3,
  column: 2,
  cell: 'B12',
  error: '#N/A',
  trace: 'H-1',
  key: 'n',
  value: 'x',
  text: '1.5',
  pattern: 'dd/MM/yyyy',
  timeZone: 'Asia/Ho_Chi_Minh',
}

test('every fault says what is wrong and how to mend it', () => {
  for (const code of faultCodes) {
    const sentence = describeFault(code, facts)
    assert.match(sentence, /Hãy|hãy/, code)
    assert.match(sentence, /[.]$/, code)
    assert.doesNotMatch(sentence, /undefined|NaN|\[object/, code)
  }
})

test('faults carry their code, facts and sentence', () => {
  const file = new FileFault('column.missing', { names: ['ngày nhận'], present: ['mã'] })
  assert.equal(
    file.message,
    'Tệp thiếu cột “ngày nhận”. Các cột đang có: “mã”. Hãy thêm cột còn thiếu hoặc sửa tên cột cho đúng.',
  )
  assert.equal(
    new ValueFault('value.integer', { text: '2,5' }).sentence,
    '“2,5” không phải là số nguyên. Hãy nhập số nguyên, không có phần thập phân.',
  )
})
