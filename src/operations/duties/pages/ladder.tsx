import { z } from 'zod'
import { localDate } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfQuestion,
  type Column,
  compareText,
  DateText,
  DescriptionList,
  FilterBar,
  formatDate,
  formatNumber,
  More,
  Select,
  searchKey,
  Table,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { type Settings, stepReached } from '../model.ts'
import { reachOfDuties } from '../reading/reach.ts'
import { listCounted } from '../reading/standings.ts'
import { countLadder, listLetters, listYears } from '../reminders/store.ts'
import { getSettings } from '../settings.ts'
import { AskedNotice, readAsked, whatOfPages } from './asked.tsx'
import { DutyTabs, groupOf, readDirectory } from './parts.tsx'
import {
  type AgencyGroup,
  agencyGroups,
  agencyPath,
  ladderPath,
  lettersPath,
  letterWords,
  matrixPath,
} from './words.ts'

const Query = z.object({
  nam: z.coerce.number().int().min(2000).max(2100).optional().catch(undefined),
  q: z.string().max(200).optional(),
  nhom: z.enum(['so-nganh', 'xa']).optional().catch(undefined),
  bac: z.coerce.number().int().min(1).max(100).optional().catch(undefined),
  sort: z.enum(['name', '-name', 'count', '-count', 'last', '-last']).catch('-count'),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.string().max(30).optional(),
})
type Query = z.infer<typeof Query>

interface LadderRow {
  agency: string
  name: string
  group: AgencyGroup
  count: number
  lastOn: string | null
  /** Where a letter is on its way: its state in words. */
  underWay: string | undefined
}

async function readLadder(ctx: Context, query: Query) {
  const reach = await reachOfDuties(ctx)
  const asked = await readAsked(ctx, query.tai)
  const { asOf } = asked
  const directory = await readDirectory(ctx, asked.at)
  const { card } = await getHomePack(ctx.sql)
  const thisYear = Number(localDate(asked.now, card.timeZone).slice(0, 4))
  const year = query.nam ?? thisYear
  const owing = await listCounted(ctx.sql, reach, asOf)
  const organisations = reach === 'all' ? 'all' : [...reach]
  const issued = new Map((await countLadder(ctx.sql, year, asOf)).map((row) => [row.agency, row]))
  const open = await listLetters(ctx.sql, {
    states: ['asked', 'explained', 'to-sign'],
    kind: 'reminder',
    organisations,
    at: asOf,
    limit: 1000,
  })
  const agencies = new Map(
    owing.map((agency) => [agency, groupOf(directory.tree, { agency, isOutside: false })] as const),
  )
  const rows = [...agencies].map(([agency, group]): LadderRow => {
    const own = issued.get(agency)
    const letter = open.find((one) => one.agency === agency)
    return {
      agency,
      name: directory.fullNameOf(agency),
      group,
      count: own?.count ?? 0,
      lastOn: own?.lastOn ?? null,
      underWay: letter && letterWords[letter.state].word,
    }
  })
  const years = [...new Set([thisYear, ...(await listYears(ctx.sql, asOf))])]
  return { asked, directory, settings: await getSettings(ctx, asOf), year, years, rows: choose(rows, query) }
}

type Ladder = Awaited<ReturnType<typeof readLadder>>

function choose(rows: readonly LadderRow[], { q, nhom, bac, sort }: Query): LadderRow[] {
  const words = searchKey(q ?? '')
    .split(' ')
    .filter(Boolean)
  const orders: Record<string, (a: LadderRow, b: LadderRow) => number> = {
    name: (a, b) => compareText(a.name, b.name),
    count: (a, b) => a.count - b.count,
    last: (a, b) => (a.lastOn ?? '').localeCompare(b.lastOn ?? ''),
  }
  const sign = sort.startsWith('-') ? -1 : 1
  return rows
    .filter(
      ({ name, agency, group, count }) =>
        (!nhom || group === nhom) &&
        (!bac || count >= bac) &&
        words.every((word) => searchKey(`${name} ${agency}`).includes(word)),
    )
    .toSorted((a, b) => sign * (orders[sort.replace('-', '')]?.(a, b) ?? 0) || compareText(a.name, b.name))
}

