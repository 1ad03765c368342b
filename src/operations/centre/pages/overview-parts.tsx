import type { ComponentChildren } from 'preact'
import { directiveFormPath } from '#directives'
import { formatNumber, Section, Tag, type Tone, withQuery } from '#ui'
import type { SourceFreshness } from '#warehouse'
import { type Cause, type Causes, causeKey } from '../overview/causes.ts'
import type { Focus } from '../overview/focus.ts'
import { leadingOf, type UnitShortfall, type WorstUnit } from '../overview/worst-units.ts'
import { type CardSetting, givePathOf } from './card.tsx'
import { linkTo } from './view.tsx'
import { capital, sayDifference, sayFigure, sayPeriod } from './words.ts'

/** At most three matters, each with its number, its cause and the way on. */
export function FocusList({
  focus,
  causes,
  setting,
}: {
  focus: readonly Focus[]
  causes: Causes
  setting: CardSetting
}) {
  const isSilent = [...setting.sources.values()].every(({ receivedAt }) => receivedAt === null)
  return (
    <Section title="Nội dung cần chỉ đạo">
      {focus.length === 0 ? (
        <p class="panel">
          {isSilent ? (
            <>
              Chưa nguồn nào gửi dữ liệu nên chưa đánh giá được.{' '}
              <a href="/nguon">Xem các nguồn và cách đưa dữ liệu vào</a>
            </>
          ) : (
            'Không có chỉ tiêu nào vượt ngưỡng, không có nguồn nào chậm.'
          )}
        </p>
      ) : (
        <ol class="matters">
          {focus.map((one) => (
            <FocusItem
              key={one.kind === 'late' ? one.source.code : one.card.definition.code}
              focus={one}
              causes={causes}
              setting={setting}
            />
          ))}
        </ol>
      )}
    </Section>
  )
}

interface Matter {
  tag: string
  tone: Tone
  title: string
  href: string
  words: ComponentChildren
}

function FocusItem(props: { focus: Focus; causes: Causes; setting: CardSetting }) {
  const { tag, tone, title, href, words } = matterOf(props.focus, props.causes, props.setting)
  return (
    <li class="matter">
      <div class="matter-head">
        <Tag tone={tone}>{tag}</Tag>
        <h3 class="matter-title">
          <a href={href}>{title}</a>
        </h3>
      </div>
      <p class="matter-words">{words}</p>
      {props.setting.mayGive && !props.setting.view.asOf && (
        <p>
          <a class="small" href={giveOf(props.focus, props.setting, title)}>
            Giao nhiệm vụ<span class="hidden-visually">: {title}</span>
          </a>
        </p>
      )}
    </li>
  )
}

function giveOf(focus: Focus, setting: CardSetting, title: string): string {
  if (focus.kind !== 'late') return givePathOf(focus.card, setting)
  const { code, organisation } = focus.source
  return directiveFormPath({ kind: 'duty', code, title, url: `/nguon/${code}`, organisation })
}

function matterOf(focus: Focus, causes: Causes, setting: CardSetting): Matter {
  if (focus.kind === 'late') return lateMatter(focus, setting)
  const { card } = focus
  const { body, code } = card.definition
  const value = card.fact?.value ?? 0
  const href = linkTo(setting.view, `/chi-tieu/${code}`)
  const owner = `Chủ trì: ${setting.nameOf(body.owner.organisation)}.`
  if (focus.kind === 'dispute')
    return {
      tag: 'Có ý kiến',
      tone: 'warning',
      title: `${body.name}: đơn vị có ý kiến về số liệu ${sayPeriod(card.period)}`,
      href,
      words: `“${card.remarks[0]?.text ?? ''}” ${owner}`,
    }
  if (focus.kind === 'sudden')
    return {
      tag: 'Biến động lớn',
      tone: 'warning',
      title: `${body.name} ${value > focus.before ? 'tăng' : 'giảm'} đột ngột còn ${sayFigure(body, value)}`,
      href,
      words: `${sayPeriod(card.period)}, kỳ trước ${sayFigure(body, focus.before)}; mức dao động thường thấy không quá ${sayDifference(body, focus.usual)}. ${owner}`,
    }
  return breachMatter(focus, { causes, setting, href, owner })
}

function breachMatter(
  { card, units }: Extract<Focus, { kind: 'breach' }>,
  { causes, setting, href, owner }: { causes: Causes; setting: CardSetting; href: string; owner: string },
): Matter {
  const { judgement, definition, target } = card
  const { body } = definition
  const gap = sayDifference(body, judgement?.gap ?? 0)
  const plan = judgement?.isPace
    ? `tiến độ phải đạt đến nay (${sayFigure(body, judgement.expected)} của kế hoạch ${sayFigure(body, target?.value ?? 0)})`
    : `kế hoạch giao ${sayFigure(body, target?.value ?? 0)}`
  const side = body.direction === 'up' ? 'thấp hơn' : 'cao hơn'
  const [first] = units
  const cause = first === undefined ? undefined : causes.get(causeKey(first, card))
  return {
    tag: judgement?.isPace ? 'Chậm tiến độ' : 'Chưa đạt',
    tone: 'danger',
    title: `${body.name} ${sayFigure(body, card.fact?.value ?? 0)}, ${side} ${plan} là ${gap}`,
    href,
    words: (
      <>
        {capital(sayPeriod(card.period))}.{' '}
        {units.length > 0 && (
          <>
            Kém nhất: <UnitNames units={units} setting={setting} />.{' '}
          </>
        )}
        {cause && first !== undefined && `${setting.nameOf(first)} ${sayCause(cause, 'nhiều nhất ở')}`}
        {owner}
      </>
    ),
  }
}

