// One administrative unit where it lies, as it was on a day: for pages that tell of a unit.
import type { ComponentChild } from 'preact'
import type { Context } from '#platform/context'
import { findNational, listBoundariesOn, openOutline } from '../boundaries/read.ts'
import { Hatch, MapSvg, SeaInset } from './map-drawing.tsx'
import { boxAround } from './marks.ts'

export interface UnitDrawing {
  id: string
  code: string
  name: string
  /** The outline that held on this day. */
  day: string
  /** Where the neighbours lead. */
  hrefOf: (code: string) => string
}

const size = { width: 420, height: 360 }

/** Nothing where no outline of the day has the unit. */
export async function drawUnit(ctx: Context, { id, code, name, day, hrefOf }: UnitDrawing): Promise<ComponentChild> {
  for (const head of await listBoundariesOn(ctx, day)) {
    const outline = await openOutline(ctx, head)
    const box = boxAround(outline, { area: code })
    if (!box) continue
    const national = await findNational(ctx, day)
    const picture = {
      outline,
      national,
      selected: `area:${code}`,
      classOf: (one: string) => (one === code ? 2 : undefined),
      isAsked: (one: string) => one === code,
    }
    return (
      <figure class="map-figure map-unit" id={id} aria-label={`${name} trên bản đồ`}>
        <Hatch />
        <div class="map-frame map-frame-fixed">
          <MapSvg {...picture} {...size} box={box} hrefOf={hrefOf} />
          {outline.within !== national?.within && (
            <div class="map-inset">
              <SeaInset {...picture} />
            </div>
          )}
        </div>
        <figcaption class="chart-source">
          Ranh giới: {outline.title}; {outline.source}.
        </figcaption>
      </figure>
    )
  }
  return undefined
}
