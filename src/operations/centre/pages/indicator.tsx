import { z } from 'zod'
import { localDate, shiftPeriod, toDate, toDay } from '#calendar'
import { DirectivesOf, listDirectivesOf } from '#directives'
import {
  answerRemark,
  type Card,
  getDefinitionAt,
  listAreaFacts,
  listBenchmarks,
  listCards,
  listCorrections,
  listDefinitions,
  listDefinitionVersions,
  listMeasureSources,
  listUnitFacts,
  periodKinds,
  recordPageView,
  type StoredDefinition,
  sendsByHour,
  writeRemark,
} from '#indicators'
import { areaTree, getHomePack, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, redirect, route } from '#platform/http'
import { type TableFormat, tableFile } from '#platform/table-file'
import { Button, Section, Tabs, withQuery } from '#ui'
import { BenchmarkLine } from './benchmark.tsx'
import {
  AreaComparison,
  makeUnitRows,
  sortUnits,
  UnitComparison,
  unitFileCells,
  unitFileTitles,
} from './comparison.tsx'
import { type Course, CourseChart, chooseKind, kindWords, readCourse, readFormerNames } from './course.tsx'
import { FormerFigures } from './former.tsx'
import { hoursPath } from './hours.tsx'
import { Corrections, DefinitionSection, Headline, Remarks } from './indicator-parts.tsx'
import { RestatedUnits, readRestated, restatedFileCells, restatedFileTitles } from './restated.tsx'
import { readSetting } from './setting.ts'
import { AsOfBar, AsOfForm, linkTo, listUnits, readView, type View, ViewSwitch, viewFields } from './view.tsx'
import { capital, periodWords } from './words.ts'

const path = '/chi-tieu/:code'
const Params = z.object({ code: z.string().max(80) })
const Query = z.object({
  ...viewFields,
  loai: z.enum(periodKinds).optional().catch(undefined),
  sort: z.string().max(20).optional(),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(20),
  xong: z.string().max(20).optional(),
})
type Query = z.infer<typeof Query>

/** The card in the kind of period asked for. */
async function readCard(ctx: Context, view: View, { code, query }: { code: string; query: Query }): Promise<Card> {
  const [card] = await listCards(ctx, {
    organisation: view.organisation.code,
    indicators: [code],
    period: view.period,
    kind: query.loai,
    asOf: view.asOf,
  })
  if (!card) throw notFound('indicator', code)
  return card
}

async function readUnits(ctx: Context, view: View, card: Card) {
  const own = view.tree.find(view.organisation.code)
  const isRoot = view.organisation.code === view.root
  const below = isRoot
    ? listUnits(view)
    : view.tree.nodes.filter(({ row }) => row.parent === view.organisation.code && (own?.depth ?? 0) > 0)
  const units = below.map(({ row }) => ({ code: row.code, name: row.shortName ?? row.name }))
  const kind = chooseKind(card.definition.body, { period: card.period })
  const asked = (period: string) => [{ indicator: card.definition.code, kind, period }]
  const organisations = units.map(({ code }) => code)
  const [now, before] = await Promise.all([
    listUnitFacts(ctx.sql, { asked: asked(card.period), organisations, asOf: view.asOf }),
    listUnitFacts(ctx.sql, { asked: asked(shiftPeriod(card.period, -1)), organisations, asOf: view.asOf }),
  ])
  return makeUnitRows({ ...card, units: now }, units, { before, view })
}

function KindTabs({ card, course, view, isHourly }: { card: Card; course: Course; view: View; isHourly: boolean }) {
  const { body, code } = card.definition
  return (
    <Tabs
      label="Loại kỳ"
      items={[
        ...(isHourly ? [{ label: 'Giờ', href: hoursPath(view, code) }] : []),
        ...body.periods.map((kind) => ({
          label: capital(kindWords[kind]),
          href: linkTo(view, `/chi-tieu/${code}`, { ky: undefined, loai: kind }),
          current: kind === course.kind,
        })),
      ]}
    />
  )
}

const daysLooked = 7

/** Whether the days before the last observation were told by the hour. */
async function hasHours(
  ctx: Context,
  definition: StoredDefinition,
  { card, view }: { card: Card; view: View },
): Promise<boolean> {
  const last = card.fact?.observedAt
  if (!last) return false
  const to = localDate(last, definition.timeZone)
  const from = toDate(toDay(to) - daysLooked + 1)
  return sendsByHour(ctx, definition, { organisation: view.organisation.code, from, to, asOf: view.asOf })
}

