import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { AsOfQuestion, type Column, DateText, FilterBar, formatDate, Select, Table, Tag, Time, withQuery } from '#ui'
import { letterStates } from '../model.ts'
import { reachOfDuties } from '../reading/reach.ts'
import { type LetterRow, listLetters } from '../reminders/store.ts'
import { type Asked, AskedNotice, readAsked, whatOfLetters } from './asked.tsx'
import { type Directory, DutyTabs, readDirectory } from './parts.tsx'
import { kindWords, letterPath, lettersPath, letterWords, matrixPath } from './words.ts'

const Query = z.object({
  'trang-thai': z
    .enum([...letterStates, 'mo'])
    .optional()
    .catch(undefined),
  loai: z.enum(['reminder', 'request']).optional().catch(undefined),
  'co-quan': z.string().max(35).optional(),
  nam: z.coerce.number().int().min(2000).max(2100).optional().catch(undefined),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.string().max(30).optional(),
})
type Query = z.infer<typeof Query>

const mostInFile = 20_000

interface Finding {
  query: Query
  asked: Asked
  limit: number
}

async function find(ctx: Context, { query, asked, limit }: Finding): Promise<LetterRow[]> {
  const reach = await reachOfDuties(ctx)
  const state = query['trang-thai']
  return listLetters(ctx.sql, {
    states: state === 'mo' ? ['asked', 'explained', 'to-sign'] : state && [state],
    kind: query.loai,
    agency: query['co-quan'],
    year: query.nam,
    organisations: reach === 'all' ? 'all' : [...reach],
    before: query.after,
    at: asked.asOf,
    limit,
  })
}

const columnsOf = ({ fullNameOf }: Directory): Column<LetterRow>[] => [
  { key: 'code', title: 'Dự thảo', kind: 'nowrap', cell: ({ code }) => code },
  { key: 'agency', title: 'Gửi cơ quan', phone: true, cell: ({ agency }) => fullNameOf(agency) },
  { key: 'kind', title: 'Loại', cell: ({ kind }) => kindWords[kind] },
  {
    key: 'state',
    title: 'Tình trạng',
    phone: true,
    cell: ({ state }) => <Tag tone={letterWords[state].tone}>{letterWords[state].word}</Tag>,
  },
  {
    key: 'number',
    title: 'Số, ngày ban hành',
    phone: true,
    cell: ({ numberText, issuedOn }) =>
      numberText &&
      issuedOn && (
        <>
          {numberText} ngày <DateText on={issuedOn} />
        </>
      ),
  },
  { key: 'drafted', title: 'Dự thảo lúc', cell: ({ draftedAt }) => <Time at={draftedAt} exact /> },
  {
    key: 'until',
    title: 'Hạn giải trình',
    cell: ({ state, explainBy }) => state === 'asked' && explainBy && <Time at={explainBy} exact />,
  },
]

const list = route({
  method: 'GET',
  path: lettersPath,
  access: 'duty:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const asked = await readAsked(ctx, query.tai)
    const directory = await readDirectory(ctx, asked.at)
    const found = await find(ctx, { query, asked, limit: query.limit + 1 })
    const rows = found.slice(0, query.limit)
    const file = (format: string) =>
      withQuery(request.url.replace(lettersPath, `${lettersPath}.${format}`), { after: undefined })
    return page({
      title: 'Văn bản nhắc nhở, đề nghị',
      crumbs: [{ label: 'Trách nhiệm cập nhật dữ liệu', href: asked.link(matrixPath) }],
      lead: 'Hệ thống dự thảo khi số liệu chậm; cơ quan được giải trình trước khi văn bản được ký ban hành.',
      islands: ['table'],
      body: (
        <div class="stack">
          <AskedNotice asked={asked} what={whatOfLetters} />
          <DutyTabs current="letters" asked={asked} />
          <Filters query={query} directory={directory} />
          <Table
            caption="Văn bản"
            id="rows"
            rows={rows}
            rowKey={({ code }) => code}
            rowHref={({ code }) => asked.link(letterPath(code))}
            columns={columnsOf(directory)}
            downloads={{ csv: file('csv'), xlsx: file('xlsx') }}
            paging={{
              size: query.limit,
              sizes: [20, 50, 100],
              nextHref:
                found.length > query.limit
                  ? withQuery(request.url, { after: String(rows.at(-1)?.id ?? '') })
                  : undefined,
            }}
            empty={{
              title: 'Không có văn bản nào',
              words: 'Dự thảo tự hiện ở đây khi một cơ quan chậm cập nhật quá số ngày làm việc quy định.',
            }}
          />
          <AsOfQuestion at={asked.at} what={whatOfLetters} />
        </div>
      ),
    })
  },
})

function Filters({ query, directory }: { query: Query; directory: Directory }) {
  const state = query['trang-thai']
  const agency = query['co-quan']
  return (
    <FilterBar
      names={['trang-thai', 'loai', 'nam']}
      active={[
        ...(state ? [{ name: 'trang-thai', label: state === 'mo' ? 'Đang xử lý' : letterWords[state].word }] : []),
        ...(query.loai ? [{ name: 'loai', label: kindWords[query.loai] }] : []),
        ...(agency ? [{ name: 'co-quan', label: directory.nameOf(agency) }] : []),
        ...(query.nam ? [{ name: 'nam', label: `Năm ${query.nam}` }] : []),
      ]}
    >
      <Select
        name="trang-thai"
        label="Tình trạng"
        empty="Tất cả"
        value={state}
        options={[
          { value: 'mo', label: 'Đang xử lý' },
          ...letterStates.map((value) => ({ value, label: letterWords[value].word })),
        ]}
      />
      <Select
        name="loai"
        label="Loại"
        empty="Tất cả"
        value={query.loai}
        options={Object.entries(kindWords).map(([value, label]) => ({ value, label }))}
      />
    </FilterBar>
  )
}

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${lettersPath}.${format}`,
    access: 'duty:read',
    query: Query,
    async handle(ctx, { query }) {
      const asked = await readAsked(ctx, query.tai)
      const { fullNameOf } = await readDirectory(ctx, asked.at)
      return tableFile(format, {
        name: 'van-ban-nhac-nho',
        titles: [
          'Dự thảo',
          'Loại',
          'Gửi cơ quan',
          'Tình trạng',
          'Số',
          'Ngày ban hành',
          'Giải trình',
          'Kết luận',
          'Người ký',
        ],
        rows: (await find(ctx, { query, asked, limit: mostInFile })).map((row) => [
          row.code,
          kindWords[row.kind],
          fullNameOf(row.agency),
          letterWords[row.state].word,
          row.numberText,
          row.issuedOn && formatDate(row.issuedOn),
          row.explanation,
          row.decision ?? row.closedReason,
          row.issuedBy,
        ]),
      })
    },
  })

export const letterListRoutes: readonly Route[] = [list, download('csv'), download('xlsx')]
