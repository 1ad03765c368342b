/** Writes docs/GLOSSARY.md and docs/law.md from the pack of the province, so that a term or a text stands in one place only. */
import { readFile, writeFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'

const Glossary = z.object({
  source: z.string(),
  terms: z.array(z.object({ term: z.string(), vi: z.string(), en: z.string(), definition: z.string().optional() })),
})

const Law = z.object({
  source: z.string(),
  texts: z.array(
    z.object({
      code: z.string(),
      standing: z.string(),
      subject: z.string(),
      issuedOn: z.coerce.string().optional(),
      effectiveFrom: z.coerce.string().optional(),
      amendedBy: z.array(z.string()).optional(),
      replaces: z.array(z.string()).optional(),
      unverified: z.boolean().optional(),
    }),
  ),
})

const folder = new URL('../', import.meta.url)
const readYaml = async (path: string) => parse(await readFile(new URL(path, folder), 'utf8'))

const glossary = Glossary.parse(await readYaml('packs/khanh-hoa/glossary.yaml'))
const terms = glossary.terms.toSorted((a, b) => a.term.localeCompare(b.term, 'en'))
await writeFile(
  new URL('docs/GLOSSARY.md', folder),
  [
    '# Glossary',
    '',
    'Written by `scripts/make-docs.ts` from `packs/khanh-hoa/glossary.yaml`: change that file. Code uses the term, screens the Vietnamese word.',
    '',
    '| term in code | Vietnamese | English | meaning |',
    '| --- | --- | --- | --- |',
    ...terms.map(({ term, vi, en, definition }) => `| \`${term}\` | ${vi} | ${en} | ${definition ?? ''} |`),
    '',
  ].join('\n'),
)

const law = Law.parse(await readYaml('packs/khanh-hoa/law.yaml'))
const standing: Record<string, string> = {
  'in-force': 'in force',
  replaced: 'replaced',
  'old-cases': 'only for dossiers opened under it',
}
await writeFile(
  new URL('docs/law.md', folder),
  [
    '# Law',
    '',
    'Written by `scripts/make-docs.ts` from `packs/khanh-hoa/law.yaml`: change that file. Rules in the code and the packs cite these texts. **Unverified** means that',
    'the text itself was not read: what rests on it is configuration and claims no conformity.',
    '',
    '| text | issued | in force from | standing | subject | amended by, replaces | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...law.texts.map((text) =>
      [
        '',
        text.code,
        text.issuedOn ?? '',
        text.effectiveFrom ?? '',
        standing[text.standing] ?? text.standing,
        text.subject,
        [
          text.amendedBy ? `amended by ${text.amendedBy.join(', ')}` : '',
          text.replaces ? `replaces ${text.replaces.join(', ')}` : '',
        ]
          .filter(Boolean)
          .join('; '),
        text.unverified ? 'unverified' : '',
        '',
      ]
        .join(' | ')
        .trim(),
    ),
    '',
  ].join('\n'),
)
