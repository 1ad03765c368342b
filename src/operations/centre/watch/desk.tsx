/**
 * The operator's desk: the queue at the left, the map in the middle, the chosen alert at the right with its playbook, the people to
 * call and what was done. Every press is a link or a form; the browser only adds the keys, the clocks and the sound.
 */
import type { ComponentChild } from 'preact'
import { z } from 'zod'
import { type AlertRow, type AlertView, alertListPath, canHandleAlert, listDeskAlerts, readAlertView } from '#alerts'
import { directiveFormPath } from '#directives'
import { listHolders, type Person } from '#identity'
import { findPlaybook, openIncidentPath, type PlaybookName } from '#incidents'
import { drawAreas, drawMap } from '#maps'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import {
  Button,
  classes,
  EmptyState,
  Form,
  formatNumber,
  Help,
  KeyHelp,
  Notice,
  SeverityMark,
  Tabs,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { deskPath, wallPath } from './address.ts'
import { Alarm } from './alarm.tsx'
import { AlertClock, alertStateWords, sayBlindness } from './alert-parts.tsx'
import { chooseNumbers, chooseScenes, readWatch, type Watch } from './read.ts'

const boxes = { moi: 'new', 'cua-toi': 'mine', 'qua-gio': 'late', 'dang-mo': 'open' } as const
type Box = keyof typeof boxes
const boxWords: Record<Box, string> = { moi: 'Mới', 'cua-toi': 'Của tôi', 'qua-gio': 'Quá giờ', 'dang-mo': 'Đang mở' }
const queueLength = 50
const contactsShown = 4
const deedsShown = 8

const Query = z.object({
  hop: z.enum(['moi', 'cua-toi', 'qua-gio', 'dang-mo']).catch('moi'),
  chon: z.string().max(40).optional(),
  /** Whether the map goes to what is chosen; to something grave it does by itself. */
  gan: z.enum(['co', 'khong']).optional().catch(undefined),
  /** Asked as of a moment; the desk is of now. */
  tai: z.string().max(30).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

const linkOf = (query: Query, change: Partial<Query>) => withQuery(deskPath, { ...query, tai: undefined, ...change })

export const deskRoute: Route = route({
  method: 'GET',
  path: deskPath,
  access: 'alert:handle',
  query: Query,
  async handle(ctx, { query }) {
    const [watch, queue] = await Promise.all([
      readWatch(ctx),
      listDeskAlerts(ctx, { box: boxes[query.hop], limit: queueLength }),
    ])
    const chosen = query.chon ?? queue.rows[0]?.code
    const view = chosen === undefined ? undefined : await readAlertView(ctx, chosen)
    const contacts = view ? await listHolders(ctx, 'directive:work', view.alert.organisation) : []
    const playbook = view?.alert.playbook ? await findPlaybook(ctx, view.alert.playbook) : undefined
    return page({
      title: 'Bàn trực',
      lead: <DeskLine watch={watch} />,
      islands: ['desk', 'alarm', 'ticking'],
      actions: (
        <>
          <Alarm alerts={watch.alerts} />
          <Button href={wallPath}>Màn hình giám sát</Button>
        </>
      ),
      body: (
        <>
          {query.tai && (
            <Notice title="Bàn trực luôn là của hiện tại">
              Cảnh báo của một thời điểm đã qua xem ở{' '}
              <a href={withQuery(alertListPath, { tai: query.tai })}>hàng đợi cảnh báo</a>.
            </Notice>
          )}
          <div class="desk">
            <Queue query={query} queue={queue} chosen={chosen} watch={watch} />
            <section class="desk-map" aria-label="Bản đồ" id="desk-map" data-live="alerts">
              <h2 class="hidden-visually">Bản đồ</h2>
              {await drawDeskMap(ctx, watch, { query, chosen, view })}
            </section>
            <section class="desk-detail" aria-label="Cảnh báo đang chọn" id="desk-detail" data-live="alerts">
              {view ? (
                <Detail
                  ctx={ctx}
                  view={view}
                  contacts={contacts.slice(0, contactsShown)}
                  playbook={playbook}
                  watch={watch}
                  query={query}
                />
              ) : (
                <EmptyState title="Chưa chọn cảnh báo">Chọn một dòng ở hàng đợi bên trái.</EmptyState>
              )}
            </section>
          </div>
          <Keys />
        </>
      ),
    })
  },
})

/** Shift, sight and load in one line. */
function DeskLine({ watch }: { watch: Watch }) {
  const { shift, duties, counts } = watch
  return (
    <span id="desk-line" data-live="alerts duties roster">
      {shift ? `${shift.name}, trưởng ca ${shift.leader ?? 'chưa có'}` : 'Chưa có ca trực'} ·{' '}
      <a href="/trach-nhiem">
        {formatNumber(duties.onTime)}/{formatNumber(duties.total)} nguồn đúng hạn
      </a>
      {sayBlindness(watch)} ·{' '}
      <a href="/canh-bao/can-doi">
        nhận {formatNumber(counts.received)} = hiện {formatNumber(counts.shown)} + gộp {formatNumber(counts.grouped)} +
        tạm im {formatNumber(counts.silenced)} + bỏ {formatNumber(counts.dropped)}
      </a>
    </span>
  )
}

interface QueueProps {
  query: Query
  queue: Awaited<ReturnType<typeof listDeskAlerts>>
  chosen: string | undefined
  watch: Watch
}

function Queue({ query, queue, chosen, watch }: QueueProps) {
  return (
    <section class="desk-queue" aria-label="Hàng đợi" id="desk-queue" data-live="alerts" data-live-label="Hàng đợi">
      <h2 class="hidden-visually">Hàng đợi</h2>
      <Tabs
        label="Hộp cảnh báo"
        items={(Object.keys(boxWords) as Box[]).map((box) => ({
          label: `${boxWords[box]} ${formatNumber(queue.counts[boxes[box]])}`,
          href: linkOf(query, { hop: box, chon: undefined, gan: undefined }),
          current: box === query.hop,
        }))}
      />
      {queue.rows.length === 0 ? (
        <EmptyState title="Không có cảnh báo nào ở đây">
          Cảnh báo mới hiện ra ngay khi có. <a href="/canh-bao">Mở toàn bộ hàng đợi</a>
        </EmptyState>
      ) : (
        <ol class="desk-list">
          {queue.rows.map((alert) => (
            <li key={alert.code} class={classes('desk-row', alert.code === chosen && 'desk-row-chosen')}>
              <a
                href={linkOf(query, { chon: alert.code, gan: undefined })}
                aria-current={alert.code === chosen ? 'true' : undefined}
                data-code={alert.code}
              >
                <span class="desk-row-head">
                  <SeverityMark severity={alert.severity} />
                  <AlertClock alert={alert} />
                </span>
                <span class="desk-headline">
                  {alert.headline}
                  {alert.count > 1 && ` ×${formatNumber(alert.count)}`}
                </span>
                <span class="small muted">
                  {watch.setting.nameOf(alert.organisation)} · <Time at={alert.raisedAt} /> ·{' '}
                  {alertStateWords[alert.state]}
                </span>
              </a>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}

async function drawDeskMap(
  ctx: Context,
  watch: Watch,
  { query, chosen, view }: { query: Query; chosen: string | undefined; view: AlertView | undefined },
): Promise<ComponentChild> {
  const scenes = chooseScenes(chooseNumbers(watch.cards, []), [])
  const own = view?.alert.subject?.kind === 'indicator' ? view.alert.subject.code : undefined
  const indicator = watch.cards.find(({ definition }) => definition.code === own)?.definition.code ?? scenes[0]
  const place = view && (view.alert.point || view.alert.area) ? view.alert : undefined
  const isNear = place !== undefined && (query.gan === 'co' || (query.gan !== 'khong' && isGrave(place)))
  const area = view?.alert.area
  const drawing = {
    width: 560,
    height: 620,
    selected: view?.alert.point ? chosen : area && `area:${area}`,
    near: isNear ? place : undefined,
    things: watch.alerts.map(({ code, point, area, severity }) => ({
      key: code,
      point,
      area,
      severity,
      href: linkOf(query, { chon: code, gan: undefined }),
    })),
  }
  const { things, ...picture } = drawing
  return (
    <>
      {place && (
        <p class="small">
          <a href={linkOf(query, { chon: chosen, gan: isNear ? 'khong' : 'co' })}>
            {isNear ? 'Xem toàn tỉnh' : 'Phóng đến nơi của cảnh báo đang chọn'}
          </a>
        </p>
      )}
      {indicator === undefined
        ? await drawMap(ctx, { id: 'ban-do', label: 'Cảnh báo trên bản đồ', ...drawing })
        : await drawAreas(ctx, { id: 'ban-do', indicator, withoutTable: true, ...picture, marks: things })}
    </>
  )
}

const isGrave = ({ severity, state }: AlertRow) => severity === 'critical' && state !== 'closed'

interface DetailProps {
  ctx: Context
  view: AlertView
  contacts: readonly Person[]
  playbook: PlaybookName | undefined
  watch: Watch
  query: Query
}

function Detail({ ctx, view, contacts, playbook, watch, query }: DetailProps) {
  const { alert } = view
  return (
    <div class="stack">
      <p class="row">
        <SeverityMark severity={alert.severity} />
        <span>{alertStateWords[alert.state]}</span>
        <AlertClock alert={alert} />
      </p>
      <h2 class="desk-title">
        <a href={alert.url}>{alert.headline}</a>
      </h2>
      <p class="small">
        {watch.setting.nameOf(alert.organisation)} · từ <Time at={alert.startsAt} exact /> · {formatNumber(alert.count)}{' '}
        lần
        {alert.owner && ` · ${view.names.person(alert.owner)} giữ`}
      </p>
      {alert.annotations.description && <p>{alert.annotations.description}</p>}
      {alert.subject && (
        <p>
          Số liệu đằng sau: <a href={alert.subject.url}>{alert.subject.title}</a>
        </p>
      )}
      <Deeds ctx={ctx} alert={alert} back={linkOf(query, { chon: alert.code })} />
      <h3>Kịch bản</h3>
      <p>
        {playbook ? (
          <a href={playbook.url}>{playbook.title}</a>
        ) : (
          <>
            Chưa gắn kịch bản. <a href="/kich-ban">Chọn trong danh mục kịch bản</a>
          </>
        )}
      </p>
      <h3>Người cần gọi</h3>
      <Contacts contacts={contacts} />
      <h3>Diễn biến</h3>
      <ol class="desk-log">
        {view.entries.slice(0, deedsShown).map(({ at, who, what, comment }) => (
          <li key={`${at.toISOString()} ${what}`}>
            <span class="small muted">
              <Time at={at} /> · {who}
            </span>
            <br />
            {what}
            {comment && `: ${comment}`}
          </li>
        ))}
      </ol>
    </div>
  )
}

function Deeds({ ctx, alert, back }: { ctx: Context; alert: AlertRow; back: string }) {
  if (!canHandleAlert(ctx, alert) || alert.state === 'closed') return null
  const { code, headline, url, organisation, area, playbook } = alert
  return (
    <>
      <Form action={url} class="row" label="Nhận cảnh báo">
        <input type="hidden" name="ve" value={back} />
        <span id="desk-take">
          {alert.state === 'new' ? (
            <Button kind="primary" name="viec" value="nhan">
              Nhận
            </Button>
          ) : (
            <Button kind="primary" name="viec" value="xu-ly">
              Bắt đầu xử lý
            </Button>
          )}
        </span>
        {ctx.can('directive:give') && (
          <span id="desk-assign">
            <Button href={directiveFormPath({ kind: 'alert', code, title: headline, url, organisation, area })}>
              Giao nhiệm vụ
            </Button>
          </span>
        )}
        {ctx.can('incident:command') && (
          <Button href={openIncidentPath({ code, headline, playbook })}>Mở hồ sơ tình huống</Button>
        )}
      </Form>
      <Form action={url} class="row desk-close" label="Đóng cảnh báo">
        <input type="hidden" name="ve" value={back} />
        <TextInput name="ly-do" label="Lý do đóng" id="desk-reason" />
        <Button name="viec" value="dong">
          Đóng
        </Button>
      </Form>
    </>
  )
}

function Contacts({ contacts }: { contacts: readonly Person[] }) {
  if (contacts.length === 0) return <Notice tone="warning" title="Chưa có đầu mối nào của đơn vị này trong hệ thống" />
  return (
    <ul class="plain-list">
      {contacts.map(({ account, name, position, phone }) => (
        <li key={account}>
          {name}
          {position && `, ${position}`}
          {phone && (
            <>
              {' · '}
              <a href={`tel:${phone}`}>{phone}</a>
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

const keys = [
  { key: 'J', does: 'xuống dòng dưới' },
  { key: 'K', does: 'lên dòng trên' },
  { key: 'N', does: 'nhận cảnh báo đang chọn' },
  { key: 'G', does: 'giao nhiệm vụ từ cảnh báo đang chọn' },
  { key: 'D', does: 'ghi lý do để đóng' },
  { key: '?', does: 'mở phần phím tắt này' },
]

function Keys() {
  return (
    <div id="desk-keys">
      <KeyHelp keys={keys} />
      <Help title="Cách làm việc tại bàn trực">
        Nhận không hỏi gì thêm; nếu sau khi nhận không có việc gì tiếp theo thì cảnh báo trở lại hàng đợi. Đóng thì phải
        ghi lý do.
      </Help>
    </div>
  )
}