/** The step in words: a tag where one has been reached, how far it is where none has. */
export function LadderStep({ settings, count }: { settings: Settings; count: number }) {
  const step = stepReached(settings, count)
  const highest = Math.max(...settings.ladder.value.map((one) => one.count))
  if (step) return <Tag tone={step.count === highest ? 'danger' : 'warning'}>{step.words}</Tag>
  const next = settings.ladder.value.toSorted((a, b) => a.count - b.count)[0]
  return (
    <span class="muted">
      {count === 0 ? 'chưa bị nhắc nhở' : `còn ${(next?.count ?? 0) - count} lần tới ngưỡng ${next?.count}`}
    </span>
  )
}

const columnsOf = ({ settings, year, asked }: Pick<Ladder, 'settings' | 'year' | 'asked'>): Column<LadderRow>[] => [
  { key: 'name', title: 'Cơ quan', sortable: true, cell: ({ name }) => name },
  {
    key: 'count',
    title: 'Số lần nhắc nhở',
    kind: 'number',
    sortable: true,
    phone: true,
    cell: ({ agency, count }) =>
      count === 0 ? (
        '0'
      ) : (
        <a
          href={asked.link(
            withQuery(lettersPath, {
              'co-quan': agency,
              nam: String(year),
              loai: 'reminder',
              'trang-thai': 'issued',
            }),
          )}
        >
          {formatNumber(count)}
        </a>
      ),
  },
  { key: 'step', title: 'Mức', phone: true, cell: ({ count }) => <LadderStep settings={settings} count={count} /> },
  {
    key: 'last',
    title: 'Lần gần nhất',
    sortable: true,
    kind: 'nowrap',
    cell: ({ lastOn }) => lastOn && <DateText on={lastOn} />,
  },
  {
    key: 'open',
    title: 'Đang xử lý',
    phone: true,
    cell: ({ underWay }) => underWay ?? <span class="muted">không có</span>,
  },
]

const list = route({
  method: 'GET',
  path: ladderPath,
  access: 'duty:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const ladder = await readLadder(ctx, query)
    const { asked, settings, year, years, rows } = ladder
    const start = query.after === undefined ? 0 : rows.findIndex(({ agency }) => agency === query.after) + 1
    const shown = rows.slice(start, start + query.limit)
    const file = (format: string) =>
      withQuery(request.url.replace(ladderPath, `${ladderPath}.${format}`), { after: undefined })
    return page({
      title: `Bậc nhắc nhở năm ${year}`,
      crumbs: [{ label: 'Trách nhiệm cập nhật dữ liệu', href: asked.link(matrixPath) }],
      lead: settings.ladder.value.map((step) => `${step.count} lần: ${step.words.toLowerCase()}`).join(' · '),
      body: (
        <div class="stack">
          <AskedNotice asked={asked} />
          <DutyTabs current="ladder" asked={asked} />
          <p class="small muted">
            Chỉ văn bản nhắc nhở đã ban hành có số, ngày mới được tính, sau khi cơ quan được giải trình; văn bản đã thu
            hồi không tính. Cơ quan ngành dọc không thuộc diện này.
          </p>
          <Filters query={query} year={year} years={years} settings={settings} />
          <Table
            caption="Cơ quan, đơn vị"
            rows={shown}
            rowKey={({ agency }) => agency}
            rowHref={({ agency }) => asked.link(agencyPath(agency))}
            columns={columnsOf(ladder)}
            sort={query.sort}
            downloads={{ csv: file('csv'), xlsx: file('xlsx') }}
            paging={{
              total: rows.length,
              size: query.limit,
              sizes: [20, 50, 100],
              nextHref:
                start + query.limit < rows.length ? withQuery(request.url, { after: shown.at(-1)?.agency }) : undefined,
              previousHref:
                start > 0 ? withQuery(request.url, { after: rows[start - query.limit - 1]?.agency }) : undefined,
            }}
            empty={{ title: 'Không có cơ quan nào khớp', words: 'Bỏ bớt bộ lọc; tên có thể gõ không dấu.' }}
          />
          <Rules settings={settings} nameOf={ladder.directory.fullNameOf} />
          <AsOfQuestion at={asked.at} what={whatOfPages} />
        </div>
      ),
    })
  },
})

