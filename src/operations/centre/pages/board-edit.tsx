import { Button, Checkbox, Form, Section, Select, TextInput } from '#ui'
import { type Board, type PieceKind, pieceKinds } from '../model.ts'
import type { FilledPiece } from './board.tsx'
import { type View, ViewFields } from './view.tsx'

export const boardsPath = '/bang'
export const kindWords: Record<PieceKind, string> = {
  card: 'Thẻ số liệu',
  course: 'Biểu đồ diễn biến',
  units: 'Biểu đồ theo đơn vị',
}

/** The order of the pieces, moved by buttons: works by keyboard and without scripts. */
export function Arrange({
  board,
  pieces,
  nameOf,
}: {
  board: Board
  pieces: readonly FilledPiece[]
  nameOf: (code: string) => string
}) {
  if (pieces.length === 0) return null
  const titleOf = ({ piece, card }: FilledPiece) => card?.definition.body.name ?? piece.indicator
  return (
    <Section title="Thứ tự các mục">
      <ol class="matters">
        {pieces.map((filled, index) => {
          const { piece } = filled
          const base = `${boardsPath}/${board.id}/muc/${piece.id}`
          return (
            <li key={piece.id} class="matter row row-spread">
              <span>
                {index + 1}. {titleOf(filled)}{' '}
                <span class="muted">
                  · {kindWords[piece.kind]} · {nameOf(piece.organisation)}
                </span>
              </span>
              <span class="row">
                <Form action={`${base}/doi-cho`} class="row" label={`Chuyển mục ${index + 1}, ${titleOf(filled)}`}>
                  <Button small name="step" value="-1" disabled={index === 0} label={`Lên: ${titleOf(filled)}`}>
                    Lên
                  </Button>
                  <Button
                    small
                    name="step"
                    value="1"
                    disabled={index === pieces.length - 1}
                    label={`Xuống: ${titleOf(filled)}`}
                  >
                    Xuống
                  </Button>
                </Form>
                <Form action={`${base}/xoa`} class="row" label={`Bỏ mục ${index + 1}, ${titleOf(filled)}`}>
                  <Button small kind="danger" label={`Bỏ: ${titleOf(filled)}`}>
                    Bỏ
                  </Button>
                </Form>
              </span>
            </li>
          )
        })}
      </ol>
    </Section>
  )
}

export function AddPiece({
  board,
  view,
  choices,
}: {
  board: Board
  view: View
  choices: readonly { value: string; label: string }[]
}) {
  return (
    <Section title="Thêm mục">
      <Form action={`${boardsPath}/${board.id}/muc`} label="Thêm mục">
        <Select name="chi-tieu" label="Chỉ tiêu" options={choices} />
        <Select
          name="kind"
          label="Hiện dưới dạng"
          options={pieceKinds.map((value) => ({ value, label: kindWords[value] }))}
        />
        <ViewFields view={view} only="organisation" />
        <Button kind="primary">Thêm vào bảng</Button>
      </Form>
    </Section>
  )
}

export function BoardSettings({ board }: { board: Board }) {
  return (
    <Section title="Tên và chia sẻ">
      <div class="stack">
        <Form action={`${boardsPath}/${board.id}`} label="Tên và chia sẻ">
          <TextInput name="title" label="Tên bảng" value={board.title} maxLength={120} />
          <Checkbox
            name="shared"
            label="Chia sẻ với người được xem số liệu của đơn vị này"
            hint={`Gửi địa chỉ ${boardsPath}/${board.id} cho người trong hệ thống; mỗi người chỉ thấy số liệu trong phạm vi của mình.`}
            checked={board.isShared}
          />
          <Button kind="primary">Lưu</Button>
        </Form>
        <Form action={`${boardsPath}/${board.id}/xoa`} label="Xóa bảng">
          <Button kind="danger">Xóa bảng này</Button>
        </Form>
      </div>
    </Section>
  )
}
