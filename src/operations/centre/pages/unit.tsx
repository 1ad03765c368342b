import { z } from 'zod'
import { type Card, listCards, listUnitFacts, recordPageView } from '#indicators'
import { branchOf } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import {
  Button,
  EmptyState,
  FilterBar,
  formatNumber,
  IndicatorGrid,
  More,
  Section,
  Select,
  Table,
  Tag,
  withQuery,
} from '#ui'
import { findCause } from '../overview/causes.ts'
import { fewCases, isRatio } from '../overview/worst-units.ts'
import { listPeers, peerGroupOf, peerGroups } from '../ranking/peers.ts'
import { type Placed, rankUnits } from '../ranking/rank.ts'
import { type CardSetting, CardView } from './card.tsx'
import { chooseKind } from './course.tsx'
import { namesOf, readSetting } from './setting.ts'
import {
  AsOfBar,
  AsOfForm,
  activeView,
  linkTo,
  listUnits,
  periodGroups,
  readView,
  type View,
  viewFields,
} from './view.tsx'
import { capital, periodLabelOf, sayDifference, sayFigure, sayPeriod } from './words.ts'

const path = '/don-vi/:code'
const Query = z.object({ ky: viewFields.ky, tai: viewFields.tai })

type Places = ReadonlyMap<string, Placed>

/** Its place among its peers in each indicator of which one way is better. */
async function readPlaces(ctx: Context, view: View, cards: readonly Card[]): Promise<Places> {
  const group = peerGroupOf(view.organisation)
  // Everybody may know his place among his peers; whose numbers the others are, he sees only within his reach.
  const peers = group ? listPeers(listUnits({ ...view, reach: 'all' }), group) : []
  const ranked = cards.filter(({ definition, fact }) => definition.body.direction !== 'none' && fact?.state === 'value')
  if (peers.length < 2 || ranked.length === 0) return new Map()
  const facts = await listUnitFacts(ctx.sql, {
    asked: ranked.map(({ definition, period }) => ({
      indicator: definition.code,
      kind: chooseKind(definition.body, { period }),
      period,
    })),
    organisations: peers.map(({ code }) => code),
    asOf: view.asOf,
  })
  const places = new Map<string, Placed>()
  for (const card of ranked) {
    const { code, body } = card.definition
    const own = facts.filter(({ indicator }) => indicator === code)
    const placed = rankUnits(
      own.map((fact) => ({
        code: fact.organisation,
        value: fact.state === 'value' ? fact.value : null,
        cases: isRatio(card) ? fact.recordCount : undefined,
      })),
      body.direction === 'up' ? 'high' : 'low',
      fewCases,
    ).find((one) => one.code === view.organisation.code)
    if (placed) places.set(code, placed)
  }
  return places
}

const show = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  params: z.object({ code: z.string().max(35) }),
  query: Query,
  async handle(ctx, { params: { code }, query, request }) {
    const view = await readView(ctx, { ...query, 'don-vi': code })
    const cards = await listCards(ctx, { organisation: code, period: view.period, asOf: view.asOf })
    const setting: CardSetting = {
      ...(await readSetting(ctx, view)),
      liveUrl: withQuery('/tong-quan/the', { 'don-vi': code, ky: view.period, het: '1' }),
    }
    const places = await readPlaces(ctx, view, cards)
    const known = cards.filter(({ fact }) => fact?.state === 'value')
    await recordPageView(
      ctx,
      request.url,
      known.flatMap(({ fact }) => fact?.id ?? []),
    )
    const group = peerGroupOf(view.organisation)
    return page({
      title: view.organisation.name,
      crumbs: [
        { label: 'Tổng quan điều hành', href: withQuery('/', { tai: view.tai }) },
        { label: 'Bảng theo đơn vị', href: withQuery('/don-vi', { tai: view.tai }) },
      ],
      lead: [group && peerGroups[group], `${known.length} chỉ tiêu có số liệu`].filter(Boolean).join(' · '),
      actions: <Button href={linkTo(view, '/')}>Xem như trang tổng quan</Button>,
      body: (
        <div class="stack-large">
          <AsOfBar view={view} />
          <FilterBar names={['ky']} active={activeView(view)} submit="Xem">
            <Select
              name="ky"
              label="Kỳ"
              value={view.period}
              empty="Theo từng chỉ tiêu"
              options={[]}
              groups={periodGroups(view)}
            />
          </FilterBar>
          <Mending view={view} setting={setting} cards={cards} causes={await readCauses(ctx, known, view.asOf)} />
          <UnitCards view={view} setting={setting} cards={known} />
          <PlaceTable view={view} cards={known} places={places} />
          <OwnSources view={view} setting={setting} />
          <AsOfForm view={view} />
        </div>
      ),
    })
  },
})

