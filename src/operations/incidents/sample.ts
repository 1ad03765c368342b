/** Demonstration records: one past flood, one exercise that runs, two weeks of shifts; all made by the actions people use. */
import { localDate } from '#calendar'
import { keepBytes } from '#files'
import { listPeople } from '#identity'
import type { Context } from '#platform/context'
import { incidentPath, type RecipientRole } from './model.ts'
import { findVersion } from './playbooks/store.ts'
import { getIncident } from './record/access.ts'
import { approveBulletin, type BulletinWish, draftBulletin, sendBulletin } from './record/bulletins.ts'
import { addPlace, writeLog } from './record/log.ts'
import { closeIncident, openIncident } from './record/open.ts'
import { listConcerned, listRecipients } from './record/recipients.ts'
import { signReport } from './record/report-store.ts'
import { fillReport, getReport, textOf } from './record/reports.ts'
import { listTasks } from './record/task-store.ts'
import { endTask } from './record/tasks.ts'
import { callOut, endCallOut } from './roster/call-out.ts'
import { textOf as handOverText } from './roster/hand-over.ts'
import { saveDraft, setLeft, setTaken } from './roster/hand-over-store.ts'
import { type RosterSettings, readSettings } from './roster/settings.ts'
import { listShifts, mondayOf, type Shift, shiftDay } from './roster/shifts.ts'
import * as roster from './roster/store.ts'
import { digestOf } from './signing.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

interface Person {
  account: string
  name: string
}

/** The same work at another moment, as one of the people: what is long past is written down as of then. */
function as(ctx: Context, person: Person, now: Date): Context {
  return {
    ...ctx,
    now,
    actor: { ...ctx.actor, account: person.account, name: person.name },
    can: () => true,
    require: () => {},
    reach: () => 'all',
    transaction: (work) => ctx.transaction((inner) => work(as(inner, person, now))),
  }
}

/** Nothing where the pack has no people of the demonstration or no such playbook. */
export async function makeSample(ctx: Context): Promise<void> {
  const settings = await readSettings(ctx)
  if (!settings.demo) return
  const people = await listPeople(ctx, [...settings.demo.leads, ...settings.demo.operators, ...settings.demo.deputies])
  const [lead, second] = settings.demo.leads.flatMap((account) => people.find((one) => one.account === account) ?? [])
  if (!lead || !second) return
  await fillRoster(ctx, settings, people)
  if (await findVersion(ctx.sql, 'lu-bd2')) await makeFlood(ctx, { lead, second, playbook: 'lu-bd2' })
  if (await findVersion(ctx.sql, 'lu-bd3')) await makeExercise(ctx, { lead: second, playbook: 'lu-bd3' })
}

/** The week that runs and the two after it, in turns; a few shifts are left open, so that gaps are seen. */
async function fillRoster(ctx: Context, settings: RosterSettings, people: readonly Person[]): Promise<void> {
  const { demo } = settings
  if (!demo) return
  const monday = mondayOf(localDate(ctx.now, settings.timeZone))
  const shifts = listShifts(settings.shifts, shiftDay(monday, -1), 22, settings.timeZone)
  const put = async (shift: Shift, duty: 'lead' | 'operator' | 'deputy', account: string | undefined) => {
    const person = people.find((one) => one.account === account)
    if (person)
      await roster.insertAssignment(ctx.sql, {
        day: shift.day,
        shift: shift.code,
        duty,
        account: person.account,
        name: person.name,
        givenBy: 'system',
        at: ctx.now,
      })
  }
  for (const [index, shift] of shifts.entries()) {
    const isFar = shift.startsAt.getTime() > ctx.now.getTime() + 4 * dayMs
    if (isFar && index % 13 === 5) continue
    if (!(isFar && index % 11 === 3)) await put(shift, 'lead', demo.leads[index % demo.leads.length])
    await put(shift, 'operator', demo.operators[index % demo.operators.length])
    await put(shift, 'operator', demo.operators[(index + 1) % demo.operators.length])
    const deputy = demo.deputies[index % demo.deputies.length]
    if (deputy !== demo.leads[index % demo.leads.length]) await put(shift, 'deputy', deputy)
  }
  await signPast(ctx, shifts)
}

