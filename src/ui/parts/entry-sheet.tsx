import type { ComponentChildren } from 'preact'
import { classes } from '../render.tsx'
import { Icon } from './icon.tsx'

export interface EntryRow {
  /** Name of the value. */
  name: string
  label: string
  unit?: string
  /** Words under the label. */
  hint?: ComponentChildren
  value?: string
  error?: string
  /** Outside the usual range: a reason is asked for. */
  warning?: string
  readOnly?: boolean
  /** Figures of earlier periods, in the order of `references`. */
  references?: readonly (string | undefined)[]
}

export interface EntrySheetProps {
  caption: string
  /** Heads of the columns of earlier figures: "Tháng 10/2026", "Cùng kỳ 2025". */
  references: readonly string[]
  valueTitle: string
  rows: readonly EntryRow[]
}

/**
 * Figures of one period, each beside those of earlier periods. With the island `paste` a block copied from a spreadsheet goes
 * in at once, and Enter moves down.
 */
export function EntrySheet({ caption, references, valueTitle, rows }: EntrySheetProps) {
  return (
    <div class="entry">
      <table class="table table-plain entry-table" data-paste>
        <caption class="hidden-visually">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Số liệu</th>
            {references.map((title) => (
              <th key={title} scope="col" class="cell-number">
                {title}
              </th>
            ))}
            <th scope="col" class="entry-cell">
              {valueTitle}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <EntryLine key={row.name} row={row} references={references} />
          ))}
        </tbody>
      </table>
      <p class="small muted" role="status" data-paste-said />
    </div>
  )
}

function EntryLine({ row, references }: { row: EntryRow; references: readonly string[] }) {
  const { name, error, warning, hint } = row
  const by = classes(hint !== undefined && `${name}-hint`, (error ?? warning) !== undefined && `${name}-error`)
  return (
    <tr>
      <th scope="row">
        <label for={name}>{row.label}</label>
        {row.unit && <span class="muted"> ({row.unit})</span>}
        {hint !== undefined && (
          <p class="field-hint" id={`${name}-hint`}>
            {hint}
          </p>
        )}
      </th>
      {references.map((title, index) => (
        <td key={title} class="cell-number muted" data-label={title}>
          {row.references?.[index] ?? '–'}
        </td>
      ))}
      <td class={classes('entry-cell', error !== undefined && 'entry-wrong', warning !== undefined && 'entry-unusual')}>
        <input
          class="input input-number"
          id={name}
          name={name}
          value={row.value}
          inputmode="decimal"
          autocomplete="off"
          readOnly={row.readOnly}
          aria-describedby={by || undefined}
          aria-invalid={error === undefined ? undefined : 'true'}
        />
        {(error ?? warning) !== undefined && (
          <p class={error === undefined ? 'entry-says' : 'entry-says field-error'} id={`${name}-error`}>
            <Icon name="warning" size={16} />
            <span>{error ?? warning}</span>
          </p>
        )}
      </td>
    </tr>
  )
}
