import type { Box } from '../model.ts'

export interface GeoFeature {
  type: 'Feature'
  id: string
  geometry:
    | { type: 'Point'; coordinates: readonly [number, number] }
    | { type: 'MultiPolygon'; coordinates: number[][][][] }
    | null
  properties: Record<string, string | number | null>
}

export interface Question {
  limit: number
  bbox: Box | undefined
  /** Both ends included; open where nothing is said. */
  from: Date | undefined
  to: Date | undefined
  /** Id of the last feature of the page before. */
  after: string | undefined
}

export interface Page {
  features: GeoFeature[]
  /** Absent where it was not counted. */
  matched: number | undefined
  next: string | undefined
}

export interface Collection {
  id: string
  title: string
  description: string
  extent(): Promise<Box | undefined>
  list(question: Question): Promise<Page>
  find(id: string): Promise<GeoFeature | undefined>
}