/** Shifts of these days that have ended were handed over, all but the last. */
async function signPast(ctx: Context, shifts: readonly Shift[]): Promise<void> {
  const past = shifts.filter(({ endsAt }) => endsAt.getTime() + 10 * minuteMs < ctx.now.getTime()).slice(0, -1)
  for (const [index, shift] of past.entries()) {
    const next = shifts[index + 1]
    const [leaving] = await roster.listShiftAssignments(ctx.sql, shift)
    const [coming] = next ? await roster.listShiftAssignments(ctx.sql, next) : []
    if (!leaving || !coming || leaving.account === coming.account) continue
    const body = {
      situation:
        'Trong ca không có sự việc nghiêm trọng. Đã theo dõi các nguồn dữ liệu và trả lời ba cuộc gọi hỏi thông tin.',
      next: 'Theo dõi nguồn quan trắc mưa, gọi lại đơn vị có nguồn chậm.',
      equipment: 'Màn hình số 2 nháy, đã báo kỹ thuật.',
      matters: [],
    }
    const at = shift.endsAt
    const key = { day: shift.day, shift: shift.code }
    const text = handOverText(shift, body, leaving.name, at)
    const left = { account: leaving.account, name: leaving.name, parties: [leaving.account], at }
    await saveDraft(ctx.sql, { ...key, startsAt: shift.startsAt, endsAt: shift.endsAt, body, by: leaving.account, at })
    await setLeft(ctx.sql, key, { ...left, text, digest: digestOf(text) })
    await setTaken(ctx.sql, key, {
      account: coming.account,
      name: coming.name,
      parties: [coming.account],
      at: new Date(at.getTime() + 6 * minuteMs),
      remark: 'Đã nắm.',
    })
  }
}

const results: Record<string, string> = {
  'xac-minh': 'Trạm Mẫu: 9,42 m lúc 01:55, trên báo động 2 là 0,12 m, đang lên 8 cm/giờ.',
  'hop-chi-huy': 'Chốt sơ tán 3 tổ dân phố ven sông, điểm đến là nhà văn hóa và trường tiểu học.',
  'phat-tin': 'Bản tin số 1 đã phát; ba phường xác nhận đã phát lại trên loa.',
  'so-tan': '214 hộ, 731 người tại hai điểm; không còn người trong vùng trũng.',
  'luc-luong': '6 xuồng, 120 áo phao tại ba điểm xung yếu.',
  'giao-thong': 'Rào 4 ngầm tràn, 2 đoạn đường ngập; có người gác.',
  'y-te': 'Hai kíp y tế; 9 người cần chăm sóc đặc biệt.',
  'bao-cao': 'Báo cáo nhanh số 1 đã ký.',
  'danh-gia': 'Ngập 186 nhà, 40 ha rau màu; không có thiệt hại về người.',
}

interface Flood {
  lead: Person
  second: Person
  playbook: string
}

/** A flood of the rainy season, thirteen days ago, closed with its report. */
async function makeFlood(ctx: Context, { lead, second, playbook }: Flood): Promise<void> {
  const start = new Date(ctx.now.getTime() - 13 * dayMs)
  const at = (minutes: number) => new Date(start.getTime() + minutes * minuteMs)
  const by = (person: Person, minutes: number) => as(ctx, person, at(minutes))
  const organisation = (await findVersion(ctx.sql, playbook))?.organisation ?? ''
  const code = await openIncident(by(lead, 0), {
    exercise: false,
    kind: 'flood',
    level: '2',
    title: 'Lũ trên sông vượt báo động 2 (minh họa)',
    organisation,
    place: 'Các tổ dân phố ven sông',
    point: [109.16, 12.26],
    playbook,
    takesCommand: true,
    formKey: 'sample-flood',
  })
  const write = (person: Person, minutes: number, kind: string, text: string) =>
    writeLog(by(person, minutes), code, { kind, text, formKey: `sample-flood-${minutes}` })
  const file = await keepBytes(
    by(lead, 3),
    Buffer.from('gio,muc_nuoc_m\n00:00,9.10\n01:00,9.28\n01:55,9.42\n'),
    'muc-nuoc-minh-hoa.csv',
    'attachment',
  )
  await writeLog(by(lead, 3), code, {
    kind: 'observation',
    text: 'Số đo hai giờ qua của trạm Mẫu, kèm tệp.',
    file,
    formKey: 'sample-flood-file',
  })
  await write(lead, 4, 'observation', 'Trạm Mẫu báo 9,42 m, nước đục, chảy xiết; mưa 62 mm trong ba giờ.')
  await addPlace(by(lead, 20), code, {
    name: 'Nhà văn hóa phường (minh họa)',
    role: 'Điểm sơ tán',
    point: [109.17, 12.265],
    note: 'Sức chứa 400 người',
    formKey: 'sample-flood-place',
  })
  await write(second, 31, 'decision', 'Lãnh đạo yêu cầu sơ tán xong trước 5 giờ, không để người ở lại trông nhà.')
  await makeBulletin(ctx, code, { lead, second, at })
  await write(second, 140, 'resource', 'Thêm 2 xuồng từ phường bên, tổng 6 xuồng.')
  await write(lead, 260, 'damage', 'Ngập 186 nhà, sâu nhất 0,8 m; 40 ha rau màu.')
  await write(lead, 420, 'observation', 'Nước bắt đầu rút, 9,30 m.')
  for (const [index, { number, step }] of (await listTasks(ctx.sql, code)).entries())
    await endTask(by(index % 2 ? second : lead, 20 + index * 55), code, number, {
      state: 'done',
      result: results[step ?? ''] ?? 'Đã làm.',
    })
  await closeIncident(
    by(lead, 1500),
    code,
    'Sơ tán kịp thời 731 người, không có thiệt hại về người. Cần bổ sung còi báo tại tổ 3 và thêm áo phao trẻ em.',
  )
  await signSample(by(lead, 1530), code, lead)
}

