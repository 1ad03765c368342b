import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  ExerciseMark,
  FilterBar,
  formatDateTime,
  Select,
  Table,
  Tabs,
  Tag,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import {
  exerciseWord,
  incidentPath,
  incidentStateNames,
  kindCodes,
  kinds,
  levelOf,
  incidentsPath as path,
  sayLevel,
  titleOf,
} from '../model.ts'
import { commandPermission, listTopic, readPermission } from '../record/access.ts'
import { countOpen, type IncidentQuery, type IncidentRow, listIncidents, listOrders } from '../record/store.ts'
import { LevelMark } from './incident-frame.tsx'
import { keptNotice, Moment, type Past, readPast } from './past.tsx'

const sizes = [20, 50, 100]
const Query = z.object({
  'che-do': z.literal('dien-tap').optional().catch(undefined),
  'trang-thai': z.enum(['open', 'closed']).optional().catch(undefined),
  loai: z.enum(kindCodes).optional().catch(undefined),
  q: z.string().trim().max(100).optional(),
  sort: z
    .string()
    .regex(/^-?(started|code|title|level)$/)
    .optional()
    .catch(undefined),
  limit: z.coerce.number().int().optional().catch(undefined),
  after: z.string().max(400).optional(),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: Moment,
})
type Query = z.infer<typeof Query>

const separator = '~'

function questionOf({ ctx, at }: Past, query: Query): Omit<IncidentQuery, 'limit' | 'after'> {
  const sort = query.sort ?? '-started'
  return {
    reach: ctx.reach(readPermission),
    exercise: query['che-do'] === 'dien-tap',
    state: query['trang-thai'],
    kind: query.loai,
    words: query.q || undefined,
    order: listOrders.find((order) => order === sort.replace('-', '')) ?? 'started',
    falling: sort.startsWith('-'),
    at: at?.knownAt,
  }
}

function readAfter(after: string | undefined): { value: string; code: string } | undefined {
  const at = after?.lastIndexOf(separator) ?? -1
  return after && at >= 0 ? { value: after.slice(0, at), code: after.slice(at + 1) } : undefined
}

const list = route({
  method: 'GET',
  path,
  access: readPermission,
  query: Query,
  async handle(asker, { query, request }) {
    const past = await readPast(asker, query.tai)
    const { ctx, at } = past
    const question = questionOf(past, query)
    const exercise = question.exercise === true
    if (query.tep)
      return tableFile(query.tep, {
        name: exercise ? 'dien-tap' : 'tinh-huong',
        titles: fileTitles,
        rows: fileRows(ctx, question),
      })
    const size = sizes.find((one) => one === query.limit) ?? 20
    const rows = await listIncidents(ctx.sql, { ...question, after: readAfter(query.after), limit: size + 1 })
    const shown = rows.slice(0, size)
    const last = shown.at(-1)
    const nextHref =
      rows.length > size && last
        ? withQuery(request.url, { after: `${last.orderValue}${separator}${last.code}` })
        : undefined
    const counts = await countOpen(ctx.sql, question.reach, at?.knownAt)
    return page({
      title: exercise ? `${exerciseWord} · Các cuộc diễn tập` : 'Tình huống',
      exercise,
      lead: exercise
        ? 'Chạy thử kịch bản. Không tính vào số liệu tình huống, không phát tin thật.'
        : 'Sự việc đang được chỉ huy xử lý theo kịch bản, và các sự việc đã đóng.',
      islands: ['table'],
      actions: ctx.can(commandPermission) && <OpenActions exercise={exercise} />,
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="các tình huống" />
          {await keptNotice(past, 'incident')}
          <Tabs
            label="Tình huống và diễn tập"
            items={[
              { label: 'Tình huống', href: withQuery(path, { tai: at?.text }), current: !exercise, count: counts.real },
              {
                label: 'Diễn tập',
                href: withQuery(path, { 'che-do': 'dien-tap', tai: at?.text }),
                current: exercise,
                count: counts.exercise,
              },
            ]}
          />
          <Filters query={query} />
          <div id="danh-sach" data-live={at ? undefined : listTopic} data-live-label="Danh sách">
            <List
              rows={shown}
              address={request.url}
              nextHref={nextHref}
              size={size}
              exercise={exercise}
              sort={query.sort ?? '-started'}
              tai={at?.text}
            />
          </div>
          <AsOfQuestion at={at} what="các tình huống" />
        </div>
      ),
    })
  },
})

/** From the list of exercises nothing real is opened. */
function OpenActions({ exercise }: { exercise: boolean }) {
  return exercise ? (
    <Button href={`${path}/mo-dien-tap`} icon="add">
      Mở cuộc diễn tập
    </Button>
  ) : (
    <>
      <Button href={`${path}/mo`} icon="add" kind="primary">
        Mở tình huống
      </Button>
      <Button href={`${path}/mo-dien-tap`}>Diễn tập</Button>
    </>
  )
}

