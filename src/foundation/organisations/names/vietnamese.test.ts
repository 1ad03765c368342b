import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareNames, searchKey, tidyName } from './vietnamese.ts'

test('a name has one tone placement however it was typed', () => {
  const cases: [string, string][] = [
    ['Tỉnh Khánh Hoà', 'Tỉnh Khánh Hòa'],
    ['Thanh Hoá', 'Thanh Hóa'],
    ['Ninh Thuỷ', 'Ninh Thủy'],
    ['khoẻ', 'khỏe'],
    ['HOÀ', 'HÒA'],
    ['Hoàn Kiếm', 'Hoàn Kiếm'],
    ['Quý Quỳnh Huỳnh quả quẻ', 'Quý Quỳnh Huỳnh quả quẻ'],
    ['Phú Quốc  ', 'Phú Quốc'],
    ['hoại, toàn', 'hoại, toàn'],
    ['Hòa'.normalize('NFD'), 'Hòa'],
  ]
  for (const [typed, kept] of cases) assert.equal(tidyName(typed), kept)
})

test('tidying twice changes nothing, and never changes the search key', () => {
  const text = fc.string({ unit: fc.constantFrom(...'hoàáảãạeèéẻuyỳýỷqQnH đĐ '.split('')), maxLength: 20 })
  fc.assert(
    fc.property(text, (value) => {
      assert.equal(tidyName(tidyName(value)), tidyName(value))
      assert.equal(searchKey(tidyName(value)), searchKey(value))
    }),
  )
})

test('the search key knows no diacritics, no đ and no punctuation', () => {
  assert.equal(searchKey('Phường Đông Hải'), 'phuong dong hai')
  assert.equal(searchKey('Bà Rịa – Vũng Tàu'), 'ba ria vung tau')
  assert.equal(searchKey('UBND xã Đại Lãnh'.normalize('NFD')), 'ubnd xa dai lanh')
})

test('names sort as a Vietnamese reader expects', () => {
  const names = ['Đại Lãnh', 'Diên Khánh', 'Ân', 'Ăn', 'Ánh', 'An', 'Êa', 'Ea']
  assert.deepEqual(names.sort(compareNames), ['An', 'Ánh', 'Ăn', 'Ân', 'Diên Khánh', 'Đại Lãnh', 'Ea', 'Êa'])
})
