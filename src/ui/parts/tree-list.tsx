import type { ComponentChildren } from 'preact'
import { Icon } from './icon.tsx'

export interface TreeNode {
  key: string
  label: string
  href?: string
  aside?: ComponentChildren
  open?: boolean
  children?: readonly TreeNode[]
}

/** A tree that folds without JavaScript: units under units, steps under stages. */
export function TreeList({ nodes, label }: { nodes: readonly TreeNode[]; label?: string }) {
  return (
    <ul class={label ? 'tree' : undefined} aria-label={label}>
      {nodes.map((node) => (
        <li key={node.key}>
          <div class="tree-line">
            {node.href === undefined ? <span>{node.label}</span> : <a href={node.href}>{node.label}</a>}
            {node.aside !== undefined && <span class="tree-aside">{node.aside}</span>}
          </div>
          {node.children && node.children.length > 0 && (
            <details open={node.open}>
              <summary class="tree-toggle">
                <Icon name="forward" size={16} />
                <span class="hidden-visually">Các mục thuộc {node.label}</span>
              </summary>
              <TreeList nodes={node.children} />
            </details>
          )}
        </li>
      ))}
    </ul>
  )
}
