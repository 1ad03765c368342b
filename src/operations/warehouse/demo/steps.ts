/**
 * The steps of a dossier as its agency's system keeps them: one row a step, sent when it has begun and again when it is done. They
 * fill the working time between the dossier's own two ends, so that both sources tell the same story of it.
 */
import { type Dossier, laterThanStart } from './dossier.ts'
import {
  arrivalAfter,
  compactTime,
  type DemoFile,
  type DemoWorld,
  daysBetween,
  eachDay,
  type Step,
  toMinutes,
} from './profile.ts'
import { type Chance, chanceOf } from './random.ts'

const header =
  'MaHoSo,SoThuTu,MaTTHC,HinhThuc,DonViXuLy,NoiTiepNhan,DiaBan,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TrangThaiHoSo,NoiDungXuLy,PhongBanXuLy,ChucDanh,NgayBatDau,ThoiDiemXuLy,CapNhatLuc'

interface Taken {
  step: Step
  /** Form of the file. */
  beganAt: string
  doneAt: string
}

/** A dossier on its way: what was sent of it, and what is still to come. */
export interface Handling {
  dossier: Dossier
  steps: Taken[]
  sent: number
}

/** The steps of this dossier, where it is one of those whose steps are told. */
export function handlingOf(world: DemoWorld, dossier: Dossier): Handling | undefined {
  const chance = chanceOf(`${world.profile.seed} steps ${dossier.code}`)
  if (!chance.happens(world.profile.steps.share)) return undefined
  return { dossier, steps: timed(world, dossier, pathOf(world, dossier, chance), chance), sent: 0 }
}

/** What these dossiers went through since the file before, as known at the end of `asOf`; those that are through leave the list. */
export function* stepFiles(world: DemoWorld, handlings: Handling[], asOf: string): Generator<DemoFile> {
  const knownAt = compactTime(asOf, '23:30:00')
  const chance = chanceOf(`${world.profile.seed} step faults ${asOf}`)
  const lines = [header]
  for (let index = handlings.length - 1; index >= 0; index -= 1) {
    const handling = handlings[index]
    if (!handling) continue
    const { dossier, steps } = handling
    for (let at = handling.sent; at < steps.length; at += 1) {
      const taken = steps[at]
      if (!taken || taken.beganAt > knownAt) break
      const line = lineOf(dossier, { taken, at, last: at === steps.length - 1, knownAt })
      lines.push(chance.happens(world.profile.steps.badShare) ? spoil(line, chance) : line)
      if (taken.doneAt > knownAt) break
      handling.sent = at + 1
    }
    if (handling.sent === steps.length) handlings.splice(index, 1)
  }
  if (lines.length === 1) return
  yield {
    contract: 'dossier-steps',
    name: `qua-trinh-xu-ly-${asOf}.csv`,
    bytes: Buffer.from(`${lines.join('\n')}\n`),
    receivedAt: arrivalAfter(asOf),
  }
}

function pathOf(world: DemoWorld, { procedure, supplements, ending }: Dossier, chance: Chance): Step[] {
  const { short, long, appraisal, approval, opinion, supplement, redraftShare, ...endings } = world.profile.steps
  const [reception] = short
  if (ending === '3' && reception) return [reception, endings.refused]
  const usual = procedure.days > 1 ? long : short
  const steps: Step[] = []
  for (const step of usual) {
    if (step.name === approval && procedure.days > 1 && chance.happens(redraftShare)) {
      const again = usual.filter(({ name }) => name === appraisal)
      steps.push(...again.map(shorter), ...steps.slice(-1))
    }
    steps.push(step)
    if (step.name !== appraisal) continue
    for (let nth = 0; nth < supplements; nth += 1) steps.push(supplement, shorter(step))
    if (procedure.days >= 10 && chance.happens(opinion.share)) steps.push(opinion)
  }
  if (ending === '9') return steps.slice(0, -1)
  const cut = chance.between(2, steps.length - 1)
  if (ending === '7') return [...steps.slice(0, cut), endings.withdrawn]
  if (ending === '8') return [...steps.slice(0, cut), endings.stopped]
  return steps
}

const shorter = (step: Step): Step => ({ ...step, works: step.works / 2 })

