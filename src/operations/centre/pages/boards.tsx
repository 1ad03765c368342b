import { z } from 'zod'
import { listDefinitions, reachOfReader } from '#indicators'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Section, Table, Tag, TextInput, Time, withQuery } from '#ui'
import { addPiece, createBoard, getBoard, removeBoard, removePiece, renameBoard, shiftPiece } from '../actions.ts'
import { pieceKinds } from '../model.ts'
import { listBoards, listPieces } from '../store.ts'
import { BoardPieces, fillPieces } from './board.tsx'
import { AddPiece, Arrange, BoardSettings, kindWords, boardsPath as path } from './board-edit.tsx'
import { readSetting } from './setting.ts'
import { AsOfBar, AsOfForm, readView, type View, viewFields } from './view.tsx'

const Id = z.object({ id: z.coerce.number().int().positive() })
const PieceId = z.object({ id: z.coerce.number().int().positive(), piece: z.coerce.number().int().positive() })
const crumbs = [
  { label: 'Tổng quan điều hành', href: '/' },
  { label: 'Bảng cho cuộc họp', href: path },
]

const list = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  async handle(ctx) {
    const view = await readView(ctx, {})
    return page({
      title: 'Bảng cho cuộc họp',
      crumbs: crumbs.slice(0, 1),
      lead: 'Chọn thẻ và biểu đồ, xếp thứ tự, chia sẻ, trình chiếu hoặc in.',
      body: await listBody(ctx, view, []),
    })
  },
})

async function listBody(ctx: Context, view: View, errors: readonly FormError[], title = '') {
  const boards = await listBoards(ctx.sql, { account: ctx.actor.account ?? '', reach: await reachOfReader(ctx) })
  return (
    <div class="stack-large">
      <Table
        caption="Bảng của tôi và bảng được chia sẻ"
        rows={boards}
        rowKey={(board) => String(board.id)}
        rowHref={(board) => `${path}/${board.id}`}
        columns={[
          { key: 'title', title: 'Tên bảng', cell: (board) => board.title },
          {
            key: 'owner',
            title: 'Người lập',
            phone: true,
            cell: (board) => (board.owner === ctx.actor.account ? 'Tôi' : board.ownerName),
          },
          { key: 'pieces', title: 'Số mục', kind: 'number', phone: true, cell: (board) => board.pieces },
          {
            key: 'shared',
            title: 'Chia sẻ',
            cell: (board) => (board.isShared ? <Tag tone="info">Đã chia sẻ</Tag> : 'Riêng tôi'),
          },
          { key: 'changed', title: 'Sửa lúc', phone: true, cell: (board) => <Time at={board.changedAt} /> },
        ]}
        empty={{
          title: 'Chưa có bảng nào',
          words: 'Lập một bảng dưới đây, rồi thêm thẻ và biểu đồ từ danh sách hoặc từ trang của từng chỉ tiêu.',
        }}
      />
      <Section title="Lập bảng mới">
        <Form action={path} label="Lập bảng mới">
          <ErrorSummary errors={errors} title="Chưa lập được bảng" />
          <TextInput
            name="title"
            label="Tên bảng"
            hint="Ví dụ: Giao ban tháng 11"
            value={title}
            error={errors[0]?.message}
            maxLength={120}
          />
          <input type="hidden" name="don-vi" value={view.organisation.code} />
          <Button kind="primary">Lập bảng</Button>
        </Form>
      </Section>
    </div>
  )
}

const create = route({
  method: 'POST',
  path,
  access: 'indicator:read',
  body: z.object({ title: z.string().max(500), 'don-vi': z.string().max(35) }),
  async handle(ctx, { body }) {
    try {
      const id = await createBoard(ctx, { title: body.title, organisation: body['don-vi'] })
      return redirect(`${path}/${id}?sua=1`)
    } catch (error) {
      if (!(error instanceof Problem) || error.fields.length === 0) throw error
      const view = await readView(ctx, {})
      const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
      return page({
        title: 'Bảng cho cuộc họp',
        crumbs: crumbs.slice(0, 1),
        status: 422,
        body: await listBody(ctx, view, errors, body.title),
      })
    }
  },
})

const ShowQuery = z.object({
  ky: viewFields.ky,
  tai: viewFields.tai,
  sua: z.literal('1').optional().catch(undefined),
  'trinh-chieu': z.literal('1').optional().catch(undefined),
})

