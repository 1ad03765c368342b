import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { branchOf, layOut } from './preorder.ts'

interface Row {
  code: string
  parent?: string
}
const byCode = (a: Row, b: Row) => a.code.localeCompare(b.code)

// A random forest: each row hangs under an earlier one or under none.
const forest = fc.array(fc.nat(), { maxLength: 40 }).map((picks) =>
  picks.map((pick, index): Row => {
    const above = pick % (index + 1)
    return {
      code: `n${String(index).padStart(2, '0')}`,
      parent: above === index ? undefined : `n${String(above).padStart(2, '0')}`,
    }
  }),
)

test('the branch of a node is exactly the rows that reach it by their parents', () => {
  fc.assert(
    fc.property(forest, (rows) => {
      const tree = layOut(rows, byCode)
      assert.equal(tree.nodes.length, rows.length)
      const parentOf = new Map(rows.map((row) => [row.code, row.parent]))
      const reaches = (code: string | undefined, top: string): boolean =>
        code === top || (code !== undefined && reaches(parentOf.get(code), top))
      for (const { code } of rows) {
        const expected = rows.filter((row) => reaches(row.code, code)).map((row) => row.code)
        assert.deepEqual(
          branchOf(tree, code)
            .map((node) => node.row.code)
            .sort(),
          expected.sort(),
        )
      }
    }),
  )
})

test('a node follows its parent, and its path leads from the root to itself', () => {
  fc.assert(
    fc.property(forest, (rows) => {
      const { nodes, find } = layOut(rows, byCode)
      for (const node of nodes) {
        assert.equal(node.path.length, node.depth + 1)
        assert.equal(node.path.at(-1), node.row.code)
        const parent = node.row.parent && find(node.row.parent)
        if (parent) assert.ok(parent.position < node.position && node.position <= parent.last)
      }
    }),
  )
})

test('a row whose parent is missing is a root, and a circle hangs nowhere', () => {
  const tree = layOut(
    [
      { code: 'a', parent: 'gone' },
      { code: 'b', parent: 'c' },
      { code: 'c', parent: 'b' },
      { code: 'd', parent: 'a' },
    ],
    byCode,
  )
  assert.deepEqual(
    tree.nodes.map((node) => node.row.code),
    ['a', 'd'],
  )
})
