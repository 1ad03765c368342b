import {
  type Card,
  type Definition,
  describeFormula,
  type Fact,
  mayAnswer,
  mergerWords,
  outlookOf,
  type Remark,
  type StoredDefinition,
} from '#indicators'
import type { Context } from '#platform/context'
import {
  Button,
  DescriptionList,
  EmptyState,
  Form,
  formatDate,
  formatNumber,
  Help,
  IndicatorGrid,
  More,
  Notice,
  Radios,
  Section,
  Table,
  Tag,
  TextArea,
  Time,
  withQuery,
} from '#ui'
import { type CardSetting, CardView } from './card.tsx'
import type { View } from './view.tsx'
import { approverOf, periodLabelOf, sayFigure, sayPeriod } from './words.ts'

/** The figure itself, large, beside what it means for the plan. */
export function Headline({ card, setting }: { card: Card; setting: CardSetting }) {
  const { definition, fact, completeness } = { ...card, completeness: card.fact?.completeness }
  const { body } = definition
  return (
    <Section title="Số liệu của kỳ">
      <div class="columns columns-2 columns-top">
        <IndicatorGrid label="Thẻ chỉ tiêu">
          <CardView card={card} setting={setting} />
        </IndicatorGrid>
        <div class="panel">
          <DescriptionList
            items={[
              { term: 'Cách tính', value: describeFormula(body) },
              ...(fact && body.formula.type === 'ratio'
                ? [
                    {
                      term: 'Tử số / mẫu số',
                      value: `${formatNumber(Number(fact.numerator))} / ${formatNumber(Number(fact.denominator))}`,
                    },
                  ]
                : []),
              ...(outlookWords(card) ? [{ term: 'Nhịp so với kế hoạch', value: outlookWords(card) }] : []),
              ...(completeness
                ? [{ term: 'Đầy đủ', value: `${completeness.reported}/${completeness.expected} đơn vị có số liệu` }]
                : []),
              { term: 'Tình trạng số liệu', value: lockWords(fact) },
              ...(fact
                ? [
                    {
                      term: 'Truy nguyên',
                      value: (
                        <a href={withQuery(`/so-lieu/${fact.id}`, { tai: setting.view.tai })}>
                          {fact.origin === 'computed'
                            ? 'Mở số liệu và các bản ghi tạo nên nó'
                            : 'Mở số liệu và nguồn gốc của nó'}
                        </a>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        </div>
      </div>
    </Section>
  )
}

function lockWords(fact: Fact | undefined) {
  if (!fact) return 'Chưa có số liệu của kỳ này.'
  if (fact.lockedAt)
    return (
      <>
        Đã chốt lúc <Time at={fact.lockedAt} exact />
        {approverOf(fact) && `, ${approverOf(fact)} duyệt`}
      </>
    )
  if (fact.origin === 'computed') return 'Tạm tính: tính tự động từ bản ghi, còn thay đổi đến khi chốt.'
  if (fact.origin === 'pack') return 'Ghi theo tài liệu công bố; chưa chốt.'
  return fact.approvedBy ? `Nhập tay, ${fact.approvedBy} duyệt; chưa chốt.` : 'Nhập tay; chưa chốt.'
}

function outlookWords(card: Card): string | undefined {
  const { fact, target, period, elapsed, definition } = card
  if (fact?.value == null || !target) return undefined
  const { body } = definition
  const outlook = outlookOf(body, fact.value, { target: target.value, period, elapsed })
  if (!outlook) return undefined
  const needed =
    outlook.neededPerMonth === 0
      ? 'đã đạt kế hoạch'
      : `muốn đạt ${sayFigure(body, target.value)} thì mỗi tháng còn lại cần ${sayFigure(body, round(outlook.neededPerMonth))} (đến nay bình quân ${sayFigure(body, round(outlook.perMonth))})`
  return `Giữ nhịp hiện tại thì hết ${sayPeriod(period)} đạt khoảng ${sayFigure(body, round(outlook.atEnd))}; ${needed}.`
}

const round = (value: number) => Math.round(value * 100) / 100

const directions: Record<Definition['direction'], string> = {
  up: 'Càng cao càng tốt',
  down: 'Càng thấp càng tốt',
  none: 'Không xét tốt xấu',
}
const every = {
  once: 'một lần',
  hour: 'hằng giờ',
  day: 'hằng ngày',
  week: 'hằng tuần',
  month: 'hằng tháng',
  quarter: 'hằng quý',
  half: 'sáu tháng',
  year: 'hằng năm',
}

export function basisWords({ basis }: Definition): string {
  if (basis.kind === 'dataset') return `Bộ dữ liệu “${basis.title}”, giấy phép ${basis.licence}`
  const number = [basis.number, basis.issuedOn && `ngày ${formatDate(basis.issuedOn)}`].filter(Boolean).join(' ')
  return [basis.article, basis.title, number].filter(Boolean).join(', ')
}

interface DefinitionProps {
  definition: StoredDefinition
  versions: readonly StoredDefinition[]
  nameOf: (code: string) => string
  setting: CardSetting
  sources: readonly string[]
}

export function DefinitionSection({ definition, versions, nameOf, setting, sources }: DefinitionProps) {
  const { body } = definition
  const { basis, cadence } = body
  const isUnverified = basis.kind !== 'dataset' && basis.unverified
  return (
    <Section title="Định nghĩa và căn cứ" id="dinh-nghia">
      <div class="panel stack">
        <DescriptionList
          items={[
            { term: 'Mã', value: <span class="code">{body.code}</span> },
            { term: 'Nội dung', value: body.description },
            { term: 'Cách tính', value: describeFormula(body, nameOf) },
            { term: 'Đơn vị tính', value: body.unit },
            { term: 'Chiều tốt', value: directions[body.direction] },
            {
              term: 'Căn cứ',
              value: (
                <>
                  {basisWords(body)} {isUnverified && <Tag tone="warning">chưa đối chiếu văn bản</Tag>}
                </>
              ),
            },
            { term: 'Chủ trì', value: `${setting.nameOf(body.owner.organisation)}, ${body.owner.position}` },
            {
              term: 'Nguồn số liệu',
              value:
                sources.length === 0
                  ? body.source
                  : sources.map((code, index) => (
                      <span key={code}>
                        {index > 0 && ', '}
                        <a href={`/nguon/${code}`}>{setting.sources.get(code)?.name ?? code}</a>
                      </span>
                    )),
            },
            {
              term: 'Kỳ cập nhật',
              value: `${every[cadence.every]}, trước ${cadence.dueTime}${cadence.dueWorkingDays > 0 ? `, ${cadence.dueWorkingDays} ngày làm việc sau khi hết kỳ` : ''}`,
            },
            {
              term: 'Ngưỡng',
              value: `cần theo dõi khi kém kế hoạch quá ${formatNumber(body.thresholds.watchPercent)}%, chưa đạt khi kém từ ${formatNumber(body.thresholds.breachPercent)}%`,
            },
            {
              term: 'Khi thiếu đơn vị',
              value:
                body.missing === 'withhold'
                  ? 'Chưa hiện số cho đến khi đủ đơn vị'
                  : 'Hiện phần đã có và ghi rõ còn thiếu',
            },
            { term: 'Khi sáp nhập', value: mergerWords[body.merger] },
          ]}
        />
        {body.targets.length > 0 && <Targets definition={body} setting={setting} />}
        {body.note && <Notice title="Lưu ý">{body.note}</Notice>}
        <More title={`Các phiên bản của định nghĩa (${versions.length})`}>
          <ul class="plain-list stack-small">
            {versions.map((one) => (
              <li key={one.version}>
                Phiên bản {one.version}, <Time at={one.madeAt} exact />,{' '}
                {one.origin === 'pack' ? 'theo gói dữ liệu' : `${one.madeBy} sửa`}
                {one.reason && `: ${one.reason}`}
                {one.version === definition.version && ' · đang áp dụng'}
              </li>
            ))}
          </ul>
        </More>
        <Help title="Từ ngữ">
          <p>
            <strong>Chỉ tiêu</strong> là một đại lượng có cách tính, căn cứ và người chịu trách nhiệm.{' '}
            <strong>Kế hoạch giao</strong> là mức cấp có thẩm quyền giao. <strong>Chỉ số</strong> là điểm tổng hợp của
            nhiều chỉ tiêu. <strong>Chốt số liệu</strong> là khóa số của kỳ; muốn sửa phải có văn bản mở lại, và cả hai
            số đều được giữ.
          </p>
        </Help>
      </div>
    </Section>
  )
}

function Targets({ definition, setting }: { definition: Definition; setting: CardSetting }) {
  return (
    <Table
      caption="Kế hoạch giao"
      plain
      rows={definition.targets}
      rowKey={(row) => `${row.period}${row.organisation ?? ''}`}
      columns={[
        { key: 'period', title: 'Kỳ', cell: (row) => periodLabelOf(row.period) },
        {
          key: 'organisation',
          title: 'Đơn vị',
          cell: (row) => (row.organisation ? setting.nameOf(row.organisation) : 'Toàn tỉnh'),
        },
        {
          key: 'value',
          title: 'Mức giao',
          kind: 'number',
          phone: true,
          cell: (row) => sayFigure(definition, row.value),
        },
        { key: 'basis', title: 'Căn cứ', phone: true, cell: (row) => row.basis },
      ]}
    />
  )
}

interface RemarksProps {
  card: Card
  view: View
  done: string | undefined
  canWrite: boolean
  can: Context['can']
}

/** What custodians say of the number of the period, and what was answered. */
export function Remarks({ card, view, done, canWrite, can }: RemarksProps) {
  const { remarks, definition, period } = card
  const canAnswer = mayAnswer({ can }, definition.body.owner.organisation)
  if (remarks.length === 0 && !canWrite) return null
  return (
    <Section title="Giải trình và ý kiến về số liệu" id="giai-trinh">
      <div class="stack">
        {done && (
          <Notice tone="done" role="status">
            Đã ghi. Nội dung hiện ngay trên thẻ chỉ tiêu.
          </Notice>
        )}
        {remarks.length === 0 && (
          <EmptyState title={`Chưa có giải trình cho ${sayPeriod(period)}`}>
            Đơn vị có thể nêu lý do của số liệu, hoặc đề nghị xem lại nếu số liệu chưa đúng.
          </EmptyState>
        )}
        {remarks.map((remark) => (
          <RemarkItem key={remark.id} remark={remark} code={definition.code} canAnswer={canAnswer} />
        ))}
        {canWrite && (
          <More title="Viết giải trình hoặc đề nghị xem lại số liệu" open={remarks.length === 0}>
            <Form action={`/chi-tieu/${definition.code}/giai-trinh`} label="Giải trình">
              <input type="hidden" name="don-vi" value={view.organisation.code} />
              <input type="hidden" name="ky" value={period} />
              <Radios
                name="kind"
                label="Loại ý kiến"
                inline
                value="explanation"
                options={[
                  { value: 'explanation', label: 'Giải trình nguyên nhân' },
                  { value: 'dispute', label: 'Đề nghị xem lại số liệu' },
                ]}
              />
              <TextArea
                name="text"
                label="Nội dung"
                hint={`Về số liệu ${sayPeriod(period)} của ${view.organisation.name}.`}
                rows={4}
                maxLength={4000}
              />
              <Button kind="primary">Gửi ý kiến</Button>
            </Form>
          </More>
        )}
      </div>
    </Section>
  )
}

function RemarkItem({ remark, code, canAnswer }: { remark: Remark; code: string; canAnswer: boolean }) {
  return (
    <article class="panel stack-small">
      <p>
        <Tag tone={remark.kind === 'dispute' ? 'warning' : 'info'}>
          {remark.kind === 'dispute' ? 'Đề nghị xem lại' : 'Giải trình'}
        </Tag>{' '}
        <strong>{remark.writtenBy}</strong>, <Time at={remark.writtenAt} />
      </p>
      <p>{remark.text}</p>
      {remark.answer !== null && remark.answeredAt && (
        <p>
          <strong>Trả lời</strong> ({remark.answeredBy}, <Time at={remark.answeredAt} />
          ): {remark.answer}
        </p>
      )}
      {remark.answer === null && canAnswer && (
        <More title="Trả lời">
          <Form
            action={`/chi-tieu/${code}/giai-trinh/${remark.id}/tra-loi`}
            label={`Trả lời ý kiến của ${remark.writtenBy}`}
          >
            <input type="hidden" name="don-vi" value={remark.organisation} />
            <input type="hidden" name="ky" value={remark.period} />
            <TextArea name="answer" id={`answer-${remark.id}`} label="Nội dung trả lời" rows={3} maxLength={4000} />
            <Button kind="primary">Gửi trả lời</Button>
          </Form>
        </More>
      )}
    </article>
  )
}

type Correction = Fact & { periodOn: string; before: number | null }

export function Corrections({
  definition,
  rows,
  setting,
}: {
  definition: StoredDefinition
  rows: readonly Correction[]
  setting: CardSetting
}) {
  const { body } = definition
  const say = (value: number | null) => (value === null ? undefined : sayFigure(body, value))
  return (
    <Section title="Các lần số liệu thay đổi" id="dinh-chinh">
      <Table
        caption="Những lần gần nhất: số trước, số sau"
        rows={rows}
        rowKey={(row) => String(row.id)}
        rowHref={(row) => withQuery(`/so-lieu/${row.id}`, { tai: setting.view.tai })}
        columns={[
          {
            key: 'period',
            title: 'Kỳ',
            cell: (row) => `${periodLabelOf(row.period)}${row.area ? ` · ${row.area}` : ''}`,
          },
          { key: 'organisation', title: 'Đơn vị', cell: (row) => setting.nameOf(row.organisation), phone: true },
          { key: 'before', title: 'Trước', kind: 'number', cell: (row) => say(row.before), phone: true },
          { key: 'after', title: 'Sau', kind: 'number', cell: (row) => say(row.value), phone: true },
          { key: 'at', title: 'Lúc', cell: (row) => <Time at={row.knownAt} exact /> },
        ]}
        empty={{
          title: 'Chưa có lần thay đổi nào',
          words: 'Khi số liệu của một kỳ đã qua được sửa hoặc bổ sung, số trước và số sau đều được giữ ở đây.',
        }}
      />
    </Section>
  )
}
