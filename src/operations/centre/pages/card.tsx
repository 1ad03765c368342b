import { directiveFormPath } from '#directives'
import { type Card, type Definition, type Fact, listMeasureSources, type StoredDefinition } from '#indicators'
import { IndicatorCard, withQuery } from '#ui'
import type { Lateness, SourceFreshness } from '#warehouse'
import { linkTo, type View } from './view.tsx'
import { approverOf, capital, changesOf, figureOf, periodWords, sayFigure, sayPeriod, targetWords } from './words.ts'

/** What the cards of a page share. */
export interface CardSetting {
  view: View
  nameOf: (organisation: string) => string
  sources: ReadonlyMap<string, SourceFreshness>
  lateness: ReadonlyMap<string, Lateness>
  /** Address that answers with fresh cards alone. */
  liveUrl?: string
  /** Who looks may give directives: every number then leads to one. */
  mayGive?: boolean
}

/** The form of a directive out of a number, with its words, its owner and the way back filled in. */
export function givePathOf({ definition, fact, period }: Card, { view }: CardSetting): string {
  const { body, code } = definition
  const figure = fact?.state === 'value' && fact.value !== null ? ` ${sayFigure(body, fact.value)}` : ''
  return directiveFormPath({
    kind: 'indicator',
    code,
    title: `${body.name}${figure}, ${sayPeriod(period)}`,
    url: linkTo(view, `/chi-tieu/${code}`, { tai: undefined }),
    organisation: body.owner.organisation,
  })
}

export const cardId = (code: string) => `the-${code.replaceAll('.', '-')}`

interface CardViewProps {
  card: Card
  setting: CardSetting
  lead?: boolean
  /** Where one indicator stands on a page twice. */
  id?: string
  /** Whose number it is, where that is not the page's own organisation. */
  place?: string
}

/** The card of an indicator: everything a number must say of itself. */
export function CardView({ card, setting, lead, id, place }: CardViewProps) {
  const { definition, fact, judgement } = card
  const { body, code } = definition
  const { view } = setting
  const figure = fact?.state === 'value' && fact.value !== null ? figureOf(body, fact.value) : undefined
  const late = lateOf(definition, setting)
  const standing = judgement?.standing ?? 'normal'
  return (
    <IndicatorCard
      id={id ?? cardId(code)}
      live={view.asOf ? undefined : `indicator:${code}`}
      liveUrl={setting.liveUrl}
      lead={lead}
      name={place ? `${body.name} · ${place}` : body.name}
      href={linkTo(view, `/chi-tieu/${code}`)}
      value={figure?.value}
      unit={figure?.unit}
      valueHref={fact && withQuery(`/so-lieu/${fact.id}`, { tai: view.tai })}
      state={standing}
      stateWords={standing === 'breach' ? 'Chưa đạt' : judgement?.isPace ? 'Chậm tiến độ' : 'Cần theo dõi'}
      absence={absenceOf(card)}
      changes={changesOf(card)}
      target={targetWords(card)}
      spark={sparkOf(card)}
      owner={`Chủ trì: ${setting.nameOf(body.owner.organisation)} · Căn cứ: ${shortBasis(body)}`}
      typedBy={fact && fact.origin !== 'computed' ? typedWords(fact) : undefined}
      remarks={remarksOf(card, view)}
      actions={
        <>
          <a class="small" href={linkTo(view, `/chi-tieu/${code}`)}>
            Xem chi tiết<span class="hidden-visually"> về {body.name}</span>
          </a>
          {setting.mayGive && !view.asOf && (
            <a class="small" href={givePathOf(card, setting)}>
              Giao nhiệm vụ<span class="hidden-visually"> về {body.name}</span>
            </a>
          )}
        </>
      }
      freshness={{
        asOf: fact?.observedAt ?? fact?.receivedAt ?? fact?.knownAt,
        source: body.source,
        sourceHref: sourceHref(definition),
        late: late?.words,
      }}
    />
  )
}

/** As people call a document: by its number, where it has one. */
const shortBasis = ({ basis }: Definition): string => (basis.kind !== 'dataset' && basis.number) || basis.title

export function lateOf(definition: StoredDefinition, { lateness }: CardSetting): Lateness | undefined {
  const late = listMeasureSources(definition.body).flatMap((source) => lateness.get(source) ?? [])
  return late.toSorted((a, b) => b.workingDays - a.workingDays)[0]
}

function sourceHref(definition: StoredDefinition): string | undefined {
  const [first] = listMeasureSources(definition.body)
  return first && `/nguon/${first}`
}

export function absenceOf({ fact, period }: Card): string {
  if (fact?.state === 'withheld' && fact.completeness)
    return `chờ đủ đơn vị: ${fact.completeness.reported}/${fact.completeness.expected}`
  return `chưa có số liệu ${sayPeriod(period)}`
}

function typedWords(fact: Fact): string {
  const { origin } = fact
  const how = origin === 'form' ? 'từ biểu Excel' : origin === 'pack' ? 'theo tài liệu công bố' : 'tại trang nhập số'
  const approver = approverOf(fact)
  return approver ? `${how}, ${approver} duyệt` : how
}

export function sparkOf(card: Card) {
  const { history, definition } = card
  const values = history.map(({ fact }) => (fact?.state === 'value' ? fact.value : null))
  const first = history[0]?.period ?? card.period
  return {
    values,
    label: `${definition.body.name}, ${history.length} kỳ từ ${sayPeriod(first)} đến ${sayPeriod(card.period)}`,
  }
}

function remarksOf(card: Card, view: View) {
  const { fact, remarks, definition } = card
  const lines = [<span>{capital(periodWords(card))}</span>]
  const completeness = fact?.completeness
  if (completeness && completeness.reported < completeness.expected)
    lines.push(
      <span>
        Có số liệu của {completeness.reported}/{completeness.expected} đơn vị
      </span>,
    )
  if (fact?.lockedAt) lines.push(<span>Đã chốt số liệu</span>)
  for (const remark of remarks.slice(0, 1))
    lines.push(
      <a href={linkTo(view, `/chi-tieu/${definition.code}`, { ky: card.period })}>
        {remark.kind === 'dispute' ? 'Có ý kiến về số liệu' : 'Có giải trình'}
        {remark.answer ? ', đã trả lời' : ''}
      </a>,
    )
  if (definition.body.note) lines.push(<span>{definition.body.note}</span>)
  return lines
}
