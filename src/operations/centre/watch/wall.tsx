/**
 * The wall of the operations room: one page that fills the screen, read from four to eight metres. The server makes all of it; the
 * browser keeps it fresh by its topics, lets the clocks run, sounds while something grave waits, and turns the map to the next indicator
 * while nothing grave is open; the map stands where the newest grave alert is until that is closed or somebody sends it away.
 */
import type { ComponentChild } from 'preact'
import { type AlertRow, alertListPath } from '#alerts'
import type { Card } from '#indicators'
import { drawAreas, drawMap } from '#maps'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import {
  classes,
  Elapsed,
  formatDate,
  formatNumber,
  formatTime,
  formatWeekday,
  SeverityMark,
  Sparkline,
  Tag,
  Time,
  useSurroundings,
} from '#ui'
import { absenceOf, lateOf, sparkOf } from '../pages/card.tsx'
import { changesOf, figureOf, targetWords } from '../pages/words.ts'
import { deskPath, WallQuery, wallAddress, wallPath } from './address.ts'
import { Alarm } from './alarm.tsx'
import { AlertClock, alertStateWords, sayBlindness } from './alert-parts.tsx'
import { chooseNumbers, chooseScenes, findGravePlace, readWatch, type Watch } from './read.ts'

const alertsOnWall = 9
const incidentsOnWall = 3

export const wallRoute: Route = route({
  method: 'GET',
  path: wallPath,
  access: 'alert:read',
  query: WallQuery,
  async handle(ctx, { query }) {
    const watch = await readWatch(ctx)
    const numbers = chooseNumbers(watch.cards, query['chi-tieu'])
    const scenes = chooseScenes(numbers, query.canh)
    return page({
      title: 'Màn hình giám sát',
      face: 'wall',
      bare: true,
      islands: ['wall', 'alarm', 'ticking'],
      body: (
        <Wall
          watch={watch}
          numbers={numbers}
          query={query}
          next={nextOf(query, scenes, watch)}
          isIllustrative={ctx.config.demo}
          map={await drawScene(ctx, watch.alerts, { scenes, query })}
        />
      ),
    })
  },
})

const hasGrave = ({ alerts }: Watch) =>
  alerts.some(({ severity, state }) => severity === 'critical' && state !== 'closed')

/** Where the wall turns to: nowhere while something grave is open or somebody has chosen an alert. */
function nextOf(query: WallQuery, scenes: readonly string[], watch: Watch): string | undefined {
  if (query.xoay === 'khong' || query.chon || hasGrave(watch) || scenes.length < 2) return undefined
  return wallAddress(query, { c: (query.c + 1) % scenes.length })
}

async function drawScene(
  ctx: Context,
  alerts: readonly AlertRow[],
  { scenes, query }: { scenes: readonly string[]; query: WallQuery },
): Promise<ComponentChild> {
  const grave = findGravePlace(alerts, query.qua)
  const passedOver = query.qua === undefined ? undefined : findGravePlace(alerts)
  const selected = query.chon ?? grave?.code
  const marks = alerts.map(({ code, point, area, severity }) => ({
    key: code,
    point,
    area,
    severity,
    href: wallAddress(query, { chon: code }),
  }))
  const indicator = scenes[query.c] ?? scenes[0]
  const size = { width: 900, height: 640 }
  return (
    <>
      {grave && (
        <p class="wall-near">
          <SeverityMark severity="critical" /> <strong>{grave.headline}</strong>{' '}
          <a href={wallAddress(query, { qua: grave.code })}>Xem toàn tỉnh</a>
        </p>
      )}
      {!grave && passedOver && (
        <p class="wall-near">
          <a href={wallAddress(query, { qua: undefined })}>Đến nơi có cảnh báo nghiêm trọng mới nhất</a>
        </p>
      )}
      {indicator === undefined
        ? await drawMap(ctx, {
            id: 'canh',
            label: 'Cảnh báo trên bản đồ',
            things: marks,
            selected,
            near: grave,
            ...size,
          })
        : await drawAreas(ctx, { id: 'canh', indicator, withoutTable: true, selected, near: grave, marks, ...size })}
    </>
  )
}

