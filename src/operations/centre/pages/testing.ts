// What tests of this room stand on: a few dossiers of two communes, taken in by the pack's own contract and counted.

import { processTouches } from '#indicators'
import type { Context } from '#platform/context'
import { importBytes } from '#warehouse'

const header =
  'MaHoSo,MaTTHC,MaLinhVuc,HinhThuc,DonViXuLy,NoiTiepNhan,DiaBan,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,SoLanBoSung,SoNgayXuLy,PhiPhaiNop,PhiDaNop,ThanhToan,SoHoa,KetQuaDienTu,ChuHoSo,CapNhatLuc'

export interface SampleDossier {
  code: string
  area: string
  procedure?: string
  startedOn: string
  dueOn: string
  endedOn?: string
  /** How it came: 1 at the desk, 2 online. */
  channel?: '1' | '2'
}

const compact = (day: string, time: string) => day.replaceAll('-', '') + time

/** Takes dossiers in as the agency's system would send them, and brings the numbers up to them. */
export async function takeIn(ctx: Context, dossiers: readonly SampleDossier[]): Promise<void> {
  const lines = dossiers.map(({ code, area, procedure = 'MH.HOTICH.01', startedOn, dueOn, endedOn, channel = '2' }) =>
    [
      code,
      procedure,
      'MH.HOTICH',
      channel,
      `H32.${area}`,
      `H32.${area}.PVHCC`,
      area,
      compact(startedOn, '080000'),
      compact(dueOn, '170000'),
      endedOn ? compact(endedOn, '090000') : '',
      endedOn ? '10' : '4',
      0,
      endedOn ? 1 : '',
      0,
      0,
      '0',
      '1',
      endedOn ? '1' : '0',
      'Người Nộp Mẫu 1',
      compact('2026-11-22', '233000'),
    ].join(','),
  )
  const bytes = Buffer.from(`${[header, ...lines].join('\n')}\n`)
  const outcome = await importBytes(ctx, {
    source: 'one-stop-dossiers',
    contractVersion: 1,
    channel: 'command',
    fileName: 'ho-so.csv',
    bytes: (async function* () {
      yield bytes
    })(),
  })
  if (outcome.quarantined > 0) throw new Error(`${outcome.quarantined} sample dossiers were quarantined`)
  await processTouches(ctx)
}

/** Twelve dossiers of phường Nha Trang, nine of them on time, and three of phường Bắc Nha Trang. */
export const sampleDossiers: SampleDossier[] = [
  ...Array.from({ length: 12 }, (_, nth) => ({
    code: `H32.22366-261102-${1000 + nth}`,
    area: '22366',
    procedure: nth < 3 ? 'MH.DATDAI.01' : 'MH.HOTICH.01',
    startedOn: '2026-11-02',
    dueOn: '2026-11-06',
    endedOn: nth < 3 ? '2026-11-10' : '2026-11-05',
  })),
  ...Array.from({ length: 3 }, (_, nth) => ({
    code: `H32.22333-261103-${1000 + nth}`,
    area: '22333',
    startedOn: '2026-11-03',
    dueOn: '2026-11-20',
    endedOn: nth === 0 ? '2026-11-12' : undefined,
  })),
]