function Filters({ query }: { query: Query }) {
  const active = [
    ...(query['trang-thai']
      ? [{ name: 'trang-thai', label: `Trạng thái: ${incidentStateNames[query['trang-thai']]}` }]
      : []),
    ...(query.loai ? [{ name: 'loai', label: `Loại: ${kinds[query.loai].name}` }] : []),
    ...(query.q ? [{ name: 'q', label: `Có chữ: ${query.q}` }] : []),
  ]
  return (
    <FilterBar names={['trang-thai', 'loai', 'q']} active={active}>
      <TextInput name="q" label="Tên, nơi hoặc mã" value={query.q} optional />
      <Select
        name="loai"
        label="Loại"
        empty="Mọi loại"
        value={query.loai}
        options={kindCodes.map((value) => ({ value, label: kinds[value].name }))}
      />
      <Select
        name="trang-thai"
        label="Trạng thái"
        empty="Tất cả"
        value={query['trang-thai']}
        options={(['open', 'closed'] as const).map((value) => ({ value, label: incidentStateNames[value] }))}
      />
    </FilterBar>
  )
}

interface ListProps {
  rows: readonly IncidentRow[]
  address: string
  nextHref: string | undefined
  size: number
  exercise: boolean
  sort: string
  tai: string | undefined
}

function List({ rows, address, nextHref, size, exercise, sort, tai }: ListProps) {
  return (
    <Table
      caption={exercise ? 'Các cuộc diễn tập' : 'Tình huống'}
      id="cac-tinh-huong"
      rows={rows}
      rowKey={(row) => row.code}
      rowHref={(row) => withQuery(incidentPath(row.code), { tai })}
      sort={sort}
      paging={{ nextHref, size, sizes }}
      downloads={{
        csv: withQuery(address, { tep: 'csv', after: undefined }),
        xlsx: withQuery(address, { tep: 'xlsx', after: undefined }),
      }}
      empty={
        exercise
          ? { title: 'Chưa có cuộc diễn tập nào', words: 'Mở một cuộc diễn tập để chạy thử một kịch bản.' }
          : {
              title: 'Không có tình huống nào khớp',
              words: 'Tình huống được mở từ một cảnh báo hoặc bằng nút Mở tình huống.',
            }
      }
      columns={[
        { key: 'title', title: 'Tình huống', sortable: true, cell: (row) => titleOf(row) },
        {
          key: 'level',
          title: 'Mức độ',
          sortable: true,
          phone: true,
          cell: (row) => (
            <>
              <LevelMark incident={row} /> {row.exercise && <ExerciseMark />}
            </>
          ),
        },
        { key: 'place', title: 'Nơi', cell: (row) => row.place, phone: true },
        { key: 'commander', title: 'Chỉ huy', cell: (row) => row.commanderName ?? <Tag tone="warning">Chưa có</Tag> },
        { key: 'steps', title: 'Nhiệm vụ', kind: 'nowrap', phone: true, cell: (row) => <Steps row={row} /> },
        {
          key: 'started',
          title: 'Bắt đầu',
          sortable: true,
          kind: 'nowrap',
          cell: (row) => <Time at={row.startedAt} />,
        },
        {
          key: 'state',
          title: 'Trạng thái',
          cell: (row) => <Tag tone={row.state === 'open' ? 'info' : 'neutral'}>{incidentStateNames[row.state]}</Tag>,
        },
        { key: 'code', title: 'Mã', sortable: true, kind: 'nowrap', cell: (row) => row.code },
      ]}
    />
  )
}

function Steps({ row }: { row: IncidentRow }) {
  if (row.stepsTotal === 0) return <>chưa có</>
  return (
    <>
      <span class="number">
        {row.stepsDone}/{row.stepsTotal} xong
      </span>{' '}
      {row.stepsLate > 0 && <Tag tone="danger">{row.stepsLate} quá hạn</Tag>}
    </>
  )
}

const fileTitles = [
  'Chế độ',
  'Mã',
  'Tên',
  'Loại',
  'Mức độ',
  'Nơi',
  'Chỉ huy',
  'Trạng thái',
  'Bắt đầu',
  'Đóng',
  'Nhiệm vụ xong',
  'Nhiệm vụ',
  'Quá hạn',
  'Kết luận',
]
const filePiece = 500

async function* fileRows(ctx: Context, question: Omit<IncidentQuery, 'limit' | 'after'>) {
  for (let after: { value: string; code: string } | undefined; ; ) {
    const piece = await listIncidents(ctx.sql, { ...question, after, limit: filePiece })
    for (const row of piece) {
      const level = levelOf(row.kind, row.level)
      yield [
        row.exercise ? exerciseWord : 'Thật',
        row.code,
        titleOf(row),
        kinds[row.kind].name,
        level ? sayLevel(level) : row.level,
        row.place,
        row.commanderName,
        incidentStateNames[row.state],
        formatDateTime(row.startedAt),
        row.closedAt ? formatDateTime(row.closedAt) : '',
        row.stepsDone,
        row.stepsTotal,
        row.stepsLate,
        row.conclusion,
      ]
    }
    const last = piece.at(-1)
    after = last && { value: last.orderValue, code: last.code }
    if (piece.length < filePiece) return
  }
}

export const incidentListRoutes: readonly Route[] = [list]
