/** Reads source text as far as the rules of the house need it: imports, literals, SQL, the environment, circles in a graph. */

const withoutComments = (text: string) => text.replace(/^\s*\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '')

/** What a module imports or exports from, as written; comments do not count. */
export function readImports(text: string): string[] {
  const bare = withoutComments(text)
  const patterns = [
    /^\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  ]
  return patterns.flatMap((pattern) => [...bare.matchAll(pattern)].map((match) => match[1] ?? ''))
}

/** Whether a module loads others in a way that cannot be read from its text: by a name that is computed, or by a `require` of its own. */
export const hidesImports = (text: string): boolean =>
  /\bimport\(\s*(?!['"\s])|\bimport\(\s*(['"])[^'"]*\1\s*[^)\s,]|\bcreateRequire\b/.test(withoutComments(text))

/** Whether a module reads the environment, in whichever way it is written. */
export const readsEnvironment = (text: string): boolean =>
  /\bprocess\s*(\?\.|\.|\[)\s*['"`]?env\b|\{[^{}]*\benv\b[^{}]*\}\s*=\s*(globalThis\.)?process\b|['"](node:)?process['"]|import\.meta\.env/.test(
    withoutComments(text),
  )

/** Whether a module asks what time it is. */
export const readsClock = (text: string): boolean =>
  /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\()|\bperformance\.now\b/.test(withoutComments(text))

/** The texts of all template literals, each with `?` where a value is put in; those inside a value come on their own. */
export function readTemplates(text: string): string[] {
  return readLiterals(text).templates
}

/** All literals of a module: templates as above, and plain strings. */
export function readLiterals(text: string): { templates: string[]; strings: string[] } {
  const found: string[] = []
  const strings: string[] = []
  let at = 0
  const readString = (quote: string) => {
    const from = at + 1
    for (at += 1; at < text.length && text[at] !== quote && text[at] !== '\n'; at += 1) if (text[at] === '\\') at += 1
    strings.push(text.slice(from, at))
    at += 1
  }
  const readTemplate = () => {
    let literal = ''
    for (at += 1; at < text.length && text[at] !== '`'; at += 1) {
      if (text[at] === '\\') at += 1
      else if (text[at] === '$' && text[at + 1] === '{') {
        at += 2
        readCode('}')
        literal += '?'
        continue
      }
      literal += text[at]
    }
    at += 1
    found.push(literal)
  }
  // Reads up to the bracket that closes the value; brackets within are matched.
  const readCode = (end: string | undefined) => {
    let depth = 0
    while (at < text.length) {
      const char = text[at]
      if (char === '`') readTemplate()
      else if (char === "'" || char === '"') readString(char)
      else if (char === '/' && text[at + 1] === '/') at = endOf('\n')
      else if (char === '/' && text[at + 1] === '*') at = endOf('*/') + 2
      else {
        if (char === '{') depth += 1
        if (char === '}' && depth === 0 && end) return
        if (char === '}') depth -= 1
        at += 1
      }
    }
  }
  const endOf = (mark: string) => {
    const index = text.indexOf(mark, at)
    return index < 0 ? text.length : index
  }
  readCode(undefined)
  return { templates: found, strings }
}

const isSql =
  /\b(select|insert|update|delete|truncate|create|alter|drop|grant|revoke|copy|lock|merge|call|set|from|join)\b/i
/** What stands here is a table or a function, never a column of one that bears another's name as its alias. */
const tablePlace = String.raw`\b(?:from|join|into|update|table|references|truncate|copy|lock|using|on|call|function|schema|only)\s+`

/** The schemas among `schemas` that a text names, if it is SQL: `schema.table` in any case or quotes, `schema x`, a search path. */
export function schemasIn(text: string, schemas: readonly string[]): string[] {
  if (!isSql.test(text)) return []
  const sql = text
    .replace(/--[^\n]*/g, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/"(\w+)"/g, '$1')
    .toLowerCase()
  const namesOf = (pattern: RegExp) => [...sql.matchAll(pattern)].map((match) => match[1] ?? '')
  // Within a query a table may carry the name of another schema as its alias.
  const aliases = new Set(namesOf(/\b(?:as|join|from|update|into|,)\s+[\w.]+\s+(?:as\s+)?([a-z_]+)\b/g))
  const certain = namesOf(new RegExp(`${tablePlace}([a-z_]+)\\.[a-z_]`, 'g'))
  const possible = namesOf(/(?<![\w.$@])([a-z_]+)\.[a-z_]+/g).filter((name) => !aliases.has(name))
  const paths = namesOf(/\bsearch_path\b([^;`]*)/g).flatMap((path) => path.match(/[a-z_]+/g) ?? [])
  const whole = namesOf(/\bschema\s+(?:if\s+(?:not\s+)?exists\s+)?([a-z_]+)/g)
  return [...certain, ...possible, ...paths, ...whole].filter((name) => schemas.includes(name))
}

/** Names handed to the database as identifiers: `sql('schema.table')`. */
export const identifiersIn = (text: string): string[] =>
  [...withoutComments(text).matchAll(/\bsql\(\s*['"`]([a-z_]+)\./g)].map((match) => match[1] ?? '')

/** The names of one circle in the order of its edges; empty where there is none. */
export function findCircle(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (name: string): string[] => {
    const start = path.indexOf(name)
    if (start >= 0) return [...path.slice(start), name]
    if (done.has(name)) return []
    path.push(name)
    for (const next of graph.get(name) ?? []) {
      const circle = visit(next)
      if (circle.length > 0) return circle
    }
    path.pop()
    done.add(name)
    return []
  }
  for (const name of graph.keys()) {
    const circle = visit(name)
    if (circle.length > 0) return circle
  }
  return []
}
