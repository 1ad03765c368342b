import { z } from 'zod'

export const pieceKinds = ['card', 'course', 'units'] as const
export type PieceKind = (typeof pieceKinds)[number]

/** A card or a chart of a board. */
export interface Piece {
  id: number
  kind: PieceKind
  indicator: string
  organisation: string
}

export interface Board {
  id: number
  title: string
  organisation: string
  owner: string
  ownerName: string
  isShared: boolean
  createdAt: Date
  changedAt: Date
}

export const BoardTitle = z
  .string()
  .trim()
  .min(3, 'Tên bảng cần ít nhất 3 ký tự, ví dụ “Giao ban tháng 11”.')
  .max(120, 'Tên bảng dài nhất 120 ký tự.')

export const mostPieces = 30

/** The order after one piece has gone a step up or down; unchanged at the ends. */
export function movePiece(ids: readonly number[], id: number, step: -1 | 1): number[] {
  const from = ids.indexOf(id)
  const to = from + step
  if (from < 0 || to < 0 || to >= ids.length) return [...ids]
  const next = [...ids]
  next.splice(from, 1)
  next.splice(to, 0, id)
  return next
}
