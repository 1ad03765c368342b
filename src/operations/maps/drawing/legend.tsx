import type { Definition } from '#indicators'
import { formatNumber } from '#ui'
import type { Choropleth } from '../choropleth/read.ts'
import { noValue, sayClasses } from '../pages/words.ts'
import { hatchOf } from './map-drawing.tsx'

/** The limits of the classes in words, with how many areas lie in each. */
export function ClassLegend({ choropleth }: { choropleth: Choropleth }) {
  const { classes, values } = choropleth
  const definition: Definition = choropleth.definition
  const words = sayClasses(definition, classes)
  const missing = [...values.values()].filter(({ value }) => value === null).length
  return (
    <ul class="legend map-legend" aria-label={`Chú giải, ${definition.unit}`}>
      {classes.map((one, index) => (
        <li key={one.from}>
          <Swatch look={`map-class-${index + 1}`} />
          {words[index]} <span class="muted">({formatNumber(one.count)})</span>
        </li>
      ))}
      {missing > 0 && (
        <li>
          <Swatch look="map-none" />
          {noValue} <span class="muted">({formatNumber(missing)})</span>
        </li>
      )}
    </ul>
  )
}

export function Swatch({ look }: { look: string }) {
  return (
    <svg class="swatch map-swatch" width="20" height="14" viewBox="0 0 40 28" aria-hidden="true">
      <rect class={look} fill={hatchOf(look)} width="40" height="28" />
    </svg>
  )
}
