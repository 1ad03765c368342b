import { z } from 'zod'
import { directiveFormPath, listDirectivesOf } from '#directives'
import { listHolders } from '#identity'
import { findCallStanding, findPlaybook, openIncidentPath, type PlaybookName } from '#incidents'
import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route, safeReturnPath } from '#platform/http'
import { AsOfQuestion, Button, ErrorSummary, type FormError, formatDateTime, Notice, withQuery } from '#ui'
import {
  acknowledgeAlerts,
  assignAlert,
  closeAlerts,
  getAlert,
  handlePermission,
  judgeAlert,
  moveAlert,
  noteAlert,
  readPermission,
} from '../actions.ts'
import { lastCallOf } from '../calls.ts'
import { listSignalsOf } from '../intake/signal-store.ts'
import { pastKeptSince } from '../past-store.ts'
import { findRule } from '../rules/store.ts'
import { getSettings } from '../settings.ts'
import type { Alert } from '../store.ts'
import { listEvents } from '../timeline-store.ts'
import { keptSince } from '../timers/purge.ts'
import { DetailForm } from './detail-form.ts'
import { AlertBody } from './detail-parts.tsx'
import { readNames } from './names.ts'
import { AsKnown, PastNotice } from './past.tsx'
import { alertPath, listPath, silencesPath } from './words.ts'

const Code = z.strictObject({ code: z.string().max(40) })
const path = `${listPath}/:code`
const signalsShown = 50

const deedsDone = {
  nhan: 'Đã nhận cảnh báo',
  'xu-ly': 'Đã chuyển sang đang xử lý',
  cho: 'Đã chuyển sang chờ',
  'ghi-chu': 'Đã thêm ghi chú',
  giao: 'Đã giao người xử lý',
  'danh-gia': 'Đã ghi đánh giá',
  dong: 'Đã đóng cảnh báo',
} as const

export const detailRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: readPermission,
    params: Code,
    query: z.object({
      viec: z.enum(['nhan', 'xu-ly', 'cho', 'ghi-chu', 'giao', 'danh-gia', 'dong']).optional().catch(undefined),
      tai: z.string().max(30).optional(),
    }),
    async handle(ctx, { params: { code }, query }) {
      const at = await readAsOf(ctx, query.tai)
      return show(ctx, at ? await getAlertThen(ctx, code, at) : await getAlert(ctx, code), { done: query.viec, at })
    },
  }),
  route({
    method: 'POST',
    path,
    access: handlePermission,
    params: Code,
    body: DetailForm,
    async handle(ctx, { params: { code }, body }) {
      const alert = await getAlert(ctx, code)
      try {
        await act(ctx, code, body)
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.status === 403) throw error
        const errors = error.fields.map(({ path: field, message }) => ({ field, message }))
        return show(ctx, alert, {
          errors: errors.length > 0 ? errors : [{ field: 'viec', message: error.message }],
          form: body,
        })
      }
      return redirect(body.ve ? safeReturnPath(body.ve) : withQuery(alertPath(code), { viec: body.viec }))
    },
  }),
]

/** @throws Problem 404 that says so where it came up only later */
async function getAlertThen(ctx: Context, code: string, at: AsOf): Promise<Alert> {
  const { raisedAt } = await getAlert(ctx, code)
  if (raisedAt > at.knownAt)
    throw new Problem(
      'alert.not-then',
      404,
      `Lúc ${formatDateTime(at.knownAt, at.timeZone)} chưa có cảnh báo ${code}; cảnh báo này xuất hiện lúc ${formatDateTime(raisedAt, at.timeZone)}.`,
      { code },
    )
  return getAlert(ctx, code, at.knownAt)
}

