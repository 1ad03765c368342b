import type { ComponentChildren } from 'preact'
import { classes } from '../render.tsx'
import { FreshnessLine, type FreshnessProps } from './freshness.tsx'
import { Shape } from './icon.tsx'
import { Sparkline, type SparklineProps } from './sparkline.tsx'
import { Tag } from './tag.tsx'

export interface Change {
  direction: 'up' | 'down' | 'same'
  /** "2,1 điểm so với tháng trước". */
  words: string
  /** A change for the worse beyond the usual: only then has it a colour. */
  worse?: boolean
}

export interface IndicatorCardProps {
  name: string
  /** Definition and legal basis. */
  href: string
  /** Formatted value; absent means no data, which is said in words. */
  value?: string
  unit?: string
  /** Breakdown or records behind the figure. */
  valueHref?: string
  state?: 'normal' | 'watch' | 'breach'
  /** Words of the tag when not normal: "Vượt ngưỡng", "Cần theo dõi". */
  stateWords?: string
  /** Instead of "chưa có số liệu": "bị giữ lại", "chờ đơn vị báo cáo". */
  absence?: string
  changes?: readonly Change[]
  /** "Kế hoạch giao 95% · còn thiếu 1,79 điểm". */
  target?: string
  /** "Dự báo cuối năm 97,5% (80%: 95,1–98,2)". */
  forecast?: string
  spark?: SparklineProps
  owner?: string
  freshness?: FreshnessProps
  /** Typed by hand: by whom. */
  typedBy?: string
  /** The custodian's explanation, a dispute, "phần lẻ chưa được giải thích": shown on the card. */
  remarks?: readonly ComponentChildren[]
  actions?: ComponentChildren
  /** Larger, two columns wide. */
  lead?: boolean
  id?: string
  /** Topic whose change refreshes the card. */
  live?: string
  /** Address that answers with the card alone; the page's own where nothing is said. */
  liveUrl?: string
}

/** A figure that says what it is, of when, from whom, against which target, and opens. */
export function IndicatorCard(props: IndicatorCardProps) {
  const { name, href, value, state = 'normal', freshness } = props
  return (
    <article
      class={classes(
        'card',
        state !== 'normal' && `card-${state}`,
        freshness?.late !== undefined && 'card-late',
        props.lead && 'card-lead',
      )}
      id={props.id}
      data-live={props.live}
      data-live-url={props.live && props.liveUrl}
      data-live-label={props.live && name}
    >
      <div class="card-head">
        <h3 class="card-name">
          <a href={href}>{name}</a>
        </h3>
        {state !== 'normal' && (
          <Tag tone={state === 'breach' ? 'danger' : 'warning'}>
            {props.stateWords ?? (state === 'breach' ? 'Vượt ngưỡng' : 'Cần theo dõi')}
          </Tag>
        )}
      </div>
      <div class="card-main">
        {value === undefined ? (
          <p class="card-none">{props.absence ?? 'chưa có số liệu'}</p>
        ) : (
          <Figure {...props} value={value} />
        )}
        {props.spark && value !== undefined && (
          <div class="card-spark">
            <Sparkline {...props.spark} />
          </div>
        )}
      </div>
      <CardFacts {...props} />
      <div class="card-foot">
        {props.owner && <p class="card-owner">{props.owner}</p>}
        {freshness && <FreshnessLine {...freshness} />}
        {props.actions && <div class="card-actions">{props.actions}</div>}
      </div>
    </article>
  )
}

function Figure({ value, unit, valueHref, name }: IndicatorCardProps & { value: string }) {
  return (
    <p class="card-value figure">
      {valueHref ? (
        <a href={valueHref} aria-label={`${value}${unit ? ` ${unit}` : ''}: mở số liệu của ${name}`}>
          {value}
        </a>
      ) : (
        value
      )}
      {unit && <span class="card-unit">{unit}</span>}
    </p>
  )
}

function CardFacts({ changes, target, forecast, typedBy, remarks }: IndicatorCardProps) {
  if (!changes?.length && !target && !forecast && !typedBy && !remarks?.length) return null
  return (
    <ul class="card-facts">
      {changes && changes.length > 0 && (
        <li>
          {changes.map(({ direction, words, worse }) => (
            <span key={words} class={worse ? 'change change-worse' : 'change'}>
              {direction !== 'same' && <Shape name={direction} />}
              <span class="hidden-visually">{direction === 'up' ? 'tăng ' : direction === 'down' ? 'giảm ' : ''}</span>
              {words}
            </span>
          ))}
        </li>
      )}
      {target && <li>{target}</li>}
      {forecast && <li>{forecast}</li>}
      {typedBy && <li>Nhập tay: {typedBy}</li>}
      {remarks?.map((remark, index) => (
        <li key={index} class="card-remark">
          {remark}
        </li>
      ))}
    </ul>
  )
}

/** One panel of cards, parted by hairlines. */
export function IndicatorGrid(props: { children: ComponentChildren; label: string; compactOnPhones?: boolean }) {
  const { children, label, compactOnPhones } = props
  return (
    <section class={classes('cards', compactOnPhones && 'cards-compact')} aria-label={label}>
      {children}
    </section>
  )
}
