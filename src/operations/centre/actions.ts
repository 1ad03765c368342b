import { getDefinition, requireReading } from '#indicators'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound, unauthenticated } from '#platform/errors'
import { type Board, BoardTitle, mostPieces, movePiece, type Piece, type PieceKind } from './model.ts'
import * as store from './store.ts'

/** A board that the actor may see. @throws Problem 404 or 403 */
export async function getBoard(ctx: Context, id: number): Promise<Board> {
  const board = await store.findBoard(ctx.sql, id)
  if (!board) throw notFound('board', String(id))
  if (board.owner !== ctx.actor.account && !(board.isShared && ctx.can('indicator:read', board.organisation)))
    throw forbidden('indicator:read', board.organisation)
  return board
}

function checkTitle(title: string): string {
  const parsed = BoardTitle.safeParse(title)
  if (parsed.success) return parsed.data
  throw invalid('Tên bảng chưa đúng.', [
    { path: 'title', message: parsed.error.issues[0]?.message ?? 'Đặt tên cho bảng.' },
  ])
}

export async function createBoard(ctx: Context, input: { title: string; organisation: string }): Promise<number> {
  const { account, name } = ctx.actor
  if (!account) throw unauthenticated()
  await requireReading(ctx, input.organisation)
  return store.insertBoard(ctx.sql, {
    title: checkTitle(input.title),
    organisation: input.organisation,
    owner: account,
    ownerName: name || account,
    at: ctx.now,
  })
}

/** Runs a change of one's own board, one at a time. @throws Problem 404 or 403 */
function changeBoard(ctx: Context, id: number, work: (inner: Context, board: Board) => Promise<void>): Promise<void> {
  return ctx.transaction(async (inner) => {
    const board = await store.lockBoard(inner.sql, id)
    if (!board) throw notFound('board', String(id))
    if (board.owner !== inner.actor.account) throw forbidden('board:own', board.organisation)
    await work(inner, board)
    await store.touchBoard(inner.sql, id, inner.now)
  })
}

export const renameBoard = (ctx: Context, id: number, change: { title: string; isShared: boolean }): Promise<void> =>
  changeBoard(ctx, id, ({ sql, now }) =>
    store.updateBoard(sql, id, { ...change, title: checkTitle(change.title), at: now }),
  )

export const removeBoard = (ctx: Context, id: number): Promise<void> =>
  changeBoard(ctx, id, ({ sql }) => store.deleteBoard(sql, id))

export const addPiece = (
  ctx: Context,
  id: number,
  piece: { kind: PieceKind; indicator: string; organisation: string },
): Promise<void> =>
  changeBoard(ctx, id, async (inner) => {
    await getDefinition(inner, piece.indicator)
    await requireReading(inner, piece.organisation)
    const pieces = await store.listPieces(inner.sql, id)
    if (pieces.length >= mostPieces)
      throw conflict('board.full', `Một bảng có nhiều nhất ${mostPieces} mục; bỏ bớt rồi thêm lại.`)
    await store.insertPiece(inner.sql, id, piece)
  })

export const removePiece = (ctx: Context, id: number, piece: number): Promise<void> =>
  changeBoard(ctx, id, ({ sql }) => store.deletePiece(sql, id, piece))

export const shiftPiece = (ctx: Context, id: number, piece: number, step: -1 | 1): Promise<void> =>
  changeBoard(ctx, id, async ({ sql }) => {
    const pieces: Piece[] = await store.listPieces(sql, id)
    await store.orderPieces(
      sql,
      id,
      movePiece(
        pieces.map((one) => one.id),
        piece,
        step,
      ),
    )
  })
