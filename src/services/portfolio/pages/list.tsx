import type { Context } from '#platform/context'
import { page, type Reply, type Route, route } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  type Column,
  compareText,
  FilterBar,
  formatDateTime,
  formatNumber,
  Notice,
  Select,
  Table,
  Tabs,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { readPermission } from '../actions.ts'
import { findKeptSince } from '../former.ts'
import { nameState, natureWords, shareOf, unkeptState } from '../model.ts'
import { listProjects, type Project, type Survey, surveyProjects, type Totals } from '../store.ts'
import { type Asked, orderStates, pageOf, Query, readAsked } from './asked.ts'
import { KeptSince } from './kept-since.tsx'
import { exportProjects, printProjects } from './list-files.ts'
import { nameOwners } from './names.ts'
import { ProgrammeLines, readProgrammeLines } from './programme.tsx'
import {
  disbursedShare,
  illustrationWord,
  inMillions,
  listPath,
  progressWords,
  projectPath,
  shareWords,
  stateTone,
  unitOf,
} from './words.ts'

export const listRoute: Route = route({
  method: 'GET',
  path: listPath,
  access: readPermission,
  query: Query,
  async handle(ctx, { query, request }) {
    const asked = await readAsked(ctx, query)
    if (query.tep) return exportProjects(ctx, asked, query.tep)
    if (query.in) return printProjects(ctx, asked, query.in)
    return show(ctx, { query, asked, url: request.url })
  },
})

const natureTabs = [
  { value: 'project', label: natureWords.project },
  { value: 'task', label: natureWords.task },
  { value: 'tat-ca', label: 'Tất cả' },
] as const

interface Showing {
  query: Query
  asked: Asked
  url: string
}

async function show(ctx: Context, { query, asked, url }: Showing): Promise<Reply> {
  const found = await listProjects(ctx.sql, asked.query, pageOf(asked, query.after, query.limit + 1))
  const rows = found.slice(0, query.limit)
  const last = rows.at(-1)
  const survey = await surveyProjects(ctx.sql, asked.query)
  const { totals } = survey
  const owners = [...rows.map(({ organisation }) => organisation), ...survey.organisations]
  const names = await nameOwners(ctx, owners, asked.at)
  const { source, at } = asked
  return page({
    title: 'Danh mục dự án',
    lead: source
      ? `${source.name} · số liệu đến ${at ? formatDateTime(at.knownAt, at.timeZone) : 'nay'}, ${asked.query.year === undefined ? 'cộng các năm' : `vốn năm ${asked.query.year}`}`
      : 'Dự án, nhiệm vụ và vốn theo sổ biến động.',
    islands: ['table'],
    actions: rows.length > 0 && (
      <>
        <Button href={withQuery(url, { in: 'pdf', after: undefined })}>In danh mục (PDF)</Button>
        <Button kind="quiet" href={withQuery(url, { in: 'html', after: undefined })} download>
          Tải bản in (HTML)
        </Button>
      </>
    ),
    body: (
      <div class="stack">
        <AsOfNotice at={at} what="danh mục dự án" />
        <KeptSince
          since={
            survey.states.includes(unkeptState) ? await findKeptSince(ctx.sql, { list: asked.query.source }) : null
          }
        />
        {source && !source.isHome && (
          <Notice title="Dữ liệu mẫu, không phải của tỉnh">
            {`Danh mục này lấy từ nguồn “${source.name}” để thử khối lượng lớn; không cộng chung với danh mục của tỉnh.`}
          </Notice>
        )}
        {source && source.natures.length > 1 && (
          <Tabs
            label="Loại"
            items={natureTabs.map(({ value, label }) => ({
              label,
              href: withQuery(url, { loai: value, after: undefined, 'tinh-trang': undefined }),
              current: (asked.nature ?? 'tat-ca') === value,
            }))}
          />
        )}
        {source?.kind === 'own' && <ProgrammeLines lines={await readProgrammeLines(ctx, at)} />}
        <Filters query={query} asked={asked} survey={survey} names={names} />
        <Table
          caption={source?.name ?? 'Dự án, nhiệm vụ'}
          rows={rows}
          rowKey={({ code }) => code}
          rowHref={({ code }) => projectPath(code, at)}
          columns={columnsOf(asked, names, totals)}
          sort={asked.sort.text}
          id="rows"
          downloads={{
            csv: withQuery(url, { tep: 'csv', after: undefined }),
            xlsx: withQuery(url, { tep: 'xlsx', after: undefined }),
          }}
          paging={{
            nextHref: found.length > rows.length && last ? withQuery(url, { after: last.code }) : undefined,
            previousHref: query.after ? withQuery(url, { after: undefined }) : undefined,
            total: totals.reduce((sum, { count }) => sum + count, 0),
            size: query.limit,
            sizes: [20, 50, 100],
          }}
          empty={emptyWords(asked)}
        />
        <p class="muted small">
          Tỷ lệ giải ngân = giải ngân / (giao vốn + điều chỉnh); nơi chưa giao vốn thì trên kế hoạch vốn; không có cả
          hai thì để trống. Có thể trên 100%.
        </p>
        <AsOfQuestion at={at} what="danh mục dự án" />
      </div>
    ),
  })
}

