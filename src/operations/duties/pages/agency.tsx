import { z } from 'zod'
import { localDate } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { formatDate, formatDateTime, formatNumber, Notice } from '#ui'
import { calendarsOf } from '../keeping/schedule.ts'
import { listExcuses, listHistory, listToDo } from '../reading/history.ts'
import { reachOfDuties } from '../reading/reach.ts'
import { countStandings, listStandings, type StandingRow } from '../reading/standings.ts'
import { findHead } from '../reminders/letter.ts'
import { countIssued, listLetters } from '../reminders/store.ts'
import { getSettings } from '../settings.ts'
import { AgencyLadder, Owed, ToDo } from './agency-parts.tsx'
import { Query, subjectOf } from './agency-query.ts'
import { Excuses, History } from './history.tsx'
import { readDirectory } from './parts.tsx'
import { dutyWords, matrixPath, showPeriod, subjectWords } from './words.ts'

const Params = z.strictObject({ code: z.string().max(35) })
const mostToDo = 200
const mostInFile = 100_000

/** The obligations of an agency or of a unit in it that the actor may see. @throws Problem 404 */
async function readAgency(ctx: Context, code: string) {
  const reach = await reachOfDuties(ctx)
  const owed = await listStandings(ctx.sql, reach, code)
  if (owed.length === 0) throw notFound('agency', code)
  return { reach, owed, place: { code, isAgency: owed.some(({ agency }) => agency === code) } }
}

const show = route({
  method: 'GET',
  path: `${matrixPath}/don-vi/:code`,
  access: 'duty:read',
  params: Params,
  query: Query,
  async handle(ctx, { params, query, request }) {
    const { code } = params
    const { reach, owed, place } = await readAgency(ctx, code)
    const directory = await readDirectory(ctx)
    const settings = await getSettings(ctx)
    const year = await thisYear(ctx)
    const calendar = await calendarsOf(ctx)(code)
    const toDo = await listToDo(ctx.sql, reach, place, mostToDo)
    const history = await listHistory(ctx.sql, reach, {
      of: place,
      subject: subjectOf(query),
      lateOnly: query.cham === '1',
      after: query.after,
      limit: query.limit + 1,
    })
    const isOutside = owed.every((row) => row.isOutside)
    const letters = await listLetters(ctx.sql, { agency: code, organisations: 'all', limit: 10 })
    return page({
      title: directory.fullNameOf(code),
      crumbs: [{ label: 'Trách nhiệm cập nhật dữ liệu', href: matrixPath }],
      lead: leadOf(owed, (await findHead(ctx, code))?.name),
      body: (
        <div class="stack-large">
          {isOutside && (
            <Notice title="Cơ quan ngành dọc">
              Không thuộc diện nhắc nhở của tỉnh; khi thiếu số liệu, cơ quan chủ trì gửi văn bản đề nghị phối hợp.
            </Notice>
          )}
          <ToDo duties={toDo} calendar={calendar} ctx={ctx} directory={directory} agency={code} />
          {place.isAgency && !isOutside && (
            <AgencyLadder
              settings={settings}
              year={year}
              count={await countIssued(ctx.sql, code, year)}
              letters={letters}
            />
          )}
          <Owed rows={owed} agency={code} directory={directory} calendar={calendar} now={ctx.now} />
          <History
            duties={history.slice(0, query.limit)}
            more={history.length > query.limit}
            owed={owed}
            query={query}
            address={request.url}
            agency={code}
          />
          <Excuses duties={await listExcuses(ctx.sql, reach, place, 50)} />
        </div>
      ),
    })
  },
})

function leadOf(owed: readonly StandingRow[], head: string | undefined): string {
  const counts = countStandings(owed)
  const bad = counts.late + counts['no-data']
  const words = [
    head ? `Người đứng đầu: ${head}` : '',
    `${formatNumber(owed.length - bad)}/${formatNumber(owed.length)} nội dung đúng hạn`,
    bad > 0 ? `${formatNumber(bad)} chậm hoặc không có số liệu` : '',
  ]
  return words.filter(Boolean).join(' · ')
}

export async function thisYear(ctx: Context): Promise<number> {
  const { card } = await getHomePack(ctx.sql)
  return Number(localDate(ctx.now, card.timeZone).slice(0, 4))
}

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${matrixPath}/don-vi/:code/lich-su.${format}`,
    access: 'duty:read',
    params: Params,
    query: Query,
    async handle(ctx, { params, query }) {
      const { reach, place } = await readAgency(ctx, params.code)
      const duties = await listHistory(ctx.sql, reach, {
        of: place,
        subject: subjectOf(query),
        lateOnly: query.cham === '1',
        limit: mostInFile,
      })
      return tableFile(format, {
        name: `lich-su-cap-nhat-${params.code}`,
        titles: [
          'Đơn vị',
          'Loại',
          'Nội dung',
          'Kỳ',
          'Hạn',
          'Tình trạng',
          'Nhận lúc',
          'Chậm (ngày làm việc)',
          'Lý do được chấp nhận',
          'Người chấp nhận',
        ],
        rows: duties.map((duty) => [
          duty.organisation,
          subjectWords[duty.subjectKind],
          duty.subjectName,
          showPeriod(duty.period),
          formatDateTime(duty.dueAt),
          dutyWords[duty.state].word,
          duty.arrivedAt && formatDateTime(duty.arrivedAt),
          duty.lateDays,
          duty.excuseReason,
          duty.excusedBy && `${duty.excusedBy}, ${duty.excusedAt ? formatDate(duty.excusedAt) : ''}`,
        ]),
      })
    },
  })

export const agencyRoutes: readonly Route[] = [show, download('csv'), download('xlsx')]
