// What a letter says, in the words of the offices; its layout is that of Decree 30/2020 in #files.

import { type CompiledCalendar, formatDate, isPeriod, periodLabel, workingDaysLate } from '#calendar'
import type { Letter } from '#files'
import { listHolders, type Person } from '#identity'
import { findOrganisation, getHomePack, headBlockFor, type SignatureBlock, today } from '#organisations'
import type { Context } from '#platform/context'
import type { Settings } from '../model.ts'
import type { LetterRow, NamedDuty } from './store.ts'

/** The head of an agency: who holds the leader's permission and works in the agency itself. */
export async function findHead(ctx: Context, agency: string): Promise<Person | undefined> {
  const holders = await listHolders(ctx, 'duty:issue', agency)
  return holders.find(({ organisation }) => organisation === agency)
}

const nameOf = async (ctx: Context, code: string): Promise<string> =>
  (await findOrganisation(ctx.sql, code, { asOf: await today(ctx) }))?.name ??
  (await findOrganisation(ctx.sql, code))?.name ??
  code

export interface LetterMaking {
  row: LetterRow
  duties: readonly NamedDuty[]
  settings: Settings
  calendar: CompiledCalendar | undefined
  /** Absent while it is a draft. */
  signing?: { numberText: string; issuedOn: string; block: SignatureBlock }
  countInYear: number
}

export async function makeLetter(ctx: Context, making: LetterMaking): Promise<Letter> {
  const { row, settings, signing } = making
  const { card } = await getHomePack(ctx.sql)
  const issuer = await nameOf(ctx, row.issuer)
  const agency = await nameOf(ctx, row.agency)
  const head = await findHead(ctx, row.agency)
  const block = signing?.block ?? (await headBlockFor(ctx, row.issuer))
  const isRoot = row.issuer === card.rootOrganisation
  return {
    agency: { above: isRoot ? undefined : await nameOf(ctx, card.rootOrganisation), name: issuer },
    number: signing?.numberText,
    place: settings.letter.value.place,
    dateOn: signing?.issuedOn,
    title: row.kind === 'reminder' ? 'V/v nhắc nhở cập nhật dữ liệu' : 'V/v đề nghị cung cấp dữ liệu',
    addressees: [head ? `${head.name}, ${head.position ?? 'người đứng đầu'}` : `Người đứng đầu ${agency}`],
    paragraphs: row.kind === 'reminder' ? remind(making, agency, issuer) : request(making, agency, issuer),
    signer: signerOf(block),
    recipients:
      row.kind === 'reminder'
        ? ['Như trên', `${await nameOf(ctx, card.rootOrganisation)} (để báo cáo)`, 'Lưu: VT.']
        : ['Như trên', 'Lưu: VT.'],
  }
}

/** As the block is printed: what the signer signs by over his position. */
function signerOf(block: SignatureBlock | undefined): Letter['signer'] {
  if (!block) return { position: 'Thủ trưởng cơ quan', name: '' }
  const { authority, position, name } = block
  return { ...(authority.length > 0 ? { authority: authority.join('\n') } : {}), position, name }
}

function remind(
  { row, duties, settings, calendar, countInYear, signing }: LetterMaking,
  agency: string,
  issuer: string,
) {
  return [
    `${settings.letter.value.ground}, các cơ quan, đơn vị cập nhật dữ liệu đúng, đủ, sạch, sống và đúng hạn.`,
    `Qua theo dõi, ${agency} chậm cập nhật các số liệu sau:`,
    ...linesOf(duties, calendar, signing?.issuedOn),
    explanationOf(row, { agency, issuer, calendar }),
    `${issuer} nhắc nhở và đề nghị người đứng đầu ${agency} chỉ đạo cập nhật ngay các số liệu nêu trên, đồng thời có biện pháp để không chậm ở các kỳ sau.`,
    `Đây là lần nhắc nhở thứ ${countInYear} trong năm. ${ladderWords(settings)}`,
  ]
}

interface Explaining {
  agency: string
  issuer: string
  calendar: CompiledCalendar | undefined
}