type Causes = ReadonlyMap<string, string>

/** In which kind of work most cases failed, for each share that stands badly. */
async function readCauses(ctx: Context, cards: readonly Card[], asOf: Date | undefined): Promise<Causes> {
  const causes = new Map<string, string>()
  const bad = cards.filter((card) => card.judgement?.standing === 'breach' && isRatio(card)).slice(0, 5)
  for (const card of bad) {
    const cause = await findCause(ctx, card, card.organisation, asOf)
    if (cause)
      causes.set(
        card.definition.code,
        `nhiều nhất ở ${cause.what} (${formatNumber(cause.failed)} trên ${formatNumber(cause.total)} trường hợp không đạt)`,
      )
  }
  return causes
}

/** What the unit has to mend: shortfalls with their cause, late sources, records that wait in quarantine. */
function Mending({
  view,
  setting,
  cards,
  causes,
}: {
  view: View
  setting: CardSetting
  cards: readonly Card[]
  causes: Causes
}) {
  const bad = cards.filter(({ judgement }) => judgement?.standing === 'breach')
  const own = ownSources(view, setting)
  const late = own.filter(({ code }) => setting.lateness.has(code))
  const faulty = own.filter(({ quarantined }) => quarantined > 0)
  const disputed = cards.filter(({ remarks }) => remarks.some(({ answer }) => answer === null))
  const count = bad.length + late.length + faulty.length + disputed.length
  return (
    <Section title="Việc cần sửa">
      {count === 0 ? (
        <p class="panel">Không có chỉ tiêu chưa đạt, nguồn chậm hay bản ghi chờ sửa.</p>
      ) : (
        <ol class="matters">
          {bad.map((card) => (
            <li key={card.definition.code} class="matter">
              <div class="matter-head">
                <Tag tone="danger">Chưa đạt</Tag>
                <h3 class="matter-title">
                  <a href={linkTo(view, `/chi-tieu/${card.definition.code}`)}>{card.definition.body.name}</a>
                </h3>
              </div>
              <p class="matter-words">
                {capital(sayPeriod(card.period))}: {sayFigure(card.definition.body, card.fact?.value ?? 0)},{' '}
                {card.definition.body.direction === 'up' ? 'thấp hơn' : 'cao hơn'}{' '}
                {card.judgement?.isPace ? 'tiến độ' : 'kế hoạch'}{' '}
                {sayDifference(card.definition.body, card.judgement?.gap ?? 0)}
                {causes.has(card.definition.code) && `; ${causes.get(card.definition.code)}`}.
                {isRatio(card) &&
                  (card.fact?.recordCount ?? 0) < fewCases &&
                  ` Chỉ có ${card.fact?.recordCount} trường hợp.`}
              </p>
            </li>
          ))}
          {late.map((source) => (
            <li key={`late-${source.code}`} class="matter">
              <div class="matter-head">
                <Tag tone="warning">Số liệu chậm</Tag>
                <h3 class="matter-title">
                  <a href={`/nguon/${source.code}`}>{source.name}</a>
                </h3>
              </div>
              <p class="matter-words">
                {setting.lateness.get(source.code)?.words}. Đầu mối: {source.custodian}.
              </p>
            </li>
          ))}
          {faulty.map((source) => (
            <li key={`faulty-${source.code}`} class="matter">
              <div class="matter-head">
                <Tag tone="warning">Bản ghi cách ly</Tag>
                <h3 class="matter-title">
                  <a href={`/cach-ly?nguon=${source.code}`}>
                    {formatNumber(source.quarantined)} bản ghi của {source.name} chờ sửa
                  </a>
                </h3>
              </div>
              <p class="matter-words">
                Mở từng bản ghi để thấy trường sai, giá trị và cách sửa; sửa xong thì nhận lại được ngay.
              </p>
            </li>
          ))}
          {disputed.map((card) => (
            <li key={`remark-${card.definition.code}`} class="matter">
              <div class="matter-head">
                <Tag tone="info">Chờ trả lời</Tag>
                <h3 class="matter-title">
                  <a href={`${linkTo(view, `/chi-tieu/${card.definition.code}`, { ky: card.period })}#giai-trinh`}>
                    Ý kiến về {card.definition.body.name}
                  </a>
                </h3>
              </div>
              <p class="matter-words">{card.remarks.find(({ answer }) => answer === null)?.text}</p>
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}

function ownSources(view: View, setting: CardSetting) {
  const below = new Set(branchOf(view.tree, view.organisation.code).map(({ row }) => row.code))
  return [...setting.sources.values()].filter(({ organisation }) => below.has(organisation))
}

function UnitCards({ view, setting, cards }: { view: View; setting: CardSetting; cards: readonly Card[] }) {
  if (cards.length === 0)
    return (
      <EmptyState title={`Chưa có số liệu nào của ${view.organisation.name}`}>
        Số liệu hiện ở đây khi có bản ghi ghi đơn vị này là cơ quan thực hiện, hoặc khi đơn vị nhập và công bố số liệu.
      </EmptyState>
    )
  const groups = [...new Set(cards.map(({ definition }) => definition.body.group))]
  const weight = (name: string) =>
    cards.filter(({ definition, target }) => definition.body.group === name && target).length
  return (
    <>
      {groups
        .toSorted((a, b) => weight(b) - weight(a))
        .map((name) => {
          const own = cards.filter(({ definition }) => definition.body.group === name)
          const [first, rest] = [own.slice(0, 6), own.slice(6)]
          return (
            <Section key={name} title={name}>
              <IndicatorGrid label={`Thẻ chỉ tiêu nhóm ${name}`} compactOnPhones>
                {first.map((card) => (
                  <CardView key={card.definition.code} card={card} setting={setting} />
                ))}
              </IndicatorGrid>
              {rest.length > 0 && (
                <More title={`${rest.length} chỉ tiêu khác của nhóm`}>
                  <IndicatorGrid label={`Thẻ chỉ tiêu khác của nhóm ${name}`} compactOnPhones>
                    {rest.map((card) => (
                      <CardView key={card.definition.code} card={card} setting={setting} />
                    ))}
                  </IndicatorGrid>
                </More>
              )}
            </Section>
          )
        })}
    </>
  )
}

function PlaceTable({ view, cards, places }: { view: View; cards: readonly Card[]; places: Places }) {
  const group = peerGroupOf(view.organisation)
  const rows = cards.flatMap((card) => {
    const placed = places.get(card.definition.code)
    return placed ? [{ card, placed }] : []
  })
  if (!group || rows.length === 0) return null
  return (
    <Section title={`Thứ hạng trong nhóm ${peerGroups[group].toLocaleLowerCase('vi')}`}>
      <Table
        caption="Hạng theo từng chỉ tiêu"
        hideCaption
        rows={rows}
        rowKey={({ card }) => card.definition.code}
        rowHref={({ card }) =>
          withQuery('/xep-hang', { 'chi-tieu': card.definition.code, nhom: group, ky: view.period, tai: view.tai })
        }
        columns={[
          { key: 'name', title: 'Chỉ tiêu', cell: ({ card }) => card.definition.body.name },
          {
            key: 'place',
            title: 'Hạng',
            kind: 'number',
            phone: true,
            cell: ({ placed }) =>
              placed.place === undefined
                ? 'ít trường hợp'
                : `${placed.place}/${placed.of}${placed.isTied ? ' (đồng hạng)' : ''}`,
          },
          {
            key: 'value',
            title: 'Giá trị',
            kind: 'number',
            phone: true,
            cell: ({ card }) => sayFigure(card.definition.body, card.fact?.value ?? 0),
          },
          { key: 'period', title: 'Kỳ', phone: true, cell: ({ card }) => periodLabelOf(card.period) },
        ]}
      />
    </Section>
  )
}

function OwnSources({ view, setting }: { view: View; setting: CardSetting }) {
  const own = ownSources(view, setting)
  const nameOf = namesOf(view)
  if (own.length === 0) return null
  return (
    <Section title="Nguồn dữ liệu của đơn vị">
      <Table
        caption="Nguồn dữ liệu"
        hideCaption
        rows={own}
        rowKey={(source) => source.code}
        rowHref={(source) => `/nguon/${source.code}`}
        columns={[
          { key: 'name', title: 'Nguồn', cell: (source) => source.name },
          { key: 'organisation', title: 'Đơn vị gửi', cell: (source) => nameOf(source.organisation) },
          {
            key: 'state',
            title: 'Tình trạng',
            phone: true,
            cell: (source) =>
              setting.lateness.get(source.code)?.words ?? (source.receivedAt ? 'đúng hạn' : 'chưa nhận'),
          },
          {
            key: 'quarantined',
            title: 'Chờ sửa',
            kind: 'number',
            phone: true,
            cell: (source) => formatNumber(source.quarantined),
          },
        ]}
      />
    </Section>
  )
}

export const unitRoutes: readonly Route[] = [show]