function UnitNames({ units, setting }: { units: readonly string[]; setting: CardSetting }) {
  return (
    <>
      {units.map((organisation, index) => (
        <span key={organisation}>
          {index > 0 && ', '}
          <a href={linkTo(setting.view, `/don-vi/${organisation}`, { 'don-vi': undefined })}>
            {setting.nameOf(organisation)}
          </a>
        </span>
      ))}
    </>
  )
}

function lateMatter({ source, lateness, blind }: Extract<Focus, { kind: 'late' }>, setting: CardSetting): Matter {
  const names = blind.slice(0, 2).map(({ definition }) => `“${definition.body.name}”`)
  const more = blind.length > names.length ? ` và ${blind.length - names.length} chỉ tiêu khác` : ''
  return {
    tag: 'Số liệu chậm',
    tone: 'warning',
    title: `${source.name} ${lateness.words}`,
    href: `/nguon/${source.code}`,
    words: `${names.length > 0 ? `Chưa cập nhật được ${names.join(', ')}${more}. ` : ''}Đầu mối: ${source.custodian}, ${setting.nameOf(source.organisation)}.`,
  }
}

const shortfallsShown = 2

/** The units that lie worst, with the indicators and the kind of work that make them so. */
export function UnitList({
  worst,
  causes,
  setting,
}: {
  worst: readonly WorstUnit[]
  causes: Causes
  setting: CardSetting
}) {
  if (worst.length === 0) return null
  return (
    <Section
      title="Đơn vị cần chú ý"
      aside={<a href={linkTo(setting.view, '/xep-hang', { 'don-vi': undefined })}>Bảng xếp hạng</a>}
    >
      <ol class="matters">
        {worst.map(({ organisation, shortfalls }) => (
          <li key={organisation} class="matter">
            <h3 class="matter-title">
              <a href={linkTo(setting.view, `/don-vi/${organisation}`, { 'don-vi': undefined })}>
                {setting.nameOf(organisation)}
              </a>
            </h3>
            <ul class="matter-facts">
              {shortfalls.slice(0, shortfallsShown).map((one) => (
                <li key={one.fact.id}>
                  <Shortfall one={one} tai={setting.view.tai} />
                </li>
              ))}
            </ul>
            <p class="matter-words">
              {sayCause(causeOf(organisation, shortfalls, causes), 'Nhiều nhất ở')}
              {shortfalls.length > shortfallsShown && `Tất cả ${shortfalls.length} chỉ tiêu chưa đạt.`}
            </p>
          </li>
        ))}
      </ol>
    </Section>
  )
}

function Shortfall({ one, tai }: { one: UnitShortfall; tai: string | undefined }) {
  const { card, fact, judgement, isSmall } = one
  const { body } = card.definition
  const side = body.direction === 'up' ? 'thấp hơn' : 'cao hơn'
  return (
    <>
      {body.name} <a href={withQuery(`/so-lieu/${fact.id}`, { tai })}>{sayFigure(body, fact.value ?? 0)}</a>, {side}{' '}
      {judgement.isPace ? 'tiến độ' : 'kế hoạch'} {sayDifference(body, judgement.gap)}
      {isSmall && <span class="muted"> (chỉ {fact.recordCount} trường hợp)</span>}
    </>
  )
}

function causeOf(organisation: string, shortfalls: readonly UnitShortfall[], causes: Causes): Cause | undefined {
  const leading = leadingOf(shortfalls)
  return leading && causes.get(causeKey(organisation, leading.card))
}

const sayCause = (cause: Cause | undefined, most: string): string =>
  cause
    ? `${most} ${cause.what}: ${formatNumber(cause.failed)} trên ${formatNumber(cause.total)} trường hợp không đạt. `
    : ''

/** "8/9 nguồn đúng hạn", and which are not. */
export function SourceStrip({ sources, setting }: { sources: readonly SourceFreshness[]; setting: CardSetting }) {
  if (sources.length === 0) return null
  const late = sources.filter(({ code }) => setting.lateness.has(code))
  // What never came cannot be called late, nor on time.
  const silent = sources.filter(({ receivedAt }) => receivedAt === null)
  const faulty = sources.filter(({ quarantined }) => quarantined > 0)
  return (
    <Section title="Nguồn dữ liệu" aside={<a href="/nguon">Tất cả nguồn</a>}>
      <div class="panel stack-small">
        <p>
          <strong class="number">
            {sources.length - late.length - silent.length}/{sources.length}
          </strong>{' '}
          nguồn đúng hạn{silent.length > 0 && `, ${silent.length} nguồn chưa gửi lần nào`}
        </p>
        {late.length > 0 && (
          <ul class="plain-list stack-small">
            {late.map((source) => (
              <li key={source.code}>
                <Tag tone="warning">{setting.lateness.get(source.code)?.words}</Tag>{' '}
                <a href={`/nguon/${source.code}`}>{source.name}</a>
                <span class="muted"> · {setting.nameOf(source.organisation)}</span>
              </li>
            ))}
          </ul>
        )}
        {faulty.length > 0 && (
          <p class="muted">
            {formatNumber(faulty.reduce((sum, { quarantined }) => sum + quarantined, 0))} bản ghi bị cách ly chờ sửa ở{' '}
            {faulty.length} nguồn.
          </p>
        )}
      </div>
    </Section>
  )
}
