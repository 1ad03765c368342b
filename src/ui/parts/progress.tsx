import { formatNumber } from '../format.ts'

/** How far a work has come, in words and as a bar. Without a total it only says that it runs. */
export function Progress({ label, done, total }: { label: string; done: number; total?: number }) {
  return (
    <div class="progress">
      <div class="progress-words">
        <span>{label}</span>
        <span class="number">
          {total === undefined ? formatNumber(done) : `${formatNumber(done)}/${formatNumber(total)}`}
        </span>
      </div>
      <progress value={total === undefined ? undefined : done} max={total ?? 1} aria-label={label} />
    </div>
  )
}
