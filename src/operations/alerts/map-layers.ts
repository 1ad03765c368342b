import type { MapLayer } from '#platform/capability'
import { readPermission } from './actions.ts'
import { stateWords } from './pages/words.ts'
import { listOnMap } from './store.ts'

export const mapLayers: readonly MapLayer[] = [
  {
    code: 'alerts',
    title: 'Cảnh báo đang mở',
    permission: readPermission,
    async list(ctx, { box, limit }) {
      const { rows, total } = await listOnMap(ctx, { reach: ctx.reach(readPermission), box, limit })
      return {
        features: rows.map(({ code, headline, url, point, area, severity, raisedAt, state }) => ({
          id: code,
          title: headline,
          href: url,
          point,
          area,
          severity,
          at: raisedAt,
          note: stateWords[state],
        })),
        total,
        asOf: ctx.now,
      }
    },
  },
]
