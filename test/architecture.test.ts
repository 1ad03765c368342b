/**
 * The rules of the house, held against the code itself: who may import whom, whose SQL names which schema, what a capability's folder
 * may hold, that every route says who may call it. Each rule also asserts that it has seen the code it judges.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { capabilities, collectGrants } from '../src/app.ts'
import { allRoutes } from '../src/serving.ts'
import { projectRoot } from './settings.ts'
import {
  findCircle,
  hidesImports,
  identifiersIn,
  readImports,
  readLiterals,
  readsClock,
  readsEnvironment,
  schemasIn,
} from './source.ts'

const floors = ['platform', 'ui', 'foundation', 'services', 'operations'] as const
/** `platform` and `ui` are the ground and know nothing of each other's inside; the program itself stands on top. */
const heights: Record<string, number> = { platform: 0, ui: 0, foundation: 1, services: 2, operations: 3, program: 4 }

interface SourceFile {
  path: string
  text: string
  floor: string
  /** Folder of the capability, or the floor where it has none. */
  room: string
}

const sources = listFiles('src', /\.(tsx?|sql)$/).map((path): SourceFile => {
  const [, first = '', second = ''] = path.split('/')
  const floor = floors.find((one) => one === first) ?? 'program'
  const hasRooms = heights[floor] === 1 || heights[floor] === 2 || heights[floor] === 3
  return {
    path,
    text: readFileSync(join(projectRoot, path), 'utf8'),
    floor,
    room: floor === 'program' ? 'src' : hasRooms ? `src/${first}/${second}` : `src/${first}`,
  }
})
const modules = sources.filter(({ path }) => !path.endsWith('.sql'))
const roomOf = new Map(sources.map(({ path, room }) => [path, room]))
const rooms = [...new Set(sources.map(({ room }) => room))].filter((room) => room.split('/').length === 3)

const faces = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).imports as Record<string, string>

function listFiles(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => pattern.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort()
}

interface Import {
  from: SourceFile
  /** As it is written. */
  name: string
  /** Path of the file it means; nothing for packages. */
  to: string | undefined
}

const imports: Import[] = modules.flatMap((from) =>
  readImports(from.text).map((name) => ({ from, name, to: resolveImport(from.path, name) })),
)

function resolveImport(from: string, name: string): string | undefined {
  if (name.startsWith('.')) return normalize(join(dirname(from), name))
  for (const [face, target] of Object.entries(faces)) {
    if (face === name) return normalize(target)
    const [start = '', end = ''] = face.split('*')
    if (face.includes('*') && name.startsWith(start) && name.endsWith(end))
      return normalize(target.replace('*', name.slice(start.length, name.length - end.length)))
  }
  return undefined
}

/** What the program and its browser modules are made of; the rest are tests and what only tests stand on. */
const reached = findReached(
  modules.map(({ path }) => path).filter((path) => path === 'src/main.ts' || /\/browser\/[^/]+\.ts$/.test(path)),
)
const isCode = (path: string) => reached.has(path) && !/\.test\.tsx?$/.test(path)
const code = modules.filter(({ path }) => isCode(path))

function findReached(roots: readonly string[]): Set<string> {
  const found = new Set<string>()
  const open = [...roots]
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue
    found.add(path)
    for (const { from, to } of imports) if (from.path === path && to) open.push(to)
  }
  return found
}

const heightOf = (path: string): number => heights[path.split('/')[1] ?? ''] ?? (path.startsWith('src/') ? 4 : 5)

test('the rules below see the code', () => {
  assert.ok(code.length > 80, `${code.length} modules`)
  assert.ok(imports.length > 300, `${imports.length} imports`)
  assert.ok(rooms.length >= 3, `${rooms.length} capabilities`)
  assert.ok(imports.filter(({ name }) => name.startsWith('#')).length > 100)
  const unresolved = imports.filter(({ name, to }) => (name.startsWith('.') || name.startsWith('#')) && !existsIn(to))
  assert.deepEqual(unresolved.map(describe), [], 'every import of our own is found')
})