function Filters(props: { query: Query; year: number; years: readonly number[]; settings: Settings }) {
  const { query, year, years, settings } = props
  const step = settings.ladder.value.find(({ count }) => count === query.bac)
  return (
    <FilterBar
      names={['q', 'nhom', 'nam', 'bac']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(query.nhom ? [{ name: 'nhom', label: agencyGroups[query.nhom] }] : []),
        ...(step ? [{ name: 'bac', label: `Từ ${step.count} lần` }] : []),
      ]}
    >
      <TextInput name="q" type="search" label="Tên cơ quan" value={query.q} />
      <Select
        name="nhom"
        label="Nhóm"
        empty="Tất cả"
        value={query.nhom}
        options={[
          { value: 'so-nganh', label: agencyGroups['so-nganh'] },
          { value: 'xa', label: agencyGroups.xa },
        ]}
      />
      <Select
        name="bac"
        label="Mức"
        empty="Tất cả"
        value={query.bac === undefined ? undefined : String(query.bac)}
        options={settings.ladder.value.map(({ count, words }) => ({
          value: String(count),
          label: `Từ ${count} lần: ${words}`,
        }))}
      />
      <Select
        name="nam"
        label="Năm"
        value={String(year)}
        options={years.map((one) => ({ value: String(one), label: String(one) }))}
      />
    </FilterBar>
  )
}

const units = { 'working-hour': 'giờ làm việc', 'working-day': 'ngày làm việc' } as const

/** The settings in force, each with what it rests on. */
function Rules({ settings, nameOf }: { settings: Settings; nameOf: (code: string) => string }) {
  const {
    warnBefore,
    draftAfterWorkingDays,
    explainWithinWorkingDays,
    againAfterWorkingDays,
    ladder,
    issuer,
    outside,
  } = settings
  const say = (words: string, { citation, unverified }: { citation: string; unverified: boolean }) => (
    <>
      {words}
      <br />
      <span class="small muted">
        {citation}
        {unverified && ' · chưa đối chiếu với văn bản gốc'}
      </span>
    </>
  )
  const time = ({ amount, unit }: { amount: number; unit: keyof typeof units }) =>
    `${formatNumber(amount)} ${units[unit]}`
  return (
    <More title="Quy định đang áp dụng và căn cứ">
      <DescriptionList
        items={[
          {
            term: 'Cảnh báo trước hạn',
            value: say(
              `số liệu hằng ngày ${time(warnBefore.value.daily)}, các kỳ khác ${time(warnBefore.value.other)}`,
              warnBefore,
            ),
          },
          {
            term: 'Dự thảo văn bản khi chậm từ',
            value: say(`${draftAfterWorkingDays.value} ngày làm việc`, draftAfterWorkingDays),
          },
          {
            term: 'Thời hạn giải trình',
            value: say(`${explainWithinWorkingDays.value} ngày làm việc`, explainWithinWorkingDays),
          },
          {
            term: 'Văn bản kế tiếp sớm nhất sau',
            value: say(`${againAfterWorkingDays.value} ngày làm việc`, againAfterWorkingDays),
          },
          {
            term: 'Ngưỡng trong năm',
            value: say(ladder.value.map(({ count, words }) => `${count} lần: ${words}`).join('; '), ladder),
          },
          {
            term: 'Cơ quan ký ban hành',
            value: say(
              `${nameOf(issuer.value.organisation)}; khi chính cơ quan này chậm: ${nameOf(issuer.value.ownIssuer)}`,
              issuer,
            ),
          },
          {
            term: 'Cơ quan ngành dọc',
            value: say(
              outside.value === 'request' ? 'gửi văn bản đề nghị, không tính nhắc nhở' : 'không gửi văn bản',
              outside,
            ),
          },
        ]}
      />
    </More>
  )
}

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${ladderPath}.${format}`,
    access: 'duty:read',
    query: Query,
    async handle(ctx, { query }) {
      const { settings, year, rows } = await readLadder(ctx, query)
      return tableFile(format, {
        name: `bac-nhac-nho-${year}`,
        titles: ['Mã', 'Cơ quan', 'Nhóm', 'Số lần nhắc nhở', 'Mức', 'Lần gần nhất', 'Đang xử lý'],
        rows: rows.map(({ agency, name, group, count, lastOn, underWay }) => [
          agency,
          name,
          agencyGroups[group],
          count,
          stepReached(settings, count)?.words,
          lastOn && formatDate(lastOn),
          underWay,
        ]),
      })
    },
  })

export const ladderRoutes: readonly Route[] = [list, download('csv'), download('xlsx')]
