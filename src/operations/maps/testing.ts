// What tests of this room stand on: reports at places in two communes, taken in by the pack's own contract; a layer that is made up.
import { processTouches } from '#indicators'
import type { MapFeature, MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import { importBytes } from '#warehouse'

/** Five reports in phường Nha Trang, one of which names its field with markup, and two in phường Bắc Nha Trang. */
export async function takeReports(ctx: Context): Promise<void> {
  const lines = Array.from({ length: 7 }, (_, index) => {
    const area = index < 5 ? '22366' : '22333'
    return JSON.stringify({
      ma: `PA-${index}`,
      linh_vuc: index === 0 ? '<b>Rác</b>' : 'Rác thải',
      kenh: 'app',
      don_vi: `H32.${area}`,
      dia_ban: area,
      tiep_nhan: `2026-11-${10 + index}T08:00:00+07:00`,
      trang_thai: 'moi',
      vi_do: index < 5 ? 12.23 + index / 500 : 12.3 + index / 500,
      kinh_do: index < 5 ? 109.19 : 109.18,
      noi_dung: 'Nội dung mẫu',
      cap_nhat: '2026-11-22T08:00:00+07:00',
    })
  })
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const outcome = await importBytes(ctx, {
    source: 'citizen-reports',
    contractVersion: 1,
    channel: 'command',
    fileName: 'phan-anh.jsonl',
    bytes: (async function* () {
      yield bytes
    })(),
  })
  if (outcome.quarantined > 0) throw new Error(`${outcome.quarantined} sample reports were quarantined`)
  await processTouches(ctx)
}

interface Owned extends MapFeature {
  organisation: string
}

/** A layer as any card might bring it: what is in reach of its permission, and no more. */
export const makeLayer = (features: readonly Owned[]): MapLayer => ({
  code: 'fake',
  title: 'Lớp thử',
  permission: 'fake:read',
  async list(ctx, { limit }) {
    const reach = ctx.reach('fake:read')
    const seen = features.filter(({ organisation }) => reach === 'all' || reach.has(organisation))
    return { features: seen.slice(0, limit), total: seen.length, asOf: ctx.now }
  },
})
