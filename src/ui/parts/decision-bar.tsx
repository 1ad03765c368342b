import type { ComponentChildren } from 'preact'

export interface Decision {
  /** A Button. */
  action: ComponentChildren
  /** What follows: "Trả lại công dân, dừng tính hạn". */
  consequence?: string
}

export interface DecisionBarProps {
  label: string
  /** What it is about, over the buttons: how many rows are ticked, and which. */
  about?: ComponentChildren
  primary: Decision
  others?: readonly Decision[]
  /** The destructive action stands apart. */
  destructive?: Decision
}

/** At the foot of a record: one primary action, the others plain, the destructive one apart. */
export function DecisionBar({ label, about, primary, others = [], destructive }: DecisionBarProps) {
  return (
    <section class="decision" aria-label={label}>
      {about && <div class="decision-about">{about}</div>}
      {[primary, ...others].map((decision, index) => (
        <Item key={index} decision={decision} />
      ))}
      {destructive && <Item decision={destructive} apart />}
    </section>
  )
}

function Item({ decision, apart }: { decision: Decision; apart?: boolean }) {
  return (
    <div class={apart ? 'decision-item decision-apart' : 'decision-item'}>
      {decision.action}
      {decision.consequence && <p class="decision-says">{decision.consequence}</p>}
    </div>
  )
}
