import { DescriptionList, More, Notice, Time } from '#ui'
import { basisWords, cadenceWords } from '#warehouse'
import type { StoredDefinition } from '../computation/plan.ts'
import {
  directionWords,
  lockWords,
  mergerWords,
  missingWords,
  periodWords,
  unitKindWords,
} from '../definition-form/choices.ts'
import { decimalText } from '../definition-form/write.ts'
import type { Definition } from '../model.ts'
import { describeFormula } from '../reading/formula-words.ts'
import { showPeriod, showValue } from './words.ts'

interface VersionsProps {
  versions: readonly StoredDefinition[]
  /** Name of an indicator. */
  nameOf(code: string): string
  /** Name of an organisation. */
  unitOf(code: string): string
}

/** Who changed the definition when and why, and what differs from the version before. */
export function Versions({ versions, nameOf, unitOf }: VersionsProps) {
  return (
    <>
      {versions.map(({ version, body, madeAt, madeBy, reason, retiredAt }, index) => {
        const before = versions[index + 1]?.body
        const changes = before ? differences(before, body, { nameOf, unitOf }) : []
        return (
          <More key={version} title={`Bản ${version}${retiredAt ? '' : ' (đang dùng)'}`} open={index === 0}>
            <DescriptionList
              items={[
                { term: 'Lập lúc', value: <Time at={madeAt} exact /> },
                { term: 'Người lập', value: madeBy === 'pack' ? 'gói dữ liệu' : madeBy },
                { term: 'Lý do', value: reason ?? (madeBy === 'pack' ? 'theo tệp của gói dữ liệu' : null) },
                ...changes.map(({ place, from, to }) => ({
                  term: place,
                  value: (
                    <>
                      <del>{from || 'trống'}</del> → <ins>{to || 'trống'}</ins>
                    </>
                  ),
                })),
              ]}
            />
            {before && changes.length === 0 && <Notice>Không khác bản trước.</Notice>}
          </More>
        )
      })}
    </>
  )
}

type Names = Pick<VersionsProps, 'nameOf' | 'unitOf'>

/** What each place of a definition says, in words. */
function placesOf(body: Definition, { nameOf, unitOf }: Names): Record<string, string> {
  const { thresholds, owner } = body
  return {
    Tên: body.name,
    'Tên tiếng Anh': body.nameEn,
    'Mô tả': body.description,
    Nhóm: body.group,
    'Thứ tự': String(body.order),
    'Đơn vị tính': body.unit,
    'Chữ số lẻ': String(body.decimals),
    'Cách tính': describeFormula(body, nameOf),
    'Nguồn được tính': sourcesOf(body),
    'Tốt lên khi': directionWords[body.direction],
    Kỳ: body.periods.map((kind) => periodWords[kind]).join(', '),
    'Kỳ trên thẻ': periodWords[body.mainPeriod],
    'Kế hoạch': body.targets
      .map(
        ({ period, organisation, value, basis }) =>
          `${showPeriod(period)}${organisation ? `, ${unitOf(organisation)}` : ''}: ${showValue(value, body)} (${basis})`,
      )
      .join('; '),
    Ngưỡng: `theo dõi từ ${decimalText(thresholds.watchPercent)}%, không đạt từ ${decimalText(thresholds.breachPercent)}%`,
    'Chủ trì': `${unitOf(owner.organisation)}, ${owner.position}`,
    'Căn cứ': basisWords(body.basis),
    Nguồn: body.source,
    'Định kỳ': cadenceWords(body.cadence),
    'Khi thiếu đơn vị': missingWords[body.missing],
    'Chốt số liệu': body.lock ? lockWords[body.lock] : 'Theo lệ',
    'Trước sáp nhập': mergerWords[body.merger],
    'Đơn vị phải báo cáo': body.expected
      .map((kind) => (kind in unitKindWords ? unitKindWords[kind as keyof typeof unitKindWords] : kind))
      .join(', '),
    'Ghi chú': body.note ?? '',
    'Đánh dấu khác thường': body.anomalies ? 'có' : 'không',
  }
}

function sourcesOf({ formula }: Definition): string {
  const measures =
    formula.type === 'measure'
      ? formula.measures
      : formula.type === 'ratio'
        ? [...formula.numerator, ...formula.denominator]
        : []
  return [...new Set(measures.map(({ sources }) => sources?.join(', ') ?? 'mọi nguồn của gói'))].join('; ')
}

function differences(
  before: Definition,
  after: Definition,
  names: Names,
): { place: string; from: string; to: string }[] {
  const old = placesOf(before, names)
  return Object.entries(placesOf(after, names))
    .map(([place, to]) => ({ place, from: old[place] ?? '', to }))
    .filter(({ from, to }) => from !== to)
}
