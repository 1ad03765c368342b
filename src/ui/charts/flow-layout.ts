// Places the steps of a process in layers, top to bottom: edges that lead back are set aside, each step goes under the longest
// way to it, long edges pass through narrow lanes, and the order within a layer is settled by sweeping barycentres. (The
// method of Sugiyama, Tagawa and Toda, 1981, in its simplest form.)

export interface FlowNode {
  id: string
  label: string
}

export interface FlowEdge {
  from: string
  to: string
  count: number
}

export interface PlacedNode {
  id: string
  layer: number
  /** Middle of the step, in pixels from the left. */
  x: number
}

export interface PlacedEdge {
  edge: FlowEdge
  /** Leads back to an earlier step. */
  back: boolean
  /** Every place it passes, from its start to its end. */
  way: { layer: number; x: number }[]
}

export interface FlowPlan {
  nodes: PlacedNode[]
  edges: PlacedEdge[]
  /** How often a step follows itself. */
  repeats: Map<string, number>
  layers: number
  width: number
}

interface Pull {
  key: string
  weight: number
}

interface Slot {
  key: string
  /** Breadth it needs, with the gap to its neighbour. */
  size: number
  above: Pull[]
  below: Pull[]
}

const stepSize = 176
const laneSize = 36

/** A plan of the map. */
export function planFlow(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): FlowPlan {
  const ids = new Set(nodes.map(({ id }) => id))
  const known = edges.filter(({ from, to }) => ids.has(from) && ids.has(to))
  const repeats = new Map(known.filter(({ from, to }) => from === to).map(({ from, count }) => [from, count]))
  const between = known.filter(({ from, to }) => from !== to)
  const forward = chooseForward([...ids], between)
  const layerOf = layerNodes([...ids], forward)
  const slots = makeSlots(layerOf, forward)
  orderSlots(slots)
  const xs = placeSlots(slots)
  const at = (key: string, layer: number) => ({ layer, x: xs.get(key) ?? 0 })
  const forwardSet = new Set(forward)
  return {
    nodes: nodes.map(({ id }) => ({ id, ...at(id, layerOf.get(id) ?? 0) })),
    edges: between.map((edge) => ({
      edge,
      back: !forwardSet.has(edge),
      way: wayOf(edge, forwardSet.has(edge), layerOf, at),
    })),
    repeats,
    layers: slots.length,
    width: Math.max(0, ...slots.flat().map(({ key, size }) => (xs.get(key) ?? 0) + size / 2)),
  }
}

// Walking from the first steps along the strongest ways, an edge that meets a step still being walked leads back.
function chooseForward(ids: readonly string[], edges: readonly FlowEdge[]): FlowEdge[] {
  const next = new Map<string, FlowEdge[]>(ids.map((id) => [id, []]))
  for (const edge of [...edges].sort((a, b) => b.count - a.count)) next.get(edge.from)?.push(edge)
  const entered = new Set(edges.map(({ to }) => to))
  const state = new Map<string, 'open' | 'done'>()
  const taken: FlowEdge[] = []
  const walk = (id: string) => {
    state.set(id, 'open')
    for (const edge of next.get(id) ?? []) {
      if (state.get(edge.to) === 'open') continue
      taken.push(edge)
      if (!state.has(edge.to)) walk(edge.to)
    }
    state.set(id, 'done')
  }
  const starts = [...ids.filter((id) => !entered.has(id)), ...ids]
  for (const id of starts) if (!state.has(id)) walk(id)
  return taken
}

function layerNodes(ids: readonly string[], forward: readonly FlowEdge[]): Map<string, number> {
  const layers = new Map<string, number>(ids.map((id) => [id, 0]))
  const waiting = new Map(ids.map((id) => [id, forward.filter(({ to }) => to === id).length]))
  const open = ids.filter((id) => waiting.get(id) === 0)
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    for (const { to } of forward.filter(({ from }) => from === id)) {
      layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(id) ?? 0) + 1))
      const left = (waiting.get(to) ?? 0) - 1
      waiting.set(to, left)
      if (left === 0) open.push(to)
    }
  }
  return layers
}

