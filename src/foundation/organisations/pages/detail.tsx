import { z } from 'zod'
import { page, type Route, route } from '#platform/http'
import type { Sql } from '#platform/sql'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DateText,
  DescriptionList,
  type Fact,
  formatDate,
  Notice,
  Section,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { managePermission } from '../actions.ts'
import { type AsOf, knownThen, readAsOf } from '../as-of.ts'
import { listOffices } from '../offices/read.ts'
import { officesPath } from '../offices/words.ts'
import {
  type At,
  listOrganisationVersions,
  listSuccessionsOf,
  type Organisation,
  type Recorded,
  type Succession,
} from '../store.ts'
import {
  ancestorsOf,
  findArea,
  findOrganisation,
  getOrganisation,
  listOldCodes,
  organisationTree,
  today,
} from '../tree/read.ts'
import { changeWords, kindWords, listPath, pathOf, type Work, workPath, works } from './words.ts'

const Params = z.strictObject({ code: z.string().max(35) })

export const detailRoute: Route = route({
  method: 'GET',
  path: `${listPath}/:code`,
  access: 'signed-in',
  params: Params,
  query: z.object({ xong: z.string().max(20).optional(), tai: z.string().max(30).optional() }),
  async handle(ctx, { params, query }) {
    const past = await readAsOf(ctx, query.tai)
    const organisation = await readThen(ctx.sql, params.code, past)
    const { code } = organisation
    const at = past ?? { asOf: await today(ctx) }
    const now = at.asOf
    const above = await ancestorsOf(ctx.sql, code, at)
    const tree = await organisationTree(ctx.sql, at)
    const versions = knownThen(await listOrganisationVersions(ctx.sql, code), past)
    const successions = await listSuccessionsOf(ctx.sql, code, past?.knownAt)
    const names = await nameAll(ctx.sql, successions)
    const pathThen = (one: string) => withQuery(pathOf(one), { tai: past?.text })
    const area = organisation.area
      ? ((await findArea(ctx.sql, organisation.area, at)) ?? (await findArea(ctx.sql, organisation.area)))
      : undefined
    const children = tree.nodes.filter((node) => node.row.parent === code).map((node) => node.row)
    const ended = organisation.validTo !== null && organisation.validTo < now
    return page({
      title: organisation.name,
      crumbs: [
        { label: 'Đơn vị', href: withQuery(listPath, { tai: past?.text }) },
        ...above.map((row) => ({ label: row.shortName ?? row.name, href: pathThen(row.code) })),
      ],
      lead: `${kindWords[organisation.kind]} · ${code}`,
      actions: ctx.can(managePermission) && !ended && !past && <Works code={code} />,
      body: (
        <div class="stack">
          <AsOfNotice at={past} what="thông tin đơn vị" />
          {query.xong && query.xong in works && (
            <Notice tone="done" role="status" title="Đã ghi thay đổi">
              Thay đổi có hiệu lực từ ngày đã chọn; thông tin trước đó vẫn xem lại được.
            </Notice>
          )}
          {ended && (
            <Notice
              tone="warning"
              title={`Đơn vị đã kết thúc hoạt động sau ngày ${formatDate(organisation.validTo ?? '')}`}
            />
          )}
          <DescriptionList
            items={[
              ...factsOf(organisation, area?.name),
              await oldCodeFact(ctx.sql, code),
              await headFact(ctx.sql, code, { ...at, tai: past?.text }),
            ]}
          />
          <Lineage code={code} rows={successions} names={names} pathOf={pathThen} />
          {children.length > 0 && <Children rows={children} pathOf={pathThen} />}
          <History versions={versions} />
          <AsOfQuestion at={past} what="thông tin đơn vị" />
        </div>
      ),
    })
  },
})

/** As it stood at the moment asked for; one that was not there then says so by its present form. */
const readThen = async (sql: Sql, code: string, past: AsOf | undefined): Promise<Organisation> =>
  (past && (await findOrganisation(sql, code, past))) ?? (await getOrganisation(sql, code))

function Works({ code }: { code: string }) {
  return (
    <div class="row">
      {(Object.keys(works) as Work[]).map((work) => (
        <Button key={work} href={workPath(code, work)} kind={work === 'giai-the' ? 'danger' : 'plain'} small>
          {works[work]}
        </Button>
      ))}
    </div>
  )
}

function factsOf(row: Organisation, areaName: string | undefined): Fact[] {
  return [
    {
      term: 'Mã',
      value: (
        <>
          {row.code} {row.localCode && <Tag>Mã riêng, chờ mã định danh chính thức</Tag>}
        </>
      ),
    },
    { term: 'Tên ngắn', value: row.shortName },
    { term: 'Tên tiếng Anh', value: row.nameEn },
    { term: 'Địa bàn', value: areaName },
    { term: 'Hiệu lực', value: <Validity row={row} /> },
    { term: 'Văn bản', value: row.decision },
    {
      term: 'Đối chiếu',
      value: row.unverified ? <Tag tone="warning">Chưa đối chiếu văn bản</Tag> : 'Không có ghi chú chưa đối chiếu',
    },
    ...(row.note ? [{ term: 'Ghi chú', value: row.note }] : []),
  ]
}

