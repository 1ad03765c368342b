import { partiesOf } from '#identity'
import { notify } from '#notifications'
import { findArea, findOrganisation, getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, type FieldFault, invalid } from '#platform/errors'
import { announce } from '#platform/live'
import { dayOf } from '#platform/local-day'
import { incidentMoved } from '../events.ts'
import { incidentPath, Kind, kinds, levelOf, markExercise, sayLevel } from '../model.ts'
import { findVersion } from '../playbooks/store.ts'
import { account, changeIncident, commandPermission, keepIncident, listTopic, recordDeed, writeDeed } from './access.ts'
import * as store from './store.ts'
import { listTasks } from './task-store.ts'
import { addSteps } from './tasks.ts'

export interface Opening {
  exercise: boolean
  kind: string
  level: string
  title: string
  organisation: string
  area?: string
  place: string
  point?: readonly [number, number]
  playbook?: string
  alert?: string
  /** When it began; now where nothing is said. */
  startedAt?: Date
  /** Whoever opens it commands it. */
  takesCommand: boolean
  /** The incident or exercise the form was reached from. */
  from?: string
  /** Said outright that this is no part of the exercise that runs. */
  isReal?: boolean
  formKey: string
}

/**
 * Opens an incident, or an exercise. Sent twice, or by two operators for one alert, there is one.
 * @returns its code. @throws Problem 422, 409
 */
export function openIncident(ctx: Context, wish: Opening): Promise<string> {
  ctx.require(commandPermission, wish.organisation)
  if (!wish.exercise && wish.from?.startsWith('DT-'))
    throw conflict(
      'incident.from-exercise',
      'Không mở tình huống thật từ một cuộc diễn tập. Hãy mở từ danh sách tình huống nếu việc này có thật.',
    )
  return ctx.transaction(async (inner) => {
    await store.lockOpening(inner.sql, wish.alert ?? wish.formKey)
    const known = await store.findOpened(inner.sql, {
      formKey: wish.formKey,
      alert: wish.exercise ? undefined : wish.alert,
    })
    if (known?.isSameForm) return known.code
    if (known)
      throw conflict('incident.of-alert', `Cảnh báo này đã có tình huống ${known.code} đang xử lý.`, {
        code: known.code,
      })
    const checked = await check(inner, wish)
    const code = await store.takeCode(inner.sql, `${wish.exercise ? 'DT' : 'TH'}-${yearOf(inner.now)}`)
    await insert(inner, code, { ...wish, ...checked })
    return code
  })
}

const yearOf = (now: Date): string => dayOf(now).slice(0, 4)

interface Checked {
  kind: Kind
  scale: 'risk' | 'severity'
  version: number | null
}

async function check(ctx: Context, wish: Opening): Promise<Checked> {
  const faults: FieldFault[] = []
  const fault = (path: string, message: string) => faults.push({ path, message })
  const kind = Kind.safeParse(wish.kind)
  if (!kind.success) fault('loai', 'Chọn loại tình huống.')
  const level = kind.success ? levelOf(kind.data, wish.level) : undefined
  if (kind.success && !level)
    fault(
      'cap',
      kinds[kind.data].disaster
        ? 'Thiên tai có cấp độ rủi ro từ Cấp 1 đến Cấp 5. Hãy chọn một cấp rủi ro.'
        : 'Tình huống này không phải thiên tai: hãy chọn mức độ từ Thấp đến Nghiêm trọng.',
    )
  if (!wish.title.trim()) fault('ten', 'Ghi tên tình huống: việc gì, ở đâu.')
  if (!wish.place.trim()) fault('noi', 'Ghi nơi xảy ra.')
  if (!(await findOrganisation(ctx.sql, wish.organisation)))
    fault('don-vi', 'Không có đơn vị này. Hãy chọn trong danh sách.')
  if (wish.area && !(await findArea(ctx.sql, wish.area)))
    fault('dia-ban', 'Không có địa bàn này. Hãy chọn trong danh sách.')
  if (wish.startedAt && wish.startedAt > ctx.now) fault('bat-dau', 'Thời điểm bắt đầu không thể sau hiện tại.')
  const version = wish.playbook ? await findVersion(ctx.sql, wish.playbook) : undefined
  if (wish.playbook && !version)
    fault('kich-ban', 'Kịch bản này chưa có bản được duyệt. Hãy chọn kịch bản khác hoặc để trống.')
  const running = wish.exercise || wish.isReal ? [] : await listOwnExercises(ctx)
  if (running.length > 0)
    fault('la-that', `Đang có cuộc diễn tập ${running.join(', ')}. Đánh dấu xác nhận nếu đây là tình huống thật.`)
  if (faults.length > 0 || !kind.success || !level)
    throw invalid(`Chưa mở được ${wish.exercise ? 'cuộc diễn tập' : 'tình huống'}.`, faults)
  return { kind: kind.data, scale: level.scale, version: version?.version ?? null }
}

