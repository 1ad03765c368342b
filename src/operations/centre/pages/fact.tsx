import { z } from 'zod'
import { periodRange } from '#calendar'
import {
  countRecordsBehind,
  factMoment,
  getDefinition,
  getFact,
  listMeasuresBehind,
  listRecordsBehind,
  listVersions,
  listViewers,
  type MeasureBehind,
  type ReadFact,
  recordPageView,
} from '#indicators'
import {
  type AreaTree,
  type At,
  areaTree,
  type OrganisationTree,
  organisationTree,
  readAsOf,
  today,
} from '#organisations'
import type { Context } from '#platform/context'
import { invalid, notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { AsOfNotice, AsOfQuestion, withQuery } from '#ui'
import { type Condition, findFieldType, type RecordMark, readRecordMark, writeRecordMark } from '#warehouse'
import { Behind, Figures, Superseded, Typed, Versions, Viewers } from './fact-parts.tsx'
import { RecordTable, recordCells, recordTitles } from './records.tsx'
import { periodLabelOf, sayFigure } from './words.ts'

const path = '/so-lieu/:id'
const pageSize = 50
const exportPage = 1000

const Params = z.object({ id: z.coerce.number().int().positive() })
const Query = z.object({
  phan: z.coerce.number().int().min(0).max(50).optional().catch(undefined),
  truong: z.string().max(100).optional(),
  la: z.string().max(200).optional(),
  after: z.string().max(60).optional(),
  tai: z.string().max(30).optional(),
})
type Query = z.infer<typeof Query>

interface Names {
  organisation: (code: string) => string
  area: (code: string) => string
}

/** Names of the moment asked for; a unit that ended before is called as it was on the last day of the number's period. */
async function readNames(ctx: Context, fact: ReadFact, at: At | undefined): Promise<Names> {
  const moment = at ?? { asOf: await today(ctx) }
  const endedOn = fact.periodKind === 'span' ? fact.periodOn : periodRange(fact.period).to
  const moments = [moment, { ...moment, asOf: endedOn }]
  const organisations = await Promise.all(moments.map((one) => organisationTree(ctx.sql, one)))
  const areas = await Promise.all(moments.map((one) => areaTree(ctx.sql, one)))
  const nameIn = (trees: readonly (OrganisationTree | AreaTree)[]) => (code: string) =>
    trees.map((tree) => tree.find(code)?.row.name).find((name) => name !== undefined) ?? code
  return { organisation: nameIn(organisations), area: nameIn(areas) }
}

/** The measure whose records are listed: the one asked for, of a ratio else its denominator's first. */
function choosePart(parts: readonly MeasureBehind[], asked: number | undefined): MeasureBehind | undefined {
  return parts.find(({ part }) => part === asked) ?? parts.find(({ role }) => role !== 'numerator') ?? parts[0]
}

/** @throws Problem 422 for a field whose values are not words. */
function filterOf({ kind }: MeasureBehind, { truong, la }: Query): Condition[] {
  if (!truong || !la) return []
  const type = findFieldType(kind, truong)
  if (type !== 'text' && type !== 'attribute')
    throw invalid(`Không lọc được theo trường “${truong}”.`, [
      { path: 'truong', message: 'Chọn một trường trong danh sách.' },
    ])
  return [{ field: truong, op: 'eq', value: la }]
}

const show = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  params: Params,
  query: Query,
  async handle(ctx, { params: { id }, query, request }) {
    const fact = await getFact(ctx, id)
    const definition = await getDefinition(ctx, fact.indicator, fact.definitionVersion)
    const at = await readAsOf(ctx, query.tai)
    const asOf = at?.knownAt ?? factMoment(ctx, fact, definition)
    const [names, known, viewers, parts] = await Promise.all([
      readNames(ctx, fact, at),
      listVersions(ctx, fact),
      listViewers(ctx.sql, id, 50),
      listMeasuresBehind(ctx, fact, { definition, asOf }),
    ])
    const versions = known.filter(({ knownAt }) => !at || knownAt <= at.knownAt)
    const part = choosePart(parts, query.phan)
    const rows = part ? await listPage(ctx, part, query) : []
    const fileHref = (format: string) =>
      withQuery(`/so-lieu/${id}/ban-ghi.${format}`, {
        phan: part?.part,
        tai: at?.text,
        truong: query.truong,
        la: query.la,
      })
    await recordPageView(ctx, request.url, [id])
    const { body } = definition
    return page({
      title: `${body.name}: ${fact.value === null ? 'chưa có số liệu' : sayFigure(body, fact.value)}`,
      crumbs: [
        { label: 'Chỉ tiêu', href: withQuery('/chi-tieu', { tai: at?.text }) },
        {
          label: body.name,
          href: withQuery(`/chi-tieu/${fact.indicator}`, {
            'don-vi': fact.organisation,
            ky: fact.periodKind === 'span' ? undefined : fact.period,
            tai: at?.text,
          }),
        },
      ],
      lead: [
        names.organisation(fact.organisation),
        fact.area && `địa bàn ${names.area(fact.area)}`,
        periodLabelOf(fact.period),
      ]
        .filter(Boolean)
        .join(' · '),
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} />
          <Superseded fact={fact} versions={versions} definition={definition} at={at} />
          <Figures fact={fact} definition={definition} parts={parts} tai={at?.text} />
          {part ? (
            <Behind
              fact={fact}
              parts={parts}
              part={part}
              address={request.url}
              then={asOf && { at: asOf, count: await countThen(ctx, parts, part) }}
              table={
                <RecordTable
                  kind={part.kind}
                  rows={rows}
                  size={pageSize}
                  nextHref={(mark) => withQuery(request.url, { after: writeRecordMark(mark) })}
                  hasAfter={query.after !== undefined}
                  firstHref={withQuery(request.url, { after: undefined })}
                  filter={query}
                  nameOf={names}
                  downloads={{ csv: fileHref('csv'), xlsx: fileHref('xlsx') }}
                />
              }
            />
          ) : (
            <Typed fact={fact} definition={definition} />
          )}
          <Versions definition={definition} versions={versions} current={id} tai={at?.text} />
          <Viewers viewers={viewers} mayName={ctx.can('indicator:lock') || ctx.can('ledger:read')} />
          <AsOfQuestion at={at} />
        </div>
      ),
    })
  },
})

