import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DecisionBar,
  ErrorSummary,
  FilterBar,
  Form,
  type FormError,
  Notice,
  Section,
  Select,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { incidentsPath, kindCodes, kinds, playbooksPath as path } from '../model.ts'
import { approveDraft, discardDraft, getVersion } from '../playbooks/actions.ts'
import { comparePlaybooks } from '../playbooks/difference.ts'
import { sayPlaybookLevel } from '../playbooks/model.ts'
import * as store from '../playbooks/store.ts'
import { isSameParty } from '../signing.ts'
import { keptNotice, Moment, type Past, readPast } from './past.tsx'
import { Differences, PlaybookLevelMark, PlaybookView } from './playbook-parts.tsx'
import { faultsOf, nameOrganisations } from './words.ts'

const stateNames = { draft: 'Dự thảo', approved: 'Đã duyệt', discarded: 'Đã bỏ' } as const
export const PlaybookCode = z.object({ code: z.string().max(40) })
const VersionParams = z.object({ code: z.string().max(40), version: z.coerce.number().int().positive().max(100_000) })
export const crumbs = [{ label: 'Kịch bản', href: path }]
export const playbookPath = (code: string): string => `${path}/${encodeURIComponent(code)}`

const Query = z.object({
  loai: z.enum(kindCodes).optional().catch(undefined),
  sort: z
    .string()
    .regex(/^-?(title|kind|steps)$/)
    .optional()
    .catch(undefined),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: Moment,
})

type Current = Awaited<ReturnType<typeof store.listCurrent>>[number]
const orders: Record<string, (a: Current, b: Current) => number> = {
  title: (a, b) => a.body.title.localeCompare(b.body.title, 'vi'),
  kind: (a, b) =>
    kinds[a.body.kind].name.localeCompare(kinds[b.body.kind].name, 'vi') || a.playbook.localeCompare(b.playbook),
  steps: (a, b) => a.body.steps.length - b.body.steps.length,
}

const list = route({
  method: 'GET',
  path,
  access: 'incident:read',
  query: Query,
  async handle(asker, { query, request }) {
    const past = await readPast(asker, query.tai)
    const { ctx, at } = past
    const sort = query.sort ?? 'kind'
    const order = orders[sort.replace('-', '')] ?? (() => 0)
    const rows = (await store.listCurrent(ctx.sql, at?.knownAt))
      .filter(({ body }) => query.loai === undefined || body.kind === query.loai)
      .toSorted((a, b) => (sort.startsWith('-') ? order(b, a) : order(a, b)))
    if (query.tep)
      return tableFile(query.tep, {
        name: 'kich-ban',
        titles: ['Mã', 'Tên', 'Loại', 'Cấp', 'Bản', 'Số bước', 'Đối chiếu', 'Căn cứ'],
        rows: rows.map(({ playbook, body, version }) => [
          playbook,
          body.title,
          kinds[body.kind].name,
          sayPlaybookLevel(body.level),
          version,
          body.steps.length,
          body.unverified ? 'chưa đối chiếu' : 'đã đối chiếu',
          body.source,
        ]),
      })
    return page({
      title: 'Kịch bản',
      lead: 'Việc phải làm theo từng loại và cấp: ai làm, khi nào, minh chứng gì. Sửa thành bản mới, người khác duyệt mới dùng.',
      islands: ['table'],
      actions: ctx.can('incident:command') && (
        <Button href={`${path}/tao-moi`} icon="add">
          Soạn kịch bản mới
        </Button>
      ),
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="các kịch bản" />
          {await keptNotice(past, 'playbook_version')}
          <FilterBar
            names={['loai']}
            active={query.loai ? [{ name: 'loai', label: `Loại: ${kinds[query.loai].name}` }] : []}
          >
            <Select
              name="loai"
              label="Loại"
              empty="Mọi loại"
              value={query.loai}
              options={kindCodes.map((value) => ({ value, label: kinds[value].name }))}
            />
          </FilterBar>
          <List rows={rows} address={request.url} sort={sort} tai={at?.text} />
          <AsOfQuestion at={at} what="các kịch bản" />
        </div>
      ),
    })
  },
})

interface ListProps {
  rows: readonly Current[]
  address: string
  sort: string
  tai: string | undefined
}