/** Exercises that run where the actor may command: he may be in the middle of one. */
export async function listOwnExercises(ctx: Context): Promise<string[]> {
  const running = await store.listIncidents(ctx.sql, {
    reach: ctx.reach(commandPermission),
    exercise: true,
    state: 'open',
    order: 'started',
    falling: true,
    limit: 20,
  })
  return running.map(({ code }) => code)
}

async function insert(ctx: Context, code: string, wish: Opening & Checked): Promise<void> {
  const incident = {
    code,
    exercise: wish.exercise,
    kind: wish.kind,
    title: wish.title.trim(),
    levelScale: wish.scale,
    level: wish.level,
    organisation: wish.organisation,
    area: wish.area ?? null,
    place: wish.place.trim(),
    longitude: wish.point?.[0] ?? null,
    latitude: wish.point?.[1] ?? null,
    alert: wish.alert ?? null,
    playbook: wish.playbook ?? null,
    playbookVersion: wish.version,
    startedAt: wish.startedAt ?? ctx.now,
    openedAt: ctx.now,
    openedBy: account(ctx),
    openedName: ctx.actor.name,
  }
  await store.insertIncident(ctx.sql, { ...incident, formKey: wish.formKey })
  await writeDeed(ctx, incident, {
    text: `Mở ${wish.exercise ? 'cuộc diễn tập' : 'tình huống'}: ${incident.title}, ${incident.place}`,
  })
  if (wish.takesCommand) {
    await store.setCommander(ctx.sql, code, { account: account(ctx), name: ctx.actor.name })
    await writeDeed(ctx, incident, { text: `${ctx.actor.name} nhận chỉ huy` })
  }
  await recordDeed(ctx, incident, 'incident.opened', { kind: wish.kind, level: wish.level, alert: wish.alert ?? null })
  const opened = await store.lockIncident(ctx.sql, code)
  const playbook = wish.playbook && wish.version ? await findVersion(ctx.sql, wish.playbook, wish.version) : undefined
  if (opened && playbook) await addSteps(ctx, opened, playbook.body)
  await keepIncident(ctx.sql, code, ctx.now)
  await tellOpened(ctx, { ...incident, parties: partiesOf(ctx.actor) })
  await ctx.publish(incidentMoved, { code, organisation: wish.organisation, exercise: wish.exercise, to: 'open' })
  await announce(ctx.sql, [listTopic])
}

async function tellOpened(
  ctx: Context,
  incident: Omit<store.NewIncident, 'formKey'> & { parties: string[] },
): Promise<void> {
  const { code, exercise, levelScale, level } = incident
  // The scale and the value were checked together.
  const words = sayLevel({ scale: levelScale, value: level } as Parameters<typeof sayLevel>[0])
  const isGrave = !exercise && (levelScale === 'risk' ? Number(level) >= 3 : level === 'critical')
  await notify(ctx, {
    notice: 'incident.opened',
    to: [{ permission: commandPermission, organisation: incident.organisation }],
    values: { title: markExercise(exercise, incident.title), place: incident.place, level: words },
    url: incidentPath(code),
    urgency: isGrave ? 'grave' : exercise ? 'routine' : 'urgent',
    dedupeKey: `incident.opened ${code}`,
  })
}

