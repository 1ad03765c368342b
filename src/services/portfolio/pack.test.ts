import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { PortfolioFile } from './pack.ts'

const folder = join(import.meta.dirname, '../../../packs/khanh-hoa')
const read = async (name: string) => parse(await readFile(join(folder, name), 'utf8'))

const Press = z.object({
  facts: z.array(z.object({ indicator: z.string(), item: z.string().optional(), value: z.number() })),
})

test('what the programme states is what the press figures say, and its list has as many of each state', async () => {
  const { facts } = Press.parse(await read('programme-2024/programme.yaml'))
  const said = (indicator: string, item?: string) =>
    facts.find((fact) => fact.indicator === indicator && fact.item === item)?.value
  const { stated, projects, tasks } = PortfolioFile.parse(await read('portfolio/programme-2024.yaml'))
  assert.equal(stated.disbursedShare, said('capital.disbursed-share'))
  assert.equal(stated.projects?.total, said('programme.project-total'))
  assert.equal(stated.tasks?.total, said('programme.task-total'))
  const words = {
    'under-way': 'under-way',
    'not-started': 'not-started',
    moved: 'moved',
    'proposed-dropped': 'proposed-dropped',
  }
  for (const [state, word] of Object.entries(words) as [keyof typeof words, string][]) {
    assert.equal(stated.projects?.states[state], said(`programme.project-${word}`))
    assert.equal(stated.tasks?.states[state], said(`programme.task-${word}`))
    assert.equal(projects.filter((one) => one.state === state).length, stated.projects?.states[state] ?? 0)
    assert.equal(tasks.filter((one) => one.state === state).length, stated.tasks?.states[state] ?? 0)
  }
  assert.equal(tasks.filter(({ state }) => state === 'unaccounted').length, 5)
  const named = projects.filter(({ illustration }) => !illustration)
  assert.deepEqual(
    named.map(({ capital }) => capital.map(([, , , million]) => million * 1e6)),
    ['ioc-1', 'lgsp', 'de-an-06'].map((item) => [said('project.capital', item)]),
  )
  assert.ok([...projects, ...tasks].every((one) => one.illustration || one.citation))
})
