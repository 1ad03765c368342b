import { Environment, type ParseResult } from '@marcbachmann/cel-js'

// CEL over the columns of a contract. What a contract may say is bounded where it is read: length, nodes, depth; how long it may
// run is bounded by the worker for contracts that were not reviewed with a pack.

const limits = { maxAstNodes: 1000, maxDepth: 40, maxListElements: 500, maxMapEntries: 200, maxCallArguments: 16 }
const longestText = 100_000

const arithmetic: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}

/** A text made by an expression may not grow without bound. */
function bounded(text: string): string {
  if (text.length > longestText) throw new RangeError('the text made by the expression is too long')
  return text
}

/** Making an environment costs more than compiling an expression in it, and the expressions of a contract share their names. */
let lastEnvironment: { names: string; env: Environment } | undefined

function environmentOf(names: readonly string[]): Environment {
  const joined = names.join(' ')
  if (lastEnvironment?.names !== joined) lastEnvironment = { names: joined, env: environment(names) }
  return lastEnvironment.env
}

function environment(names: readonly string[]): Environment {
  const env = new Environment({ homogeneousAggregateLiterals: false, limits })
  for (const name of names) env.registerVariable(name, 'dyn')
  // Columns are read as whole or decimal numbers; people write `amount * 2` and mean it.
  for (const [sign, work] of Object.entries(arithmetic)) {
    env.registerOperator(`double ${sign} int`, (a: number, b: bigint) => work(a, Number(b)))
    env.registerOperator(`int ${sign} double`, (a: bigint, b: number) => work(Number(a), b))
  }
  env
    .registerFunction('find(string, string): string', (text: string, pattern: string) => {
      return new RegExp(pattern, 'u').exec(text)?.[0] ?? ''
    })
    .registerFunction('replace(string, string, string): string', (text: string, from: string, to: string) =>
      bounded(text.replaceAll(from, to)),
    )
    .registerFunction('text(dyn): string', (value: unknown) => (value === null ? '' : String(value)))
    .registerFunction('number(dyn): double', (value: unknown) => {
      const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)
      if (!Number.isFinite(number)) throw new RangeError(`“${String(value)}” is no number`)
      return number
    })
    .registerFunction('pad(dyn, int): string', (value: unknown, width: bigint) =>
      bounded(String(value)).padStart(Math.min(Number(width), 40), '0'),
    )
  return env
}

export interface Expression {
  /** Names of the variables it reads. */
  names: ReadonlySet<string>
  run(variables: Record<string, unknown>): unknown
}

/** @throws Error with the place of the fault in the expression. */
export function compileExpression(text: string, known: readonly string[]): Expression {
  const program: ParseResult = environmentOf(known).parse(text)
  const checked = program.check()
  if (!checked.valid) throw checked.error ?? new Error('the expression does not fit its types')
  const words = new Set(text.match(/[A-Za-z_][A-Za-z0-9_]*/g))
  return { names: new Set(known.filter((name) => words.has(name))), run: (variables) => program(variables) }
}
