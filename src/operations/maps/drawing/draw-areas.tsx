// One indicator on the areas of its time, as a figure for overviews, the wall and prints: made on the server, with its table behind it.
import type { ComponentChild } from 'preact'
import { periodLabel } from '#calendar'
import { areaTree } from '#organisations'
import type { Context } from '#platform/context'
import { EmptyState, FreshnessLine, More, Table } from '#ui'
import { findNational } from '../boundaries/read.ts'
import { type Choropleth, type ChoroplethQuestion, readChoropleth } from '../choropleth/read.ts'
import { noValue, sayValue } from '../pages/words.ts'
import { ClassLegend } from './legend.tsx'
import { Hatch, MapSvg, SeaInset } from './map-drawing.tsx'
import { boxAround, type MapThing, markThings } from './marks.ts'

export interface AreasDrawing extends ChoroplethQuestion {
  /** Unique on the page. */
  id: string
  /** Pixels; the picture shrinks to the room it has. */
  width?: number
  height?: number
  /** Where an area leads. */
  hrefOf?: (code: string) => string | undefined
  /** Marks over the areas: alerts, incidents. */
  marks?: readonly MapThing[]
  /** Key of what is chosen: `area:<code>`, or that of a mark. */
  selected?: string
  /** What the map has gone to; the whole where nothing is said, or where it has no place. */
  near?: Pick<MapThing, 'point' | 'area'>
  /** Left out where a list beside it says the same. */
  withoutTable?: boolean
}

/** The map as a figure. Says so in words where there is no outline, instead of drawing nothing. */
export async function drawAreas(ctx: Context, drawing: AreasDrawing): Promise<ComponentChild> {
  const choropleth = await readChoropleth(ctx, drawing)
  if (!choropleth)
    return <EmptyState title="Chưa có bản đồ">Gói dữ liệu chưa có ranh giới của thời điểm này.</EmptyState>
  const { outline, day } = choropleth
  const national = await findNational(ctx, outline.validTo ?? day)
  const tree = await areaTree(ctx.sql, { asOf: outline.validTo ?? day })
  const name = (code: string) => tree.find(code)?.row.name ?? code
  const picture = {
    outline,
    national,
    classOf: choropleth.classOf,
    isAsked: choropleth.isAsked,
    selected: drawing.selected,
  }
  const isNational = outline.within === national?.within
  const { width = 420, height = 480, selected } = drawing
  const near = drawing.near && boxAround(outline, drawing.near)
  const box = near ?? (isNational ? outline.box : outline.mainBox)
  return (
    <figure class="chart map-figure" id={drawing.id} aria-labelledby={`${drawing.id}-name`}>
      <figcaption>
        <h3 class="chart-title" id={`${drawing.id}-name`}>
          {findingOf(choropleth, name)}
        </h3>
        <p class="chart-measure">
          {choropleth.definition.name}, {choropleth.definition.unit}, {periodLabel(choropleth.period)}
        </p>
      </figcaption>
      <Hatch />
      <div class="map-frame map-frame-fixed">
        <MapSvg
          {...picture}
          box={box}
          width={width}
          height={height}
          hrefOf={drawing.hrefOf}
          marks={await markThings(ctx, { things: drawing.marks ?? [], selected, box, width })}
        />
        {!isNational && !near && (
          <div class="map-inset">
            <SeaInset {...picture} />
          </div>
        )}
      </div>
      <ClassLegend choropleth={choropleth} />
      <FreshnessLine asOf={choropleth.observedAt} source={choropleth.definition.source} />
      <p class="chart-source">
        Ranh giới: {outline.title}; {outline.source}.
      </p>
      {!drawing.withoutTable && (
        <More title="Xem bảng số liệu">
          <AreaTable choropleth={choropleth} name={name} />
        </More>
      )}
    </figure>
  )
}

/** The highest and the lowest, in words. */
function findingOf({ values, definition }: Choropleth, name: (code: string) => string): string {
  const known = [...values].flatMap(([code, { value }]) => (value === null ? [] : [{ code, value }]))
  const sorted = known.toSorted((a, b) => b.value - a.value)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (!first || !last) return `${definition.name}: chưa có số liệu theo địa bàn`
  if (first.value === last.value)
    return `${definition.name}: mọi địa bàn có số liệu đều ${sayValue(definition, first.value)}`
  return `Cao nhất ${name(first.code)} ${sayValue(definition, first.value)}, thấp nhất ${name(last.code)} ${sayValue(definition, last.value)}`
}

function AreaTable({ choropleth, name }: { choropleth: Choropleth; name: (code: string) => string }) {
  const { values, definition } = choropleth
  const rows = [...values]
    .map(([code, { value }]) => ({ code, value }))
    .sort((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY))
  return (
    <Table
      caption={`${definition.name} theo địa bàn`}
      plain
      wide
      columns={[
        { key: 'name', title: 'Địa bàn', cell: ({ code }) => name(code) },
        {
          key: 'value',
          title: 'Giá trị',
          unit: definition.unit,
          kind: 'number',
          cell: ({ value }) => (value === null ? noValue : sayValue(definition, value)),
        },
      ]}
      rows={rows}
      rowKey={({ code }) => code}
    />
  )
}