/** What became of the explanation; in a draft whose way is open yet, that it is. */
function explanationOf(row: LetterRow, { agency, issuer, calendar }: Explaining): string {
  if (row.state === 'explained') return `[${agency} đã giải trình, chờ kết luận; đoạn này được ghi lại theo kết quả.]`
  if (row.explanation) {
    const why = row.decision ? ` (${row.decision.replace(/\.$/, '')})` : ''
    return `${agency} đã giải trình ngày ${formatDate(dayOf(row.explainedAt, calendar))}; nội dung giải trình chưa đủ căn cứ để chấp nhận${why}.`
  }
  if (row.state === 'asked')
    return `[Chờ giải trình của ${agency} đến hết ngày ${formatDate(dayOf(row.explainBy, calendar))}; đoạn này được ghi lại theo kết quả.]`
  return `Đến hết thời hạn giải trình, ${issuer} chưa nhận được giải trình của ${agency}.`
}

function request({ duties, calendar, signing }: LetterMaking, agency: string, issuer: string): string[] {
  return [
    `Để phục vụ công tác giám sát, điều hành của tỉnh, ${issuer} đề nghị ${agency} phối hợp cung cấp các số liệu sau đây, hiện chưa nhận được theo kỳ đã thống nhất:`,
    ...linesOf(duties, calendar, signing?.issuedOn),
    `Trường hợp có khó khăn, vướng mắc, đề nghị ${agency} thông tin để ${issuer} cùng phối hợp tháo gỡ.`,
    `Rất mong nhận được sự phối hợp của ${agency}./.`,
  ]
}

const ladderWords = ({ ladder }: Settings): string =>
  `Trong một năm, ${ladder.value.map(({ count, words }) => `từ ${count} lần nhắc nhở: ${words.charAt(0).toLowerCase()}${words.slice(1)}`).join('; ')}./.`

const dayOf = (at: Date | null, calendar: CompiledCalendar | undefined): string =>
  (at ?? new Date(0)).toLocaleDateString('en-CA', { timeZone: calendar?.calendar.timeZone ?? 'UTC' })

/** A line for each subject: which periods, since when, and whether they have come. */
function linesOf(
  duties: readonly NamedDuty[],
  calendar: CompiledCalendar | undefined,
  issuedOn: string | undefined,
): string[] {
  const groups = new Map<string, NamedDuty[]>()
  for (const duty of duties.filter(({ isExcused }) => !isExcused))
    groups.set(duty.subject, [...(groups.get(duty.subject) ?? []), duty])
  return [...groups.values()].map((own, index) => `${index + 1}. ${lineOf(own, calendar, issuedOn)}`)
}

function lineOf(
  own: readonly NamedDuty[],
  calendar: CompiledCalendar | undefined,
  issuedOn: string | undefined,
): string {
  const [first] = own
  const last = own.at(-1)
  if (!first || !last) return ''
  const periods =
    own.length === 1
      ? showPeriod(first.period)
      : `${own.length} kỳ, từ ${showPeriod(first.period)} đến ${showPeriod(last.period)}`
  const missing = own.filter(({ arrivedAt }) => arrivedAt === null)
  const came =
    missing.length === 0
      ? `đã nhận ngày ${formatDate(dayOf(last.arrivedAt, calendar))}, chậm ${first.lateDays ?? 0} ngày làm việc`
      : `chưa nhận được${lateWords(first.dueAt, calendar, issuedOn)}`
  return `${first.subjectName}: ${periods}; hạn ${formatDate(dayOf(first.dueAt, calendar))}; ${came}.`
}

function lateWords(dueAt: Date, calendar: CompiledCalendar | undefined, issuedOn: string | undefined): string {
  if (!calendar || !issuedOn) return ''
  const days = workingDaysLate(calendar, dueAt, new Date(`${issuedOn}T12:00:00Z`))
  return days > 0 ? `, chậm ${days} ngày làm việc tính đến ngày ${formatDate(issuedOn)}` : ''
}

/** "Tháng 3/2026"; a period by the hour by its time. */
export const showPeriod = (period: string): string =>
  isPeriod(period) ? periodLabel(period) : `${period.slice(11)} ${formatDate(period.slice(0, 10))}`