const existsIn = (path: string | undefined) => path !== undefined && existsSync(join(projectRoot, path))
const describe = ({ from, name }: Import) => `${from.path} imports ${name}`

test('every import is written as a literal, so that the rules below see it', () => {
  const hidden = code.filter(({ text }) => hidesImports(text)).map(({ path }) => path)
  // A thread that starts from a text, the database's binaries in a package named after the machine, and the fonts of the pages.
  assert.deepEqual(hidden, [
    'src/foundation/files/content/pdf-pages.ts',
    'src/operations/warehouse/bounded.ts',
    'src/platform/embedded.ts',
    'src/ui/assets.ts',
  ])
})

test('imports go down or level, never up', () => {
  const up = imports.filter(({ from, to }) => isCode(from.path) && to && heightOf(to) > heightOf(from.path))
  assert.deepEqual(up.map(describe), [])
})

test('a relative import stays in its room and never climbs two floors', () => {
  const wrong = imports.filter(
    ({ from, name, to }) => name.startsWith('.') && to && (name.startsWith('../../') || roomOf.get(to) !== from.room),
  )
  assert.deepEqual(wrong.map(describe), [])
})

test('another capability is entered by its face only', () => {
  const entered = imports.filter(
    ({ from, to }) => to && roomOf.get(to) !== from.room && rooms.includes(roomOf.get(to) ?? ''),
  )
  assert.ok(entered.length > 5, `${entered.length} imports between capabilities`)
  const wrong = entered.filter(({ to }) => !to?.endsWith('/index.ts'))
  assert.deepEqual(wrong.map(describe), [])
})

test('every capability has a face that package.json names', () => {
  for (const room of rooms.filter((room) => existsIn(`${room}/index.ts`))) {
    assert.ok(Object.values(faces).includes(`./${room}/index.ts`), `${room} is not among the imports of package.json`)
  }
})

test('there are no circles, type imports included', () => {
  const graph = new Map<string, string[]>()
  for (const { from, to } of imports) {
    if (isCode(from.path) && to) graph.set(from.path, [...(graph.get(from.path) ?? []), to])
  }
  assert.deepEqual(findCircle(graph), [], 'between modules')
  const between = new Map<string, string[]>()
  for (const { from, to } of imports) {
    const target = to && roomOf.get(to)
    if (isCode(from.path) && target && target !== from.room)
      between.set(from.room, [...(between.get(from.room) ?? []), target])
  }
  assert.deepEqual(findCircle(between), [], 'between rooms')
})

const schemaOf = (room: string) => (room.split('/').at(-1) ?? '').replaceAll('-', '_')
const schemas = [...rooms.map(schemaOf), 'platform', 'graphile_worker']

test('SQL names only the schema of its own capability', () => {
  let seen = 0
  const wrong: string[] = []
  for (const { path, text, room, floor } of [...code, ...sources.filter(({ path }) => path.endsWith('.sql'))]) {
    const own =
      floor === 'program' ? schemas : floor === 'platform' ? ['platform', 'graphile_worker'] : [schemaOf(room)]
    const literals = path.endsWith('.sql') ? { templates: [text], strings: [] } : readLiterals(text)
    for (const piece of [...literals.templates, ...literals.strings]) {
      const named = schemasIn(piece, schemas)
      if (named.length > 0) seen += 1
      for (const name of named)
        if (!own.includes(name)) wrong.push(`${path} names ${name}: ${piece.trim().slice(0, 80)}`)
    }
    for (const name of identifiersIn(text))
      if (schemas.includes(name) && !own.includes(name)) wrong.push(`${path} names ${name}`)
  }
  assert.ok(seen > 40, `${seen} pieces of SQL with a schema`)
  assert.deepEqual(wrong, [])
})

