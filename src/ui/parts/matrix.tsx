// Things by subjects, a word in each cell: both heads stay in sight while it scrolls. What is as it should be has no colour and no
// link; what is not has shape, word and colour and opens. A matrix does not fit a phone or a sheet of paper: the page says the same as a
// list there.
import { classes } from '../render.tsx'
import { Shape } from './icon.tsx'

export interface MatrixCell {
  word: string
  tone?: 'warning' | 'danger' | 'none'
  href?: string
}

export interface MatrixRow {
  key: string
  label: string
  href?: string
  /** Under the label: "2 chậm". */
  note?: string
  /** One for each column; absent where the column does not concern the row. */
  cells: readonly (MatrixCell | undefined)[]
}

export interface MatrixProps {
  caption: string
  /** Head of the first column. */
  corner: string
  columns: readonly { key: string; label: string; note?: string; href?: string }[]
  rows: readonly MatrixRow[]
  /** Read out where a column does not concern a row. */
  absent: string
}

const shapeOf = { warning: 'up', danger: 'diamond', none: 'ring' } as const

export function Matrix({ caption, corner, columns, rows, absent }: MatrixProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="matrix-scroll" aria-label={caption} tabIndex={0}>
      <table class="matrix">
        <caption class="hidden-visually">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{corner}</th>
            {columns.map(({ key, label, note, href }) => (
              <th key={key} scope="col">
                {href ? <a href={href}>{label}</a> : label}
                {note && <span class="matrix-note">{note}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, label, href, note, cells }) => (
            <tr key={key}>
              <th scope="row">
                {href ? <a href={href}>{label}</a> : label}
                {note && <span class="matrix-note">{note}</span>}
              </th>
              {cells.map((cell, index) => cellOf(cell, index, absent))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function cellOf(cell: MatrixCell | undefined, index: number, absent: string) {
  if (!cell)
    return (
      <td key={index} class="matrix-absent">
        <span class="hidden-visually">{absent}</span>
      </td>
    )
  if (!cell.tone) return <td key={index}>{cell.word}</td>
  const content = (
    <>
      <Shape name={shapeOf[cell.tone]} />
      {cell.word}
    </>
  )
  return (
    <td key={index} class={classes('matrix-marked', `matrix-${cell.tone}`)}>
      {cell.href ? <a href={cell.href}>{content}</a> : <span>{content}</span>}
    </td>
  )
}

/** What the shapes of a matrix mean, with how many cells each word has. */
export function MatrixLegend({
  items,
}: {
  items: readonly { word: string; tone?: MatrixCell['tone']; count: string; href?: string }[]
}) {
  return (
    <ul class="matrix-legend">
      {items.map(({ word, tone, count, href }) => (
        <li key={word} class={tone && `matrix-${tone}`}>
          {tone && <Shape name={shapeOf[tone]} />}
          {href ? <a href={href}>{word}</a> : word} <strong class="number">{count}</strong>
        </li>
      ))}
    </ul>
  )
}
