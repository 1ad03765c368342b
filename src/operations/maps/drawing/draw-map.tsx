// The province with marks on it, for the wall, the desk and files of situations: made on the server, without any indicator.
import type { ComponentChild } from 'preact'
import { today } from '#organisations'
import type { Context } from '#platform/context'
import { EmptyState } from '#ui'
import { findNational, listBoundariesOn, openOutline } from '../boundaries/read.ts'
import type { Box } from '../model.ts'
import { Hatch, MapSvg, SeaInset } from './map-drawing.tsx'
import { boxAround, type MapThing, markThings } from './marks.ts'

export interface ThingsDrawing {
  id: string
  /** What the picture shows, for who does not see it. */
  label: string
  things: readonly MapThing[]
  selected?: string
  width?: number
  height?: number
  /** What is in view; the mainland of the province where nothing is said. */
  box?: Box
  /** What the map has gone to instead. */
  near?: Pick<MapThing, 'point' | 'area'>
  /** Areas to be marked as concerned: a warning's communes. */
  areas?: readonly string[]
}

/** Things near one another are one mark with their count and the worst severity; it leads to the gravest of them. */
export async function drawMap(ctx: Context, drawing: ThingsDrawing): Promise<ComponentChild> {
  const [head] = await listBoundariesOn(ctx, await today(ctx))
  if (!head)
    return <EmptyState title="Chưa có bản đồ">Gói dữ liệu của địa phương này chưa có tệp ranh giới.</EmptyState>
  const outline = await openOutline(ctx, head)
  const national = await findNational(ctx, await today(ctx))
  const { width = 640, height = 640, near } = drawing
  const box = (near && boxAround(outline, near)) ?? drawing.box ?? outline.mainBox
  const concerned = new Set(drawing.areas)
  const picture = {
    outline,
    national,
    selected: drawing.selected,
    classOf: (code: string) => (concerned.has(code) ? 1 : undefined),
    isAsked: (code: string) => concerned.has(code),
  }
  return (
    <figure class="map-figure" id={drawing.id} aria-label={drawing.label}>
      <Hatch />
      <div class="map-frame map-frame-fixed">
        <MapSvg
          {...picture}
          box={box}
          width={width}
          height={height}
          marks={await markThings(ctx, { things: drawing.things, selected: drawing.selected, box, width })}
        />
        {!near && outline.within !== national?.within && (
          <div class="map-inset">
            <SeaInset {...picture} />
          </div>
        )}
      </div>
    </figure>
  )
}
