// A tree as a list in pre-order: each node knows its depth, its path and where its descendants end, so that "everything
// below" is a slice of the list and "everything above" is its path.

export interface TreeNode<T> {
  row: T
  depth: number
  /** Codes from the root down to the node itself. */
  path: readonly string[]
  position: number
  /** Position of the last descendant; its own where there is none. */
  last: number
}

export interface Tree<T> {
  nodes: readonly TreeNode<T>[]
  find(code: string): TreeNode<T> | undefined
}

interface Branch {
  code: string
  parent?: string | null
}

/** Lays the rows out; a row whose parent is not among them is a root. Rows caught in a circle are left out. */
export function layOut<T extends Branch>(rows: readonly T[], order: (a: T, b: T) => number): Tree<T> {
  const codes = new Set(rows.map((row) => row.code))
  const children = new Map<string | undefined, T[]>()
  for (const row of rows) {
    const parent = row.parent && codes.has(row.parent) ? row.parent : undefined
    const siblings = children.get(parent)
    if (siblings) siblings.push(row)
    else children.set(parent, [row])
  }
  for (const siblings of children.values()) siblings.sort(order)
  const nodes: TreeNode<T>[] = []
  const place = (row: T, above: readonly string[]) => {
    const path = [...above, row.code]
    const node: TreeNode<T> = { row, depth: above.length, path, position: nodes.length, last: nodes.length }
    nodes.push(node)
    for (const child of children.get(row.code) ?? []) place(child, path)
    node.last = nodes.length - 1
  }
  for (const root of children.get(undefined) ?? []) place(root, [])
  const byCode = new Map(nodes.map((node) => [node.row.code, node]))
  return { nodes, find: (code) => byCode.get(code) }
}

/** The node and everything below it, in pre-order; empty when the code is not in the tree. */
export function branchOf<T>(tree: Tree<T>, code: string): readonly TreeNode<T>[] {
  const node = tree.find(code)
  return node ? tree.nodes.slice(node.position, node.last + 1) : []
}
