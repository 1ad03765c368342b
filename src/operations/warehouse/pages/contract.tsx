import { z } from 'zod'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  type Fact,
  formatDateTime,
  formatNumber,
  More,
  Notice,
  Section,
  Table,
  Tag,
  Time,
} from '#ui'
import { managePulls } from '../inlets/pull.ts'
import { type Field, type Kind, kindOf } from '../kinds.ts'
import type { Contract, Source } from '../model.ts'
import { compareContracts, type Difference } from '../reading/difference.ts'
import { getReadableSource } from '../reading/scope.ts'
import { editPermission } from '../revision.ts'
import { type ContractRow, listContracts } from '../store.ts'
import { columnRules, typeNames } from './column-words.ts'
import { nameOrganisation, SourceTabs } from './parts.tsx'
import { basisKinds, basisWords, cadenceWords, contractPath, listPath, sourcePath } from './words.ts'

const Params = z.strictObject({ code: z.string().max(64) })
const Query = z.object({ ban: z.coerce.number().int().positive().optional().catch(undefined) })

const stateNames = { current: 'Đang dùng', draft: 'Dự thảo', retired: 'Đã thay' } as const

export const contractRoute: Route = route({
  method: 'GET',
  path: `${listPath}/:code/hop-dong`,
  access: 'source:read',
  params: Params,
  query: Query,
  async handle(ctx, { params, query }) {
    const { source, contract: current } = await getReadableSource(ctx, params.code)
    const versions = await listContracts(ctx.sql, params.code)
    const shown = query.ban === undefined ? current : versions.find(({ version }) => version === query.ban)
    if (!shown) throw notFound('contract', `${params.code} ${query.ban}`)
    const before = versions.find(({ version }) => version < shown.version)
    return page({
      title: `Hợp đồng dữ liệu: ${shown.body.name}`,
      crumbs: [
        { label: 'Nguồn dữ liệu', href: listPath },
        { label: current.body.name, href: sourcePath(params.code) },
      ],
      lead: `Bản ${shown.version} · ${stateNames[shown.state].toLowerCase()} · lập ${formatDateTime(shown.madeAt)}`,
      actions: ctx.can(editPermission, source.organisation) && (
        <Button href={`${contractPath(params.code)}/sua`} icon="edit">
          Sửa hợp đồng
        </Button>
      ),
      body: (
        <div class="stack-large">
          <SourceTabs
            code={params.code}
            current={contractPath(params.code)}
            canImport={ctx.can('record:import', source.organisation)}
            canFetch={ctx.can(managePulls, source.organisation)}
          />
          {shown.state === 'draft' && (
            <Notice tone="warning" title="Bản dự thảo">
              <p>
                Chưa có hiệu lực.{' '}
                <a href={`${contractPath(params.code)}/thu/${shown.version}`}>Thử trên dữ liệu đã lưu và áp dụng</a>
              </p>
            </Notice>
          )}
          <Terms contract={shown.body} agency={await nameOrganisation(ctx, shown.body.organisation)} />
          <Columns contract={shown.body} />
          <Mapping contract={shown.body} />
          <Checks contract={shown.body} />
          <Lists contract={shown.body} />
          <Versions versions={versions} shown={shown} />
          {before && <Differences from={before} to={shown} differences={compareContracts(before.body, shown.body)} />}
        </div>
      ),
    })
  },
})

const formatNames: Record<Contract['format']['type'], string> = {
  csv: 'CSV',
  xlsx: 'Excel (XLSX)',
  json: 'JSON',
  jsonl: 'JSON Lines',
  xes: 'Nhật ký sự kiện XES',
}

