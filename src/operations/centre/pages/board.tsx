import type { ComponentChild } from 'preact'
import { type Card, listCards, recordPageView } from '#indicators'
import type { Context } from '#platform/context'
import { BarChart, EmptyState, IndicatorGrid } from '#ui'
import type { Piece } from '../model.ts'
import { type CardSetting, CardView } from './card.tsx'
import { makeUnitRows, sortUnits } from './comparison.tsx'
import { type Course, CourseChart, chooseKind, readCourse } from './course.tsx'
import { findingOfUnits } from './findings.ts'
import { linkTo, listUnits, type View } from './view.tsx'
import { sayPeriod } from './words.ts'

const barsShown = 12

/** A piece with what it shows; without a card its indicator or organisation is gone. */
export interface FilledPiece {
  piece: Piece
  view: View
  card: Card | undefined
  course: Course | undefined
}

/** Reads what the pieces show: one reading of cards an organisation, one of its course a chart. */
export async function fillPieces(
  ctx: Context,
  view: View,
  { pieces, path }: { pieces: readonly Piece[]; path: string },
): Promise<FilledPiece[]> {
  const cards = new Map<string, Card>()
  const open = pieces.filter(({ organisation }) => view.reach === 'all' || view.reach.has(organisation))
  for (const organisation of new Set(open.map((one) => one.organisation))) {
    const indicators = open.filter((one) => one.organisation === organisation).map((one) => one.indicator)
    const found = await listCards(ctx, { organisation, indicators, period: view.period, asOf: view.asOf })
    for (const card of found) cards.set(`${organisation} ${card.definition.code}`, card)
  }
  const filled: FilledPiece[] = []
  for (const piece of pieces) {
    const row = view.tree.find(piece.organisation)?.row
    const own = row ? { ...view, organisation: row } : view
    const card = row && cards.get(`${piece.organisation} ${piece.indicator}`)
    const kind = card && chooseKind(card.definition.body, { period: card.period })
    const course =
      piece.kind === 'course' && card && kind
        ? await readCourse(ctx, own, { code: piece.indicator, kind, last: card.period })
        : undefined
    filled.push({ piece, view: own, card, course })
  }
  await recordPageView(
    ctx,
    path,
    filled.flatMap(({ card, course }) => [card?.fact, ...(course?.own ?? [])].flatMap((fact) => fact?.id ?? [])),
  )
  return filled
}

/** The board as it is shown: cards that follow one another share a panel, charts stand wide. */
export function BoardPieces({ pieces, setting }: { pieces: readonly FilledPiece[]; setting: CardSetting }) {
  const blocks: { key: number; cards?: FilledPiece[]; single?: FilledPiece }[] = []
  for (const filled of pieces) {
    const last = blocks.at(-1)
    if (filled.piece.kind === 'card' && last?.cards) last.cards.push(filled)
    else if (filled.piece.kind === 'card') blocks.push({ key: filled.piece.id, cards: [filled] })
    else blocks.push({ key: filled.piece.id, single: filled })
  }
  return (
    <div class="stack">
      {blocks.map(({ key, cards, single }, index) =>
        cards ? (
          <section key={key} aria-label={`Nhóm thẻ ${index + 1}`}>
            <h2 class="hidden-visually">Nhóm thẻ {index + 1}</h2>
            <IndicatorGrid label={`Thẻ chỉ tiêu, nhóm ${index + 1}`}>
              {cards.map((filled) => (
                <CardPiece key={filled.piece.id} filled={filled} setting={setting} />
              ))}
            </IndicatorGrid>
          </section>
        ) : (
          single && (
            <section key={key} aria-label={`Biểu đồ ${index + 1}`}>
              <h2 class="hidden-visually">{single.card?.definition.body.name ?? 'Biểu đồ'}</h2>
              <ChartPiece filled={single} setting={setting} />
            </section>
          )
        ),
      )}
    </div>
  )
}

function CardPiece({ filled, setting }: { filled: FilledPiece; setting: CardSetting }): ComponentChild {
  const { card, view, piece } = filled
  if (!card) return <Missing piece={piece} />
  const isOther = view.organisation.code !== setting.view.organisation.code
  const liveUrl = linkTo(view, '/tong-quan/the', { ma: piece.indicator, muc: String(piece.id), tai: undefined })
  return (
    <CardView
      card={card}
      setting={{ ...setting, view, liveUrl }}
      id={`muc-${piece.id}`}
      place={isOther ? setting.nameOf(view.organisation.code) : undefined}
    />
  )
}

function ChartPiece({ filled, setting }: { filled: FilledPiece; setting: CardSetting }) {
  const { card, course, view, piece } = filled
  if (!card) return <Missing piece={piece} />
  if (course)
    return (
      <CourseChart
        id={`muc-${piece.id}`}
        card={card}
        course={course}
        view={view}
        source={card.definition.body.source}
      />
    )
  return <UnitBars card={card} view={view} id={`muc-${piece.id}`} nameOf={setting.nameOf} />
}

function UnitBars({ card, view, id, nameOf }: { card: Card; view: View; id: string; nameOf: CardSetting['nameOf'] }) {
  const { body, code } = card.definition
  const units = listUnits(view).map(({ row }) => ({ code: row.code, name: nameOf(row.code) }))
  const rows = sortUnits(card, makeUnitRows(card, units, { before: [], view }), undefined).filter(
    ({ fact }) => fact?.value != null,
  )
  const shown = rows.slice(0, barsShown)
  const target = rows.find((row) => row.target !== undefined)?.target
  return (
    <BarChart
      id={id}
      title={findingOfUnits(
        body,
        rows.map(({ name, fact }) => ({ name, value: fact?.value ?? null })),
        target,
      )}
      measure={`${body.name}, ${body.unit}, ${sayPeriod(card.period)}${rows.length > barsShown ? `; ${barsShown} trên ${rows.length} đơn vị` : ''}`}
      labelTitle="Đơn vị"
      valueTitle={body.name}
      targetTitle="Kế hoạch giao"
      unit={body.unit}
      decimals={body.decimals}
      bars={shown.map((row) => ({
        label: row.name,
        href: linkTo(view, `/chi-tieu/${code}`, { 'don-vi': row.code }),
        value: row.fact?.value ?? null,
        target: row.target,
        emphasis: row.standing === 'breach',
      }))}
      source={body.source}
      asOf={card.fact?.observedAt ?? undefined}
    />
  )
}

const Missing = ({ piece }: { piece: Piece }) => (
  <EmptyState title={`Không hiện được ${piece.indicator}`}>
    Chỉ tiêu không còn áp dụng, hoặc đơn vị của mục này ở ngoài phạm vi được xem.
  </EmptyState>
)
