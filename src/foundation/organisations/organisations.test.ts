import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { listEntries } from '#ledger'
import { nobody } from '#platform/context'
import { Problem } from '#platform/errors'
import { dbTest } from '#test/harness'
import {
  ancestorsOf,
  correctOrganisation,
  createOrganisation,
  declareAreaWeights,
  dissolveOrganisation,
  findArea,
  findOrganisation,
  listAreaSuccessions,
  listDescendantCodes,
  listOrganisations,
  listOrganisationVersions,
  listSuccessionsOf,
  loadOrganisations,
  mapAliases,
  matchAreas,
  mergeOrganisations,
  moveOrganisation,
  organisationTree,
  renameOrganisation,
  splitOrganisation,
} from './index.ts'

const packs = join(import.meta.dirname, '../../..', 'packs')
const province = join(packs, 'khanh-hoa')
const samples = join(packs, 'open-samples')
const now = { asOf: '2026-11-22' }
const decision = { number: '100/QĐ-UBND', issuedOn: '2026-11-20' }
const deed = { decision, effectiveOn: '2026-12-01' }

const at = (iso: string) => new Date(iso)

const refused = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

dbTest('a pack loaded twice writes nothing the second time', async (t) => {
  const ctx = t.context()
  const again = await loadOrganisations(ctx, province)
  assert.deepEqual([again.changed, again.written], [false, 0])
})

dbTest('the tree of a day holds the agencies of that day: the merged province or the two of before', async (t) => {
  const roots = async (asOf: string) =>
    (await organisationTree(t.sql, { asOf })).nodes
      .filter((node) => node.row.kind === 'province')
      .map((node) => node.row.code)
  assert.deepEqual(await roots('2025-06-30'), ['H32-2024', 'H43'])
  assert.deepEqual(await roots('2025-07-01'), ['H32'])
  const communes = await listOrganisations(t.sql, now, { kind: 'commune' })
  assert.equal(communes.length, 65)
  assert.equal((await listDescendantCodes(t.sql, 'H32.22366', now)).length, 3)
  const above = await ancestorsOf(t.sql, 'H32.22366.PVHCC', now)
  assert.deepEqual(
    above.map((row) => row.code),
    ['H32', 'H32.22366'],
  )
  const external = await listOrganisations(t.sql, now, { line: 'external', area: '56' })
  const reached = new Set(await listDescendantCodes(t.sql, 'H32', now))
  assert.ok(external.length >= 4 && external.every((node) => !reached.has(node.row.code)))
})

dbTest('an old code names the province that stood on the day asked about', async (t) => {
  assert.equal((await findOrganisation(t.sql, '000.00.00.H32', now))?.code, 'H32')
  assert.equal((await findOrganisation(t.sql, '000.00.00.H32', { asOf: '2024-05-05' }))?.code, 'H32-2024')
  assert.equal((await findOrganisation(t.sql, 'H32-2024.TTTT'))?.validTo, '2025-02-28')
  assert.equal(await findOrganisation(t.sql, 'H32-2024.TTTT', now), undefined)
})

dbTest('search bears missing diacritics, any order of words and short names', async (t) => {
  const names = async (search: string) => (await listOrganisations(t.sql, now, { search })).map((node) => node.row.code)
  assert.deepEqual(await names('so khoa hoc cong nghe'), ['H32.KHCN'])
  assert.deepEqual(await names('lanh dai ubnd xa'), ['H32.22504'])
  assert.ok((await names('KH&CN')).includes('H32.KHCN'))
  const first = await listOrganisations(t.sql, now, {}, { limit: 7 })
  const next = await listOrganisations(t.sql, now, {}, { limit: 7, after: first.at(-1)?.row.code })
  assert.equal(new Set([...first, ...next].map((node) => node.row.code)).size, 14)
})

dbTest('a statistics code finds the area that had it on the day, and a name finds candidates', async (t) => {
  assert.equal((await findArea(t.sql, '22366', { asOf: '2025-06-30' }))?.name, 'Phường Tân Tiến')
  assert.equal((await findArea(t.sql, '22366', now))?.name, 'Phường Nha Trang')
  assert.equal((await findArea(t.sql, '56', { asOf: '2011-12-31' }))?.code, '56-2024')
  const phuocHoa = await matchAreas(t.sql, 'phuoc hoa', { asOf: '2025-06-30' })
  assert.deepEqual(phuocHoa.map((area) => area.name).sort(), ['Phường Phước Hòa', 'Xã Phước Hòa'])
  assert.deepEqual((await matchAreas(t.sql, 'Phường Phước Hoà', { asOf: '2025-06-30' })).length, 1)
})

