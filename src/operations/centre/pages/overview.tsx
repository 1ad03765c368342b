import { z } from 'zod'
import { type Card, findFirstKnown, listCards, listMeasureSources, recordPageView } from '#indicators'
import { branchOf } from '#organisations'
import type { Context } from '#platform/context'
import { fragment, page, type Route, route } from '#platform/http'
import {
  Button,
  compareText,
  EmptyState,
  formatDateTime,
  formatWeekday,
  Help,
  IndicatorGrid,
  Section,
  withQuery,
} from '#ui'
import { type Causes, causeKey, findCause } from '../overview/causes.ts'
import { type CardGroup, chooseCards } from '../overview/choose-cards.ts'
import { chooseFocus, type Focus } from '../overview/focus.ts'
import { findWorstUnits, isRatio, leadingOf, type WorstUnit } from '../overview/worst-units.ts'
import { type CardSetting, CardView } from './card.tsx'
import { FocusList, SourceStrip, UnitList } from './overview-parts.tsx'
import { RoomStrip, readStrip, type Strip, stripRoute } from './room-strip.tsx'
import { readSetting } from './setting.ts'
import { AsOfBar, AsOfForm, linkTo, listUnits, readView, type View, ViewQuery, ViewSwitch } from './view.tsx'
import { usualStep } from './words.ts'

const keyCards = 6
const cardsAGroup = 3
const worstShown = 3

export const overviewPath = '/'
const cardsPath = '/tong-quan/the'

interface Choice {
  focus: Focus[]
  /** One of each group: what is read in a minute. */
  key: Card[]
  groups: CardGroup[]
  worst: WorstUnit[]
}

export interface Overview extends Choice {
  strip: Strip
  view: View
  setting: CardSetting
  cards: Card[]
  causes: Causes
  /** Asked as of a moment at which no number was known yet: when the first one was. */
  firstKnown: Date | undefined
}

export async function readOverview(ctx: Context, view: View): Promise<Overview> {
  const [cards, setting, strip] = await Promise.all([
    listCards(ctx, { organisation: view.organisation.code, period: view.period, asOf: view.asOf }),
    readSetting(ctx, view),
    readStrip(ctx, view.at),
  ])
  const choice = choose(view, cards, setting)
  const isTooEarly = view.asOf !== undefined && cards.every(({ fact }) => fact === undefined)
  const indicators = cards.map(({ definition }) => definition.code)
  const firstKnown = isTooEarly
    ? await findFirstKnown(ctx, { organisation: view.organisation.code, indicators })
    : undefined
  const causes = await readCauses(ctx, choice, view.asOf)
  return { view, setting, cards, strip, causes, firstKnown, ...choice }
}

/** What of all there is stands on the page. */
function choose(view: View, cards: readonly Card[], setting: CardSetting): Choice {
  const units = new Set(listUnits(view).map(({ row }) => row.code))
  units.delete(view.organisation.code)
  const ancestors = view.tree.find(view.organisation.code)?.path ?? []
  const short = findWorstUnits(cards, { units, ancestors, limit: units.size })
  const focus = chooseFocus({
    cards,
    worst: short,
    late: listLate(view, cards, setting),
    usualStep,
    sourcesOf,
  })
  const said = new Set(focus.flatMap((one) => (one.kind === 'late' ? [] : [one.card])))
  return {
    focus,
    worst: short.slice(0, worstShown),
    ...chooseCards(cards, { said, key: keyCards, aGroup: cardsAGroup }),
  }
}

const sourcesOf = ({ definition }: Card) => listMeasureSources(definition.body)

/** Sources that are late: those of the organisation's own units, and those that any of its numbers come from. */
function listLate(view: View, cards: readonly Card[], { lateness, sources }: CardSetting) {
  const own = new Set(branchOf(view.tree, view.organisation.code).map(({ row }) => row.code))
  const used = new Set(cards.filter(({ fact }) => fact !== undefined).flatMap(sourcesOf))
  return [...lateness].flatMap(([code, one]) => {
    const source = sources.get(code)
    return source && (own.has(source.organisation) || used.has(code)) ? [{ source, lateness: one }] : []
  })
}

/** Why each of the worst units stands so in its leading indicator, and the worst unit of each matter in that of the matter. */
async function readCauses(ctx: Context, { worst, focus }: Choice, asOf: Date | undefined): Promise<Causes> {
  const asked = new Map<string, { organisation: string; card: Card }>()
  const ask = (organisation: string | undefined, card: Card | undefined) => {
    if (organisation && card && isRatio(card)) asked.set(causeKey(organisation, card), { organisation, card })
  }
  for (const { organisation, shortfalls } of worst) ask(organisation, leadingOf(shortfalls)?.card)
  for (const one of focus) if (one.kind === 'breach') ask(one.units[0], one.card)
  const found = await Promise.all(
    [...asked].map(async ([key, { organisation, card }]) => ({
      key,
      cause: await findCause(ctx, card, organisation, asOf),
    })),
  )
  return new Map(found.flatMap(({ key, cause }) => (cause ? [[key, cause] as const] : [])))
}

const listShown = ({ key, groups }: Choice): Card[] => [...key, ...groups.flatMap(({ cards }) => cards)]

const idsOf = (cards: readonly Card[]) => cards.flatMap(({ fact }) => fact?.id ?? [])

