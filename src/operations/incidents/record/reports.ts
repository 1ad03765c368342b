import { letterHtml } from '#files'
import { listPeople } from '#identity'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { formatDateTime } from '#ui'
import { bulletinKindNames, exerciseWord, kinds, levelOf, logKindNames, sayLevel, titleOf } from '../model.ts'
import { confirmHand, writeSignature } from '../signing.ts'
import { account, changeIncident, getIncident, recordDeed, writeDeed } from './access.ts'
import { listBulletins } from './bulletin-store.ts'
import * as store from './report-store.ts'
import { type Incident, type LogEntry, listLog } from './store.ts'
import { listTasks, type Task } from './task-store.ts'

const mostLines = 400

/** What the log and the tasks say, part by part: where the writing of a quick report begins. */
async function fill(ctx: Context, incident: Incident): Promise<store.ReportSection[]> {
  const log = (await listLog(ctx.sql, { incident: incident.code, limit: mostLines })).toReversed()
  const tasks = await listTasks(ctx.sql, incident.code)
  const bulletins = (await listBulletins(ctx.sql, incident.code)).filter(({ state }) => state === 'sent').toReversed()
  const of = (...wanted: LogEntry['kind'][]) => linesOf(log.filter(({ kind }) => wanted.includes(kind)))
  const level = levelOf(incident.kind, incident.level)
  const head = [
    `${kinds[incident.kind].name} tại ${incident.place}.`,
    `Bắt đầu lúc ${formatDateTime(incident.startedAt)}.`,
    level ? `Mức độ: ${sayLevel(level)}.` : '',
    incident.commanderName ? `Người chỉ huy: ${incident.commanderName}.` : 'Chưa có người chỉ huy.',
  ]
  return [
    {
      key: 'tinh-hinh',
      title: 'Tình hình',
      text: [head.filter(Boolean).join(' '), of('observation', 'correction')].filter(Boolean).join('\n'),
    },
    { key: 'chi-dao', title: 'Chỉ đạo, điều hành', text: of('decision', 'contact') },
    { key: 'luc-luong', title: 'Lực lượng, phương tiện', text: of('resource') },
    { key: 'thiet-hai', title: 'Thiệt hại', text: of('damage') },
    { key: 'nhiem-vu', title: 'Nhiệm vụ', text: tasks.map(sayTask).join('\n') },
    {
      key: 'ban-tin',
      title: 'Bản tin đã phát',
      text: bulletins
        .map(
          (one) =>
            `${formatDateTime(one.sentAt ?? one.draftedAt)}: ${bulletinKindNames[one.kind]} số ${one.number}, ${one.title}`,
        )
        .join('\n'),
    },
    { key: 'kien-nghi', title: 'Đánh giá, kiến nghị', text: incident.conclusion ?? '' },
  ]
}

const linesOf = (entries: readonly LogEntry[]): string =>
  entries
    // What was corrected is told as it was mended.
    .filter(({ correctedBy }) => correctedBy === null)
    .map(
      ({ happenedAt, kind, text }) =>
        `${formatDateTime(happenedAt)}${kind === 'correction' ? ` (${logKindNames.correction.toLowerCase()})` : ''}: ${text}`,
    )
    .join('\n')

function sayTask(task: Task): string {
  const end =
    task.state === 'done'
      ? `xong lúc ${formatDateTime(task.endedAt ?? new Date(0))}${task.result ? `. ${task.result}` : ''}`
      : task.state === 'skipped'
        ? `bỏ qua. Lý do: ${task.result}`
        : task.state === 'waiting'
          ? 'chờ bước trước'
          : `đang làm${task.dueAt ? `, hạn ${formatDateTime(task.dueAt)}` : ''}${task.lateAt ? ', quá hạn' : ''}`
  return `${task.number}. ${task.title}: ${end}`
}

/** Fills the draft from the log and the tasks as they stand; what was typed into it is written over. @returns its version. */
export function fillReport(ctx: Context, code: string): Promise<number> {
  return changeIncident(
    ctx,
    code,
    async (inner, incident) => {
      const sections = await fill(inner, incident)
      const edit = { sections, account: account(inner), name: inner.actor.name, at: inner.now }
      const version = await store.fillDraft(inner.sql, { incident: code, exercise: incident.exercise }, edit)
      await recordDeed(inner, incident, 'quick-report.filled', { version })
      return version
    },
    { closedToo: true },
  )
}

