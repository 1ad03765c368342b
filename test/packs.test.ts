// The packs' data taken as a whole: what must hold however a file is edited.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { readDemoPeople } from '#identity'
import { AreaFile, areaLevel, findFaults, OrganisationFile, PackCard, searchKey, tidyName } from '#organisations'
import { packFiles, readLists } from '../scripts/make-pack-areas.ts'
import { countryFiles } from '../scripts/make-pack-country.ts'
import { communeOrganisations } from '../scripts/make-pack-organisations.ts'
import { realData } from './settings.ts'

const packs = join(import.meta.dirname, '../packs')
const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
  schema.parse(parse(await readFile(join(packs, path), 'utf8')))

async function organisationsOf(pack: string) {
  const files = (await readdir(join(packs, pack))).filter((name) => /^organisations.*\.yaml$/.test(name))
  const parsed = await Promise.all(files.map((name) => read(`${pack}/${name}`, OrganisationFile)))
  return parsed.flatMap((file) => file.organisations)
}

test('the merged province has 65 communes made of all 194 earlier ones, 186 whole and 8 divided', async () => {
  const { areas } = await read('khanh-hoa/areas.yaml', AreaFile)
  const communes = areas.filter((area) => area.parent === '56')
  const kinds = (kind: string) => communes.filter((area) => area.kind === kind).length
  assert.deepEqual([kinds('commune'), kinds('ward'), kinds('special-zone')], [48, 16, 1])

  const districts = new Set(
    areas.filter((area) => ['56-2024', '58-2024'].includes(area.parent ?? '')).map((area) => area.code),
  )
  const earlier = areas.filter((area) => districts.has(area.parent ?? '')).map((area) => area.code)
  assert.equal(districts.size, 16)
  assert.equal(earlier.length, 194)

  const pairs = communes.flatMap((area) => area.predecessors)
  assert.equal(pairs.length, 205)
  assert.deepEqual(new Set(pairs.map((pair) => pair.code)), new Set(earlier))
  const whole = pairs.filter((pair) => pair.share === 'whole')
  assert.equal(whole.length, 186)
  assert.equal(new Set(whole.map((pair) => pair.code)).size, 186)
  const divided = [...new Set(pairs.filter((pair) => pair.share === 'part').map((pair) => pair.code))]
  const names = divided.map((code) => areas.find((area) => area.code === code)?.name).sort()
  assert.deepEqual(
    names,
    [
      'Phường Đông Hải',
      'Xã Cam An Bắc',
      'Xã Cam An Nam',
      'Xã Cam Hiệp Bắc',
      'Xã Cam Hiệp Nam',
      'Xã Cam Hòa',
      'Xã Cam Tân',
      'Xã Suối Tân',
    ].sort(),
  )
})

test('a statistics code that passed on to another unit names one unit on any day', async () => {
  const { areas } = await read('khanh-hoa/areas.yaml', AreaFile)
  const on = (day: string, official: string) =>
    areas.filter(
      (area) => area.officialCode === official && (area.validFrom ?? '') <= day && day <= (area.validTo ?? '9999'),
    )
  for (const day of ['2010-01-01', '2025-06-30', '2025-07-01', '2026-11-22'])
    for (const official of new Set(areas.map((area) => area.officialCode ?? '')))
      assert.ok(on(day, official).length <= 1, `${official} vào ngày ${day}`)
  assert.equal(on('2025-06-30', '22366')[0]?.name, 'Phường Tân Tiến')
  assert.equal(on('2025-07-01', '22366')[0]?.name, 'Phường Nha Trang')
  assert.equal(on('2026-11-22', '22736')[0]?.name, 'Đặc khu Trường Sa')
})

