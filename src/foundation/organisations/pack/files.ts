// Reads the files of a pack that this room owns: pack.yaml, organisations*.yaml, areas*.yaml, country-now.csv, country-before.csv.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { AreaFile, type AreaRow, OrganisationFile, type OrganisationRow, PackCard } from '../model.ts'

export interface PackFiles {
  /** Of everything read, so that an unchanged pack is known without parsing it. */
  sha256: string
  parse(): PackContent
}

export interface PackContent {
  card: PackCard
  organisations: OrganisationRow[]
  areas: AreaRow[]
  /** The lists of the rest of the country, unread. */
  country: { name: string; body: string }[]
}

/** @throws when the folder or its pack.yaml is missing. */
export async function readPackFiles(packDir: string): Promise<PackFiles> {
  const owned = /^((pack|organisations.*|areas.*)\.yaml|country-(now|before)\.csv)$/
  const names = (await readdir(packDir)).filter((name) => owned.test(name)).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(packDir, name), 'utf8')))
  const hash = createHash('sha256')
  for (const [index, name] of names.entries()) hash.update(`${name}\0${texts[index]}\0`)
  const textsOf = (pattern: RegExp) =>
    names.flatMap((name, index) =>
      pattern.test(name) ? [{ name: join(packDir, name), text: texts[index] ?? '' }] : [],
    )
  return {
    sha256: hash.digest('hex'),
    parse() {
      const [card] = textsOf(/^pack\.yaml$/)
      if (!card) throw new Error(`${join(packDir, 'pack.yaml')} is missing`)
      return {
        card: parseYaml(card.name, card.text, PackCard),
        organisations: textsOf(/^organisations/).flatMap(
          ({ name, text }) => parseYaml(name, text, OrganisationFile).organisations,
        ),
        areas: textsOf(/^areas/).flatMap(({ name, text }) => parseYaml(name, text, AreaFile).areas),
        country: textsOf(/^country-/).map(({ name, text }) => ({ name: basename(name, '.csv'), body: text })),
      }
    },
  }
}

function parseYaml<T>(path: string, text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parse(text))
  if (!parsed.success) throw new Error(`${path}:\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}
