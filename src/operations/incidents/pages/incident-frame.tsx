import type { ComponentChildren } from 'preact'
import { directiveFormPath } from '#directives'
import type { AsOf } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply } from '#platform/http'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DescriptionList,
  Elapsed,
  ErrorSummary,
  ExerciseMark,
  type FormError,
  formatDuration,
  Notice,
  RiskMark,
  SeverityMark,
  Tabs,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { incidentPath, incidentStateNames, incidentsPath, kinds, levelOf, titleOf } from '../model.ts'
import { mayCommand, topicOf } from '../record/access.ts'
import type { Incident } from '../record/store.ts'
import { listTasks } from '../record/task-store.ts'
import type { Past } from './past.tsx'

/** The level by the mark of its own scale. */
export function LevelMark({ incident }: { incident: Pick<Incident, 'kind' | 'level'> }) {
  const level = levelOf(incident.kind, incident.level)
  if (!level) return <>{incident.level}</>
  return level.scale === 'risk' ? <RiskMark level={level.value} /> : <SeverityMark severity={level.value} />
}

export const tabs = {
  log: 'Diễn biến',
  tasks: 'Nhiệm vụ',
  map: 'Bản đồ',
  bulletins: 'Bản tin đã phát',
  reports: 'Báo cáo nhanh',
} as const
export type TabKey = keyof typeof tabs
const tabPath: Record<TabKey, string> = {
  log: '',
  tasks: '/nhiem-vu',
  map: '/ban-do',
  bulletins: '/ban-tin',
  reports: '/bao-cao',
}

export interface Framed {
  tab?: TabKey
  /** Title of a page below the record. */
  below?: string
  errors?: readonly FormError[]
  /** Said after a form that went well. */
  done?: string
  /** Modules of the browser and headers that only this page needs. */
  islands?: readonly string[]
  headers?: Record<string, string>
  /** Of a page that can be asked as of an earlier moment. */
  past?: Pick<Past, 'at'>
  body: ComponentChildren
}

/** A page of one incident: head, tabs and, of an exercise, the striped frame. */
export async function framePage(ctx: Context, incident: Incident, framed: Framed): Promise<Reply> {
  const own = incidentPath(incident.code)
  const at = framed.past?.at
  const tai = at?.text
  const tasks = await listTasks(ctx.sql, incident.code, at?.knownAt)
  const open = tasks.filter(({ state }) => state === 'open' || state === 'waiting').length
  const errors = framed.errors ?? []
  return page({
    title: titleOf({
      exercise: incident.exercise,
      title: framed.below ? `${framed.below} · ${incident.title}` : incident.title,
    }),
    exercise: incident.exercise,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: incident.exercise ? 'Diễn tập' : 'Tình huống', href: withQuery(listPathOf(incident), { tai }) },
      ...(framed.below ? [{ label: incident.code, href: withQuery(own, { tai }) }] : []),
    ],
    lead: `${incident.code} · ${kinds[incident.kind].name} · ${incident.place}`,
    islands: ['table', 'ticking', ...(framed.islands ?? [])],
    headers: framed.headers,
    actions: <HeadActions ctx={ctx} incident={incident} />,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa thực hiện được" />
        {framed.done && errors.length === 0 && <Notice tone="done" role="status" title={framed.done} />}
        <AsOfNotice at={at} what="hồ sơ tình huống" />
        <Head ctx={ctx} incident={incident} at={at} />
        <Tabs
          label="Hồ sơ tình huống"
          items={Object.entries(tabs).map(([key, label]) => ({
            label,
            // Object.entries forgets the keys' type.
            href: withQuery(`${own}${tabPath[key as TabKey]}`, { tai }),
            current: key === framed.tab,
            count: key === 'tasks' && open > 0 ? open : undefined,
          }))}
        />
        {framed.body}
        {framed.past && errors.length === 0 && <AsOfQuestion at={at} what="hồ sơ tình huống" />}
      </div>
    ),
  })
}

export const listPathOf = ({ exercise }: Pick<Incident, 'exercise'>): string =>
  exercise ? `${incidentsPath}?che-do=dien-tap` : incidentsPath

function Head({ ctx, incident, at }: { ctx: Context; incident: Incident; at: AsOf | undefined }) {
  const { startedAt, closedAt, state } = incident
  return (
    <div id="dau-ho-so" data-live={at ? undefined : topicOf(incident.code)} data-live-label="Hồ sơ tình huống">
      <DescriptionList
        inColumns
        items={[
          {
            term: 'Mức độ',
            value: (
              <>
                <LevelMark incident={incident} /> {incident.exercise && <ExerciseMark />}
              </>
            ),
          },
          {
            term: 'Trạng thái',
            value: (
              <Tag tone={incident.state === 'open' ? 'info' : 'neutral'}>
                {incidentStateNames[incident.state]}
                {incident.round > 1 ? `, lần ${incident.round}` : ''}
              </Tag>
            ),
          },
          {
            term: 'Chỉ huy',
            value: incident.commanderName ?? <Tag tone="warning">Chưa có người chỉ huy</Tag>,
          },
          {
            term: 'Thời gian',
            value: (
              <>
                <strong>
                  {state === 'open' && at ? (
                    `đã ${formatDuration(at.knownAt.getTime() - startedAt.getTime())}`
                  ) : state === 'open' ? (
                    <Elapsed since={startedAt} words="đã" />
                  ) : (
                    `kéo dài ${formatDuration((closedAt ?? ctx.now).getTime() - startedAt.getTime())}`
                  )}
                </strong>
                , từ <Time at={startedAt} exact />
              </>
            ),
          },
          ...(incident.conclusion && incident.state === 'closed'
            ? [{ term: 'Kết luận', value: incident.conclusion }]
            : []),
        ]}
      />
    </div>
  )
}

function HeadActions({ ctx, incident }: { ctx: Context; incident: Incident }) {
  const own = incidentPath(incident.code)
  if (!mayCommand(ctx, incident)) return null
  return (
    <>
      {/* A directive binds outside of any exercise: none comes out of one. */}
      {!incident.exercise && incident.state === 'open' && (
        <Button
          icon="flow"
          href={directiveFormPath({
            kind: 'incident',
            code: incident.code,
            title: incident.title,
            url: own,
            organisation: incident.organisation,
            area: incident.area ?? undefined,
          })}
        >
          Giao nhiệm vụ chỉ đạo
        </Button>
      )}
      {incident.state === 'open' && (
        <Button href={`${own}/chi-huy`} icon="sign">
          {incident.commander ? 'Bàn giao chỉ huy' : 'Nhận chỉ huy'}
        </Button>
      )}
      <Button href={`${own}/dong`}>{incident.state === 'open' ? 'Đóng' : 'Mở lại'}</Button>
    </>
  )
}
