import { classes } from '../render.tsx'
import { chooseTicks, percent, type ValueAxis } from './axis.ts'

export function Grid({ axis }: { axis: ValueAxis }) {
  return (
    <g>
      {axis.ticks.map(({ value, label }) => (
        <g key={value}>
          <line
            class={value === 0 ? 'axis-line' : 'grid-line'}
            x1="0"
            x2="100%"
            y1={percent(axis.y(value))}
            y2={percent(axis.y(value))}
          />
          <text class="axis-text" x="-8" y={percent(axis.y(value))} dy="0.35em" text-anchor="end">
            {label}
          </text>
        </g>
      ))}
    </g>
  )
}

export function PeriodLabels({ periods, place }: { periods: readonly string[]; place: (index: number) => number }) {
  const ticks = chooseTicks(periods.length, Math.max(0, ...periods.map((label) => label.length)))
  const firstNarrow = ticks.find(({ wide }) => !wide)?.index
  return (
    <g>
      {ticks.map(({ index, wide }) => (
        <text
          key={index}
          class={classes(
            'axis-text',
            wide && 'tick-wide',
            !wide && index !== firstNarrow && index !== periods.length - 1 && 'tick-middle',
          )}
          x={percent(place(index))}
          y="100%"
          dy="20"
          text-anchor="middle"
        >
          {periods[index]}
        </text>
      ))}
    </g>
  )
}
