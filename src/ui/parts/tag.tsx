import type { ComponentChildren } from 'preact'
import { Shape } from './icon.tsx'

export type Tone = 'neutral' | 'info' | 'done' | 'warning' | 'danger'

const shapeOf = { neutral: undefined, info: undefined, done: undefined, warning: 'up', danger: 'diamond' } as const

/** A status: a word in a tag that is not clickable. What is abnormal also has a shape. */
export function Tag({ tone = 'neutral', children }: { tone?: Tone; children: ComponentChildren }) {
  const shape = shapeOf[tone]
  return (
    <span class={`tag tag-${tone}`}>
      {shape && <Shape name={shape} />}
      {children}
    </span>
  )
}

/** The disaster-risk level of a bulletin or an incident: always with the words "Cấp N", never on the scale of alerts. */
export function RiskMark({ level }: { level: '1' | '2' | '3' | '4' | '5' }) {
  return <span class={`risk risk-${level}`}>Cấp {level}</span>
}

/** Stands beside whatever belongs to an exercise, in lists where real things are too. */
export function ExerciseMark() {
  return <span class="exercise-mark">DIỄN TẬP</span>
}

export type Severity = 'critical' | 'high' | 'medium' | 'low'

const severities = {
  critical: { word: 'Nghiêm trọng', shape: 'diamond' },
  high: { word: 'Cao', shape: 'up' },
  medium: { word: 'Trung bình', shape: 'disc' },
  low: { word: 'Thấp', shape: 'ring' },
} as const

/** The severity of an alert: shape, word and colour. */
export function SeverityMark({ severity }: { severity: Severity }) {
  const { word, shape } = severities[severity]
  return (
    <span class={`severity severity-${severity}`}>
      <Shape name={shape} />
      {word}
    </span>
  )
}
