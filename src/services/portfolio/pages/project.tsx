import { z } from 'zod'
import { DirectivesOf, directiveFormPath, listDirectivesOf } from '#directives'
import { listPeople } from '#identity'
import { type AsOf, readAsOf, today } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page, type Reply, type Route, route } from '#platform/http'
import { type TableFormat, tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DescriptionList,
  EmptyState,
  FreshnessLine,
  formatDate,
  formatDateTime,
  formatNumber,
  Notice,
  Section,
  Table,
  Tag,
  withQuery,
} from '#ui'
import { readPermission, writePermission } from '../actions.ts'
import { listCapital, listMovements, type Movement } from '../capital-store.ts'
import { findKeptSince } from '../former.ts'
import { fundWords, movementWords, nameState, natureWords, slowWords, unkeptState } from '../model.ts'
import { listMilestones, listObstacles } from '../progress-store.ts'
import { listOpenSpells, type Spell } from '../slow-store.ts'
import { findProject, type Project } from '../store.ts'
import { CapitalSection } from './capital.tsx'
import { KeptSince } from './kept-since.tsx'
import { nameOwners } from './names.ts'
import { MilestoneSection, ObstacleSection } from './progress.tsx'
import { notThen } from './then.ts'
import {
  disbursedShare,
  illustrationWord,
  listPath,
  moneyWords,
  projectPath,
  shareWords,
  slipWords,
  stateTone,
} from './words.ts'

export const Params = z.strictObject({ code: z.string().max(300) })

const movementsShown = 200
const mostInFile = 20_000

export const projectRoute: Route = route({
  method: 'GET',
  path: `${listPath}/:code`,
  access: readPermission,
  params: Params,
  query: z.object({
    tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
    tai: z.string().max(30).optional(),
  }),
  async handle(ctx, { params, query }) {
    const at = await readAsOf(ctx, query.tai)
    const project = await getReached(ctx, params.code, at)
    const knownAt = at?.knownAt
    if (query.tep) return exportMovements(ctx, project, { format: query.tep, knownAt })
    const day = at?.asOf ?? (await today(ctx))
    const movements = await listMovements(ctx.sql, project.id, { limit: movementsShown, knownAt })
    const capital = await listCapital(ctx.sql, project.id, knownAt)
    const milestones = await listMilestones(ctx.sql, project.id, knownAt)
    const obstacles = await listObstacles(ctx.sql, project.id, knownAt)
    const spells = await listOpenSpells(ctx.sql, project.id, knownAt)
    const directives = await listDirectivesOf(ctx, { kind: 'project', code: project.code }, at)
    const names = await nameOwners(ctx, [project.organisation], at)
    const people = await namePeople(ctx, movements)
    const writes = !at && project.source === 'own' && ctx.can(writePermission, project.organisation)
    const isKept = project.state !== unkeptState
    return page({
      title: project.name,
      crumbs: [{ label: 'Danh mục dự án', href: withQuery(listPath, { nguon: project.source, tai: at?.text }) }],
      lead: `${natureWords[project.nature]} · ${project.code} · ${names.get(project.organisation) ?? project.organisation}`,
      actions: !at && <Actions ctx={ctx} project={project} writes={writes} />,
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="dự án" />
          <KeptSince since={isKept ? null : await findKeptSince(ctx.sql, { project: project.id })} />
          {project.illustration && (
            <Notice title="Dòng minh họa">
              Nguồn chỉ nêu số lượng theo tình trạng; tên, vốn và tiến độ của dòng này được dựng để minh họa.
            </Notice>
          )}
          <Facts project={project} owner={names.get(project.organisation) ?? project.organisation} spells={spells} />
          <CapitalSection project={project} capital={capital} />
          {isKept && <MilestoneSection project={project} milestones={milestones} today={day} writes={writes} />}
          {isKept && <ObstacleSection project={project} obstacles={obstacles} writes={writes} />}
          <DirectivesOf rows={directives} title="Nhiệm vụ đã giao từ dự án này" />
          <Movements project={project} movements={movements} people={people} writes={writes} at={at} />
          <AsOfQuestion at={at} what="dự án" />
        </div>
      ),
    })
  },
})

