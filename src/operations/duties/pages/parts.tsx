import { type AsOf, type OrganisationTree, organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { Tabs } from '#ui'
import type { CellRow } from '../reading/standings.ts'
import type { Asked } from './asked.tsx'
import { type AgencyGroup, ladderPath, lettersPath, matrixPath } from './words.ts'

/** The three views of the room. */
export function DutyTabs({ current, asked }: { current: 'matrix' | 'ladder' | 'letters'; asked: Asked }) {
  return (
    <Tabs
      label="Trách nhiệm cập nhật dữ liệu"
      items={[
        { label: 'Tình trạng theo cơ quan', href: asked.link(matrixPath), current: current === 'matrix' },
        { label: 'Bậc nhắc nhở trong năm', href: asked.link(ladderPath), current: current === 'ladder' },
        { label: 'Văn bản nhắc nhở, đề nghị', href: asked.link(lettersPath), current: current === 'letters' },
      ]}
    />
  )
}

/** Names and places of agencies today, or as they were known at a moment. */
export interface Directory {
  tree: OrganisationTree
  /** The short name where there is one. */
  nameOf(code: string): string
  fullNameOf(code: string): string
}

export async function readDirectory(ctx: Context, at?: AsOf): Promise<Directory> {
  const tree = await organisationTree(ctx.sql, at ?? { asOf: await today(ctx) })
  const rowOf = (code: string) => tree.find(code)?.row
  return {
    tree,
    nameOf: (code) => rowOf(code)?.shortName ?? rowOf(code)?.name ?? code,
    fullNameOf: (code) => rowOf(code)?.name ?? code,
  }
}

export function groupOf(
  tree: OrganisationTree,
  { agency, isOutside }: Pick<CellRow, 'agency' | 'isOutside'>,
): AgencyGroup {
  if (isOutside) return 'ngoai'
  return tree.find(agency)?.row.kind === 'commune' ? 'xa' : 'so-nganh'
}