function List({ rows, address, sort, tai }: ListProps) {
  return (
    <Table
      caption={tai ? 'Kịch bản dùng khi đó' : 'Kịch bản đang dùng'}
      rows={rows}
      rowKey={(row) => row.playbook}
      rowHref={(row) => withQuery(playbookPath(row.playbook), { tai })}
      sort={sort}
      downloads={{ csv: withQuery(address, { tep: 'csv' }), xlsx: withQuery(address, { tep: 'xlsx' }) }}
      empty={{ title: 'Chưa có kịch bản nào', words: 'Kịch bản đến từ gói dữ liệu của tỉnh, hoặc được soạn ở đây.' }}
      columns={[
        { key: 'title', title: 'Kịch bản', sortable: true, cell: (row) => row.body.title },
        { key: 'kind', title: 'Loại', sortable: true, phone: true, cell: (row) => kinds[row.body.kind].name },
        { key: 'level', title: 'Cấp', phone: true, cell: (row) => <PlaybookLevelMark level={row.body.level} /> },
        { key: 'steps', title: 'Số bước', sortable: true, kind: 'number', cell: (row) => row.body.steps.length },
        {
          key: 'state',
          title: 'Bản',
          phone: true,
          cell: (row) => (
            <>
              {row.version} {row.state === 'draft' && <Tag>chưa duyệt</Tag>}
              {row.draft && row.state !== 'draft' && <Tag tone="info">bản {row.draft} chờ duyệt</Tag>}
            </>
          ),
        },
        {
          key: 'verified',
          title: 'Đối chiếu',
          cell: (row) => (row.body.unverified ? <Tag tone="warning">chưa đối chiếu</Tag> : 'đã đối chiếu'),
        },
      ]}
    />
  )
}

const ShowQuery = z.object({
  ban: z.coerce.number().int().positive().optional().catch(undefined),
  so: z.coerce.number().int().positive().optional().catch(undefined),
  tai: Moment,
})

const show = route({
  method: 'GET',
  path: `${path}/:code`,
  access: 'incident:read',
  params: PlaybookCode,
  query: ShowQuery,
  handle: async (ctx, { params, query }) =>
    playbookPage(await readPast(ctx, query.tai), params.code, { version: query.ban, against: query.so, errors: [] }),
})

interface Showing {
  version: number | undefined
  against: number | undefined
  errors: readonly FormError[]
}

async function playbookPage(past: Past, code: string, { version, against, errors }: Showing): Promise<Reply> {
  const { ctx, at } = past
  const shown = await getVersion(ctx, code, version, at?.knownAt)
  const versions = await store.listVersions(ctx.sql, code, at?.knownAt)
  const other = against === undefined ? undefined : versions.find((one) => one.version === against)
  const own = playbookPath(code)
  const edits = ctx.can('incident:command', shown.organisation)
  return page({
    title: shown.body.title,
    crumbs: [{ label: 'Kịch bản', href: withQuery(path, { tai: at?.text }) }],
    status: errors.length > 0 ? 422 : 200,
    lead: `${kinds[shown.body.kind].name} · ${sayPlaybookLevel(shown.body.level)} · bản ${shown.version}, ${stateNames[shown.state].toLowerCase()}`,
    actions: (
      <>
        {edits && shown.state === 'approved' && (
          <Button href={`${incidentsPath}/mo-dien-tap?kich-ban=${code}`}>Diễn tập kịch bản này</Button>
        )}
        {edits && (
          <Button href={`${own}/sua`} icon="edit">
            {versions.some(({ state }) => state === 'draft') ? 'Sửa bản dự thảo' : 'Soạn bản mới'}
          </Button>
        )}
        <Button href={withQuery(`${own}/in`, { ban: shown.version, tai: at?.text })} icon="print">
          Bản in
        </Button>
      </>
    ),
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa thực hiện được" />
        <AsOfNotice at={at} what="kịch bản" />
        {other && (
          <Differences differences={comparePlaybooks(other.body, shown.body)} from={other.version} to={shown.version} />
        )}
        <PlaybookView body={shown.body} nameOf={await nameOrganisations(ctx, at)} />
        <Versions versions={versions} shown={shown} tai={at?.text} />
        {edits && shown.state === 'draft' && <Decide ctx={ctx} draft={shown} />}
        {errors.length === 0 && <AsOfQuestion at={at} what="kịch bản" />}
      </div>
    ),
  })
}

interface VersionsProps {
  versions: readonly store.PlaybookVersion[]
  shown: store.PlaybookVersion
  tai: string | undefined
}