/** On a phone a group is one line that leads to its list: its cards would be scrolled past. */
function Groups({ overview }: { overview: Overview }) {
  const { setting, view, groups } = overview
  return (
    <div class="card-groups">
      {groups.map(({ name, cards, count }) => (
        <div key={name} class={cards.length === 0 ? 'narrow-only' : undefined}>
          <Section
            title={name}
            aside={
              <a href={linkTo(view, '/chi-tieu', { nhom: name })}>
                {count} chỉ tiêu<span class="hidden-visually"> nhóm {name}</span>
              </a>
            }
          >
            {cards.length > 0 && (
              <div class="wide-only">
                <IndicatorGrid label={`Thẻ chỉ tiêu nhóm ${name}`}>
                  {cards.map((card) => (
                    <CardView key={card.definition.code} card={card} setting={setting} />
                  ))}
                </IndicatorGrid>
              </div>
            )}
          </Section>
        </div>
      ))}
    </div>
  )
}

function OverviewBody({ overview }: { overview: Overview }) {
  const { view, setting, cards, focus, key, worst, causes, firstKnown } = overview
  const sources = (
    <SourceStrip
      sources={[...setting.sources.values()].sort((a, b) => compareText(a.name, b.name))}
      setting={setting}
    />
  )
  return (
    <div class="stack-large">
      <AsOfBar view={view} />
      {cards.every(({ fact }) => fact === undefined) ? (
        <>
          <ViewSwitch view={view} />
          {view.at ? (
            <EmptyState title="Lúc đó hệ thống chưa biết số liệu nào của đơn vị này">
              {firstKnown
                ? `Số liệu đầu tiên được biết lúc ${formatDateTime(firstKnown, view.timeZone)}; xin chọn từ lúc đó trở đi.`
                : 'Đến nay đơn vị này vẫn chưa có số liệu nào.'}
            </EmptyState>
          ) : (
            <EmptyState title="Chưa có số liệu nào của đơn vị này">
              Số liệu hiện ở đây ngay khi bản ghi đầu tiên của một nguồn được nhận, hoặc khi số nhập tay được công bố.
            </EmptyState>
          )}
          {sources}
        </>
      ) : (
        <>
          <FocusList focus={focus} causes={causes} setting={setting} />
          <RoomStrip strip={overview.strip} />
          <Section title="Chỉ tiêu chính" aside={<a href={linkTo(view, '/chi-tieu')}>Tất cả chỉ tiêu</a>}>
            <IndicatorGrid label="Thẻ chỉ tiêu chính" compactOnPhones>
              {key.map((card) => (
                <CardView key={card.definition.code} card={card} setting={setting} />
              ))}
            </IndicatorGrid>
          </Section>
          <div class="overview-pair">
            <UnitList worst={worst} causes={causes} setting={setting} />
            {sources}
          </div>
          <ViewSwitch view={view} />
          <Groups overview={overview} />
        </>
      )}
      <Help title="Cách đọc trang này">
        <p>
          Màu chỉ xuất hiện ở chỗ bất thường; chữ xám là bình thường. ▲▼ so với kỳ trước và cùng kỳ năm trước; “điểm” là
          điểm phần trăm. Bấm vào con số để mở các bản ghi tạo nên nó; bấm vào tên để xem cách tính, căn cứ và diễn
          biến.
        </p>
      </Help>
      <AsOfForm view={view} />
    </div>
  )
}

const overview = route({
  method: 'GET',
  path: overviewPath,
  access: 'indicator:read',
  query: ViewQuery,
  async handle(ctx, { query, request }) {
    const view = await readView(ctx, query)
    const found = await readOverview(ctx, view)
    found.setting.liveUrl = withQuery(cardsPath, { 'don-vi': view.organisation.code, ky: view.period })
    await recordPageView(ctx, request.url, idsOf(listShown(found)))
    const weekday = formatWeekday(view.asOf ?? ctx.now, view.timeZone)
    return page({
      title: 'Tổng quan điều hành',
      lead: `${view.organisation.name} · ${weekday}, ${formatDateTime(view.asOf ?? ctx.now, view.timeZone)}`,
      actions: <Button href={linkTo(view, '/bang')}>Bảng cho cuộc họp</Button>,
      body: <OverviewBody overview={found} />,
    })
  },
})

/** The cards alone: what an open screen fetches when one of its numbers has changed. */
const cards = route({
  method: 'GET',
  path: cardsPath,
  access: 'indicator:read',
  query: z.object({
    ...ViewQuery.shape,
    ma: z.string().max(80).optional(),
    het: z.literal('1').optional(),
    muc: z.coerce.number().int().positive().optional(),
  }),
  async handle(ctx, { query, request }) {
    const view = await readView(ctx, query)
    const all = await listCards(ctx, {
      organisation: view.organisation.code,
      period: view.period,
      indicators: query.ma ? [query.ma] : undefined,
    })
    const setting = { ...(await readSetting(ctx, view)), liveUrl: request.url }
    const shown =
      query.ma || query.het ? all.filter(({ fact }) => fact?.state === 'value') : listShown(choose(view, all, setting))
    await recordPageView(ctx, overviewPath, idsOf(shown))
    return fragment(
      shown.map((card) => (
        <CardView
          key={card.definition.code}
          id={query.muc ? `muc-${query.muc}` : undefined}
          card={card}
          setting={setting}
        />
      )),
    )
  },
})

export const overviewRoutes: readonly Route[] = [overview, cards, stripRoute]