/** Whose numbers are asked for; an indicator of another pack is read at that pack's own root. */
export async function readIndicatorView(ctx: Context, { code, query }: { code: string; query: Query }): Promise<View> {
  const asOf = (await readAsOf(ctx, query.tai))?.knownAt
  const { rootOrganisation } = await getDefinitionAt(ctx, code, asOf)
  const home = (await getHomePack(ctx.sql)).card.rootOrganisation
  const own = rootOrganisation === home ? undefined : rootOrganisation
  return readView(ctx, { ...query, 'don-vi': query['don-vi'] ?? own })
}

const show = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  params: Params,
  query: Query,
  async handle(ctx, { params: { code }, query, request }) {
    const view = await readIndicatorView(ctx, { code, query })
    const definition = await getDefinitionAt(ctx, code, view.asOf)
    const card = await readCard(ctx, view, { code, query })
    const { body } = definition
    const [found, former] = await Promise.all([readSetting(ctx, view), readFormerNames(ctx, view)])
    const setting = {
      ...found,
      nameOf: (one: string) => former.get(one) ?? found.nameOf(one),
      liveUrl: withQuery('/tong-quan/the', { 'don-vi': view.organisation.code, ky: view.period, ma: code }),
    }
    const kind = chooseKind(body, { period: card.period })
    const of = { indicator: code, organisation: view.organisation.code }
    const [course, units, areaFacts, areas, corrections, definitions, versions, benchmarks, restated] =
      await Promise.all([
        readCourse(ctx, view, { code, kind, last: card.period }),
        readUnits(ctx, view, card),
        listAreaFacts(ctx, { ...of, kind, period: card.period, asOf: view.asOf }),
        areaTree(ctx.sql, view.at ?? { asOf: view.today }),
        listCorrections(ctx, { ...of, periodKind: kind, settled: true, asOf: view.asOf, limit: 20 }),
        listDefinitions(ctx.sql, undefined, view.asOf),
        listDefinitionVersions(ctx.sql, code),
        listBenchmarks(ctx.sql, code, view.asOf),
        readRestated(ctx, view, { card, kind }),
      ])
    const names = new Map(definitions.map((one) => [one.code, one.body.name]))
    const shown = [card.fact, ...course.own].flatMap((fact) => fact?.id ?? [])
    await recordPageView(ctx, request.url, shown)
    const export_ = (name: string) =>
      withQuery(`/chi-tieu/${code}/${name}`, {
        'don-vi': view.organisation.code,
        ky: card.period,
        tai: view.tai,
        sort: query.sort,
      })
    return page({
      title: body.name,
      crumbs: [
        { label: 'Tổng quan điều hành', href: '/' },
        { label: 'Chỉ tiêu', href: withQuery('/chi-tieu', { tai: view.tai }) },
      ],
      lead: `${view.organisation.name} · ${capital(periodWords(card))}`,
      actions: <Button href={linkTo(view, '/bang/them', { 'chi-tieu': code })}>Thêm vào bảng</Button>,
      body: (
        <div class="stack-large">
          <AsOfBar view={view} />
          <ViewSwitch
            view={view}
            kinds={body.periods.includes('R-month') ? ['month', 'quarter', 'year', 'R-month'] : undefined}
          />
          <Headline card={card} setting={setting} />
          <BenchmarkLine
            card={card}
            rows={benchmarks}
            isRoot={view.organisation.code === definition.rootOrganisation}
          />
          <Section title="Diễn biến" id="dien-bien-muc">
            <KindTabs
              card={card}
              course={course}
              view={view}
              isHourly={await hasHours(ctx, definition, { card, view })}
            />
            <CourseChart card={card} course={course} view={view} source={body.source} />
            <FormerFigures body={body} course={course} />
          </Section>
          {units.length > 1 && (
            <UnitComparison
              card={card}
              rows={units}
              view={view}
              list={query}
              downloads={{ csv: export_('don-vi.csv'), xlsx: export_('don-vi.xlsx') }}
            />
          )}
          <RestatedUnits
            card={card}
            rows={restated}
            view={view}
            downloads={{ csv: export_('tinh-lai.csv'), xlsx: export_('tinh-lai.xlsx') }}
          />
          <AreaComparison card={card} facts={areaFacts} areas={areas} tai={view.tai} />
          <DirectivesOf
            title="Nhiệm vụ đã giao từ chỉ tiêu này"
            rows={await listDirectivesOf(ctx, { kind: 'indicator', code }, view.at)}
          />
          <Remarks
            card={card}
            view={view}
            done={query.xong}
            canWrite={ctx.can('entry:write', view.organisation.code)}
            can={ctx.can}
          />
          <DefinitionSection
            definition={definition}
            versions={versions.filter(({ madeAt }) => !view.asOf || madeAt <= view.asOf)}
            nameOf={(one) => names.get(one) ?? one}
            setting={setting}
            sources={listMeasureSources(body)}
          />
          <Corrections definition={definition} rows={corrections} setting={setting} />
          <AsOfForm view={view} />
        </div>
      ),
    })
  },
})

