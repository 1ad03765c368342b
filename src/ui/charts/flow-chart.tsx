import { formatNumber } from '../format.ts'
import type { Column } from '../parts/table.tsx'
import { round } from './axis.ts'
import { ChartFrame, type ChartWords } from './chart-frame.tsx'
import { type FlowEdge, type PlacedEdge, planFlow } from './flow-layout.ts'

export interface FlowChartProps extends ChartWords {
  nodes: readonly { id: string; label: string; count?: number; href?: string; emphasis?: boolean; remark?: string }[]
  edges: readonly (FlowEdge & { remark?: string })[]
  /** What is counted on the edges: "hồ sơ". */
  unit: string
}

const box = { width: 156, height: 56, gapY: 46, side: 40, lane: 14 }

/** A map of a process: steps in layers, the ways between them as thick as they are used, ways back dashed at the side. */
export function FlowChart(props: FlowChartProps) {
  const { id, nodes, edges, unit } = props
  const plan = planFlow(nodes, edges)
  const backs = plan.edges.filter(({ back }) => back)
  const width = Math.ceil(plan.width + 8 + (backs.length > 0 ? box.side + backs.length * box.lane : 0))
  const height = plan.layers * (box.height + box.gapY) - box.gapY + 8
  const most = Math.max(1, ...edges.map(({ count }) => count))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const labelOf = (key: string) => byId.get(key)?.label ?? key
  return (
    <ChartFrame {...props} table={edgeTable(props, labelOf)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="flow-scroll" aria-label={props.title} tabIndex={0}>
        <svg
          class="flow"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={props.title}
          aria-describedby={`${id}-words`}
        >
          <desc id={`${props.id}-words`}>{`${nodes.length} bước, ${edges.length} đường nối; xem bảng số liệu.`}</desc>
          <marker
            id={`${id}-tip`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path class="flow-tip" d="M0 0L8 4 0 8z" />
          </marker>
          {plan.edges.map((placed) => (
            <Edge
              key={`${placed.edge.from}>${placed.edge.to}`}
              placed={placed}
              most={most}
              lane={backs.indexOf(placed)}
              right={plan.width}
              tip={`url(#${id}-tip)`}
              unit={unit}
            />
          ))}
          {plan.nodes.map(({ id: key, layer, x }) => {
            const node = byId.get(key)
            return node ? (
              <Step
                key={key}
                node={node}
                x={round(4 + x - box.width / 2)}
                y={topOf(layer)}
                repeats={plan.repeats.get(key)}
              />
            ) : null
          })}
        </svg>
      </section>
    </ChartFrame>
  )
}

const middleOf = (x: number) => round(4 + x)
const topOf = (layer: number) => round(4 + layer * (box.height + box.gapY))

function Step(props: { node: FlowChartProps['nodes'][number]; x: number; y: number; repeats?: number }) {
  const { node, x, y, repeats } = props
  const lines = wrap(node.label, 22)
  const facts = [
    node.count === undefined ? '' : formatNumber(node.count),
    node.remark ?? '',
    repeats ? `lặp ${formatNumber(repeats)}` : '',
  ]
  const fact = facts.filter(Boolean).join(' · ')
  const first = y + box.height / 2 - ((lines.length + (fact ? 1 : 0) - 1) * 16) / 2
  return (
    <g class={node.emphasis ? 'step step-emphasis' : 'step'}>
      <rect x={x} y={y} width={box.width} height={box.height} rx="2" />
      <text x={x + box.width / 2} y={first} text-anchor="middle">
        {lines.map((words, index) => (
          <tspan key={words} x={x + box.width / 2} y={first + index * 16} dy="0.35em">
            {words}
          </tspan>
        ))}
        {fact && (
          <tspan class="step-fact" x={x + box.width / 2} y={first + lines.length * 16} dy="0.35em">
            {fact}
          </tspan>
        )}
      </text>
      <title>{`${node.label}${fact && `: ${fact}`}`}</title>
    </g>
  )
}

// At most two lines: what does not fit is cut, the whole name is in the title and the table.
function wrap(label: string, most: number): string[] {
  const lines: string[] = ['']
  for (const word of label.split(' ')) {
    const last = lines.length - 1
    const joined = lines[last] ? `${lines[last]} ${word}` : word
    if (joined.length <= most || !lines[last]) lines[last] = joined
    else lines.push(word)
  }
  if (lines.length <= 2) return lines
  return [lines[0] ?? '', `${(lines[1] ?? '').slice(0, most - 1)}…`]
}

function Edge(props: { placed: PlacedEdge; most: number; lane: number; right: number; tip: string; unit: string }) {
  const { placed, most, lane, right, tip, unit } = props
  const { edge, back, way } = placed
  const { d, labelX, labelY } = back ? sideWay(way, lane, right) : downWay(way)
  return (
    <g class={back ? 'flow-edge flow-back' : 'flow-edge'}>
      <path d={d} stroke-width={round(1 + 5 * Math.sqrt(edge.count / most))} marker-end={tip}>
        <title>{`${formatNumber(edge.count)} ${unit}`}</title>
      </path>
      <text class="flow-count halo" x={labelX} y={labelY} dy="0.35em" text-anchor="middle">
        {formatNumber(edge.count)}
      </text>
    </g>
  )
}

type Way = PlacedEdge['way']

function downWay(way: Way) {
  const points = way.map(({ layer, x }) => ({
    x: middleOf(x),
    from: topOf(layer) + box.height,
    to: topOf(layer),
  }))
  let d = ''
  for (const [index, point] of points.entries()) {
    const before = points[index - 1]
    if (!before) {
      d = `M${point.x} ${point.from}`
      continue
    }
    const last = index === points.length - 1
    const end = last ? point.to - 2 : point.to
    const bend = (end - before.from) / 2
    d += `C${before.x} ${before.from + bend} ${point.x} ${end - bend} ${point.x} ${end}`
    if (!last) d += `V${point.from}`
  }
  const [first, second] = [points[0], points[1]]
  const labelX = ((first?.x ?? 0) + (second?.x ?? 0)) / 2
  return { d, labelX, labelY: ((first?.from ?? 0) + (second?.to ?? 0)) / 2 }
}

// A way back leaves and enters at the right and runs in its own lane beside the map.
function sideWay(way: Way, lane: number, right: number) {
  const [start, end] = [way[0], way.at(-1)]
  const x = middleOf(right) + 16 + lane * box.lane
  const fromY = topOf(start?.layer ?? 0) + box.height / 2 + 8
  const toY = topOf(end?.layer ?? 0) + box.height / 2 - 8
  const fromX = middleOf(start?.x ?? 0) + box.width / 2
  const toX = middleOf(end?.x ?? 0) + box.width / 2 + 2
  const d = `M${fromX} ${fromY}H${x - 8}Q${x} ${fromY} ${x} ${fromY + (toY < fromY ? -8 : 8)}V${toY + (toY < fromY ? 8 : -8)}Q${x} ${toY} ${x - 8} ${toY}H${toX}`
  return { d, labelX: x, labelY: (fromY + toY) / 2 + lane * 18 - 9 }
}

function edgeTable({ edges, unit }: FlowChartProps, labelOf: (id: string) => string) {
  const columns: Column<FlowChartProps['edges'][number]>[] = [
    { key: 'from', title: 'Từ bước', cell: ({ from }) => labelOf(from) },
    { key: 'to', title: 'Đến bước', phone: true, cell: ({ to }) => labelOf(to) },
    { key: 'count', title: 'Số lượt', unit, kind: 'number', phone: true, cell: ({ count }) => formatNumber(count) },
  ]
  if (edges.some(({ remark }) => remark !== undefined)) {
    columns.push({ key: 'remark', title: 'Ghi chú', phone: true, cell: ({ remark }) => remark })
  }
  return { columns, rows: edges, rowKey: ({ from, to }: FlowEdge) => `${from}>${to}` }
}
