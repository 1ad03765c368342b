import type { MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import { incidentPath, levelOf, markExercise, sayLevel, severities } from '../model.ts'
import { readPermission } from './access.ts'
import { listIncidents } from './store.ts'

const layer = (exercise: boolean): MapLayer => ({
  code: exercise ? 'incidents-exercise' : 'incidents',
  title: exercise ? 'Diễn tập đang chạy' : 'Tình huống đang xử lý',
  permission: readPermission,
  list: (ctx, question) => list(ctx, exercise, question),
})

/** Incidents and exercises are two layers: nobody sees the one for the other. */
export const mapLayers: readonly MapLayer[] = [layer(false), layer(true)]

const mostOpen = 500

async function list(ctx: Context, exercise: boolean, { box, limit }: Parameters<MapLayer['list']>[1]) {
  const open = await listIncidents(ctx.sql, {
    reach: ctx.reach(readPermission),
    exercise,
    state: 'open',
    order: 'started',
    falling: true,
    limit: mostOpen,
  })
  const shown = open.filter(({ longitude, latitude, area }) => {
    if (longitude === null || latitude === null) return area !== null
    if (!box) return true
    const [west, south, east, north] = box
    return longitude >= west && longitude <= east && latitude >= south && latitude <= north
  })
  const features = shown.slice(0, limit).map((one) => {
    const level = levelOf(one.kind, one.level)
    return {
      id: one.code,
      title: markExercise(exercise, one.title),
      href: incidentPath(one.code),
      ...(one.longitude !== null && one.latitude !== null ? { point: [one.longitude, one.latitude] as const } : {}),
      ...(one.area ? { area: one.area } : {}),
      // A risk level is another scale than the severity of alerts: it is said in words.
      severity: one.levelScale === 'severity' ? severities.find((severity) => severity === one.level) : undefined,
      at: one.startedAt,
      note: level ? sayLevel(level) : one.level,
    }
  })
  return { features, total: shown.length, asOf: ctx.now }
}