function Versions({ versions, shown, tai }: VersionsProps) {
  const own = playbookPath(shown.playbook)
  return (
    <Section title="Các bản" id="cac-ban">
      <Table
        caption="Các bản"
        hideCaption
        rows={versions}
        rowKey={(one) => String(one.version)}
        rowHref={(one) => withQuery(own, { ban: one.version, tai })}
        columns={[
          { key: 'version', title: 'Bản', cell: (one) => `Bản ${one.version}` },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: (one) => (
              <Tag tone={one.state === 'approved' ? 'done' : one.state === 'draft' ? 'info' : 'neutral'}>
                {stateNames[one.state]}
              </Tag>
            ),
          },
          {
            key: 'drafted',
            title: 'Soạn',
            phone: true,
            cell: (one) => (
              <>
                {one.draftedName}, <Time at={one.changedAt} exact />
              </>
            ),
          },
          {
            key: 'approved',
            title: 'Duyệt',
            phone: true,
            cell: (one) =>
              one.approvedAt && (
                <>
                  {one.approvedName ?? 'theo gói dữ liệu'}, <Time at={one.approvedAt} exact />
                </>
              ),
          },
          {
            key: 'compare',
            title: 'So sánh',
            cell: (one) =>
              one.version === shown.version ? (
                'đang xem'
              ) : (
                <a href={`${withQuery(own, { ban: shown.version, so: one.version, tai })}#so-sanh`}>
                  So bản {one.version} với bản {shown.version}
                </a>
              ),
          },
        ]}
      />
    </Section>
  )
}

function Decide({ ctx, draft }: { ctx: Context; draft: store.PlaybookVersion }) {
  const own = `${playbookPath(draft.playbook)}/${draft.version}`
  const press = (deed: string, label: string, kind: 'primary' | 'danger') => (
    <Form action={`${own}/${deed}`} class="" label={label}>
      <Button kind={kind}>{label}</Button>
    </Form>
  )
  const drop = { action: press('bo', 'Bỏ bản dự thảo', 'danger'), consequence: 'Bản đang dùng giữ nguyên.' }
  if (isSameParty(ctx, draft.draftedParties))
    return (
      <div class="stack" id="quyet-dinh">
        <Notice title="Chờ người khác duyệt">Người soạn không tự duyệt bản dự thảo của mình.</Notice>
        <DecisionBar
          label="Bản dự thảo"
          primary={{ action: <Button href={`${playbookPath(draft.playbook)}/sua`}>Sửa tiếp</Button> }}
          destructive={drop}
        />
      </div>
    )
  return (
    <div id="quyet-dinh">
      <DecisionBar
        label="Bản dự thảo"
        primary={{
          action: press('duyet', 'Duyệt bản này', 'primary'),
          consequence: 'Tình huống mở từ giờ dùng bản này; tình huống đang chạy giữ bản cũ.',
        }}
        destructive={drop}
      />
    </div>
  )
}

const deeds = [
  { name: 'duyet', act: approveDraft },
  { name: 'bo', act: discardDraft },
] as const

const deedRoutes = deeds.map(({ name, act }) =>
  route({
    method: 'POST',
    path: `${path}/:code/:version/${name}`,
    access: 'incident:command',
    params: VersionParams,
    async handle(ctx, { params }) {
      try {
        await act(ctx, params.code, params.version)
      } catch (error) {
        const errors = faultsOf(error, 'quyet-dinh')
        return playbookPage({ ctx, at: undefined }, params.code, {
          version: params.version,
          against: undefined,
          errors,
        })
      }
      return redirect(playbookPath(params.code))
    },
  }),
)

const print = route({
  method: 'GET',
  path: `${path}/:code/in`,
  access: 'incident:read',
  params: PlaybookCode,
  query: ShowQuery,
  async handle(asker, { params, query }) {
    const { ctx, at } = await readPast(asker, query.tai)
    const shown = await getVersion(ctx, params.code, query.ban, at?.knownAt)
    return page({
      title: `Kịch bản: ${shown.body.title}`,
      face: 'plain',
      crumbs: [
        { label: 'Kịch bản', href: withQuery(path, { tai: at?.text }) },
        { label: shown.body.title, href: withQuery(playbookPath(params.code), { tai: at?.text }) },
      ],
      lead: `Bản ${shown.version}, ${stateNames[shown.state].toLowerCase()}. In bằng lệnh in của trình duyệt (Ctrl+P).`,
      body: <PlaybookView body={shown.body} nameOf={await nameOrganisations(ctx, at)} />,
    })
  },
})

export const playbookRoutes: readonly Route[] = [list, show, print, ...deedRoutes]
