import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dbTest } from '#test/harness'
import { OrganisationCode } from '../model.ts'
import { fromReversedCode, tidyAgencyCode, toReversedCode } from './agency-codes.ts'

const province = fc
  .tuple(fc.constantFrom('A', 'G', 'H'), fc.integer({ min: 1, max: 99 }))
  .map(([letter, one]) => `${letter}${String(one).padStart(2, '0')}`)
const levels = fc.oneof(
  fc.constant([]),
  fc.tuple(fc.integer({ min: 1, max: 99 })),
  fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 })),
  fc.tuple(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 999 })),
)

test('a code goes to the old form and comes back the same, and so does an old one', () => {
  fc.assert(
    fc.property(province, levels, (first, below) => {
      const code = [first, ...below].join('.')
      const old = toReversedCode(code)
      assert.ok(old && old.length === 13, code)
      assert.equal(fromReversedCode(old), code)
      assert.equal(toReversedCode(fromReversedCode(old) ?? ''), old)
      assert.ok(OrganisationCode.safeParse(code).success)
    }),
  )
})

test('no text is taken for an old code that does not come back as it was', () => {
  const group = fc.constantFrom('000', '00', '0', '01', '1', '10', '001', '100', 'H32', 'KHCN', '', 'h32')
  fc.assert(
    fc.property(fc.array(group, { maxLength: 5 }), (groups) => {
      const typed = groups.join('.')
      const code = fromReversedCode(typed)
      if (code !== undefined) assert.equal(toReversedCode(code), typed)
    }),
  )
})

test('codes in both forms, with the edges of the widths', () => {
  const pairs = [
    ['H32', '000.00.00.H32'],
    ['H32.1', '000.00.01.H32'],
    ['H32.1.2', '000.02.01.H32'],
    ['H32.99.99.999', '999.99.99.H32'],
  ] as const
  for (const [code, old] of pairs) {
    assert.equal(toReversedCode(code), old)
    assert.equal(fromReversedCode(old), code)
    assert.equal(tidyAgencyCode(` ${old.toLowerCase()} `), code)
  }
  for (const none of ['H32.KHCN', 'H32.100', 'H32.1.2.3.4', 'H32.01', 'TINH-49'])
    assert.equal(toReversedCode(none), undefined, none)
  for (const none of ['000.02.00.H32', '00.02.01.H32', '000.2.01.H32', '000.02.01.KHCN', 'H32.1.2'])
    assert.equal(fromReversedCode(none), undefined, none)
})

const decided = { so: '5/QĐ-UBND', 'ngay-day': '20', 'ngay-month': '11', 'ngay-year': '2026' }
const today = { 'hieu-luc-day': '23', 'hieu-luc-month': '11', 'hieu-luc-year': '2026' }

dbTest('an agency is made, found, searched and shown by either form of its code', async (t) => {
  const administrator = t.as('quantri')
  const unit = { ma: '000.07.91.h32', ten: 'Chi cục Thử nghiệm', loai: 'unit', 'cap-tren': 'H32.KHCN' }
  const made = await administrator.submit('/quan-tri/don-vi/tao-moi', { ...decided, ...today, ...unit })
  assert.equal(made.headers.location, '/quan-tri/don-vi/H32.91.7')
  const reader = t.as('canbo-nhatrang')
  for (const code of ['H32.91.7', '000.07.91.H32', '000.07.91.h32']) {
    const answer = await reader.get(`/api/v1/organisations/${code}`)
    assert.equal(answer.json().code, 'H32.91.7', code)
    assert.deepEqual(answer.json().oldCodes, ['000.07.91.H32'])
  }
  assert.match((await reader.get('/quan-tri/don-vi/H32.91.7')).body, /000\.07\.91\.H32/)
  assert.match((await reader.get('/quan-tri/don-vi?q=000.07.91.H32')).body, /Chi cục Thử nghiệm/)
  const within = await reader.get('/api/v1/organisations?within=000.00.00.H32&search=chi+cuc+thu')
  assert.equal(within.json().items[0].code, 'H32.91.7')
  assert.equal((await reader.get('/api/v1/organisations/000.00.00.H32?asOf=2026-11-23')).json().code, 'H32')
  assert.equal((await reader.get('/api/v1/organisations/000.88.88.H32')).statusCode, 404)
})
