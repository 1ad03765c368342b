import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Authority,
  authorityHolds,
  faultOfAuthority,
  type Post,
  type SigningFacts,
  signatureBlock,
} from './model.ts'

const post = (code: string, title: string, rank: Post['rank'], more: Partial<Post> = {}): Post => ({
  code,
  organisation: code.slice(0, code.indexOf(':')),
  organisationName: 'Sở Tài chính tỉnh Mẫu',
  title,
  rank,
  collective: null,
  ...more,
})
const committee = { organisationName: 'Ủy ban nhân dân tỉnh Mẫu' }
const chair = post('H99:CT', 'Chủ tịch', 'head', { ...committee, collective: 'Ủy ban nhân dân' })
const vice = post('H99:PCT', 'Phó Chủ tịch', 'deputy', committee)
const office = { organisationName: 'Văn phòng Ủy ban nhân dân tỉnh Mẫu' }
const chief = post('H99.VP:CVP', 'Chánh Văn phòng', 'head', office)
const underChief = post('H99.VP:PCVP', 'Phó Chánh Văn phòng', 'deputy', office)
const director = post('H99.TC:GD', 'Giám đốc', 'head')
const deputy = post('H99.TC:PGD', 'Phó Giám đốc', 'deputy')

const authority = (
  form: Authority['form'],
  principal: Post,
  signatory: Post,
  more: Partial<Authority> = {},
): Authority => ({
  id: 1,
  form,
  principal: principal.code,
  signatory: signatory.code,
  account: null,
  kinds: ['*'],
  scope: null,
  printedTitle: null,
  document: 'Quy chế 1/QC',
  validFrom: '2026-01-01',
  validTo: null,
  revokedFrom: null,
  ...more,
})

const kt = authority('KT', chair, vice)
const ktSo = authority('KT', director, deputy)
const tl = authority('TL', chair, chief)
const ktVp = authority('KT', chief, underChief, { id: 2 })
const tuq = authority('TUQ', chair, director, { scope: 'Đấu giá', validTo: '2026-12-31', kinds: ['quyet-dinh'] })

interface Case {
  rule: string
  seat: Post & { acting?: boolean }
  organisation: string
  authorities?: Authority[]
  kind?: 'cong-van' | 'quyet-dinh'
  inNameOf?: 'head'
  /** Lines of the block, or nothing when it is refused. */
  block?: string[]
}

// The article stands before each: Decree 30/2020/NĐ-CP.
const cases: Case[] = [
  { rule: '13.1 the head signs everything', seat: director, organisation: 'H99.TC', block: ['GIÁM ĐỐC'] },
  {
    rule: '13.2 in the name of the body',
    seat: chair,
    organisation: 'H99',
    block: ['TM. ỦY BAN NHÂN DÂN', 'CHỦ TỊCH'],
  },
  { rule: '13.1 in his own right', seat: chair, organisation: 'H99', inNameOf: 'head', block: ['CHỦ TỊCH'] },
  { rule: 'Annex I, Q.', seat: { ...director, acting: true }, organisation: 'H99.TC', block: ['Q. GIÁM ĐỐC'] },
  { rule: '13.1 a deputy who was given nothing', seat: deputy, organisation: 'H99.TC' },
  {
    rule: '13.1 KT.',
    seat: deputy,
    organisation: 'H99.TC',
    authorities: [ktSo],
    block: ['KT. GIÁM ĐỐC', 'PHÓ GIÁM ĐỐC'],
  },
  {
    rule: '13.2 TM. and KT.',
    seat: vice,
    organisation: 'H99',
    authorities: [kt],
    block: ['TM. ỦY BAN NHÂN DÂN', 'KT. CHỦ TỊCH', 'PHÓ CHỦ TỊCH'],
  },
  { rule: '13.1 not another body than his own', seat: deputy, organisation: 'H99', authorities: [ktSo, kt] },
  {
    rule: '13.1 only the person named',
    seat: deputy,
    organisation: 'H99.TC',
    authorities: [authority('KT', director, deputy, { account: 'khac' })],
  },
  { rule: '13.4 TL.', seat: chief, organisation: 'H99', authorities: [tl], block: ['TL. CHỦ TỊCH', 'CHÁNH VĂN PHÒNG'] },
  { rule: '13.4 not without order', seat: chief, organisation: 'H99' },
  {
    rule: '13.4 his deputy for him',
    seat: underChief,
    organisation: 'H99',
    authorities: [tl, ktVp],
    block: ['TL. CHỦ TỊCH', 'KT. CHÁNH VĂN PHÒNG', 'PHÓ CHÁNH VĂN PHÒNG'],
  },
  { rule: '13.4 the deputy needs both', seat: underChief, organisation: 'H99', authorities: [tl] },
  {
    rule: '13.3 TUQ.',
    seat: director,
    organisation: 'H99',
    authorities: [tuq],
    kind: 'quyet-dinh',
    block: ['TUQ. CHỦ TỊCH', 'GIÁM ĐỐC SỞ TÀI CHÍNH'],
  },
  { rule: '13.3 limited in content', seat: director, organisation: 'H99', authorities: [tuq], kind: 'cong-van' },
  { rule: '13.3 never passed on', seat: deputy, organisation: 'H99', authorities: [tuq, ktSo], kind: 'quyet-dinh' },
  {
    rule: '13.3 over its time',
    seat: director,
    organisation: 'H99',
    authorities: [{ ...tuq, validTo: '2026-11-22' }],
    kind: 'quyet-dinh',
  },
  {
    rule: 'revoked from the day of signing',
    seat: deputy,
    organisation: 'H99.TC',
    authorities: [{ ...ktSo, revokedFrom: '2026-11-23' }],
  },
]

