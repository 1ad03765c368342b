import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { comparePeople, compareText, searchKey } from './language.ts'

test('words are in Vietnamese order', () => {
  assert.deepEqual(['Ân', 'Ăn', 'An', 'Ánh', 'Đà', 'Dân', 'Ê', 'E'].sort(compareText), [
    'An',
    'Ánh',
    'Ăn',
    'Ân',
    'Dân',
    'Đà',
    'E',
    'Ê',
  ])
  assert.deepEqual(['Kỳ 10', 'Kỳ 9'].sort(compareText), ['Kỳ 9', 'Kỳ 10'])
})

test('people are ordered by given name, then by the rest', () => {
  assert.deepEqual(['Trần Văn Bình', 'Lê Thị An', 'Nguyễn Văn An'].sort(comparePeople), [
    'Lê Thị An',
    'Nguyễn Văn An',
    'Trần Văn Bình',
  ])
})

test('a search key is the same with and without diacritics, in either form and placement', () => {
  assert.equal(searchKey('  Đặc khu   Trường Sa '), 'dac khu truong sa')
  assert.equal(searchKey('Khánh Hòa'), searchKey('Khánh Hoà'))
  assert.equal(searchKey('Khánh Hòa'.normalize('NFD')), 'khanh hoa')
})

test('a search key of a search key is itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => assert.equal(searchKey(searchKey(text)), searchKey(text))),
  )
})
