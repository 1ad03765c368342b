import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { AreaFile, declareAreaWeights } from '#organisations'
import { type DbTest, dbTest } from '#test/harness'
import { processTouches } from './computation/process.ts'
import { writeCases } from './sample.ts'

const decision = { number: '1/QĐ-THU', issuedOn: '2026-11-20', issuedBy: 'Cơ quan thử' }
const { areas } = AreaFile.parse(
  parse(await readFile(join(import.meta.dirname, '../../../packs/khanh-hoa/areas.yaml'), 'utf8')),
)
const communes = areas.filter(({ parent }) => parent === '56')
const parentOf = new Map(areas.map(({ code, parent }) => [code, parent]))
const former = [...new Set(communes.flatMap(({ predecessors }) => predecessors.map(({ code }) => code)))].sort()

/** Each old commune has between one and seven dossiers of March 2025, every third of them late. */
const filed = new Map(former.map((code, nth) => [code, 1 + (nth % 7)]))
const isLate = (nth: number) => nth % 3 === 0

async function fileDossiers(t: DbTest): Promise<void> {
  const cases = former.flatMap((area) => {
    const province = parentOf.get(parentOf.get(area) ?? '')
    return Array.from({ length: filed.get(area) ?? 0 }, (_, nth) => ({
      id: `${area}-${nth}`,
      organisation: province === '58-2024' ? 'H43' : 'H32-2024',
      area,
      startedAt: '2025-03-03T02:00:00Z',
      dueAt: '2025-03-12T02:00:00Z',
      endedAt: isLate(nth) ? '2025-03-20T02:00:00Z' : '2025-03-10T02:00:00Z',
    }))
  })
  await writeCases(t.sql, cases, 'one-stop-dossiers')
  await processTouches(t.context())
}

interface Restated {
  by: string
  code: string
  value: number | null
  how: string
  words: string
  parts: { code: string; heirs: { code: string }[] }[]
}

async function read(t: DbTest, indicator: string, asOf = ''): Promise<Map<string, Restated>> {
  const url = `/api/v1/indicators/${indicator}/restated?period=2025-03&structureAt=2025-07-01${asOf}`
  const answer = await t.as('lanhdao').get(url)
  assert.equal(answer.statusCode, 200, answer.body)
  const units: Restated[] = answer.json().units
  return new Map(units.filter(({ by }) => by === 'area').map((unit) => [unit.code, unit]))
}

const near = (value: number | null | undefined, wanted: number, about: string) =>
  assert.ok(Math.abs((value ?? Number.NaN) - wanted) < 1e-9, `${about}: ${value} for ${wanted}`)

/** The plain reckoning: what the files say, one unit after the other. */
function reckon(count: (area: string) => number, shareOf: (from: string, to: string) => number) {
  return new Map(
    communes.map(({ code, predecessors }) => [
      code,
      predecessors.reduce((sum, one) => sum + count(one.code) * shareOf(one.code, code), 0),
    ]),
  )
}

dbTest(
  'figures of the 194 old communes are told for the 65; of the eight divided ones only once shares are declared',
  async (t) => {
    await fileDossiers(t)
    const heirsOf = new Map<string, string[]>()
    for (const { code, predecessors } of communes)
      for (const one of predecessors) heirsOf.set(one.code, [...(heirsOf.get(one.code) ?? []), code])
    const divided = [...heirsOf].filter(([, heirs]) => heirs.length > 1)
    assert.equal(divided.length, 8)
    const touched = new Set(divided.flatMap(([, heirs]) => heirs))

    const before = await read(t, 'dossier.received')
    assert.deepEqual([...before.keys()].sort(), communes.map(({ code }) => code).sort())
    const whole = reckon(
      (area) => filed.get(area) ?? 0,
      () => 1,
    )
    for (const [code, unit] of before) {
      if (!touched.has(code)) near(unit.value, whole.get(code) ?? 0, code)
      else assert.deepEqual([unit.value, unit.how], [null, 'divided'], code)
      const candidates = unit.parts.filter(({ heirs }) => heirs.length > 0)
      assert.deepEqual(
        candidates.map(({ code, heirs }) => [code, heirs.map((heir) => heir.code).sort()]).sort(),
        divided
          .filter(([, heirs]) => heirs.includes(code))
          .map(([old, heirs]) => [old, heirs.sort()])
          .sort(),
      )
    }
    assert.match(before.get('22708')?.words ?? '', /Xã Suối Tân đã chia cho Xã Cam Hiệp, Xã Cam Lâm, Xã Suối Dầu/)

    const later = t.at(new Date(t.now.getTime() + 3_600_000))
    const shares = new Map<string, number>()
    for (const [predecessor, heirs] of divided) {
      const weights = Object.fromEntries(
        heirs.map((heir, nth) => [heir, nth === 0 ? 1 - 0.3 * (heirs.length - 1) : 0.3]),
      )
      for (const heir of heirs) shares.set(`${predecessor} ${heir}`, weights[heir] ?? 0)
      await declareAreaWeights(later.context(), { predecessor, weights, decision })
    }
    const shareOf = (from: string, to: string) => shares.get(`${from} ${to}`) ?? 1
    const after = await read(later, 'dossier.received')
    const wanted = reckon((area) => filed.get(area) ?? 0, shareOf)
    for (const [code, unit] of after) near(unit.value, wanted.get(code) ?? 0, code)
    const total = [...filed.values()].reduce((sum, count) => sum + count, 0)
    near(
      [...after.values()].reduce((sum, { value }) => sum + (value ?? 0), 0),
      total,
      'the province',
    )

    const onTime = (area: string) =>
      Array.from({ length: filed.get(area) ?? 0 }, (_, nth) => nth).filter((nth) => !isLate(nth))
    const good = reckon((area) => onTime(area).length, shareOf)
    for (const [code, unit] of await read(later, 'dossier.on-time'))
      near(unit.value, (100 * (good.get(code) ?? 0)) / (wanted.get(code) ?? 1), `on time in ${code}`)

    const past = await read(
      later,
      'dossier.received',
      `&asOf=${encodeURIComponent(new Date(t.now.getTime() + 600_000).toISOString())}`,
    )
    assert.deepEqual(past, before, 'before the shares were declared nobody could tell')
  },
)