/** @throws Problem 404 */
export async function getReport(ctx: Context, code: string, version: number, at?: Date): Promise<store.QuickReport> {
  await getIncident(ctx, code)
  const report = await store.findReport(ctx.sql, code, version, at)
  if (!report) throw notFound('quick-report', `${code}/${version}`)
  return report
}

/** @param texts the text of each section by its key */
export function saveReport(
  ctx: Context,
  code: string,
  version: number,
  texts: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  return changeIncident(
    ctx,
    code,
    async (inner, incident) => {
      const report = await getReport(inner, code, version)
      const sections = report.sections.map((one) => ({ ...one, text: texts[one.key]?.trim() ?? one.text }))
      const edit = { sections, account: account(inner), name: inner.actor.name, at: inner.now }
      if (!(await store.saveSections(inner.sql, code, version, edit))) throw signedAlready()
      await recordDeed(inner, incident, 'quick-report.changed', { version })
    },
    { closedToo: true },
  )
}

const signedAlready = () =>
  conflict('quick-report.signed', 'Bản này đã ký nên không sửa được nữa. Hãy lập bản mới từ diễn biến.')

/** The exact text that is signed. */
export function textOf(incident: Incident, report: Pick<store.QuickReport, 'version' | 'sections'>): string {
  const head = `${incident.exercise ? `${exerciseWord}\n` : ''}BÁO CÁO NHANH số ${report.version}\n${titleOf(incident)} (${incident.code})`
  return [head, ...report.sections.map(({ title, text }) => `${title}\n${text || 'Không có.'}`)].join('\n\n')
}

export async function signReport(ctx: Context, code: string, version: number, password: string): Promise<void> {
  await confirmHand(ctx, password)
  await changeIncident(
    ctx,
    code,
    async (inner, incident) => {
      const report = await getReport(inner, code, version)
      if (report.state === 'signed') throw signedAlready()
      const [person] = await listPeople(inner, [account(inner)])
      const digest = await writeSignature(inner, {
        action: 'quick-report.signed',
        subject: `incident:${code}`,
        organisation: incident.organisation,
        text: textOf(incident, report),
        body: { version, exercise: incident.exercise },
      })
      const by = {
        account: account(inner),
        name: inner.actor.name,
        position: person?.position ?? null,
        at: inner.now,
        digest,
      }
      await store.signReport(inner.sql, code, version, by)
      await writeDeed(inner, incident, { text: `Ký báo cáo nhanh số ${version}` })
    },
    { closedToo: true },
  )
}

/** On every sheet, however many there are. */
const sheetMark = `<style>@page{@top-left{content:"${exerciseWord}";font-weight:bold}@bottom-center{content:"${exerciseWord} · không phải sự việc có thật";font-weight:bold}}</style>`

/** The report as a letter; every page of an exercise's says so. */
export async function reportHtml(ctx: Context, incident: Incident, report: store.QuickReport): Promise<string> {
  const agency = await findOrganisation(ctx.sql, incident.organisation)
  const mark = incident.exercise
    ? [`${exerciseWord}: văn bản này thuộc một cuộc diễn tập, không phải sự việc có thật.`]
    : []
  const html = letterHtml({
    agency: { name: agency?.name ?? incident.organisation },
    number: `${incident.exercise ? `${exerciseWord} ` : ''}${incident.code}/${report.version}`,
    place: incident.place,
    dateOn: dayOf(report.signedAt ?? report.editedAt),
    title: `${incident.exercise ? `${exerciseWord}\n` : ''}BÁO CÁO NHANH\n${incident.title}`,
    addressees: [],
    paragraphs: [
      ...mark,
      ...report.sections.flatMap(({ title, text }, index) => [
        `${index + 1}. ${incident.exercise ? `[${exerciseWord}] ` : ''}${title}`,
        ...(text || 'Không có.').split('\n'),
      ]),
      ...mark,
      report.digest ? `Mã băm SHA-256 của nội dung đã ký: ${report.digest}` : 'Bản dự thảo, chưa ký.',
    ],
    signer: { position: report.signedPosition ?? '', name: report.signedName ?? 'Chưa ký' },
    recipients: [`Lưu: hồ sơ ${incident.code}`],
  })
  return incident.exercise ? html.replace(/(<\/head>|<body>)/, `${sheetMark}$1`) : html
}
