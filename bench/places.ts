/**
 * Messy addresses to unit codes: speed on one core, how many are right or rightly told to be divided, how many are wrong and sure of it.
 * The addresses are made by bench/addresses/ from its own reading of the official mapping and its own noise; where the source data are
 * absent, those of test/fixtures are taken. Floor of the same run: the clean string of each unit looked up in a plain map.
 *
 *   TRAMHUONG_DATA=… node --import tsx bench/places.ts [addresses] [seed]
 */
import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { openCountry, openResolver, placeInWords } from '#organisations'
import { loadPacks, openApp } from '../src/app.ts'
import { projectRoot, testConfig } from '../test/settings.ts'
import { generateAddresses, type Labelled } from './addresses/generate.ts'
import { rates } from './addresses/noise.ts'
import { readOfficial } from './addresses/official.ts'
import { sayFigure } from './report.ts'

const count = Number(process.argv[2] ?? 20_000)
const seed = Number(process.argv[3] ?? 1)
const asOf = '2026-11-23'
const folder = join(tmpdir(), `bench-places-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  await loadPacks(app, () => {})
  await measure()
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

function readLabelled(): Labelled[] {
  const data = process.env.TRAMHUONG_DATA
  if (data) return generateAddresses(readOfficial(data), count, seed)
  const lines = readFileSync(join(projectRoot, 'test/fixtures/addresses.csv'), 'utf8').split('\n').slice(1)
  return lines.filter(Boolean).map((line) => {
    const [codes = '', text = ''] = line.split('|')
    return { text, codes: codes.split(' ') }
  })
}

/** Milliseconds of this process's own CPU: on a busy machine the clock says little. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function measure(): Promise<void> {
  const labelled = readLabelled()
  const started = performance.now()
  const { country, resolve } = await openResolver(app.context().sql, { asOf })
  const madeMs = performance.now() - started
  resolve('P. Lộc Thọ, TP Nha Trnag')
  for (const { text } of labelled.slice(0, 5000)) resolve(text)
  const rounds = Array.from({ length: 3 }, () => {
    const before = cpuMs()
    for (const { text } of labelled) resolve(text)
    return (labelled.length / (cpuMs() - before)) * 1000
  }).sort((a, b) => a - b)
  const perSecond = rounds[1] ?? 0
  const floor = floorPerSecond((await openCountry(app.context().sql)).places.map((place) => placeInWords(place)))
  const answers = labelled.map(({ text }) => resolve(text))
  let right = 0
  let sureAndWrong = 0
  for (const [at, answer] of answers.entries()) {
    const isClear = answer.state === 'resolved' || answer.state === 'divided'
    const found = answer.candidates.map(({ place }) => place.code).sort()
    if (isClear && found.join() === labelled[at]?.codes.toSorted().join()) right += 1
    else if (isClear && answer.certainty >= 0.9) sureAndWrong += 1
  }
  const share = (part: number) => Number(((100 * part) / labelled.length).toFixed(2))
  console.log(`noise: ${JSON.stringify(rates)}`)
  console.log(`units: ${country.places.length}, addresses: ${labelled.length}, index made in ${madeMs.toFixed(0)} ms`)
  const bare = { label: 'a clean string in a map', value: 1e6 / floor }
  sayFigure({
    label: `an address (${Math.round(perSecond)}/s on one core)`,
    value: 1e6 / perSecond,
    unit: 'µs',
    goal: 50,
    floor: bare,
  })
  sayFigure({ label: 'not found, nor told to be divided', value: share(labelled.length - right), unit: '%', goal: 2 })
  sayFigure({ label: 'wrong and sure of it (certainty ≥ 0.9)', value: share(sureAndWrong), unit: '%', goal: 0.2 })
}

/** The clean string of every unit, folded as any look-up must, in a plain map. */
function floorPerSecond(texts: readonly string[]): number {
  const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  const map = new Map(texts.map((text, at) => [fold(text), at]))
  let found = 0
  const before = cpuMs()
  for (let round = 0; round < 5; round++) for (const text of texts) if (map.has(fold(text))) found += 1
  return (found / (cpuMs() - before)) * 1000
}
