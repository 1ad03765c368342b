import jsonata from 'jsonata'

type Tree = Record<string, unknown>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** One document → the rows it holds, or why it holds none. @throws when the expression is no JSONata. */
export function compileReshape(expression: string): (document: Tree) => Promise<Tree[] | Error> {
  const program = jsonata(expression)
  return async (document) => {
    try {
      const result: unknown = await program.evaluate(document)
      const rows = Array.isArray(result) ? [...result] : result === undefined ? [] : [result]
      const plain: unknown[] = JSON.parse(JSON.stringify(rows))
      return plain.every(isTree) ? plain : new Error('the rows must be objects')
    } catch (error) {
      // What JSONata throws is no Error, but has a message.
      return new Error(String((error as { message?: unknown }).message ?? error))
    }
  }
}
