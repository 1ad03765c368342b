// How a number stands beside the country's, where that has been typed in from a publication.

import type { Benchmark, Card } from '#indicators'
import { formatNumber, Notice } from '#ui'
import { periodLabelOf, sayDifference, sayFigure } from './words.ts'

/** Only of the period the card shows, and only at the authority as a whole: a mean of provinces says nothing of one commune. */
export function BenchmarkLine({ card, rows, isRoot }: { card: Card; rows: readonly Benchmark[]; isRoot: boolean }) {
  const benchmark = rows.find(({ period }) => period === card.period)
  if (!benchmark || !isRoot) return null
  const { body } = card.definition
  const { mean, rank, ofUnits, basis } = benchmark
  const value = card.fact?.value
  const parts: string[] = []
  if (mean !== null) {
    const gap = value === null || value === undefined ? undefined : value - mean
    const side =
      gap === undefined
        ? ''
        : gap === 0
          ? ', bằng tỉnh'
          : `, tỉnh ${gap > 0 ? 'cao hơn' : 'thấp hơn'} ${sayDifference(body, gap)}`
    parts.push(`bình quân cả nước ${sayFigure(body, mean)}${side}`)
  }
  if (rank !== null) parts.push(`xếp thứ ${formatNumber(rank)}/${formatNumber(ofUnits ?? 0)} tỉnh, thành phố`)
  return (
    <Notice title={`So với cả nước, ${periodLabelOf(card.period).toLocaleLowerCase('vi')}: ${parts.join('; ')}`}>
      {`Theo ${basis}.`}
    </Notice>
  )
}
