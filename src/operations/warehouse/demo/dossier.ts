import { addWorkingDays, type DemoAgency, type DemoWorld, isFlooded, type Procedure } from './profile.ts'
import type { Chance } from './random.ts'

export interface Dossier {
  code: string
  agency: DemoAgency
  procedure: Procedure
  channel: '1' | '2' | '3'
  startedOn: string
  startTime: string
  dueOn: string
  /** Day on which it will have ended, perhaps after the year. */
  endsOn: string
  endTime: string
  ending: '3' | '7' | '8' | '9' | '10'
  supplements: number
  workingDays: number
  paidOnline: string
  digitised: string
  electronicResult: string
  owner: string
}

export function makeDossier(world: DemoWorld, agency: DemoAgency, day: string, nth: number, chance: Chance): Dossier {
  const { dossiers } = world.profile
  const procedure = pickProcedure(dossiers.procedures, chance)
  const channel = chance.happens(dossiers.onlineShare) ? '2' : chance.happens(0.06) ? '3' : '1'
  const slow = dossiers.slowAgencies[agency.code] ?? dossiers.lateShare
  const late = chance.happens(isFlooded(world, day, agency.area) ? Math.max(slow, 0.3) : slow)
  const spent = late
    ? procedure.days + chance.between(1, 6)
    : Math.max(0, Math.floor(procedure.days * (0.35 + 0.6 * chance.next())))
  const startsOn = world.isWorkingDay(day) ? day : addWorkingDays(world, day, 1)
  const paid = procedure.fee > 0 && channel === '2' && chance.happens(0.55)
  const supplements = chance.happens(0.07) ? (chance.happens(0.12) ? 2 : 1) : 0
  const hour = chance.between(7, 16)
  const startTime = `${pad(hour)}:${pad(chance.between(0, 59))}:${pad(chance.between(0, 59))}`
  return {
    code: `${agency.code}-${day.slice(2).replaceAll('-', '')}-${String(nth).padStart(4, '0')}`,
    agency,
    procedure,
    channel,
    startedOn: day,
    startTime,
    dueOn: addWorkingDays(world, startsOn, procedure.days),
    endsOn: spent === 0 ? startsOn : addWorkingDays(world, startsOn, spent),
    endTime: spent === 0 ? '16:45:00' : `${pad(chance.between(8, 16))}:${pad(chance.between(0, 59))}:00`,
    ending: chance.happens(0.012)
      ? '3'
      : chance.happens(0.006)
        ? '7'
        : chance.happens(0.004)
          ? '8'
          : chance.happens(0.12)
            ? '9'
            : '10',
    supplements,
    workingDays: spent === 0 ? 0.5 : spent,
    paidOnline: paid ? (chance.happens(0.8) ? '1' : '2') : '0',
    digitised: chance.pick({ '0': 14, '1': 52, '2': 22, '3': 12 }),
    electronicResult: chance.happens(0.83) ? '1' : '0',
    owner: `Người Nộp Mẫu ${chance.between(1, 9999)}`,
  }
}

function pickProcedure(procedures: readonly Procedure[], chance: Chance): Procedure {
  const code = chance.pick(Object.fromEntries(procedures.map(({ code, share }) => [code, share])))
  return procedures.find((procedure) => procedure.code === code) ?? (procedures[0] as Procedure)
}

const pad = (value: number) => String(value).padStart(2, '0')

/** When its handling ended, on `endsOn`. */
export const laterThanStart = ({ startedOn, endsOn, startTime, endTime }: Dossier) =>
  startedOn === endsOn && endTime < startTime ? '17:00:00' : endTime