async function makeBulletin(
  ctx: Context,
  code: string,
  { lead, second, at }: { lead: Person; second: Person; at: (minutes: number) => Date },
): Promise<void> {
  const ways = await chooseWays(as(ctx, lead, at(58)), code)
  const number = await draftBulletin(as(ctx, lead, at(58)), code, {
    kind: 'alert',
    riskLevel: '2',
    title: 'Cảnh báo lũ, chuẩn bị sơ tán',
    body: 'Lũ đang lên trên báo động 2. Người dân vùng trũng thấp mang giấy tờ, thuốc, nước uống và đến điểm sơ tán theo hướng dẫn của phường.',
    area: 'Ba tổ dân phố ven sông',
    ...ways,
    formKey: `sample-bulletin-${code}`,
  })
  await approveBulletin(as(ctx, second, at(62)), code, number)
  await sendBulletin(as(ctx, second, at(63)), code, number)
  const end = await draftBulletin(as(ctx, second, at(900)), code, {
    kind: 'cancel',
    refersTo: number,
    title: 'Kết thúc cảnh báo lũ',
    body: 'Nước đã rút dưới báo động 1. Người dân trở về khi phường kiểm tra xong điện và nhà cửa.',
    area: 'Ba tổ dân phố ven sông',
    ...ways,
    formKey: `sample-bulletin-end-${code}`,
  })
  await approveBulletin(as(ctx, lead, at(906)), code, end)
  await sendBulletin(as(ctx, lead, at(907)), code, end)
}

/** Messages where people held their roles at that time, else only the loudspeakers. */
async function chooseWays(
  ctx: Context,
  code: string,
): Promise<Pick<BulletinWish, 'channels' | 'recipients' | 'roles'>> {
  const recipients = (await listConcerned(ctx, await getIncident(ctx, code))).map((one) => one.code)
  const roles: RecipientRole[] = ['leader', 'operator', 'officer', 'custodian']
  const people = await listRecipients(ctx, { recipients, recipientRoles: roles })
  return people.length > 0 ? { channels: ['sms', 'zalo', 'radio'], recipients, roles } : { channels: ['radio'] }
}

/** A signature of the demonstration has no password behind it; its digest is of the text all the same. */
async function signSample(ctx: Context, code: string, person: Person): Promise<void> {
  const version = await fillReport(ctx, code)
  const text = textOf(await getIncident(ctx, code), await getReport(ctx, code, version))
  await signReport(ctx.sql, code, version, {
    account: person.account,
    name: person.name,
    position: 'Trưởng ca trực (minh họa)',
    at: ctx.now,
    digest: digestOf(text),
  })
}

/** An exercise that began forty minutes ago and is under way, with a call that somebody has taken. */
async function makeExercise(ctx: Context, { lead, playbook }: { lead: Person; playbook: string }): Promise<void> {
  const start = new Date(ctx.now.getTime() - 40 * minuteMs)
  const by = (minutes: number) => as(ctx, lead, new Date(start.getTime() + minutes * minuteMs))
  const organisation = (await findVersion(ctx.sql, playbook))?.organisation ?? ''
  const code = await openIncident(by(0), {
    exercise: true,
    kind: 'flood',
    level: '3',
    title: 'Lũ vượt báo động 3, diễn tập cấp tỉnh (minh họa)',
    organisation,
    place: 'Vùng hạ du giả định',
    point: [109.12, 12.3],
    playbook,
    takesCommand: true,
    formKey: 'sample-exercise',
  })
  await writeLog(by(6), code, {
    kind: 'observation',
    text: 'Giả định: trạm Mẫu báo 10,9 m.',
    formKey: 'sample-exercise-1',
  })
  await endTask(by(9), code, 1, { state: 'done', result: 'Giả định 10,9 m lúc bắt đầu, đang lên.' })
  await endTask(by(27), code, 2, { state: 'done', result: 'Đã họp giả định, chốt vùng sơ tán.' })
  await draftBulletin(by(30), code, {
    kind: 'alert',
    riskLevel: '3',
    title: 'Lũ khẩn cấp, sơ tán ngay',
    body: 'Lũ đã vượt báo động 3 theo giả định của cuộc diễn tập.',
    area: 'Vùng hạ du giả định',
    ...(await chooseWays(by(30), code)),
    formKey: 'sample-exercise-bulletin',
  })
  await callOut(ctx, {
    about: `Diễn tập ${code}`,
    url: incidentPath(code),
    text: 'DIỄN TẬP: thử gọi trực theo lịch.',
    key: `sample-exercise ${code}`,
  })
  await endCallOut(ctx, `sample-exercise ${code}`, 'Kết thúc phần thử gọi trực của diễn tập')
}
