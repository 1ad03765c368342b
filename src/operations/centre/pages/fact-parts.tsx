import type { ComponentChild } from 'preact'
import {
  describeMeasure,
  type listVersions,
  type MeasureBehind,
  type PageView,
  type ReadFact,
  type StoredDefinition,
} from '#indicators'
import {
  type AsOfMoment,
  DescriptionList,
  formatDateTime,
  formatNumber,
  More,
  Notice,
  Section,
  Table,
  Tabs,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { approverOf, capital, figureOf, sayFigure } from './words.ts'

const roleWords = { measure: 'Bản ghi', average: 'Bản ghi', numerator: 'Tử số', denominator: 'Mẫu số' } as const

type Version = Awaited<ReturnType<typeof listVersions>>[number]

export function Superseded({
  fact,
  versions,
  definition,
  at,
}: {
  fact: ReadFact
  versions: readonly Version[]
  definition: StoredDefinition
  /** The moment at which the page is asked; absent: now. */
  at: AsOfMoment | undefined
}) {
  const isIn = ({ knownAt, supersededAt }: Pick<Version, 'knownAt' | 'supersededAt'>) =>
    at ? knownAt <= at.knownAt && (supersededAt === null || supersededAt > at.knownAt) : supersededAt === null
  if (isIn(fact)) return null
  const current = versions.find(isIn)
  return (
    <Notice
      tone="warning"
      title={at ? 'Đây không phải số liệu của thời điểm xem lại' : 'Đây không phải số liệu hiện hành'}
    >
      <p>
        {fact.supersededAt && (!at || fact.supersededAt <= at.knownAt) ? (
          <>
            Số này đã được thay lúc <Time at={fact.supersededAt} exact />.{' '}
          </>
        ) : (
          <>
            Số này chỉ được biết từ <Time at={fact.knownAt} exact />.{' '}
          </>
        )}
        {current && (
          <a href={withQuery(`/so-lieu/${current.id}`, { tai: at?.text })}>
            {at ? 'Số của thời điểm đó:' : 'Số hiện hành:'}{' '}
            {current.value === null ? 'chưa có số liệu' : sayFigure(definition.body, current.value)}
          </a>
        )}
      </p>
    </Notice>
  )
}

const origins = {
  computed: 'Tính tự động từ bản ghi',
  typed: 'Đơn vị nhập tay',
  form: 'Đơn vị gửi biểu Excel',
  pack: 'Theo tài liệu công bố',
}

const automatic: Partial<Record<keyof typeof origins, string>> = {
  computed: 'công bố theo quy tắc tự động',
  pack: 'cơ quan đã công bố tài liệu',
}

export function Figures({
  fact,
  definition,
  parts,
  tai,
}: {
  fact: ReadFact
  definition: StoredDefinition
  parts: readonly MeasureBehind[]
  tai: string | undefined
}) {
  const { body } = definition
  const indicatorHref = withQuery(`/chi-tieu/${fact.indicator}`, { tai })
  const figure = fact.value === null ? undefined : figureOf(body, fact.value)
  const isRatio = body.formula.type === 'ratio'
  const sources = [...new Set(parts.flatMap(({ query }) => query.sources))]
  return (
    <div class="stack">
      <div class="panel stack">
        <p class="card-value figure">
          {figure ? (
            <>
              {figure.value}
              <span class="card-unit">{figure.unit}</span>
            </>
          ) : (
            <span class="card-none">{fact.state === 'withheld' ? 'chờ đủ đơn vị' : 'chưa có số liệu'}</span>
          )}
        </p>
        <nav class="lineage" aria-label="Truy nguyên số liệu">
          <a href={indicatorHref}>{body.name}</a> ← <strong>số liệu này</strong> ←{' '}
          {parts.length > 0 ? (
            <a href="#ban-ghi">{formatNumber(fact.recordCount)} bản ghi</a>
          ) : (
            origins[fact.origin].toLocaleLowerCase('vi')
          )}
          {sources.map((code) => (
            <span key={code}>
              {' '}
              ← <a href={`/nguon/${code}`}>{sources.length === 1 ? body.source : `nguồn ${code}`}</a>
            </span>
          ))}
        </nav>
        {fact.note && <Notice>{fact.note}</Notice>}
      </div>
      <div class="panel">
        <DescriptionList
          inColumns
          items={[
            ...(isRatio
              ? [
                  {
                    term: 'Tử số',
                    value: `${formatNumber(Number(fact.numerator))} (${formatNumber(fact.numeratorCount)} bản ghi)`,
                  },
                  {
                    term: 'Mẫu số',
                    value: `${formatNumber(Number(fact.denominator))} (${formatNumber(fact.recordCount)} bản ghi)`,
                  },
                ]
              : [{ term: 'Số bản ghi', value: formatNumber(fact.recordCount) }]),
            { term: 'Cách có số liệu', value: origins[fact.origin] },
            { term: 'Dữ liệu đến', value: fact.observedAt && <Time at={fact.observedAt} exact /> },
            { term: 'Nhận lúc', value: fact.receivedAt && <Time at={fact.receivedAt} exact /> },
            { term: 'Hệ thống biết từ', value: <Time at={fact.knownAt} exact /> },
            {
              term: 'Đầy đủ',
              value: fact.completeness
                ? `${fact.completeness.reported}/${fact.completeness.expected} đơn vị`
                : 'không yêu cầu từng đơn vị báo cáo',
            },
            {
              term: 'Người duyệt',
              value: approverOf(fact) ?? automatic[fact.origin],
            },
            {
              term: 'Chốt số liệu',
              value: fact.lockedAt ? <Time at={fact.lockedAt} exact /> : 'chưa chốt, còn có thể thay đổi',
            },
            {
              term: 'Định nghĩa',
              value: <a href={`${indicatorHref}#dinh-nghia`}>phiên bản {fact.definitionVersion}</a>,
            },
          ]}
        />
      </div>
    </div>
  )
}

interface BehindProps {
  fact: ReadFact
  parts: readonly MeasureBehind[]
  part: MeasureBehind
  address: string
  /** Set where the records are listed as they were known at a moment. */
  then: { at: Date; count: number } | undefined
  table: ComponentChild
}

export function Behind({ fact, parts, part, address, then, table }: BehindProps) {
  const isStock = part.query.at === undefined
  return (
    <Section title="Các bản ghi tạo nên số liệu" id="ban-ghi">
      <div class="stack">
        {parts.length > 1 && (
          <Tabs
            label="Phần của công thức"
            items={parts.map((one) => ({
              label: `${roleWords[one.role]}${parts.filter(({ role }) => role === one.role).length > 1 ? ` ${one.part + 1}` : ''}`,
              href: `${withQuery(address, { phan: one.part, after: undefined, truong: undefined, la: undefined })}#ban-ghi`,
              current: one.part === part.part,
              count: one.role === 'numerator' ? fact.numeratorCount : fact.recordCount,
            }))}
          />
        )}
        <p>{capital(describeMeasure(part.measure))}.</p>
        {then && <Then fact={fact} part={part} then={then} />}
        {isStock && !then && (
          <Notice>
            Chỉ tiêu này đếm những gì đang có. Danh sách dưới đây là của lúc này, có thể khác với số đã ghi của kỳ
            trước.
          </Notice>
        )}
        {table}
      </div>
    </Section>
  )
}

/** Of which moment the list is, and where it does not hold what the number counted. */
function Then({ fact, part, then }: Pick<BehindProps, 'fact' | 'part'> & { then: { at: Date; count: number } }) {
  const { timeZone } = part.query.asked
  const counted = part.role === 'numerator' ? fact.numeratorCount : fact.recordCount
  return (
    <Notice
      tone={then.count === counted ? 'info' : 'warning'}
      title={`Bản ghi như đã biết lúc ${formatDateTime(then.at, timeZone)}`}
    >
      <p>
        {then.count === counted
          ? `Đủ ${formatNumber(counted)} bản ghi mà số này đã tính; trang của từng bản ghi cho xem cả các phiên bản sau đó.`
          : `Danh sách có ${formatNumber(then.count)} bản ghi, số này đã tính trên ${formatNumber(counted)}: khi đó số chưa được tính lại theo bản ghi mới đến, hoặc bản cũ không còn giữ.`}
      </p>
    </Notice>
  )
}

export function Typed({ fact, definition }: { fact: ReadFact; definition: StoredDefinition }) {
  return (
    <Section title="Nguồn gốc của số liệu">
      <p class="panel">
        {fact.origin === 'computed'
          ? `Số này tính từ các chỉ tiêu thành phần của “${definition.body.name}”; mở từng chỉ tiêu để thấy bản ghi.`
          : `${origins[fact.origin]}: ${definition.body.source}. Không có bản ghi chi tiết phía sau.`}
      </p>
    </Section>
  )
}

export function Versions({
  definition,
  versions,
  current,
  tai,
}: {
  definition: StoredDefinition
  versions: readonly Version[]
  current: number
  tai: string | undefined
}) {
  const { body } = definition
  return (
    <Section title="Các phiên bản của số liệu này">
      <Table
        caption="Mới nhất ở trên; số cũ được giữ nguyên"
        rows={versions.slice(0, 100)}
        rowKey={(row) => String(row.id)}
        rowHref={(row) => withQuery(`/so-lieu/${row.id}`, { tai })}
        columns={[
          {
            key: 'value',
            title: 'Giá trị',
            cell: (row) => (row.value === null ? 'chưa có số liệu' : sayFigure(body, row.value)),
          },
          { key: 'known', title: 'Biết từ', cell: (row) => <Time at={row.knownAt} exact />, phone: true },
          {
            key: 'until',
            title: 'Đến',
            phone: true,
            cell: (row) => (row.supersededAt ? <Time at={row.supersededAt} exact /> : <Tag tone="done">hiện hành</Tag>),
          },
          { key: 'count', title: 'Số bản ghi', kind: 'number', cell: (row) => formatNumber(row.recordCount) },
          { key: 'here', title: 'Đang xem', cell: (row) => (row.id === current ? 'bản này' : '') },
        ]}
      />
    </Section>
  )
}

export function Viewers({ viewers, mayName }: { viewers: readonly PageView[]; mayName: boolean }) {
  if (viewers.length === 0) return null
  if (!mayName) return <p class="muted small">{viewers.length} tài khoản đã được xem bản số liệu này.</p>
  return (
    <More title={`Ai đã xem bản số liệu này (${viewers.length} tài khoản)`}>
      <ul class="plain-list stack-small">
        {viewers.map(({ account, viewedAt, path }) => (
          <li key={account}>
            {account}, lần cuối <Time at={viewedAt} exact /> tại <span class="code">{path.split('?')[0]}</span>
          </li>
        ))}
      </ul>
    </More>
  )
}