const heads = [chair, chief, director]
const ask = ({ seat, organisation, authorities = [], kind = 'cong-van', inNameOf }: Case, on = '2026-11-23') => {
  const facts: SigningFacts = {
    account: 'mau',
    name: 'Nguyễn Văn Mẫu',
    seat: { acting: false, ...seat },
    head: heads.find((one) => one.organisation === organisation),
    unitHead: heads.find((one) => one.organisation === seat.organisation),
    authorities,
  }
  return signatureBlock(facts, { organisation, kind, on, ...(inNameOf ? { inNameOf } : {}) })
}

for (const one of cases)
  test(`${one.rule}: ${one.block ? one.block.join(' / ') : 'refused'}`, () => {
    const answer = ask(one)
    assert.deepEqual(answer.allowed ? [...answer.authority, answer.position] : undefined, one.block)
    if (answer.allowed) assert.match(answer.citation, /^Nghị định 30\/2020\/NĐ-CP, Điều 13 khoản [1-4]/)
    else assert.ok(answer.reason.endsWith('.'))
  })

test('an authority that does not hold on the day signs nothing, whatever else it says', () => {
  const day = fc
    .integer({ min: 0, max: 60 })
    .map((index) => new Date(Date.UTC(2026, 10, 1 + index)).toISOString().slice(0, 10))
  const dates = fc.record({ validFrom: day, validTo: fc.option(day), revokedFrom: fc.option(day), on: day })
  fc.assert(
    fc.property(dates, fc.constantFrom(kt, ktSo, tl, tuq), ({ on, ...span }, base) => {
      const given = { ...base, ...span, kinds: ['*'] }
      const seat = [vice, deputy, chief, director].find(({ code }) => code === base.signatory)
      if (!seat) return
      const organisation = base.principal.slice(0, base.principal.indexOf(':'))
      const answer = ask({ rule: '', seat, organisation, authorities: [given] }, on)
      const holds =
        span.validFrom <= on &&
        (span.validTo === null || on <= span.validTo) &&
        (span.revokedFrom === null || on < span.revokedFrom)
      assert.equal(answer.allowed, holds)
      assert.equal(authorityHolds(given, on), holds)
    }),
  )
})

test('an authority is given only by a head, to whom the law lets him give it', () => {
  const below = new Set(['H99.VP', 'H99.TC'])
  const whole = { validFrom: '2026-12-01', validTo: '2026-12-31', documentOn: '2026-11-20', scope: 'Đấu giá' }
  const faultOf = (form: Authority['form'], principal: Post, signatory: Post, more: Partial<typeof whole> = {}) =>
    faultOfAuthority({ form, ...whole, ...more }, { principal, signatory, below })?.field
  assert.equal(faultOf('KT', chair, vice), undefined)
  assert.equal(faultOf('KT', vice, chair), 'nguoi-giao')
  assert.equal(faultOf('KT', chair, deputy), 'nguoi-ky', 'another body')
  assert.equal(faultOf('TL', chair, vice), 'nguoi-ky', 'a deputy signs KT., not TL.')
  assert.equal(faultOf('TL', director, chief), undefined, 'below is what the caller says')
  assert.equal(faultOf('TUQ', chair, director), undefined)
  assert.equal(faultOf('TUQ', chair, director, { validTo: undefined }), 'den')
  assert.equal(faultOf('TUQ', chair, director, { scope: undefined }), 'pham-vi')
  assert.equal(faultOf('TUQ', chair, director, { documentOn: '2026-12-02' }), 'ngay')
})
