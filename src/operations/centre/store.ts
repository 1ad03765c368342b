import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { Board, Piece, PieceKind } from './model.ts'

const boardColumns = (sql: Sql) => sql`
  b.id, b.title, b.organisation, b.owner, b.owner_name, b.is_shared, b.created_at, b.changed_at`

/** Boards of one's own, and those shared by organisations within reach; the newest first. */
export function listBoards(
  sql: Sql,
  { account, reach }: { account: string; reach: Reach },
): Promise<(Board & { pieces: number })[]> {
  const within = reach === 'all' ? sql`true` : sql`b.organisation = any(${[...reach]}::text[])`
  return sql<(Board & { pieces: number })[]>`
    select ${boardColumns(sql)}, (select count(*) from centre.board_piece p where p.board_id = b.id) as pieces
    from centre.board b where b.owner = ${account} or (b.is_shared and ${within})
    order by b.changed_at desc, b.id desc limit 200`
}

export async function findBoard(sql: Sql, id: number): Promise<Board | undefined> {
  const [row] = await sql<Board[]>`select ${boardColumns(sql)} from centre.board b where b.id = ${id}`
  return row
}

export async function lockBoard(sql: Sql, id: number): Promise<Board | undefined> {
  const [row] = await sql<Board[]>`select ${boardColumns(sql)} from centre.board b where b.id = ${id} for update`
  return row
}

export function listPieces(sql: Sql, board: number): Promise<Piece[]> {
  return sql<Piece[]>`
    select id, kind, indicator, organisation from centre.board_piece where board_id = ${board} order by position`
}

export async function insertBoard(
  sql: Sql,
  board: { title: string; organisation: string; owner: string; ownerName: string; at: Date },
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into centre.board (title, organisation, owner, owner_name, created_at, changed_at)
    values (${board.title}, ${board.organisation}, ${board.owner}, ${board.ownerName}, ${board.at}, ${board.at})
    returning id`
  return row?.id ?? 0
}

export async function updateBoard(
  sql: Sql,
  id: number,
  change: { title: string; isShared: boolean; at: Date },
): Promise<void> {
  await sql`
    update centre.board set title = ${change.title}, is_shared = ${change.isShared}, changed_at = ${change.at} where id = ${id}`
}

export async function deleteBoard(sql: Sql, id: number): Promise<void> {
  await sql`delete from centre.board_piece where board_id = ${id}`
  await sql`delete from centre.board where id = ${id}`
}

export async function insertPiece(
  sql: Sql,
  board: number,
  piece: { kind: PieceKind; indicator: string; organisation: string },
): Promise<void> {
  await sql`
    insert into centre.board_piece (board_id, position, kind, indicator, organisation)
    select ${board}, coalesce(max(position), 0) + 1, ${piece.kind}, ${piece.indicator}, ${piece.organisation}
    from centre.board_piece where board_id = ${board}`
}

export async function deletePiece(sql: Sql, board: number, piece: number): Promise<void> {
  await sql`delete from centre.board_piece where board_id = ${board} and id = ${piece}`
}

export async function orderPieces(sql: Sql, board: number, ids: readonly number[]): Promise<void> {
  await sql`
    update centre.board_piece p set position = o.position
    from unnest(${[...ids]}::bigint[]) with ordinality as o (id, position)
    where p.board_id = ${board} and p.id = o.id`
}

export async function touchBoard(sql: Sql, id: number, at: Date): Promise<void> {
  await sql`update centre.board set changed_at = ${at} where id = ${id}`
}