test('the country has 63 provinces to 30-6-2025 and 34 after, seven of them cities', async () => {
  const { areas } = await read('khanh-hoa/areas.yaml', AreaFile)
  const provinces = (day: string) =>
    areas.filter(
      (area) => areaLevel(area.kind) === 1 && (area.validFrom ?? '') <= day && day <= (area.validTo ?? '9999'),
    )
  assert.equal(provinces('2025-06-30').length, 63)
  assert.equal(provinces('2025-07-01').length, 34)
  assert.equal(provinces('2026-11-22').filter((area) => area.kind === 'municipality').length, 7)
  const merged = areas.filter((area) => areaLevel(area.kind) === 1).flatMap((area) => area.predecessors)
  assert.equal(merged.length, 52)
  assert.equal(new Set(merged.map((pair) => pair.code)).size, 52)
})

for (const pack of ['khanh-hoa', 'open-samples'])
  test(`the pack ${pack} is whole: parents, areas, predecessors and people's organisations exist`, async () => {
    const card = await read(`${pack}/pack.yaml`, PackCard)
    const { areas } = await read(`${pack}/areas.yaml`, AreaFile)
    const organisations = await organisationsOf(pack)
    assert.deepEqual(findFaults(areas), [])
    assert.deepEqual(findFaults(organisations), [])
    const areaCodes = new Set(areas.map((area) => area.code))
    const codes = new Set(organisations.map((row) => row.code))
    assert.ok(codes.has(card.rootOrganisation))
    for (const root of card.formerRoots) assert.ok(codes.has(root.organisation) && areaCodes.has(root.area ?? ''))
    for (const row of [...organisations, { code: 'pack', area: card.area, predecessors: [] }]) {
      assert.ok(row.area === undefined || areaCodes.has(row.area), `${row.code}: ${row.area}`)
      for (const { code } of row.predecessors) assert.ok(code === undefined || codes.has(code), `${row.code} ← ${code}`)
    }
    for (const area of areas)
      for (const { code } of area.predecessors) assert.ok(areaCodes.has(code), `${area.code} ← ${code}`)
    const people = await readDemoPeople(join(packs, pack))
    assert.equal(new Set(people.map((person) => person.account)).size, people.length)
    for (const person of people)
      for (const code of [person.organisation, ...person.roles.map((role) => role.organisation)])
        assert.ok(code === '*' || codes.has(code), `${person.account}: ${code}`)
  })

test('names are kept in one form', async () => {
  for (const pack of ['khanh-hoa', 'open-samples']) {
    const { areas } = await read(`${pack}/areas.yaml`, AreaFile)
    for (const { name } of [...areas, ...(await organisationsOf(pack))]) assert.equal(name, tidyName(name))
  }
})

test('every role has a demonstration person', async () => {
  const people = await readDemoPeople(join(packs, 'khanh-hoa'))
  const roles = new Set(people.flatMap((person) => person.roles.map((role) => role.role)))
  assert.deepEqual([...roles].sort(), [
    'administrator',
    'analyst',
    'auditor',
    'custodian',
    'leader',
    'officer',
    'operator',
  ])
})

test('the same unit is the same in both packs, and every name of the sample files finds one province', async () => {
  const province = await read('khanh-hoa/areas.yaml', AreaFile)
  const samples = await read('open-samples/areas.yaml', AreaFile)
  const key = (area: { code: string; validFrom?: string }) => `${area.code} ${area.validFrom ?? ''}`
  const known = new Map(province.areas.map((area) => [key(area), area]))
  for (const { aliases: _aliases, ...area } of samples.areas) {
    const twin = known.get(key(area))
    if (!twin) continue
    const { aliases: _none, ...rest } = twin
    assert.deepEqual(area, rest)
  }
  const values = (scheme: string) => samples.areas.flatMap((area) => area.aliases[scheme] ?? [])
  assert.deepEqual(
    values('papi').sort(),
    Array.from({ length: 63 }, (_, index) => `P${String(index + 1).padStart(2, '0')}`),
  )
  assert.equal(new Set(values('vn-budget')).size, 64)
  for (const area of samples.areas.filter((row) => row.aliases['vn-budget']?.some((name) => !/BRVT|HCM/.test(name))))
    assert.ok(searchKey(area.name).endsWith(searchKey(area.aliases['vn-budget']?.[0] ?? '-')), area.name)
})