/** The records that the formula asks for in the role of this one, as they were known. */
async function countThen(ctx: Context, parts: readonly MeasureBehind[], { role }: MeasureBehind): Promise<number> {
  const counts = await Promise.all(parts.filter((one) => one.role === role).map((one) => countRecordsBehind(ctx, one)))
  return counts.reduce((sum, count) => sum + count, 0)
}

function listPage(ctx: Context, part: MeasureBehind, query: Query) {
  return listRecordsBehind(ctx, part, {
    where: filterOf(part, query),
    after: readRecordMark(query.after),
    limit: pageSize + 1,
  })
}

/** All the records, however many: each page is read when the one before has left. */
async function* streamRecords(ctx: Context, part: MeasureBehind, query: Query, names: Names) {
  let after: RecordMark | undefined
  for (;;) {
    const rows = await listRecordsBehind(ctx, part, { where: filterOf(part, query), after, limit: exportPage })
    for (const row of rows) yield recordCells(part.kind, row, names)
    const last = rows.at(-1)
    if (rows.length < exportPage || !last) return
    after = { day: last.day, recordId: last.recordId, part: last.part }
  }
}

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${path}/ban-ghi.${format}`,
    access: 'indicator:read',
    params: Params,
    query: Query,
    async handle(ctx, { params: { id }, query }) {
      const fact = await getFact(ctx, id)
      const definition = await getDefinition(ctx, fact.indicator, fact.definitionVersion)
      const at = await readAsOf(ctx, query.tai)
      const asOf = at?.knownAt ?? factMoment(ctx, fact, definition)
      const part = choosePart(await listMeasuresBehind(ctx, fact, { definition, asOf }), query.phan)
      if (!part) throw notFound('records', String(id))
      const names = await readNames(ctx, fact, at)
      return tableFile(format, {
        name: `ban-ghi-${fact.indicator}-${fact.organisation}-${fact.period}`,
        titles: recordTitles(part.kind),
        rows: streamRecords(ctx, part, query, names),
      })
    },
  })

export const factRoutes: readonly Route[] = [show, download('csv'), download('xlsx')]