/** @throws Problem 404 also where it is not the caller's to see: nothing is told of it. */
export async function getReached(ctx: Context, code: string, at?: AsOf): Promise<Project> {
  const isReached = (one: Project | undefined) => one && ctx.can(readPermission, one.organisation)
  const day = await today(ctx)
  const project = await findProject(ctx.sql, code, { today: at?.asOf ?? day, knownAt: at?.knownAt })
  if (project && isReached(project)) return project
  if (at && isReached(await findProject(ctx.sql, code, { today: day }))) throw notThen('project', code, at)
  throw notFound('project', code)
}

const movementTitles = [
  'Số',
  'Biến động',
  'Ngày',
  'Vốn năm',
  'Nguồn vốn',
  'Số tiền',
  'Tiền tệ',
  'Chứng từ',
  'Ghi chú',
  'Ghi đảo số',
  'Đã đảo ở số',
  'Người ghi',
  'Ghi lúc',
]

/** The whole ledger of a project, the latest first; amounts as they are kept. */
async function exportMovements(
  ctx: Context,
  project: Project,
  { format, knownAt }: { format: TableFormat; knownAt: Date | undefined },
): Promise<Reply> {
  const movements = await listMovements(ctx.sql, project.id, { limit: mostInFile, knownAt })
  const people = await namePeople(ctx, movements)
  return tableFile(format, {
    name: `so-von-${project.code.replace(/[^\w.-]+/g, '-')}`,
    titles: movementTitles,
    rows: movements.map((row) => [
      row.id,
      movementWords[row.kind],
      formatDate(row.occurredOn),
      row.year,
      fundWords[row.fund],
      Number(row.amount),
      project.currency,
      row.document,
      row.note,
      row.reverses,
      row.reversedBy,
      people.get(row.enteredBy) ?? row.enteredBy,
      formatDateTime(row.enteredAt),
    ]),
  })
}

async function namePeople(ctx: Context, movements: readonly Movement[]): Promise<ReadonlyMap<string, string>> {
  const accounts = [...new Set(movements.map(({ enteredBy }) => enteredBy))]
  const people = await listPeople(ctx, accounts)
  const known = new Map(people.map(({ account, name }) => [account, name]))
  return known.set('system', 'Hệ thống').set('pack', 'Gói dữ liệu')
}

function Actions({ ctx, project, writes }: { ctx: Context; project: Project; writes: boolean }) {
  const path = projectPath(project.code)
  const form = directiveFormPath({
    kind: 'project',
    code: project.code,
    title: project.name,
    url: path,
    organisation: project.organisation,
  })
  return (
    <>
      {ctx.can('directive:give') && (
        <Button kind="primary" href={form}>
          Giao nhiệm vụ
        </Button>
      )}
      {writes && <Button href={`${path}/bien-dong`}>Ghi biến động vốn</Button>}
      {writes && <Button href={`${path}/tinh-trang`}>Cập nhật tình trạng</Button>}
    </>
  )
}

function Facts({ project, owner, spells }: { project: Project; owner: string; spells: readonly Spell[] }) {
  const isKept = project.state !== unkeptState
  return (
    <div class="stack-small">
      <DescriptionList
        inColumns
        items={[
          {
            term: 'Tình trạng',
            value: (
              <span class="row">
                <Tag tone={stateTone(project.state)}>{nameState(project.state)}</Tag>
                {project.illustration && <Tag>{illustrationWord}</Tag>}
              </span>
            ),
          },
          { term: 'Chủ đầu tư', value: owner },
          ...(isKept ? [{ term: 'Giai đoạn', value: project.phase }] : []),
          ...(project.category ? [{ term: 'Lĩnh vực', value: project.category }] : []),
          {
            term: 'Tổng mức đầu tư',
            value: Number(project.total) === 0 ? undefined : moneyWords(project.total, project.currency),
          },
          {
            term: 'Giải ngân, cộng các năm',
            value: disbursedWords(project),
          },
          ...(isKept ? [{ term: 'Tiến độ', value: slipWords(project.slipDays) ?? 'Không có mốc chậm' }] : []),
          ...(spells.length > 0
            ? [
                {
                  term: 'Đang chậm',
                  value: spells.map((one) => `${slowWords[one.reason]} từ ${formatDate(one.since)}`).join('; '),
                },
              ]
            : []),
          ...(project.startOn || project.finishOn
            ? [{ term: 'Thời gian', value: `${dayOr(project.startOn)} đến ${dayOr(project.finishOn)}` }]
            : []),
          ...(project.citation ? [{ term: 'Căn cứ', value: project.citation }] : []),
          ...(project.fedUrl ? [{ term: 'Bản ghi gốc', value: <a href={project.fedUrl}>Mở bản ghi</a> }] : []),
        ]}
      />
      <FreshnessLine
        asOf={project.changedAt}
        source={project.source === 'own' ? 'Sổ vốn của danh mục' : project.source}
      />
    </div>
  )
}