dbTest('two packs share an area, and each brings its own names for it', async (t) => {
  const ctx = t.context()
  await loadOrganisations(ctx, samples)
  const papi = await mapAliases(t.sql, 'area', 'papi')
  assert.equal(papi.size, 63)
  assert.equal(papi.get('P37'), '56-2024')
  assert.equal((await mapAliases(t.sql, 'area', 'vn-budget')).get('TP HCM'), '79-2024')
  assert.ok(!(await listDescendantCodes(t.sql, 'H32', now)).includes('MAU'))
})

async function edited(work: (folder: string) => Promise<void>, pack = samples) {
  const folder = await mkdtemp(join(tmpdir(), 'pack-'))
  try {
    await cp(pack, folder, { recursive: true })
    await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function replaceIn(path: string, from: string, to: string) {
  const text = await readFile(path, 'utf8')
  assert.ok(text.includes(from), from)
  await writeFile(path, text.replace(from, to))
}

dbTest('a changed pack writes only the difference and keeps what was known before', (t) =>
  edited(async (folder) => {
    await loadOrganisations(t.at(at('2026-01-01T00:00:00Z')).context(), folder)
    await replaceIn(join(folder, 'organisations.yaml'), 'Đơn vị cấp phép mẫu', 'Đơn vị giấy phép mẫu')
    const outcome = await loadOrganisations(t.at(at('2026-02-01T00:00:00Z')).context(), folder)
    assert.equal(outcome.written, 2)
    const name = async (knownAt?: Date) => (await findOrganisation(t.sql, 'MAU.CP', { ...now, knownAt }))?.name
    assert.equal(await name(), 'Đơn vị giấy phép mẫu')
    assert.equal(await name(at('2026-01-31T00:00:00Z')), 'Đơn vị cấp phép mẫu')
  }),
)

dbTest('what was decided here is not overwritten by a changed pack', (t) =>
  edited(async (folder) => {
    await loadOrganisations(t.at(at('2026-01-01T00:00:00Z')).context(), folder)
    const ctx = t.at(at('2026-01-15T00:00:00Z')).context()
    await renameOrganisation(ctx, { ...deed, code: 'MAU.CP', name: 'Tên mới', effectiveOn: '2026-01-10' })
    await replaceIn(join(folder, 'organisations.yaml'), 'Đơn vị cấp phép mẫu', 'Tên của tệp')
    const outcome = await loadOrganisations(t.at(at('2026-02-01T00:00:00Z')).context(), folder)
    assert.deepEqual(outcome.kept, ['MAU.CP'])
    assert.equal((await findOrganisation(t.sql, 'MAU.CP', now))?.name, 'Tên mới')
  }),
)

dbTest('a pack with a lost parent or two versions at once is refused with the code', (t) =>
  edited(async (folder) => {
    const path = join(folder, 'organisations.yaml')
    await replaceIn(path, 'kind: unit, parent: MAU,', 'kind: unit, parent: KHONG-CO,')
    await assert.rejects(loadOrganisations(t.context(), folder), /MAU\.CP: không có đơn vị cấp trên KHONG-CO/)
  }),
)

dbTest(
  'a rename holds from its day, before it the old name stands, and a past screen still shows what it showed',
  async (t) => {
    const before = t.context()
    const ctx = t.at(at('2026-11-24T03:00:00Z')).context()
    await renameOrganisation(ctx, { ...deed, code: 'H32.KHCN', name: 'Sở Khoa học, Công nghệ và Số' })
    const name = async (asOf: string, knownAt?: Date) =>
      (await findOrganisation(t.sql, 'H32.KHCN', { asOf, knownAt }))?.name
    assert.equal(await name('2026-11-30'), 'Sở Khoa học và Công nghệ tỉnh Khánh Hòa')
    assert.equal(await name('2026-12-01'), 'Sở Khoa học, Công nghệ và Số')
    assert.equal(await name('2026-12-01', before.now), 'Sở Khoa học và Công nghệ tỉnh Khánh Hòa')
    const known = (await listOrganisationVersions(t.sql, 'H32.KHCN')).filter((row) => row.recordedTo === null)
    assert.deepEqual(
      known.map((row) => [row.validFrom, row.validTo]),
      [
        ['2026-12-01', null],
        ['2025-07-01', '2026-11-30'],
      ],
    )
    assert.equal(known[0]?.decision, '100/QĐ-UBND ngày 20/11/2026')
    const [entry] = await listEntries(t.sql, { subject: 'organisation:H32.KHCN', reach: 'all', limit: 1 })
    assert.equal(entry?.action, 'organisation.renamed')
  },
)

dbTest('a move carries the branch along and cannot go under itself', async (t) => {
  const ctx = t.context()
  await moveOrganisation(ctx, { ...deed, code: 'H32.VP.IOC', parent: 'H32.KHCN' })
  const paths = async (asOf: string) => (await ancestorsOf(t.sql, 'H32.VP.IOC', { asOf })).map((row) => row.code)
  assert.deepEqual(await paths('2026-11-30'), ['H32', 'H32.VP'])
  assert.deepEqual(await paths('2026-12-01'), ['H32', 'H32.KHCN'])
  const circle = moveOrganisation(ctx, { ...deed, code: 'H32.KHCN', parent: 'H32.VP.IOC' })
  await assert.rejects(circle, refused('organisation.circle'))
})

dbTest('a merger ends the parts, moves their subordinates to the heir and is told from both sides', async (t) => {
  const ctx = t.context()
  const into = {
    code: 'H32.KTTC',
    name: 'Sở Kinh tế',
    kind: 'department',
    line: 'own',
    parent: 'H32',
    area: '56',
  } as const
  await mergeOrganisations(ctx, { ...deed, codes: ['H32.KHCN', 'H32.TC'], into })
  const codes = async (asOf: string) => new Set(await listDescendantCodes(t.sql, 'H32', { asOf }))
  const after = await codes('2026-12-01')
  assert.deepEqual([after.has('H32.KHCN'), after.has('H32.TC'), after.has('H32.KTTC')], [false, false, true])
  assert.ok((await codes('2026-11-30')).has('H32.KHCN'))
  assert.equal((await findOrganisation(t.sql, 'H32.KHCN.CDS', { asOf: '2026-12-01' }))?.parent, 'H32.KTTC')
  const heirs = (await listSuccessionsOf(t.sql, 'H32.TC')).filter((row) => row.predecessor === 'H32.TC')
  assert.deepEqual(
    heirs.map((row) => [row.successor, row.how]),
    [['H32.KTTC', 'merge']],
  )
  assert.equal((await listSuccessionsOf(t.sql, 'H32.KTTC')).length, 2)
})

dbTest('a superior and its subordinate can be merged into a third in one decision', async (t) => {
  const ctx = t.context()
  await mergeOrganisations(ctx, { ...deed, codes: ['H32.KHCN', 'H32.KHCN.CDS'], into: 'H32.TC' })
  const after = new Set(await listDescendantCodes(t.sql, 'H32', { asOf: '2026-12-01' }))
  assert.ok(!after.has('H32.KHCN') && !after.has('H32.KHCN.CDS') && after.has('H32.TC'))
})

dbTest('a split needs a home for every subordinate, and a dissolved agency has none', async (t) => {
  const ctx = t.context()
  const unit = (code: string) => ({ code, name: code, kind: 'department', line: 'own', parent: 'H32' }) as const
  const split = { ...deed, code: 'H32.KHCN', into: [unit('H32.KH'), unit('H32.CN')] }
  await assert.rejects(splitOrganisation(ctx, split), refused('organisation.has-children'))
  await splitOrganisation(ctx, { ...split, children: { 'H32.KHCN.CDS': 'H32.CN' } })
  assert.deepEqual(await listDescendantCodes(t.sql, 'H32.CN', { asOf: '2026-12-01' }), ['H32.CN', 'H32.KHCN.CDS'])
  await dissolveOrganisation(ctx, { ...deed, code: 'H32.KKT' })
  assert.equal(await findOrganisation(t.sql, 'H32.KKT', { asOf: '2026-12-01' }), undefined)
  assert.equal((await findOrganisation(t.sql, 'H32.KKT'))?.validTo, '2026-11-30')
  const twice = dissolveOrganisation(ctx, { ...deed, code: 'H32.KKT' })
  await assert.rejects(twice, refused('organisation.not-valid'))
})

dbTest('a taken code is refused, and so is a change by one who may not', async (t) => {
  const ctx = t.context()
  const organisation = { code: 'H32.TC', name: 'Trùng', kind: 'department', line: 'own', parent: 'H32' } as const
  await assert.rejects(createOrganisation(ctx, { ...deed, organisation }), refused('organisation.code-taken'))
  const stranger = t.context({ ...nobody, account: 'canbo' })
  const renaming = renameOrganisation(stranger, { ...deed, code: 'H32.TC', name: 'X' })
  await assert.rejects(renaming, refused('access.forbidden'))
})

dbTest('a correction changes the whole version and no day of it', async (t) => {
  const ctx = t.at(at('2026-11-24T00:00:00Z')).context()
  await correctOrganisation(ctx, { ...deed, code: 'H32.TC', shortName: 'STC', unverified: false })
  const row = await findOrganisation(t.sql, 'H32.TC', { asOf: '2025-07-01' })
  assert.deepEqual(
    [row?.shortName, row?.unverified, row?.validFrom, row?.kind],
    ['STC', false, '2025-07-01', 'department'],
  )
})

dbTest('weights of a divided area must name every heir and add up to 1', async (t) => {
  const ctx = t.context()
  const declare = (weights: Record<string, number>) =>
    declareAreaWeights(ctx, { predecessor: '22768-2024', weights, decision })
  await assert.rejects(declare({ '22888': 1 }), refused('request.invalid'))
  await assert.rejects(declare({ '22780': 0.5, '22888': 0.4 }), refused('request.invalid'))
  await declare({ '22780': 0.7, '22888': 0.3 })
  const rows = (await listAreaSuccessions(t.sql)).filter((row) => row.predecessor === '22768-2024')
  assert.deepEqual(rows.map((row) => row.weight).sort(), [0.3, 0.7])
})

const dayOf = (index: number) => `2027-03-${String(index + 1).padStart(2, '0')}`
const renames = fc.array(fc.integer({ min: 0, max: 19 }), { minLength: 1, maxLength: 6 })

dbTest(
  'after any order of renames each day has the name it should, now and as it was known after each of them',
  async (t) => {
    let serial = 0
    await fc.assert(
      fc.asyncProperty(renames, async (days) => {
        const code = `H32.THU${serial++}`
        const moment = (step: number) => new Date(Date.UTC(2026, 11, 1 + step))
        const organisation = { code, name: 'Tên 0', kind: 'unit', line: 'own', parent: 'H32' } as const
        const effectiveOn = dayOf(0)
        await createOrganisation(t.at(moment(0)).context(), { decision, effectiveOn, organisation })
        // The oracle: a name for each day, and the days on which a version begins. A rename runs to the next beginning.
        const names = [Array.from({ length: 20 }, () => 'Tên 0')]
        const starts = new Set([0])
        for (const [index, day] of days.entries()) {
          const name = `Tên ${index + 1}`
          const rename = { decision, effectiveOn: dayOf(day), code, name }
          await renameOrganisation(t.at(moment(index + 1)).context(), rename)
          const end = Math.min(20, ...[...starts].filter((start) => start > day))
          names.push((names.at(-1) ?? []).map((old, at) => (at >= day && at < end ? name : old)))
          starts.add(day)
        }
        for (const [step, expected] of names.entries())
          for (const [index, name] of expected.entries()) {
            const found = await findOrganisation(t.sql, code, { asOf: dayOf(index), knownAt: moment(step) })
            assert.equal(found?.name, name)
          }
      }),
      { numRuns: 6 },
    )
  },
)

dbTest('another province is a folder: its own root, communes and old code, beside the first', async (t) => {
  const outcome = await loadOrganisations(t.context(), join(packs, '..', 'test/fixtures/tiny-pack'))
  assert.deepEqual([outcome.pack, outcome.changed], ['tiny', true])
  assert.equal((await listOrganisations(t.sql, now, { within: 'H99', kind: 'commune' })).length, 3)
  assert.equal((await findOrganisation(t.sql, '000.00.00.H99', now))?.code, 'H99')
  assert.equal((await findArea(t.sql, '99001', now))?.name, 'Phường Một')
  assert.equal((await listOrganisations(t.sql, now, { within: 'H32', kind: 'commune' })).length, 65)
})

dbTest('a new edition of the whole province pack writes the one agency that differs', (t) =>
  edited(async (folder) => {
    await replaceIn(
      join(folder, 'organisations.yaml'),
      'name: Sở Tài chính tỉnh Khánh Hòa\n',
      'name: Sở Tài chính và Kế hoạch\n',
    )
    const outcome = await loadOrganisations(t.context(), folder)
    assert.deepEqual([outcome.pack, outcome.written, outcome.kept], ['khanh-hoa', 2, []])
    assert.equal((await findOrganisation(t.sql, 'H32.TC', now))?.name, 'Sở Tài chính và Kế hoạch')
    assert.equal((await loadOrganisations(t.context(), folder)).changed, false)
  }, province),
)
