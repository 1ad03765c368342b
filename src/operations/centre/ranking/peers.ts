// Who is compared with whom: agencies of one kind, never a ward of a city with an island.

import type { Organisation, TreeNode } from '#organisations'

export const peerGroups = {
  department: 'Sở, ngành',
  ward: 'Phường',
  commune: 'Xã',
  'commune-mountain': 'Xã miền núi',
  special: 'Đặc khu',
} as const
export type PeerGroup = keyof typeof peerGroups

export function peerGroupOf({ peerGroup, kind }: Organisation): PeerGroup | undefined {
  if (peerGroup === 'ward' || peerGroup === 'commune' || peerGroup === 'commune-mountain') return peerGroup
  if (peerGroup?.startsWith('special')) return 'special'
  return kind === 'department' || kind === 'office' ? 'department' : undefined
}

/** Units of a group, of those the reader may open. */
export const listPeers = (units: readonly TreeNode<Organisation>[], group: PeerGroup): Organisation[] =>
  units.flatMap(({ row }) => (peerGroupOf(row) === group ? [row] : []))
