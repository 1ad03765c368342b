import type { Sql } from '#platform/sql'
import type { KindName } from '../kinds.ts'
import type { Contract } from '../model.ts'

/** A source that can be counted over, with the columns kept beside the fields of its kind. */
export interface DescribedSource {
  code: string
  name: string
  organisation: string
  kind: KindName
  attributes: { name: string; label: string }[]
}

/** Every source by its contract in force. */
export async function describeSources(sql: Sql): Promise<DescribedSource[]> {
  const rows = await sql<{ organisation: string; body: Contract }[]>`
    select s.organisation, c.body from warehouse.source s
    join warehouse.contract c on c.source = s.code and c.state = 'current'
    order by s.code`
  return rows.map(({ organisation, body }) => ({
    code: body.code,
    name: body.name,
    organisation,
    kind: body.kind,
    attributes: attributesOf(body),
  }))
}

const casePrefix = 'case:'

/** Columns that stand in the attributes of a record and can be named in a condition; personal ones are nobody's to count by. */
function attributesOf({ columns, map, attributes, personal, unpivot }: Contract): { name: string; label: string }[] {
  const taken = new Set(Object.values(map).flatMap((from) => ('column' in from ? [from.column] : [])))
  const hidden = new Set([...personal, ...(unpivot?.columns ?? [])])
  return columns.flatMap(({ name, as, label }) => {
    const isKept = attributes === 'rest' ? !taken.has(name) && !taken.has(as ?? name) : attributes.includes(name)
    const own = name.startsWith(casePrefix) ? name.slice(casePrefix.length) : name
    return isKept && !hidden.has(name) && /^[^'"\\]{1,80}$/.test(own) ? [{ name: own, label: label ?? own }] : []
  })
}