const PressFact = z.strictObject({
  indicator: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/),
  organisation: z.string().optional(),
  area: z.string().optional(),
  item: z.string().optional(),
  itemName: z.string().optional(),
  period: z.string().regex(/^\d{4}(\/\d{4})?$/),
  value: z.number(),
  unit: z.string(),
  qualifier: z.enum(['gần', 'trên']).optional(),
  of: z.int().optional(),
  article: z.int(),
  inferred: z.enum(['period', 'value']).optional(),
  partial: z.boolean().optional(),
  note: z.string().optional(),
})
const PressCheck = z.strictObject({
  whole: z.string(),
  organisation: z.string().optional(),
  period: z.string(),
  parts: z.array(z.string()),
  missing: z.number(),
  note: z.string().optional(),
})
const PressFile = z.object({
  source: z.string(),
  organisation: z.string().optional(),
  area: z.string().optional(),
  facts: z.array(PressFact),
  checks: z.array(PressCheck).default([]),
})

test('figures of the press name their unit of the time, and what their parts leave out is what the file says', async () => {
  const codes = new Set((await organisationsOf('khanh-hoa')).map((row) => row.code))
  let missing = 0
  for (const name of ['transformation', 'programme', 'elsewhere', 'goals']) {
    const file = await read(`khanh-hoa/programme-2024/${name}.yaml`, PressFile)
    for (const fact of file.facts) {
      assert.ok(codes.has(fact.organisation ?? file.organisation ?? ''), `${name}: ${fact.indicator}`)
      if (fact.of === 34) assert.equal(fact.organisation, 'H32')
      if (fact.of === 63) assert.notEqual(fact.organisation ?? file.organisation, 'H32')
    }
    for (const check of file.checks) {
      const figure = (code: string) =>
        file.facts.find((fact) => fact.indicator === code && fact.period === check.period)?.value ?? Number.NaN
      assert.equal(figure(check.whole) - check.parts.reduce((sum, part) => sum + figure(part), 0), check.missing)
      if (check.missing > 0) missing += 1
    }
  }
  assert.equal(missing, 2)
})

const Day = z.iso.date()
const LawFile = z.strictObject({
  source: z.string(),
  texts: z.array(
    z.strictObject({
      code: z.string(),
      kind: z.enum(['law', 'resolution', 'decree', 'decision', 'circular', 'letter', 'standard']),
      issuedOn: Day.optional(),
      effectiveFrom: Day.optional(),
      standing: z.enum(['in-force', 'replaced', 'old-cases']),
      subject: z.string(),
      amendedBy: z.array(z.string()).optional(),
      replaces: z.array(z.string()).optional(),
      note: z.string().optional(),
      unverified: z.boolean(),
    }),
  ),
})
const GlossaryFile = z.strictObject({
  source: z.string(),
  terms: z.array(
    z.strictObject({ term: z.string(), vi: z.string(), en: z.string(), definition: z.string().optional() }),
  ),
})

test('each text of the law and each term stands once, and what is replaced is no longer in force', async () => {
  const { texts } = await read('khanh-hoa/law.yaml', LawFile)
  assert.equal(new Set(texts.map((text) => text.code)).size, texts.length)
  const replaced = new Set(texts.flatMap((text) => text.replaces ?? []))
  for (const text of texts) if (replaced.has(text.code)) assert.notEqual(text.standing, 'in-force', text.code)
  const { terms } = await read('khanh-hoa/glossary.yaml', GlossaryFile)
  assert.equal(new Set(terms.map((term) => term.term)).size, terms.length)
  assert.equal(new Set(terms.map((term) => term.vi)).size, terms.length)
})

test('the file of communes is what the script writes', async () => {
  const written = await readFile(join(packs, 'khanh-hoa/organisations-communes.yaml'), 'utf8')
  assert.equal(await communeOrganisations(join(packs, 'khanh-hoa')), written)
})

const units = realData('admin-units')

test('the files of areas are what the scripts write from the public lists', { skip: units.skip }, async () => {
  const lists = await readLists(dirname(units.path))
  for (const [path, text] of Object.entries({ ...packFiles(lists), ...countryFiles(lists) }))
    assert.equal(await readFile(join(packs, '..', path), 'utf8'), text, path)
})
