import type { TreeNode as TreeItem } from '#ui'
import type { Tree, TreeNode } from '../tree/preorder.ts'

interface Named {
  code: string
  name: string
}

/** A node and all below it, as the folding list shows it. */
export function treeItem<T extends Named>(
  tree: Tree<T>,
  node: TreeNode<T>,
  pathOf: (code: string) => string,
  isOpen: (node: TreeNode<T>) => boolean,
): TreeItem {
  const children: TreeItem[] = []
  for (let at = node.position + 1; at <= node.last; ) {
    const child = tree.nodes[at]
    if (!child) break
    children.push(treeItem(tree, child, pathOf, isOpen))
    at = child.last + 1
  }
  const { code, name } = node.row
  return { key: code, label: name, href: pathOf(code), aside: code, open: isOpen(node), children }
}
