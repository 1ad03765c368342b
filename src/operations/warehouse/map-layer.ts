// What the warehouse puts on the map: citizens' reports where they are, and sources where their agency is. Reports are found by an index
// over both numbers and counted where they are kept, so that a view of all of them costs no more than what it shows.
import { organisationTree, today } from '#organisations'
import type { MapBox, MapFeature, MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import { recordPath, sourcePath } from './pages/words.ts'
import { reachOfSources } from './reading/scope.ts'
import { listSourceSummaries } from './reading/sources.ts'

const reportPermission = 'source:read'

interface ReportRow {
  recordId: number
  longitude: number
  latitude: number
  area: string | null
  category: string | null
  status: string | null
  openedAt: Date
}

export const reportLayer: MapLayer = {
  code: 'reports',
  title: 'Phản ánh có tọa độ',
  permission: reportPermission,
  async list(ctx, { box, limit }) {
    const where = await reportsInReach(ctx)
    const rows = limit > 0 ? await listReports(ctx.sql, sqlWhere(ctx.sql, where, box), sqlNewest(ctx.sql, limit)) : []
    const [sum] = await ctx.sql<{ total: number; asOf: Date | null }[]>`
      select count(*) as total, max(opened_at) as as_of from warehouse.citizen_report r where ${sqlWhere(ctx.sql, where)}`
    return { features: rows.map(toFeature), total: sum?.total ?? 0, asOf: sum?.asOf ?? undefined }
  },
  async gather(ctx, { box, cellDegrees }) {
    // `offset 0`: numbers are brought to floating point once a row, not once for each place they are used in.
    const rows = await ctx.sql<
      { count: number; lon: number; lat: number; west: number; south: number; east: number; north: number }[]
    >`
      select count(*), avg(x) as lon, avg(y) as lat, min(x) as west, min(y) as south, max(x) as east, max(y) as north
      from (
        select longitude::float8 as x, latitude::float8 as y
        from warehouse.citizen_report r where ${sqlWhere(ctx.sql, await reportsInReach(ctx), box)}
        offset 0) p
      group by floor(x / ${cellDegrees}::float8), floor(y / ${cellDegrees}::float8)`
    return rows.map(({ count, lon, lat, west, south, east, north }) => ({
      point: [lon, lat],
      box: [west, south, east, north],
      count,
    }))
  },
  async page(ctx, { box, limit, after }) {
    const where = sqlWhere(ctx.sql, await reportsInReach(ctx), box)
    const from = after !== undefined && /^\d{1,15}$/.test(after) ? after : '0'
    const rows = await listReports(
      ctx.sql,
      ctx.sql`${where} and r.record_id > ${from}::bigint`,
      ctx.sql`order by r.record_id limit ${limit}`,
    )
    return rows.map(toFeature)
  },
  async extent(ctx) {
    const [row] = await ctx.sql<{ box: (number | null)[] }[]>`
      select array[min(longitude), min(latitude), max(longitude), max(latitude)]::float8[] as box
      from warehouse.citizen_report r where ${sqlWhere(ctx.sql, await reportsInReach(ctx))}`
    const [west, south, east, north] = row?.box ?? []
    if (west == null || south == null || east == null || north == null) return undefined
    return [west, south, east, north]
  },
  async find(ctx, id) {
    if (!/^\d{1,15}$/.test(id)) return undefined
    const where = sqlWhere(ctx.sql, await reportsInReach(ctx))
    const rows = await listReports(ctx.sql, ctx.sql`${where} and r.record_id = ${id}::bigint`, ctx.sql`limit 1`)
    return rows[0] && toFeature(rows[0])
  },
}

interface InReach {
  reach: Awaited<ReturnType<typeof reachOfSources>>
  sources: string[]
}

/** A report is seen by who sees its source, and by who reaches the agency it went to: as its own page is. */
async function reportsInReach(ctx: Context): Promise<InReach> {
  const reach = await reachOfSources(ctx, reportPermission)
  if (reach === 'all') return { reach, sources: [] }
  const rows = await ctx.sql<{ code: string }[]>`
    select code from warehouse.source where kind = 'citizen-report' and organisation = any(${[...reach]}::text[])`
  return { reach, sources: rows.map(({ code }) => code) }
}

function sqlWhere(sql: Sql, { reach, sources }: InReach, box?: MapBox): Fragment {
  const placed = sql`r.longitude is not null and r.latitude is not null`
  const inReach =
    reach === 'all'
      ? sql`true`
      : sql`(r.source = any(${sources}::text[]) or r.organisation = any(${[...reach]}::text[]))`
  if (!box) return sql`${placed} and ${inReach}`
  const [west, south, east, north] = [String(box[0]), String(box[1]), String(box[2]), String(box[3])]
  return sql`${placed} and ${inReach}
    and r.longitude between ${west}::text::numeric and ${east}::text::numeric
    and r.latitude between ${south}::text::numeric and ${north}::text::numeric`
}

const sqlNewest = (sql: Sql, limit: number): Fragment => sql`order by r.opened_at desc, r.record_id desc limit ${limit}`

const listReports = (sql: Sql, where: Fragment, rest: Fragment): Promise<ReportRow[]> =>
  sql<ReportRow[]>`
    select r.record_id, r.longitude::float8 as longitude, r.latitude::float8 as latitude, r.area, r.category, r.status, r.opened_at
    from warehouse.citizen_report r where ${where} ${rest}`

const toFeature = ({ recordId, longitude, latitude, area, category, status, openedAt }: ReportRow): MapFeature => ({
  id: String(recordId),
  title: category ?? 'Phản ánh',
  href: recordPath(recordId),
  point: [longitude, latitude],
  area: area ?? undefined,
  at: openedAt,
  note: status ?? undefined,
})

/** Sources stand where their agency is; late ones are marked. */
export const sourceLayer: MapLayer = {
  code: 'sources',
  title: 'Nguồn dữ liệu',
  permission: 'source:read',
  async list(ctx, { limit }) {
    const sources = await listSourceSummaries(ctx)
    const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
    const features = sources.map(
      ({ code, name, organisation, late, pausedAt, lastAt }): MapFeature => ({
        id: code,
        title: name,
        href: sourcePath(code),
        area: areaOf(tree, organisation),
        severity: late ? 'medium' : undefined,
        at: lastAt ?? undefined,
        note: late?.words ?? (pausedAt ? 'tạm dừng' : lastAt ? undefined : 'chưa nhận lần nào'),
      }),
    )
    const lastFirst = features.toSorted((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0))
    // Late ones are never cut off.
    const listed = [...lastFirst.filter(({ severity }) => severity), ...lastFirst.filter(({ severity }) => !severity)]
    return { features: listed.slice(0, limit), total: features.length, asOf: ctx.now }
  },
}

/** The area of an agency, or of the nearest one above it that has one. */
function areaOf(tree: Awaited<ReturnType<typeof organisationTree>>, code: string): string | undefined {
  const path = tree.find(code)?.path ?? []
  return (
    path
      .toReversed()
      .map((step) => tree.find(step)?.row.area)
      .find(Boolean) ?? undefined
  )
}
