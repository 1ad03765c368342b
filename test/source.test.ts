import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  findCircle,
  hidesImports,
  identifiersIn,
  readImports,
  readLiterals,
  readsClock,
  readsEnvironment,
  readTemplates,
  schemasIn,
} from './source.ts'

test('imports are found in every form, and not in comments', () => {
  const text = `import a, { b } from './a.ts'
import type { C } from "#c"
export {
  d,
} from './d.ts'
import './e.ts'
const f = await import('./f.ts')
// import g from './g.ts'
/* import h from './h.ts' */`
  assert.deepEqual(readImports(text).sort(), ['#c', './a.ts', './d.ts', './e.ts', './f.ts'])
})

test('templates are read with what is inside their values', () => {
  const text =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source text under test
    "const x = sql<{ a: string }[]>`select ${f({ a: '}' })} from t where ${sql`a.b = ${1}`}` // `not this`\nconst y = '`nor this`'"
  assert.deepEqual(readTemplates(text), ['a.b = ?', 'select ? from t where ?'])
})

test('a circle is found and named, and a tree has none', () => {
  const edges = (pairs: [string, string[]][]) => new Map(pairs)
  assert.deepEqual(
    findCircle(
      edges([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
    ['b', 'c', 'b'],
  )
  assert.deepEqual(
    findCircle(
      edges([
        ['a', ['b', 'c']],
        ['b', ['c']],
      ]),
    ),
    [],
  )
})

test('imports that cannot be read from the text are told', () => {
  for (const text of [
    'await import(`../identity/store.ts`)',
    'await import(name)',
    "await import('./a' + suffix)",
    "import { createRequire } from 'node:module'",
  ])
    assert.ok(hidesImports(text), text)
  for (const text of ["await import('./a.ts')", "ctx.require('a:b')", '// import(name)', "import('./a.ts').then(use)"])
    assert.ok(!hidesImports(text), text)
})

test('the environment is seen in whichever way it is read', () => {
  for (const text of [
    'process.env.HOME',
    "process['env'].HOME",
    'process?.env',
    "import { env } from 'node:process'",
    'const { env } = process',
    'const { argv, env: settings } = process',
  ])
    assert.ok(readsEnvironment(text), text)
  for (const text of ['process.argv', 'environment.HOME', '// process.env', 'const { argv } = process'])
    assert.ok(!readsEnvironment(text), text)
})

test('the clock is seen, and a time that is handed in is none', () => {
  for (const text of ['Date.now()', 'new Date()', 'new Date( )', 'performance.now()']) assert.ok(readsClock(text), text)
  for (const text of ['new Date(at)', 'ctx.now', 'Date.UTC(2026, 1, 1)']) assert.ok(!readsClock(text), text)
})

test('a schema is found wherever SQL names it, whatever its case, quotes or alias', () => {
  const schemas = ['ledger', 'identity']
  const cases: [string, string[]][] = [
    ['select 1 from identity.account', ['identity']],
    ['SELECT 1 FROM IDENTITY.account', ['identity']],
    ['select 1 from "identity"."account"', ['identity']],
    ['truncate identity.account', ['identity']],
    ['select 1 from ledger.entry identity join identity.account a on true', ['identity', 'ledger']],
    ['alter table ledger.entry add foreign key (actor) references identity.account (name)', ['identity', 'ledger']],
    ['set search_path to identity', ['identity']],
    ['drop schema if exists identity cascade', ['identity']],
    ['select identity.name from ledger.entry identity', ['ledger']],
    ["select 1 from ledger.entry where action = 'identity.account'", ['ledger']],
    ['select 1 from ledger.entry -- not identity.account', ['ledger']],
    ['identity.account', []],
  ]
  for (const [sql, named] of cases) assert.deepEqual([...new Set(schemasIn(sql, schemas))].sort(), named, sql)
  assert.deepEqual(identifiersIn("join(sql('identity.account'), sql(name))"), ['identity'])
})

test('plain strings are read beside templates', () => {
  assert.deepEqual(readLiterals("sql.unsafe('select 1', `select 2`)"), {
    templates: ['select 2'],
    strings: ['select 1'],
  })
})