function Terms({ contract, agency }: { contract: Contract; agency: string }) {
  const items: Fact[] = [
    { term: 'Cơ quan cung cấp', value: agency },
    { term: 'Đầu mối', value: contract.custodian },
    { term: 'Căn cứ', value: `${basisKinds[contract.basis.kind]}: ${basisWords(contract.basis)}` },
    { term: 'Định kỳ', value: cadenceWords(contract.cadence) },
    { term: 'Loại dữ liệu', value: kindOf(contract.kind).label },
    { term: 'Định dạng tệp', value: formatWords(contract) },
    { term: 'Múi giờ', value: contract.timeZone },
    {
      term: 'Cách gửi',
      value:
        contract.mode === 'full'
          ? 'Toàn bộ: khóa không còn trong tệp được rút khỏi kho'
          : 'Phần thay đổi: khóa không có trong tệp giữ nguyên',
    },
    { term: 'Khóa bản ghi', value: keyWords(contract) },
    {
      term: 'Thứ tự phiên bản',
      value: contract.versionBy ? `Theo cột ${labelOf(contract, contract.versionBy)}` : 'Theo thứ tự nhận',
    },
    {
      term: 'Dữ liệu cá nhân',
      value: contract.personal.map((name) => labelOf(contract, name)).join(', ') || 'Không có',
    },
    {
      term: 'Lưu tệp gốc',
      value: contract.retentionDays ? `${formatNumber(contract.retentionDays)} ngày` : 'Không thời hạn',
    },
  ]
  return <DescriptionList items={items} />
}

function formatWords({ format }: Contract): string {
  const parts = [formatNames[format.type]]
  if (format.encoding !== 'auto') parts.push(`bảng mã ${format.encoding.toUpperCase()}`)
  if (format.type === 'csv' && format.delimiter !== 'auto')
    parts.push(`dấu ngăn cách ${format.delimiter === '\t' ? 'tab' : `“${format.delimiter}”`}`)
  if (format.sheet) parts.push(`trang tính “${format.sheet}”`)
  if (format.skipLines > 0) parts.push(`bỏ ${format.skipLines} dòng đầu`)
  return parts.join(', ')
}

const labelOf = (contract: Contract, name: string): string => {
  const label = contract.columns.find((column) => column.name === name || column.as === name)?.label
  return label ? `${label} (${name})` : name
}

const keyWords = (contract: Contract): string =>
  contract.key
    .map((part) =>
      part === '$nth' ? 'lần thứ mấy trong tệp' : typeof part === 'string' ? labelOf(contract, part) : part.cel,
    )
    .join(' + ')

export function Columns({ contract }: { contract: Contract }) {
  const others = {
    keep: 'Cột khác được giữ làm thuộc tính.',
    ignore: 'Cột khác được bỏ qua.',
    refuse: 'Tệp có cột khác bị từ chối.',
  }[contract.otherColumns]
  const personal = new Set(contract.personal)
  return (
    <Section title={`Cột của tệp (${contract.columns.length})`}>
      <Table
        caption="Cột của tệp và điều kiện của từng cột"
        hideCaption
        rows={contract.columns}
        rowKey={({ name }) => name}
        columns={[
          { key: 'name', title: 'Cột', cell: ({ name }) => <span class="code">{name}</span> },
          { key: 'label', title: 'Nghĩa', phone: true, cell: ({ label }) => label },
          { key: 'type', title: 'Kiểu', kind: 'nowrap', phone: true, cell: ({ type }) => typeNames[type] },
          { key: 'rules', title: 'Điều kiện', phone: true, cell: (column) => columnRules(column) || 'không' },
          {
            key: 'personal',
            title: 'Cá nhân',
            cell: ({ name }) => (personal.has(name) ? <Tag tone="warning">Che</Tag> : 'không'),
          },
        ]}
      />
      <p class="small muted">{others}</p>
    </Section>
  )
}

/** Where a canonical field comes from, in words. */
function sourceWords(contract: Contract, source: Source): string {
  if ('through' in source) {
    const unknown = source.otherwise === undefined ? undefined : `“${source.otherwise}”`
    const kept = source.keepsOthers ? 'giữ nguyên' : undefined
    const otherwise = (unknown ?? kept) ? `, không có thì ${unknown ?? kept}` : ''
    return `cột ${source.column}, tra danh mục “${source.through}”${otherwise}`
  }
  if ('column' in source) return `cột ${labelOf(contract, source.column)}`
  if ('cel' in source) return `tính: ${source.cel}`
  return `luôn là ${String(source.value)}`
}