/** What was disbursed, and of what it is a part. */
function disbursedWords(project: Project): string | undefined {
  const share = disbursedShare(project)
  if (share === undefined && Number(project.disbursed) === 0) return undefined
  const of = Number(project.granted) > 0 ? 'vốn giao' : 'kế hoạch vốn (chưa giao vốn)'
  return `${moneyWords(project.disbursed, project.currency)}, ${share === undefined ? 'chưa giao vốn' : `${shareWords(share)} ${of}`}`
}

const dayOr = (day: string | null): string => (day ? formatDate(day) : 'chưa rõ')

interface MovementsProps {
  project: Project
  movements: readonly Movement[]
  people: ReadonlyMap<string, string>
  writes: boolean
  at: AsOf | undefined
}

function Movements({ project, movements, people, writes, at }: MovementsProps) {
  const path = projectPath(project.code)
  const file = projectPath(project.code, at)
  if (movements.length === 0)
    return (
      <Section title="Sổ biến động vốn">
        <EmptyState
          title="Chưa có biến động nào"
          actions={writes && <Button href={`${path}/bien-dong`}>Ghi biến động vốn</Button>}
        >
          Kế hoạch vốn, giao vốn, điều chỉnh và giải ngân xuất hiện ở đây, mỗi lần một dòng, không sửa không xóa.
        </EmptyState>
      </Section>
    )
  return (
    <Section title="Sổ biến động vốn">
      <Table
        caption={`${movements.length} dòng gần nhất; dòng đã ghi không sửa, ghi sai thì ghi đảo`}
        rows={movements}
        rowKey={({ id }) => String(id)}
        downloads={{ csv: withQuery(file, { tep: 'csv' }), xlsx: withQuery(file, { tep: 'xlsx' }) }}
        wide
        columns={[
          {
            key: 'kind',
            title: 'Biến động',
            cell: ({ kind, reverses, reversedBy }) => (
              <span class="row">
                {movementWords[kind]}
                {reverses !== null && <Tag>{`Ghi đảo số ${reverses}`}</Tag>}
                {reversedBy !== null && <Tag>{`Đã đảo ở số ${reversedBy}`}</Tag>}
              </span>
            ),
          },
          { key: 'id', title: 'Số', kind: 'number', cell: ({ id }) => String(id) },
          { key: 'on', title: 'Ngày', kind: 'nowrap', phone: true, cell: ({ occurredOn }) => formatDate(occurredOn) },
          { key: 'year', title: 'Vốn năm', kind: 'number', cell: ({ year }) => year && String(year) },
          { key: 'fund', title: 'Nguồn vốn', cell: ({ fund }) => fundWords[fund] },
          {
            key: 'amount',
            title: 'Số tiền',
            kind: 'number',
            phone: true,
            unit: project.currency === 'VND' ? 'đồng' : project.currency,
            cell: ({ amount }) => formatNumber(Number(amount)),
          },
          { key: 'document', title: 'Chứng từ, căn cứ', cell: ({ document, note }) => note ?? document },
          { key: 'by', title: 'Người ghi', cell: ({ enteredBy }) => people.get(enteredBy) ?? enteredBy },
          ...(writes
            ? [
                {
                  key: 'reverse',
                  title: 'Sửa sai',
                  cell: ({ id, reverses, reversedBy }: Movement) =>
                    reverses === null && reversedBy === null ? <a href={`${path}/bien-dong/${id}`}>Ghi đảo</a> : ' ',
                },
              ]
            : []),
        ]}
      />
    </Section>
  )
}