/** The units' numbers of the page as a file, in the order of the page. */
const download = (format: TableFormat) =>
  route({
    method: 'GET',
    path: `${path}/don-vi.${format}`,
    access: 'indicator:read',
    params: Params,
    query: Query,
    async handle(ctx, { params: { code }, query, request }) {
      const view = await readIndicatorView(ctx, { code, query })
      const card = await readCard(ctx, view, { code, query })
      const rows = sortUnits(card, await readUnits(ctx, view, card), query.sort)
      await recordPageView(
        ctx,
        request.url,
        rows.flatMap(({ fact }) => fact?.id ?? []),
      )
      return tableFile(format, {
        name: `${code}-${view.organisation.code}-${card.period}`,
        titles: unitFileTitles(card),
        rows: rows.map(unitFileCells),
      })
    },
  })

/** What was told anew for the units after a change, as a file. */
const downloadRestated = (format: TableFormat) =>
  route({
    method: 'GET',
    path: `${path}/tinh-lai.${format}`,
    access: 'indicator:read',
    params: Params,
    query: Query,
    async handle(ctx, { params: { code }, query, request }) {
      const view = await readIndicatorView(ctx, { code, query })
      const card = await readCard(ctx, view, { code, query })
      const kind = chooseKind(card.definition.body, { period: card.period })
      const rows = await readRestated(ctx, view, { card, kind })
      const shown = rows.flatMap(({ parts }) => parts.flatMap(({ fact }) => fact?.id ?? []))
      await recordPageView(ctx, request.url, shown)
      return tableFile(format, {
        name: `${code}-${view.organisation.code}-${card.period}-tinh-lai`,
        titles: restatedFileTitles(card),
        rows: rows.map(restatedFileCells),
      })
    },
  })

const backTo = (code: string, organisation: string, ky: string) =>
  withQuery(`/chi-tieu/${code}`, { 'don-vi': organisation, ky, xong: 'gui' })

const explain = route({
  method: 'POST',
  path: `${path}/giai-trinh`,
  access: 'entry:write',
  params: Params,
  body: z.object({
    'don-vi': z.string().max(35),
    ky: z.string().max(20),
    kind: z.enum(['explanation', 'dispute']),
    text: z.string().max(8000),
  }),
  async handle(ctx, { params: { code }, body }) {
    await writeRemark(ctx, {
      kind: body.kind,
      indicator: code,
      organisation: body['don-vi'],
      period: body.ky,
      text: body.text,
    })
    return redirect(`${backTo(code, body['don-vi'], body.ky)}#giai-trinh`)
  },
})

const answer = route({
  method: 'POST',
  path: `${path}/giai-trinh/:id/tra-loi`,
  access: 'indicator:read',
  params: z.object({ code: z.string().max(80), id: z.coerce.number().int().positive() }),
  body: z.object({ 'don-vi': z.string().max(35), ky: z.string().max(20), answer: z.string().max(8000) }),
  async handle(ctx, { params: { code, id }, body }) {
    await answerRemark(ctx, id, body.answer)
    return redirect(`${backTo(code, body['don-vi'], body.ky)}#giai-trinh`)
  },
})

export const indicatorRoutes: readonly Route[] = [
  show,
  download('csv'),
  download('xlsx'),
  downloadRestated('csv'),
  downloadRestated('xlsx'),
  explain,
  answer,
]