function Validity({ row }: { row: Pick<Organisation, 'validFrom' | 'validTo'> }) {
  return (
    <span>
      {row.validFrom ? (
        <>
          từ <DateText on={row.validFrom} />
        </>
      ) : (
        'từ trước khi có dữ liệu'
      )}
      {row.validTo && (
        <>
          {' '}
          đến hết <DateText on={row.validTo} />
        </>
      )}
    </span>
  )
}

/** Names of the agencies before and after, by code. */
async function nameAll(sql: Sql, rows: readonly Succession[]): Promise<Map<string, string>> {
  const codes = new Set(
    rows.flatMap((row) => [row.successor ?? '', row.predecessor ?? '']).filter((code) => code !== ''),
  )
  const found = await Promise.all([...codes].map((code) => findOrganisation(sql, code)))
  return new Map(found.flatMap((row) => (row ? [[row.code, row.name] as const] : [])))
}

async function oldCodeFact(sql: Sql, code: string): Promise<Fact> {
  const old = await listOldCodes(sql, code)
  return { term: 'Mã dạng cũ (đảo ngược)', value: old.join(', ') || 'không có dạng cũ' }
}

async function headFact(sql: Sql, code: string, { tai, ...at }: At & { tai?: string }): Promise<Fact> {
  const head = (await listOffices(sql, code, at)).find(({ position }) => position.rank === 'head')
  const names = head?.holders.map(({ personName, acting }) => `${acting ? 'Quyền ' : ''}${personName}`).join(', ')
  return {
    term: 'Người đứng đầu',
    value: (
      <>
        {head ? `${head.position.title}: ${names || 'chưa có người giữ'}` : 'chưa khai báo'}
        {' · '}
        <a href={withQuery(officesPath(code), { tai })}>Chức danh và người giữ</a>
      </>
    ),
  }
}

interface LineageProps {
  code: string
  rows: readonly Succession[]
  names: ReadonlyMap<string, string>
  pathOf: (code: string) => string
}

function Lineage({ code, rows, names, pathOf }: LineageProps) {
  const others = rows.filter((row) => row.successor !== row.predecessor)
  if (others.length === 0) return null
  const link = (other: string | null, name: string | null) =>
    other ? <a href={pathOf(other)}>{names.get(other) ?? other}</a> : name
  return (
    <Section title="Đơn vị trước và sau">
      <Table
        caption="Đơn vị trước và sau"
        hideCaption
        plain
        rows={others}
        rowKey={(row) => `${row.predecessor ?? row.predecessorName}-${row.successor}`}
        columns={[
          {
            key: 'other',
            title: 'Đơn vị',
            cell: (row) =>
              row.successor === code
                ? link(row.predecessor, row.predecessorName)
                : (link(row.successor, null) ?? 'không có đơn vị kế tục'),
          },
          {
            key: 'side',
            title: 'Là',
            cell: (row) => (row.successor === code ? 'Đơn vị trước' : 'Đơn vị kế tục'),
            phone: true,
          },
          { key: 'how', title: 'Việc', cell: (row) => changeWords[row.how], phone: true },
          {
            key: 'on',
            title: 'Từ ngày',
            kind: 'nowrap',
            cell: (row) => (row.effectiveOn ? formatDate(row.effectiveOn) : 'chưa rõ'),
          },
          { key: 'decision', title: 'Văn bản', cell: (row) => row.decision ?? 'chưa có' },
        ]}
      />
    </Section>
  )
}

function Children({ rows, pathOf }: { rows: readonly Organisation[]; pathOf: (code: string) => string }) {
  return (
    <Section title="Đơn vị trực thuộc">
      <Table
        caption="Đơn vị trực thuộc"
        hideCaption
        plain
        rows={rows}
        rowKey={(row) => row.code}
        rowHref={(row) => pathOf(row.code)}
        columns={[
          { key: 'name', title: 'Đơn vị', cell: (row) => row.name },
          { key: 'code', title: 'Mã', kind: 'nowrap', cell: (row) => row.code, phone: true },
          { key: 'kind', title: 'Loại', cell: (row) => kindWords[row.kind] },
        ]}
      />
    </Section>
  )
}

function History({ versions }: { versions: readonly (Organisation & Recorded)[] }) {
  return (
    <Section title="Quá trình">
      <Table
        caption="Tên và cấp quản lý qua các thời kỳ, kể cả thông tin đã được thay"
        plain
        rows={versions}
        rowKey={(row) => String(row.id)}
        columns={[
          { key: 'name', title: 'Tên', cell: (row) => row.name },
          { key: 'valid', title: 'Hiệu lực', cell: (row) => <Validity row={row} />, phone: true },
          { key: 'parent', title: 'Cấp trên', kind: 'nowrap', cell: (row) => row.parent ?? 'không có' },
          { key: 'decision', title: 'Văn bản', cell: (row) => row.decision ?? 'chưa có' },
          {
            key: 'state',
            title: 'Ghi nhận',
            phone: true,
            cell: (row) =>
              row.recordedTo ? (
                <span>
                  đã được thay <Time at={row.recordedTo} exact />
                </span>
              ) : row.origin === 'pack' ? (
                'theo gói dữ liệu'
              ) : (
                `do ${row.recordedBy} nhập`
              ),
          },
        ]}
      />
    </Section>
  )
}
