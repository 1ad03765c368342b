import { z } from 'zod'
import { localDate } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { AsOfQuestion, formatDate, formatDateTime, formatNumber, Notice } from '#ui'
import { calendarsOf } from '../keeping/schedule.ts'
import { listExcuses, listHistory, listToDo } from '../reading/history.ts'
import { reachOfDuties } from '../reading/reach.ts'
import { countStandings, listStandings, type StandingRow } from '../reading/standings.ts'
import { findHead } from '../reminders/letter.ts'
import { countIssued, listLetters } from '../reminders/store.ts'
import { getSettings } from '../settings.ts'
import { AgencyLadder, Owed, ToDo } from './agency-parts.tsx'
import { Query, subjectOf } from './agency-query.ts'
import { AskedNotice, readAsked, whatOfPages } from './asked.tsx'
import { Excuses, History } from './history.tsx'
import { readDirectory } from './parts.tsx'
import { dutyWords, matrixPath, showPeriod, subjectWords } from './words.ts'

const Params = z.strictObject({ code: z.string().max(35) })
const mostToDo = 200
const mostInFile = 100_000

/** The obligations of an agency or of a unit in it that the actor may see. @throws Problem 404 */
async function readAgency(ctx: Context, code: string, asOf: Date | undefined) {
  const reach = await reachOfDuties(ctx)
  const owed = await listStandings(ctx.sql, reach, { of: code, asOf })
  // What owed nothing yet at that moment is not unknown for that.
  if (owed.length === 0 && (!asOf || (await listStandings(ctx.sql, reach, { of: code })).length === 0))
    throw notFound('agency', code)
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
    const asked = await readAsked(ctx, query.tai)
    const { asOf } = asked
    const { reach, owed, place } = await readAgency(ctx, code, asOf)
    const directory = await readDirectory(ctx, asked.at)
    const settings = await getSettings(ctx, asOf)
    const year = await yearOf(ctx, asked.now)
    const calendar = await calendarsOf(ctx, asked.at)(code)
    const toDo = await listToDo(ctx.sql, reach, { of: place, asOf, limit: mostToDo })
    const history = await listHistory(ctx.sql, reach, {
      of: place,
      subject: subjectOf(query),
      lateOnly: query.cham === '1',
      after: query.after,
      asOf,
      limit: query.limit + 1,
    })
    const isOutside = owed.length > 0 && owed.every((row) => row.isOutside)
    const letters = await listLetters(ctx.sql, { agency: code, organisations: 'all', at: asOf, limit: 10 })
    return page({
      title: directory.fullNameOf(code),
      crumbs: [{ label: 'Trách nhiệm cập nhật dữ liệu', href: asked.link(matrixPath) }],
      // Who was its head then is not told by who holds the leader's permission now.
      lead: leadOf(owed, asked.at ? undefined : (await findHead(ctx, code))?.name),
      body: (
        <div class="stack-large">
          <AskedNotice asked={asked} />
          {isOutside && (
            <Notice title="Cơ quan ngành dọc">
              Không thuộc diện nhắc nhở của tỉnh; khi thiếu số liệu, cơ quan chủ trì gửi văn bản đề nghị phối hợp.
            </Notice>
          )}
          <ToDo duties={toDo} calendar={calendar} ctx={ctx} asked={asked} directory={directory} agency={code} />
          {place.isAgency && !isOutside && (
            <AgencyLadder
              settings={settings}
              year={year}
              count={await countIssued(ctx.sql, code, year, asOf)}
              letters={letters}
              asked={asked}
            />
          )}
          <Owed rows={owed} agency={code} directory={directory} calendar={calendar} asked={asked} />
          <History
            duties={history.slice(0, query.limit)}
            more={history.length > query.limit}
            owed={owed}
            query={query}
            address={request.url}
            agency={code}
          />
          <Excuses duties={await listExcuses(ctx.sql, reach, { of: place, asOf, limit: 50 })} />
          <AsOfQuestion at={asked.at} what={whatOfPages} />
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

async function yearOf(ctx: Context, at: Date): Promise<number> {
  const { card } = await getHomePack(ctx.sql)
  return Number(localDate(at, card.timeZone).slice(0, 4))
}

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${matrixPath}/don-vi/:code/lich-su.${format}`,
    access: 'duty:read',
    params: Params,
    query: Query,
    async handle(ctx, { params, query }) {
      const { asOf } = await readAsked(ctx, query.tai)
      const { reach, place } = await readAgency(ctx, params.code, asOf)
      const duties = await listHistory(ctx.sql, reach, {
        of: place,
        subject: subjectOf(query),
        lateOnly: query.cham === '1',
        asOf,
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