/** Closes it with a conclusion. @throws Problem 409 while a task is open, by whatever way it is asked. */
export function closeIncident(ctx: Context, code: string, conclusion: string): Promise<void> {
  return changeIncident(ctx, code, async (inner, incident) => {
    const open = (await listTasks(inner.sql, code)).filter(({ state }) => state === 'open' || state === 'waiting')
    if (open.length > 0)
      throw conflict(
        'incident.open-tasks',
        `Còn ${open.length} nhiệm vụ chưa kết thúc. Hãy làm xong hoặc bỏ qua có lý do từng nhiệm vụ rồi đóng.`,
        { tasks: open.map(({ number }) => number) },
      )
    if (!conclusion.trim())
      throw invalid('Chưa đóng được.', [
        { path: 'ket-luan', message: 'Ghi kết luận: diễn biến chính, kết quả, việc rút kinh nghiệm.' },
      ])
    await store.setClosed(inner.sql, code, inner.now, conclusion.trim())
    await writeDeed(inner, incident, { text: `Đóng. Kết luận: ${conclusion.trim()}` })
    await recordDeed(inner, incident, 'incident.closed', { round: incident.round })
    await move(inner, incident, 'closed')
  })
}

/** Opens a closed one again; all that was written stays. */
export function reopenIncident(ctx: Context, code: string, reason: string): Promise<void> {
  return changeIncident(
    ctx,
    code,
    async (inner, incident) => {
      if (incident.state === 'open') throw conflict('incident.open', 'Tình huống này đang mở.')
      if (!reason.trim()) throw invalid('Chưa mở lại được.', [{ path: 'ly-do', message: 'Ghi lý do mở lại.' }])
      if (incident.alert && !incident.exercise) {
        await store.lockOpening(inner.sql, incident.alert)
        const other = await store.findOpened(inner.sql, { formKey: '', alert: incident.alert })
        if (other)
          throw conflict('incident.of-alert', `Cảnh báo này đã có tình huống ${other.code} đang xử lý.`, {
            code: other.code,
          })
      }
      await store.setReopened(inner.sql, code)
      await writeDeed(inner, incident, { text: `Mở lại lần ${incident.round}. Lý do: ${reason.trim()}` })
      await recordDeed(inner, incident, 'incident.reopened', { round: incident.round + 1 })
      await move(inner, incident, 'open')
    },
    { closedToo: true },
  )
}

/** The level rises or falls on its own scale. */
export function changeLevel(ctx: Context, code: string, value: string, reason: string): Promise<void> {
  return changeIncident(ctx, code, async (inner, incident) => {
    const level = levelOf(incident.kind, value)
    if (!level || level.scale !== incident.levelScale)
      throw invalid('Chưa đổi được cấp.', [{ path: 'cap', message: 'Chọn một cấp của đúng thang đang dùng.' }])
    if (!reason.trim()) throw invalid('Chưa đổi được cấp.', [{ path: 'ly-do', message: 'Ghi căn cứ đổi cấp.' }])
    if (level.value === incident.level) return
    await store.setLevel(inner.sql, code, level.value)
    await writeDeed(inner, incident, { text: `Chuyển sang ${sayLevel(level)}. Căn cứ: ${reason.trim()}` })
    await recordDeed(inner, incident, 'incident.level-changed', { from: incident.level, to: level.value })
  })
}

const move = (ctx: Context, { code, organisation, exercise, state }: store.Incident, to: 'open' | 'closed') =>
  ctx.publish(incidentMoved, { code, organisation, exercise, from: state, to })

/** The organisation that commands where nothing else is said: the root of the home pack. */
export const homeOrganisation = async (ctx: Context): Promise<string> =>
  (await getHomePack(ctx.sql)).card.rootOrganisation