export function Mapping({ contract }: { contract: Contract }) {
  const fields: Kind['fields'] = kindOf(contract.kind).fields
  const organisation: Pick<Field, 'label'> = { label: 'Cơ quan' }
  const rows = Object.entries(contract.map).map(([name, source]) => ({
    name,
    label: (name === 'organisation' ? organisation : fields[name])?.label ?? name,
    words: sourceWords(contract, source),
  }))
  return (
    <Section title="Ánh xạ vào kho">
      <Table
        caption={`Trường của “${kindOf(contract.kind).label}” lấy từ đâu`}
        rows={rows}
        rowKey={({ name }) => name}
        columns={[
          { key: 'label', title: 'Trường', cell: ({ label }) => label },
          { key: 'words', title: 'Lấy từ', phone: true, cell: ({ words }) => words },
        ]}
        empty={{ title: 'Không ánh xạ trường nào', words: 'Mỗi bản ghi thuộc cơ quan của nguồn.' }}
      />
    </Section>
  )
}

function Checks({ contract }: { contract: Contract }) {
  if (contract.checks.length === 0) return null
  return (
    <Section title="Điều kiện giữa các cột">
      <Table
        caption="Bản ghi không đạt thì bị cách ly với lời báo này"
        rows={contract.checks}
        rowKey={({ code }) => code}
        columns={[
          { key: 'message', title: 'Lời báo', cell: ({ message }) => message },
          { key: 'assert', title: 'Phải đúng', phone: true, cell: (check) => <span class="code">{check.assert}</span> },
          { key: 'field', title: 'Chỉ vào cột', cell: ({ field }) => field && labelOf(contract, field) },
        ]}
      />
    </Section>
  )
}

function Lists({ contract }: { contract: Contract }) {
  const lists = Object.entries(contract.lists)
  if (lists.length === 0) return null
  return (
    <Section title="Danh mục riêng">
      {lists.map(([name, list]) => (
        <More key={name} title={`${name} (${formatNumber(Object.keys(list).length)} mục)`}>
          <Table
            caption={`Danh mục ${name}`}
            plain
            rows={Object.entries(list)}
            rowKey={([word]) => word}
            columns={[
              { key: 'word', title: 'Trong tệp', cell: ([word]) => word },
              { key: 'own', title: 'Trong kho', phone: true, cell: ([, own]) => own },
            ]}
          />
        </More>
      ))}
    </Section>
  )
}

function Versions({ versions, shown }: { versions: readonly ContractRow[]; shown: ContractRow }) {
  return (
    <Section title="Các bản">
      <Table
        caption="Các bản của hợp đồng, mới nhất trước"
        hideCaption
        rows={versions}
        rowKey={({ version }) => String(version)}
        rowHref={({ source, version }) => `${contractPath(source)}?ban=${version}`}
        columns={[
          {
            key: 'version',
            title: 'Bản',
            cell: ({ version }) => `Bản ${version}${version === shown.version ? ' (đang xem)' : ''}`,
          },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: ({ state }) => (state === 'draft' ? <Tag tone="warning">Dự thảo</Tag> : stateNames[state]),
          },
          {
            key: 'at',
            title: 'Lập lúc',
            phone: true,
            kind: 'nowrap',
            cell: ({ madeAt }) => <Time at={madeAt} exact />,
          },
          { key: 'by', title: 'Người lập', cell: ({ madeBy }) => makerWords(madeBy) },
          { key: 'reason', title: 'Lý do', cell: ({ reason }) => reason },
        ]}
      />
    </Section>
  )
}

const makerWords = (by: string): string =>
  by.startsWith('pack:') ? 'gói dữ liệu' : by === 'builtin' ? 'hợp đồng có sẵn' : by

interface DifferencesProps {
  from: ContractRow
  to: ContractRow
  differences: readonly Difference[]
}

export function Differences({ from, to, differences }: DifferencesProps) {
  return (
    <Section title={`Bản ${to.version} khác bản ${from.version}`}>
      <Table
        caption={`Chỗ khác giữa bản ${from.version} và bản ${to.version}`}
        hideCaption
        rows={differences}
        rowKey={({ path }) => path}
        columns={[
          { key: 'path', title: 'Chỗ', cell: ({ words }) => words },
          { key: 'before', title: `Bản ${from.version}`, phone: true, cell: ({ before }) => before },
          { key: 'after', title: `Bản ${to.version}`, phone: true, cell: ({ after }) => after },
        ]}
        empty={{ title: 'Hai bản giống nhau', words: 'Chỉ khác số bản.' }}
      />
    </Section>
  )
}