function emptyWords({ sources, at }: Asked): { title: string; words: string } {
  if (sources.length > 0) return { title: 'Không có dự án nào khớp', words: 'Bỏ bớt bộ lọc, hoặc chọn danh mục khác.' }
  return at
    ? {
        title: 'Lúc đó hệ thống chưa biết dự án nào trong phạm vi của ông/bà',
        words: 'Danh mục tính theo lúc số liệu được ghi vào hệ thống. Hãy chọn một thời điểm muộn hơn.',
      }
    : {
        title: 'Chưa có dự án nào trong phạm vi của ông/bà',
        words: 'Dự án xuất hiện ở đây khi gói dữ liệu của tỉnh hoặc một nguồn dữ liệu có danh mục của cơ quan mình.',
      }
}

interface FiltersProps {
  query: Query
  asked: Asked
  survey: Survey
  names: ReadonlyMap<string, string>
}

function Filters({ query, asked, survey, names }: FiltersProps) {
  const { years, sources, source } = asked
  const named = (code: string) => names.get(code) ?? code
  return (
    <FilterBar
      names={['nguon', 'q', 'don-vi', 'tinh-trang', 'nam', 'cham']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tên, mã: ${query.q}` }] : []),
        ...(query['don-vi'] ? [{ name: 'don-vi', label: `Chủ đầu tư: ${named(query['don-vi'])}` }] : []),
        ...(query['tinh-trang'] ? [{ name: 'tinh-trang', label: nameState(query['tinh-trang']) }] : []),
        ...(query.nam ? [{ name: 'nam', label: `Vốn năm ${query.nam}` }] : []),
        ...(query.cham ? [{ name: 'cham', label: `Chậm, vốn năm ${asked.query.year}` }] : []),
      ]}
    >
      {sources.length > 1 && (
        <Select
          name="nguon"
          label="Danh mục"
          options={sources.map(({ code, name, isHome }) => ({ value: code, label: isHome ? name : `Mẫu: ${name}` }))}
          value={source?.code}
        />
      )}
      <TextInput name="q" type="search" label="Tên hoặc mã" value={query.q} />
      <Select
        name="don-vi"
        label="Chủ đầu tư"
        empty="Tất cả"
        options={survey.organisations
          .map((code) => ({ value: code, label: named(code) }))
          .sort((a, b) => compareText(a.label, b.label))}
        value={query['don-vi']}
      />
      <Select
        name="tinh-trang"
        label="Tình trạng"
        empty="Tất cả"
        options={orderStates(survey.states).map((state) => ({ value: state, label: nameState(state) }))}
        value={query['tinh-trang']}
      />
      <Select
        name="nam"
        label="Vốn của năm"
        empty="Cộng các năm"
        options={years.map((year) => ({ value: String(year), label: String(year) }))}
        value={query.nam === undefined ? undefined : String(query.nam)}
      />
      <Select
        name="cham"
        label="Tiến độ"
        empty="Tất cả"
        options={[{ value: 'co', label: 'Chỉ dự án chậm' }]}
        value={query.cham}
      />
    </FilterBar>
  )
}

function columnsOf(asked: Asked, names: ReadonlyMap<string, string>, totals: readonly Totals[]): Column<Project>[] {
  // Amounts of two currencies are never added up.
  const [only] = totals.length === 1 ? totals : []
  const unit = only ? unitOf(only.currency) : 'triệu, theo tiền tệ của dự án'
  const amount = (key: 'total' | 'planned' | 'granted' | 'disbursed', title: string): Column<Project> => ({
    key,
    title,
    unit,
    kind: 'number',
    sortable: key !== 'planned',
    cell: (row) => inMillions(row[key]),
    total: only && (inMillions(only[key]) ?? formatNumber(0, 1)),
    phone: key === 'granted',
  })
  const share = only && shareOf(Number(only.disbursed), Number(only.granted))
  return [
    {
      key: 'name',
      title: 'Dự án, nhiệm vụ',
      sortable: true,
      // What is invented is said with its name, wherever the name goes.
      cell: (row) => (row.illustration ? `${row.name} (${illustrationWord.toLowerCase()})` : row.name),
      total: 'Tổng cộng cả danh mục',
    },
    { key: 'owner', title: 'Chủ đầu tư', cell: (row) => names.get(row.organisation) ?? row.organisation },
    {
      key: 'state',
      title: 'Tình trạng',
      phone: true,
      cell: (row) => <Tag tone={stateTone(row.state)}>{nameState(row.state)}</Tag>,
    },
    amount('total', 'Tổng mức'),
    ...(asked.query.year === undefined ? [] : [amount('planned', 'Kế hoạch')]),
    amount('granted', 'Vốn giao'),
    amount('disbursed', 'Giải ngân'),
    {
      key: 'share',
      title: 'Tỷ lệ',
      kind: 'number',
      sortable: true,
      phone: true,
      cell: (row) => shareWords(disbursedShare(row)),
      total: only && shareWords(share),
    },
    {
      key: 'slip',
      title: 'Tiến độ',
      kind: 'nowrap',
      sortable: true,
      cell: (row) => progressWords(row),
    },
    {
      key: 'obstacles',
      title: 'Vướng mắc',
      kind: 'number',
      sortable: true,
      cell: (row) => (row.state === unkeptState ? undefined : formatNumber(row.openObstacles)),
    },
  ]
}
