// The libraries bring no types of their own; this is what the scripts use of them.
interface TopologyGeometry {
  type: string
  id?: string
  arcs: number[][] | number[][][]
  properties?: Record<string, unknown>
}
interface TopologyObject {
  geometries: TopologyGeometry[]
}
interface Topology {
  arcs: [number, number, number?][][]
  objects: Record<string, TopologyObject>
}

declare module 'topojson-server' {
  export function topology(objects: Record<string, unknown>): Topology
}

declare module 'topojson-simplify' {
  /** Each point gets a third member: the area of the triangle that would be lost with it. */
  export function presimplify(topology: Topology): Topology
}

declare module 'topojson-client' {
  export function feature(topology: Topology, object: TopologyObject): unknown
}
