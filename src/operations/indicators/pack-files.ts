import { parse } from 'yaml'
import { z } from 'zod'
import { invalid } from '#platform/errors'
import { Definition } from './model.ts'

const Draft = z.record(z.string(), z.unknown())

/** A file of definitions: `like` of an entry (or of a default) names a default whose fields it takes; its own fields win. */
const DefinitionFile = z.strictObject({
  source: z.string(),
  defaults: z.record(z.string(), Draft).default({}),
  indicators: z.array(Draft),
})

/** @throws Problem with a field path for each entry that is no definition. */
export function readDefinitions(text: string): Definition[] {
  const file = DefinitionFile.parse(parse(text))
  return file.indicators.map((entry, position) => {
    const parsed = Definition.safeParse(fillIn(entry, file.defaults, 0))
    if (parsed.success) return parsed.data
    const where = `indicators.${position} (${String(entry.code)})`
    throw invalid(
      'Định nghĩa chỉ tiêu chưa đúng.',
      parsed.error.issues.map((issue) => ({ path: `${where}.${issue.path.join('.')}`, message: issue.message })),
    )
  })
}

function fillIn(
  entry: z.infer<typeof Draft>,
  defaults: Record<string, z.infer<typeof Draft>>,
  depth: number,
): z.infer<typeof Draft> {
  const { like, ...own } = entry
  if (typeof like !== 'string') return own
  const base = defaults[like]
  if (!base || depth > 5) throw invalid(`Không có mẫu mặc định "${like}".`)
  return { ...fillIn(base, defaults, depth + 1), ...own }
}