const passing = ({ from, to }: FlowEdge, layer: number) => `${from}>${to}@${layer}`

function makeSlots(layerOf: ReadonlyMap<string, number>, forward: readonly FlowEdge[]): Slot[][] {
  const slots: Slot[][] = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => [])
  const byKey = new Map<string, Slot>()
  const add = (key: string, layer: number, size: number) => {
    const slot: Slot = { key, size, above: [], below: [] }
    slots[layer]?.push(slot)
    byKey.set(key, slot)
  }
  for (const [id, layer] of layerOf) add(id, layer, stepSize)
  for (const edge of forward) {
    const [from, to] = [layerOf.get(edge.from) ?? 0, layerOf.get(edge.to) ?? 0]
    const keys = [edge.from]
    for (let layer = from + 1; layer < to; layer++) {
      add(passing(edge, layer), layer, laneSize)
      keys.push(passing(edge, layer))
    }
    keys.push(edge.to)
    for (const [index, key] of keys.slice(1).entries()) {
      const before = keys[index] ?? ''
      byKey.get(before)?.below.push({ key, weight: edge.count })
      byKey.get(key)?.above.push({ key: before, weight: edge.count })
    }
  }
  return slots
}

function orderSlots(slots: Slot[][]): void {
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0
    for (const layer of down ? slots.slice(1) : slots.slice(0, -1).reverse()) {
      const beside = slots[slots.indexOf(layer) + (down ? -1 : 1)] ?? []
      const place = new Map(beside.map(({ key }, index) => [key, index - (beside.length - 1) / 2]))
      const wanted = new Map(
        layer.map((slot, index) => [
          slot,
          pulledTo(down ? slot.above : slot.below, place) ?? index - (layer.length - 1) / 2,
        ]),
      )
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0))
    }
  }
}

// Each slot goes as near to those it is joined with as its neighbours allow; the strongest ways pull most, so they run
// straight. Sweeping down, up and down again lets both ends have their say.
function placeSlots(slots: Slot[][]): Map<string, number> {
  const xs = new Map<string, number>()
  for (const down of [true, false, true]) {
    for (const layer of down ? slots : slots.toReversed()) {
      const wanted = layer.map(({ key, above, below }, index) => {
        return pulledTo(down ? above : below, xs) ?? xs.get(key) ?? index * stepSize
      })
      const placed: number[] = []
      for (const [index, want] of wanted.entries()) {
        const apart = ((layer[index - 1]?.size ?? 0) + (layer[index]?.size ?? 0)) / 2
        placed.push(index === 0 ? want : Math.max(want, (placed[index - 1] ?? 0) + apart))
      }
      const shift =
        wanted.reduce((sum, want, index) => sum + want - (placed[index] ?? 0), 0) / Math.max(1, layer.length)
      for (const [index, { key }] of layer.entries()) xs.set(key, (placed[index] ?? 0) + shift)
    }
  }
  const left = Math.min(0, ...slots.flat().map(({ key, size }) => (xs.get(key) ?? 0) - size / 2))
  for (const [key, x] of xs) xs.set(key, x - left)
  return xs
}

function pulledTo(pulls: readonly Pull[], place: ReadonlyMap<string, number>): number | undefined {
  let [sum, weights] = [0, 0]
  for (const { key, weight } of pulls) {
    const at = place.get(key)
    if (at === undefined) continue
    sum += at * weight
    weights += weight
  }
  return weights === 0 ? undefined : sum / weights
}

function wayOf(
  edge: FlowEdge,
  forward: boolean,
  layerOf: ReadonlyMap<string, number>,
  at: (key: string, layer: number) => { layer: number; x: number },
) {
  const from = layerOf.get(edge.from) ?? 0
  const to = layerOf.get(edge.to) ?? 0
  const between = forward ? Array.from({ length: Math.max(0, to - from - 1) }, (_, index) => from + 1 + index) : []
  return [at(edge.from, from), ...between.map((layer) => at(passing(edge, layer), layer)), at(edge.to, to)]
}
