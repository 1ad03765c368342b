import { type Dossier, laterThanStart, makeDossier } from './dossier.ts'
import {
  activityOf,
  addDays,
  arrivalAfter,
  compactTime,
  type DemoAgency,
  type DemoFile,
  type DemoWorld,
  daysBetween,
  eachDay,
  isFlooded,
  monthsOf,
} from './profile.ts'
import { type Chance, chanceOf } from './random.ts'
import { type Handling, handlingOf, stepFiles } from './steps.ts'

const header =
  'MaHoSo,MaTTHC,MaLinhVuc,HinhThuc,DonViXuLy,NoiTiepNhan,DiaBan,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,SoLanBoSung,SoNgayXuLy,PhiPhaiNop,PhiDaNop,ThanhToan,SoHoa,KetQuaDienTu,ChuHoSo,CapNhatLuc'

/**
 * One file a month: the dossiers received in it, and again those of before that ended in it. With it, for a share of the dossiers,
 * the steps that were taken in the month.
 */
export function* dossierFiles(world: DemoWorld): Generator<DemoFile> {
  const open: Dossier[] = []
  const handlings: Handling[] = []
  for (const [first, last] of monthsOf(world)) {
    const chance = chanceOf(`${world.profile.seed} dossiers ${first}`)
    const lines = [header]
    for (let index = open.length - 1; index >= 0; index -= 1) {
      const dossier = open[index]
      if (dossier && dossier.endsOn <= last) {
        lines.push(lineOf(dossier, last))
        open.splice(index, 1)
      }
    }
    for (const dossier of dossiersOf(world, first, last, chance)) {
      const bad = chance.happens(world.profile.dossiers.badShare)
      lines.push(bad ? spoil(lineOf(dossier, last), chance) : lineOf(dossier, last))
      if (dossier.endsOn > last) open.push(dossier)
      const handling = bad ? undefined : handlingOf(world, dossier)
      if (handling) handlings.push(handling)
    }
    yield {
      contract: 'one-stop-dossiers',
      name: `ho-so-${last}.csv`,
      bytes: Buffer.from(`${lines.join('\n')}\n`),
      receivedAt: arrivalAfter(last),
    }
    yield* stepFiles(world, handlings, last)
  }
}

function* dossiersOf(world: DemoWorld, first: string, last: string, chance: Chance): Generator<Dossier> {
  const { dossiers } = world.profile
  const perDay = (dossiers.perYear * world.volume) / 260
  const weightSum = world.communes.reduce((sum, agency) => sum + weightOf(world, agency), 0)
  for (const day of eachDay(first, last)) {
    const activity = activityOf(world, day)
    for (const agency of [...world.departments, ...world.communes]) {
      if (isSilent(world, agency, day)) continue
      const share =
        agency.kind === 'commune'
          ? ((1 - dossiers.departmentShare) * weightOf(world, agency)) / weightSum
          : dossiers.departmentShare / world.departments.length
      const flood = isFlooded(world, day, agency.area) ? 0.15 : 1
      const count = chance.count(perDay * share * activity * flood)
      for (let nth = 1; nth <= count; nth += 1) yield makeDossier(world, agency, day, nth, chance)
    }
  }
}

const weightOf = (world: DemoWorld, agency: DemoAgency) => world.profile.dossiers.weights[agency.peerGroup] ?? 1

function isSilent(world: DemoWorld, agency: DemoAgency, day: string): boolean {
  const { silence } = world.profile.dossiers
  const ago = daysBetween(day, world.to)
  return agency.code === silence.agency && ago <= silence.fromDaysAgo && ago >= silence.toDaysAgo
}

/** The dossier as its agency knew it at the end of `asOf`. */
function lineOf(dossier: Dossier, asOf: string): string {
  const ended = dossier.endsOn <= asOf
  const { fee } = dossier.procedure
  const waiting = dossier.supplements > 0 && daysBetween(dossier.startedOn, asOf) < 12
  return [
    dossier.code,
    dossier.procedure.code,
    dossier.procedure.field,
    dossier.channel,
    dossier.agency.code,
    dossier.agency.receivedAt,
    dossier.agency.area,
    compactTime(dossier.startedOn, dossier.startTime),
    compactTime(dossier.dueOn, '17:00:00'),
    ended ? compactTime(dossier.endsOn, laterThanStart(dossier)) : '',
    ended ? dossier.ending : waiting ? '5' : '4',
    dossier.supplements,
    ended ? dossier.workingDays : '',
    fee,
    dossier.paidOnline === '0' ? 0 : fee,
    dossier.paidOnline,
    dossier.digitised,
    ended ? dossier.electronicResult : '0',
    dossier.owner,
    compactTime(asOf, '23:30:00'),
  ].join(',')
}

/** The faults agencies really send: an unknown agency, an end before the beginning, a missing end, a broken date. */
function spoil(line: string, chance: Chance): string {
  const cells = line.split(',')
  switch (chance.between(1, 4)) {
    case 1:
      cells[4] = `${cells[4]}.99999`
      break
    case 2:
      cells[9] = `${addDays('2020-01-01', chance.between(0, 300)).replaceAll('-', '')}080000`
      break
    case 3:
      cells[9] = ''
      cells[10] = '10'
      break
    default:
      cells[7] = `${(cells[7] ?? '').slice(0, 4)}1332${(cells[7] ?? '').slice(8)}`
  }
  return cells.join(',')
}
