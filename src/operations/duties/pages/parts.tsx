import { type OrganisationTree, organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { Tabs } from '#ui'
import type { CellRow } from '../reading/standings.ts'
import { type AgencyGroup, ladderPath, lettersPath, matrixPath } from './words.ts'

/** The three views of the room. */
export function DutyTabs({ current }: { current: 'matrix' | 'ladder' | 'letters' }) {
  return (
    <Tabs
      label="Trách nhiệm cập nhật dữ liệu"
      items={[
        { label: 'Tình trạng theo cơ quan', href: matrixPath, current: current === 'matrix' },
        { label: 'Bậc nhắc nhở trong năm', href: ladderPath, current: current === 'ladder' },
        { label: 'Văn bản nhắc nhở, đề nghị', href: lettersPath, current: current === 'letters' },
      ]}
    />
  )
}

/** Names and places of agencies on the day. */
export interface Directory {
  tree: OrganisationTree
  /** The short name where there is one. */
  nameOf(code: string): string
  fullNameOf(code: string): string
}

export async function readDirectory(ctx: Context): Promise<Directory> {
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
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