interface WallProps {
  watch: Watch
  numbers: readonly Card[]
  query: WallQuery
  next: string | undefined
  isIllustrative: boolean
  map: ComponentChild
}

function Wall({ watch, numbers, query, next, isIllustrative, map }: WallProps) {
  return (
    <div class="wall">
      <WallHead watch={watch} isIllustrative={isIllustrative} />
      <section class="wall-numbers" aria-label="Chỉ tiêu" id="wall-numbers" data-live="indicator:*">
        <h2 class="wall-title">Chỉ tiêu</h2>
        {numbers.map((card) => (
          <WallNumber key={card.definition.code} card={card} watch={watch} />
        ))}
      </section>
      <section class="wall-map" aria-label="Bản đồ" id="wall-map" data-live="alerts indicator:*" data-next={next}>
        {map}
      </section>
      <section class="wall-alerts" aria-label="Cảnh báo" id="wall-alerts" data-live="alerts">
        <h2 class="wall-title">
          Cảnh báo{' '}
          <a class="muted" href={alertListPath}>
            {formatNumber(openCount(watch))} đang mở
          </a>
        </h2>
        <AlertList watch={watch} query={query} />
      </section>
      <section class="wall-incidents" aria-label="Tình huống" id="wall-incidents" data-live="incidents">
        <h2 class="wall-title">Tình huống đang xử lý</h2>
        <IncidentList watch={watch} />
      </section>
      <section class="wall-orders" aria-label="Nhiệm vụ chỉ đạo" id="wall-orders" data-live="directive">
        <h2 class="wall-title">Nhiệm vụ chỉ đạo</h2>
        <Orders watch={watch} />
      </section>
    </div>
  )
}

const openCount = ({ counts }: Watch) => Object.values(counts.open).reduce((sum, count) => sum + count, 0)

function WallHead({ watch, isIllustrative }: { watch: Watch; isIllustrative: boolean }) {
  const { shift, duties, view } = watch
  const { now, timeZone } = useSurroundings()
  const leader = shift?.leader
  return (
    <header class="wall-head">
      <div class="wall-head-live" id="wall-head" data-live="duties roster alerts" data-now={now.toISOString()}>
        <h1>
          Trung tâm giám sát, điều hành · <a href={deskPath}>{view.organisation.name}</a>
        </h1>
        {isIllustrative && <span class="illustrative">dữ liệu minh họa</span>}
        <p>
          {shift ? (
            <>
              {shift.name}, trưởng ca {leader ? <strong>{leader}</strong> : <Tag tone="warning">chưa có trưởng ca</Tag>}
            </>
          ) : (
            <Tag tone="warning">Chưa có ca trực</Tag>
          )}
        </p>
        <p class={classes('wall-sight', duties.onTime < duties.total && 'wall-blind')}>
          <strong>
            {formatNumber(duties.onTime)}/{formatNumber(duties.total)}
          </strong>{' '}
          nguồn đúng hạn{sayBlindness(watch)}
        </p>
      </div>
      <Alarm alerts={watch.alerts} />
      <p class="wall-clock">
        <time id="wall-clock" dateTime={now.toISOString()} data-zone={timeZone}>
          {formatTime(now, timeZone)}
        </time>{' '}
        <span id="wall-day">
          {formatWeekday(now, timeZone)} {formatDate(now, timeZone)}
        </span>
      </p>
    </header>
  )
}