test('every capability that is mounted lives in its own folder, and its tables in its own schema', () => {
  const folders = new Set(rooms.map((room) => room.split('/').at(-1)))
  for (const { name } of capabilities) assert.ok(folders.has(name), name)
  assert.equal(new Set(capabilities.map(({ name }) => name)).size, capabilities.length)
})

const roles = [
  ...['capability', 'index', 'model', 'store', 'actions', 'api', 'pages', 'events', 'jobs', 'commands', 'guards'],
]

test('a capability holds the usual files, folders of modules, and what its README names', () => {
  for (const room of rooms) {
    const readme = existsIn(`${room}/README.md`) ? readFileSync(join(projectRoot, room, 'README.md'), 'utf8') : ''
    assert.ok(readme, `${room} has no README.md`)
    for (const entry of readdirSync(join(projectRoot, room), { withFileTypes: true })) {
      if (!isCode(`${room}/${entry.name}`)) continue
      const name = entry.name.replace(/\.tsx?$/, '')
      assert.ok(
        roles.includes(name) || readme.includes(`\`${entry.name}\``),
        `${room}/${entry.name} is not named in its README.md`,
      )
    }
  }
})

test('no file is called by a word that says nothing', () => {
  const empty = /(^|[-/])(manager|helpers?|utils?|common|data|info|misc)\.(tsx?|sql)$/
  assert.deepEqual(
    sources.map(({ path }) => path).filter((path) => empty.test(path)),
    [],
  )
})

test('no file is longer than 400 lines', () => {
  const long = modules.filter(({ text }) => text.split('\n').length > 401).map(({ path }) => path)
  assert.deepEqual(long, [])
})

test('only the settings read the environment', () => {
  const readers = code.filter(({ text }) => readsEnvironment(text)).map(({ path }) => path)
  assert.deepEqual(readers, ['src/platform/config.ts'])
})

test('rules are plain: a model knows no database, no clock and no other file of its capability that does', () => {
  const models = imports.filter(({ from }) => from.path.endsWith('/model.ts'))
  assert.ok(models.length > 5)
  const wrong = models.filter(({ name }) =>
    /^(postgres|node:fs.*|#platform\/sql|\.\/(store|actions|pages|jobs|api).*)$/.test(name),
  )
  assert.deepEqual(wrong.map(describe), [])
  const pure = code.filter(({ path }) => path.endsWith('/model.ts') || path.includes('/rules/'))
  assert.ok(pure.length > 10, `${pure.length} files of rules`)
  assert.deepEqual(
    pure.filter(({ text }) => readsClock(text)).map(({ path }) => path),
    [],
  )
})

test('every route says who may call it, and every permission is held by some role', () => {
  const routes = allRoutes()
  const grants = collectGrants()
  assert.ok(routes.length > 15, `${routes.length} routes`)
  const seen = new Set<string>()
  for (const { method, path, access } of routes) {
    assert.ok(access, `${method} ${path} has no access`)
    assert.ok(!seen.has(`${method} ${path}`), `${method} ${path} is there twice`)
    seen.add(`${method} ${path}`)
    if (access !== 'public' && access !== 'signed-in')
      assert.ok(grants.get(access)?.size, `${method} ${path}: no role holds ${access}`)
  }
  for (const permission of grants.keys()) assert.match(permission, /^[a-z][a-z-]*:[a-z][a-z-]*$/)
})

test('every entry of the menu leads to a route and asks for a known permission', () => {
  const paths = new Set(allRoutes().map(({ method, path }) => `${method} ${path}`))
  const grants = collectGrants()
  for (const { href, permission } of capabilities.flatMap(({ menu }) => menu ?? [])) {
    assert.ok(paths.has(`GET ${href.split('?')[0]}`), href)
    // What asks for none is one's own.
    if (permission !== undefined) assert.ok(grants.has(permission), permission)
  }
})

test('jobs and subscriptions have names of their own', () => {
  const names = capabilities.flatMap((card) =>
    [...(card.jobs ?? []), ...(card.subscriptions ?? [])].map(({ name }) => name),
  )
  assert.equal(new Set(names).size, names.length)
})