/** Lays the steps over the office minutes of the dossier; what was late is due to one of its steps. */
function timed(world: DemoWorld, dossier: Dossier, path: readonly Step[], chance: Chance): Taken[] {
  const days = [...eachDay(dossier.startedOn, dossier.endsOn)].filter((day) => world.isWorkingDay(day))
  const office = officeOf(world)
  const from = world.isWorkingDay(dossier.startedOn) ? office.minutesAt(dossier.startTime) : 0
  const ended = laterThanStart(dossier)
  const to = Math.max(from, (days.length - 1) * office.minutes + office.minutesAt(ended))
  const around = (weight: number) => weight * Math.exp(0.5 * chance.normal())
  const parts = path.map((step) => [around(step.waits), around(step.works)] as [number, number])
  // A late dossier lay somewhere: mostly with the agency asked, or before the appraisal, or for signature.
  if (dossier.endsOn > dossier.dueOn) {
    const slow = parts[slowStep(world, path, chance)]
    if (slow) slow[0] += daysBetween(dossier.dueOn, dossier.endsOn) * 6
  }
  const whole = parts.reduce((sum, [waits, works]) => sum + waits + works, 0)
  const started = compactTime(dossier.startedOn, dossier.startTime)
  const end = compactTime(dossier.endsOn, ended)
  const instant = (share: number) => {
    const minute = from + Math.round((to - from) * share)
    const day = Math.min(days.length - 1, Math.floor(minute / office.minutes))
    const text = compactTime(days[day] ?? dossier.startedOn, office.timeAt(minute - day * office.minutes))
    return text < started ? started : text > end ? end : text
  }
  let passed = 0
  return path.map((step, at) => {
    const [waits, works] = parts[at] as [number, number]
    const beganAt = at === 0 ? started : instant((passed + waits) / whole)
    passed += waits + works
    return { step, beganAt, doneAt: at === path.length - 1 ? end : instant(passed / whole) }
  })
}

function slowStep(world: DemoWorld, path: readonly Step[], chance: Chance): number {
  const { opinion, appraisal, approval } = world.profile.steps
  const asked = path.findIndex(({ name }) => name === opinion.name)
  if (asked >= 0 && chance.happens(0.7)) return asked
  return path.findIndex(({ name }) => name === (chance.happens(0.6) ? appraisal : approval))
}

/** Minutes of an office day, counted from its opening and without its pause. */
function officeOf(world: DemoWorld) {
  const spans = world.profile.steps.office.map(([from, to]) => [toMinutes(from), toMinutes(to)] as const)
  const minutes = spans.reduce((sum, [from, to]) => sum + to - from, 0)
  return {
    minutes,
    minutesAt: (time: string) =>
      spans.reduce((sum, [from, to]) => sum + Math.min(to - from, Math.max(0, toMinutes(time) - from)), 0),
    timeAt(minute: number): string {
      let left = minute
      for (const [from, to] of spans) {
        if (left <= to - from) return clockOf(from + left)
        left -= to - from
      }
      return clockOf(spans.at(-1)?.[1] ?? 0)
    },
  }
}

const clockOf = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`

interface Sent {
  taken: Taken
  at: number
  last: boolean
  knownAt: string
}

function lineOf(dossier: Dossier, { taken, at, last, knownAt }: Sent): string {
  const done = taken.doneAt <= knownAt
  return [
    dossier.code,
    at + 1,
    dossier.procedure.code,
    dossier.channel,
    dossier.agency.code,
    dossier.agency.receivedAt,
    dossier.agency.area,
    compactTime(dossier.startedOn, dossier.startTime),
    compactTime(dossier.dueOn, '17:00:00'),
    last && done ? taken.doneAt : '',
    last && done ? dossier.ending : '4',
    taken.step.name,
    taken.step.unit,
    taken.step.position,
    taken.beganAt,
    done ? taken.doneAt : '',
    knownAt,
  ].join(',')
}

/** The faults of such logs: a step done before it began, a step without a beginning. */
function spoil(line: string, chance: Chance): string {
  const cells = line.split(',')
  if (chance.happens(0.5)) cells[14] = ''
  else cells[15] = `2020${(cells[14] ?? '').slice(4)}`
  return cells.join(',')
}