function WallNumber({ card, watch }: { card: Card; watch: Watch }) {
  const { definition, fact, judgement } = card
  const figure = fact?.state === 'value' && fact.value !== null ? figureOf(definition.body, fact.value) : undefined
  const late = lateOf(definition, watch.setting)
  const standing = judgement?.standing ?? 'normal'
  const [change] = changesOf(card)
  const spark = sparkOf(card)
  return (
    <article
      class={classes('wall-number', standing !== 'normal' && `wall-${standing}`, late && 'wall-late')}
      id={`so-${definition.code.replaceAll('.', '-')}`}
    >
      <h3>{definition.body.name}</h3>
      <p class="wall-figure">
        {figure ? (
          <a href={`/so-lieu/${fact?.id}`}>
            {figure.value} <span class="wall-unit">{figure.unit}</span>
          </a>
        ) : (
          <span class="muted">{absenceOf(card)}</span>
        )}
        {standing !== 'normal' && (
          <Tag tone={standing === 'breach' ? 'danger' : 'warning'}>
            {standing === 'breach' ? 'Chưa đạt' : judgement?.isPace ? 'Chậm tiến độ' : 'Cần theo dõi'}
          </Tag>
        )}
      </p>
      <Sparkline values={spark.values} label={spark.label} />
      <p class="muted">{late ? `Số liệu ${late.words}` : (targetWords(card) ?? change?.words)}</p>
    </article>
  )
}

function AlertList({ watch, query }: { watch: Watch; query: WallQuery }) {
  const shown = watch.alerts.slice(0, alertsOnWall)
  if (shown.length === 0) return <p class="wall-empty">Không có cảnh báo nào đang mở.</p>
  return (
    <ol class="wall-list">
      {shown.map((alert) => (
        <li
          key={alert.code}
          class={classes('wall-alert', `wall-alert-${alert.severity}`)}
          data-code={alert.code}
          aria-current={query.chon === alert.code ? 'true' : undefined}
        >
          <p class="wall-alert-head">
            <SeverityMark severity={alert.severity} />
            <span>{alertStateWords[alert.state]}</span>
            <AlertClock alert={alert} />
          </p>
          <p class="wall-headline">
            <a href={alert.url}>{alert.headline}</a>
            {alert.count > 1 && <span class="muted"> ×{formatNumber(alert.count)}</span>}
          </p>
          <p class="muted">
            {watch.setting.nameOf(alert.organisation)} · <Time at={alert.raisedAt} />
          </p>
        </li>
      ))}
    </ol>
  )
}

function IncidentList({ watch }: { watch: Watch }) {
  const shown = watch.incidents.slice(0, incidentsOnWall)
  if (shown.length === 0) return <p class="wall-empty">Không có tình huống nào.</p>
  return (
    <ol class="wall-list wall-row">
      {shown.map(({ code, title, level, place, stepsDone, stepsTotal, exercise, url, startedAt }) => (
        <li key={code} class={exercise ? 'wall-exercise' : undefined}>
          {exercise && <strong class="wall-exercise-word">DIỄN TẬP</strong>}
          <p class="wall-headline">
            <a href={url}>{title}</a>
          </p>
          <p>
            {level} · {place}
          </p>
          <p class="muted">
            Kịch bản {formatNumber(stepsDone)}/{formatNumber(stepsTotal)} · <Elapsed since={startedAt} words="đã" />
          </p>
        </li>
      ))}
    </ol>
  )
}

function Orders({ watch: { directives, duties } }: { watch: Watch }) {
  const items: [string, number, string, boolean][] = [
    ['Đang thực hiện', directives.open, '/nhiem-vu', false],
    ['Quá hạn', directives.late, '/nhiem-vu', directives.late > 0],
    ['Đến hạn tuần này', directives.dueThisWeek, '/nhiem-vu', false],
    ['Chờ xác nhận', directives.waitingVerification, '/nhiem-vu', false],
    ['Số liệu chậm', duties.late, '/trach-nhiem', duties.late > 0],
  ]
  return (
    <dl class="wall-counts">
      {items.map(([label, value, href, isBad]) => (
        <div key={label} class={isBad ? 'wall-bad' : undefined}>
          <dt>{label}</dt>
          <dd>
            <a href={href}>{formatNumber(value)}</a>
          </dd>
        </div>
      ))}
    </dl>
  )
}