const show = route({
  method: 'GET',
  path: `${path}/:id`,
  access: 'indicator:read',
  params: Id,
  query: ShowQuery,
  async handle(ctx, { params: { id }, query, request }) {
    const board = await getBoard(ctx, id)
    const view = await readView(ctx, { 'don-vi': board.organisation, ky: query.ky, tai: query.tai })
    const setting = await readSetting(ctx, view)
    const pieces = await listPieces(ctx.sql, id)
    const filled = await fillPieces(ctx, view, { pieces, path: request.url })
    const isOwn = board.owner === ctx.actor.account
    const isWall = query['trinh-chieu'] === '1'
    const isEdited = isOwn && !view.at && (query.sua === '1' || pieces.length === 0)
    const definitions = isEdited ? await listDefinitions(ctx.sql) : []
    const own = `${path}/${id}`
    const then = (address: string) => withQuery(address, { ky: query.ky, tai: view.tai })
    return page({
      title: board.title,
      crumbs: isWall ? undefined : crumbs,
      face: isWall ? 'wall' : 'desk',
      lead: `${view.organisation.name} · lập bởi ${board.ownerName}${board.isShared ? ' · đã chia sẻ' : ''}`,
      actions: isWall ? (
        <Button href={then(own)}>Thoát trình chiếu</Button>
      ) : (
        <>
          {isOwn && !view.at && (
            <Button href={isEdited ? own : withQuery(own, { sua: '1' })}>{isEdited ? 'Xong' : 'Sắp xếp'}</Button>
          )}
          <Button href={then(withQuery(own, { 'trinh-chieu': '1' }))} icon="chart">
            Trình chiếu
          </Button>
        </>
      ),
      body: (
        <div class="stack-large">
          <AsOfBar view={view} />
          {isEdited ? (
            // What is arranged stands first; the board itself would push it out of sight.
            <>
              <Arrange board={board} pieces={filled} nameOf={setting.nameOf} />
              <AddPiece
                board={board}
                view={view}
                choices={definitions.map(({ code, body }) => ({ value: code, label: `${body.name} (${body.group})` }))}
              />
              <BoardSettings board={board} />
              {pieces.length > 0 && (
                <Section title="Bảng như khi xem">
                  <BoardPieces pieces={filled} setting={setting} />
                </Section>
              )}
            </>
          ) : (
            <BoardPieces pieces={filled} setting={setting} />
          )}
          {!isWall && !isEdited && <AsOfForm view={view} />}
        </div>
      ),
    })
  },
})

const change = route({
  method: 'POST',
  path: `${path}/:id`,
  access: 'indicator:read',
  params: Id,
  body: z.object({ title: z.string().max(500), shared: z.string().max(10).optional() }),
  async handle(ctx, { params: { id }, body }) {
    await renameBoard(ctx, id, { title: body.title, isShared: body.shared !== undefined })
    return redirect(`${path}/${id}?sua=1`)
  },
})

const remove = route({
  method: 'POST',
  path: `${path}/:id/xoa`,
  access: 'indicator:read',
  params: Id,
  async handle(ctx, { params: { id } }) {
    await removeBoard(ctx, id)
    return redirect(path)
  },
})

const add = route({
  method: 'POST',
  path: `${path}/:id/muc`,
  access: 'indicator:read',
  params: Id,
  body: z.object({
    'chi-tieu': z.string().max(80),
    'don-vi': z.string().max(35).optional(),
    kind: z.enum(pieceKinds).default('card'),
  }),
  async handle(ctx, { params: { id }, body }) {
    const { organisation } = await getBoard(ctx, id)
    await addPiece(ctx, id, {
      kind: body.kind,
      indicator: body['chi-tieu'],
      organisation: body['don-vi'] ?? organisation,
    })
    return redirect(`${path}/${id}?sua=1`)
  },
})

const take = route({
  method: 'POST',
  path: `${path}/:id/muc/:piece/xoa`,
  access: 'indicator:read',
  params: PieceId,
  async handle(ctx, { params: { id, piece } }) {
    await removePiece(ctx, id, piece)
    return redirect(`${path}/${id}?sua=1`)
  },
})

const shift = route({
  method: 'POST',
  path: `${path}/:id/muc/:piece/doi-cho`,
  access: 'indicator:read',
  params: PieceId,
  body: z.object({ step: z.enum(['-1', '1']) }),
  async handle(ctx, { params: { id, piece }, body }) {
    await shiftPiece(ctx, id, piece, body.step === '1' ? 1 : -1)
    return redirect(`${path}/${id}?sua=1`)
  },
})

/** From the page of an indicator: to which board, and as what. */
const choose = route({
  method: 'GET',
  path: `${path}/them`,
  access: 'indicator:read',
  query: z.object({ ...viewFields, 'chi-tieu': z.string().max(80) }),
  async handle(ctx, { query }) {
    const view = await readView(ctx, query)
    const [definition] = await listDefinitions(ctx.sql, [query['chi-tieu']])
    const boards = (await listBoards(ctx.sql, { account: ctx.actor.account ?? '', reach: new Set() })).filter(
      ({ owner }) => owner === ctx.actor.account,
    )
    const name = definition?.body.name ?? query['chi-tieu']
    return page({
      title: 'Thêm vào bảng',
      crumbs,
      lead: `${name} · ${view.organisation.name}`,
      body: (
        <div class="stack">
          {boards.map((board) => (
            <Form
              key={board.id}
              action={`${path}/${board.id}/muc`}
              class="panel row row-spread"
              label={`Thêm vào ${board.title}`}
            >
              <strong>{board.title}</strong>
              <input type="hidden" name="chi-tieu" value={query['chi-tieu']} />
              <input type="hidden" name="don-vi" value={view.organisation.code} />
              <span class="row">
                {pieceKinds.map((kind) => (
                  <Button key={kind} small name="kind" value={kind} label={`${kindWords[kind]} vào ${board.title}`}>
                    {kindWords[kind]}
                  </Button>
                ))}
              </span>
            </Form>
          ))}
          <Section title="Lập bảng mới">
            <Form action={path} label="Lập bảng mới">
              <TextInput name="title" label="Tên bảng" maxLength={120} />
              <input type="hidden" name="don-vi" value={view.organisation.code} />
              <Button kind="primary">Lập bảng</Button>
            </Form>
          </Section>
        </div>
      ),
    })
  },
})

export const boardRoutes: readonly Route[] = [list, create, choose, show, change, remove, add, take, shift]