function act(ctx: Context, code: string, body: DetailForm): Promise<void> {
  const duplicateOf = body['trung-voi'] || undefined
  switch (body.viec) {
    case 'nhan':
      return acknowledgeAlerts(ctx, [code])
    case 'xu-ly':
      return moveAlert(ctx, code, 'working', body['ghi-chu'])
    case 'cho':
      return moveAlert(ctx, code, 'waiting', body['ghi-chu'])
    case 'ghi-chu':
      return noteAlert(ctx, code, body['ghi-chu'])
    case 'giao':
      return assignAlert(ctx, code, body.nguoi)
    case 'danh-gia':
      return judgeAlert(ctx, code, body['danh-gia'] ?? 'true', duplicateOf)
    case 'dong':
      return closeAlerts(ctx, [code], { reason: body['ly-do'], verdict: body['danh-gia'], duplicateOf })
  }
}

interface Showing {
  done?: keyof typeof deedsDone
  errors?: readonly FormError[]
  form?: DetailForm
  at?: AsOf
}

async function show(ctx: Context, alert: Alert, { done, errors = [], form, at }: Showing): Promise<Reply> {
  const asOf = at?.knownAt
  const mayHandle = !at && ctx.can(handlePermission, alert.organisation)
  const call = lastCallOf(alert)
  const [events, signals, directives, people, rule, standing, playbook, settings, pastSince] = await Promise.all([
    listEvents(ctx, alert.id, asOf),
    listSignalsOf(ctx, alert, { limit: signalsShown, asOf }),
    listDirectivesOf(ctx, { kind: 'alert', code: alert.code }, at),
    mayHandle ? listHolders(ctx, handlePermission, alert.organisation) : [],
    alert.inlet === 'rule' ? findRule(ctx.sql, alert.origin, asOf) : undefined,
    call && ctx.can('incident:read') ? findCallStanding(ctx, call) : undefined,
    alert.playbook ? findPlaybook(ctx, alert.playbook) : undefined,
    getSettings(ctx.sql),
    at && pastKeptSince(ctx.sql),
  ])
  const actors = events.map(({ actor }) => actor)
  const names = await readNames(ctx, [alert.owner, alert.acknowledgedBy, alert.closedBy, ...actors], at)
  return page({
    title: alert.headline,
    crumbs: [{ label: 'Cảnh báo', href: withQuery(listPath, { tai: at?.text }) }],
    status: errors.length > 0 ? 422 : 200,
    actions: !at && <Actions ctx={ctx} alert={alert} />,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} />
        <PastNotice at={at} keptSince={pastSince} />
        {done && <Notice tone="done" role="status" title={deedsDone[done]} />}
        <AsKnown at={at}>
          <AlertBody
            alert={alert}
            names={names}
            events={events}
            signals={signals}
            directives={directives}
            people={people}
            rule={rule?.body}
            call={standing}
            keptSince={keptSince(settings, ctx.now)}
            playbook={
              playbook && { title: playbook.title, href: at ? playbook.url : playbookHref(ctx, alert, playbook) }
            }
            form={form}
            errors={errors}
            mayHandle={mayHandle}
            at={at}
          />
        </AsKnown>
        <AsOfQuestion at={at} what="cảnh báo" />
      </div>
    ),
  })
}

/** Who may command begins an incident with it; others read it. */
const playbookHref = (ctx: Context, alert: Alert, { url }: PlaybookName): string =>
  ctx.can('incident:command') && alert.state !== 'closed' ? openIncidentPath(alert) : url

function Actions({ ctx, alert }: { ctx: Context; alert: Alert }) {
  const { code, headline, url, organisation, area, subject } = alert
  return (
    <>
      {ctx.can('directive:give') && (
        <Button
          href={directiveFormPath({ kind: 'alert', code, title: headline, url, organisation, area, about: subject })}
        >
          Giao nhiệm vụ
        </Button>
      )}
      {ctx.can('incident:command') && alert.state !== 'closed' && (
        <Button href={openIncidentPath(alert)}>Mở hồ sơ tình huống</Button>
      )}
      {ctx.can(handlePermission, organisation) && alert.state !== 'closed' && (
        <Button href={withQuery(`${silencesPath}/moi`, { 'canh-bao': code })}>Tạm im</Button>
      )}
    </>
  )
}
