import { z } from 'zod'
import type { Context } from '#platform/context'
import { type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { Button, type FormError, formatDateTime, Section, Table, Time, withQuery } from '#ui'
import { bulletinKindNames, bulletinStateNames, channels, exerciseWord, incidentsPath, markExercise } from '../model.ts'
import { getIncident, mayCommand, readPermission, topicOf } from '../record/access.ts'
import { type Bulletin, listBulletins } from '../record/bulletin-store.ts'
import {
  approveBulletin,
  changeBulletin,
  draftBulletin,
  dropBulletin,
  getBulletin,
  messageOf,
  sendBulletin,
} from '../record/bulletins.ts'
import { tallyBulletin } from '../record/recipients.ts'
import type { Incident } from '../record/store.ts'
import { About, State } from './bulletin-about.tsx'
import { Decisions } from './bulletin-decisions.tsx'
import { Delivered } from './bulletin-delivered.tsx'
import { Body, bulletinPath, prefill, WriteQuery, wishOf, writePage } from './bulletin-form.tsx'
import { framePage } from './incident-frame.tsx'
import { Code } from './incident-log.tsx'
import { Moment, type Past, readPast } from './past.tsx'
import { faultsOf, formKey, nameOrganisations } from './words.ts'

const base = `${incidentsPath}/:code/ban-tin`
const Params = z.object({ code: z.string().max(40), number: z.coerce.number().int().positive().max(100_000) })
const list = route({
  method: 'GET',
  path: base,
  access: readPermission,
  params: Code,
  query: z.object({ tep: z.enum(['csv', 'xlsx']).optional().catch(undefined), tai: Moment }),
  async handle(asker, { params, query }) {
    const { ctx, at } = await readPast(asker, query.tai)
    const incident = await getIncident(ctx, params.code, at)
    const bulletins = await listBulletins(ctx.sql, incident.code, at?.knownAt)
    if (query.tep)
      return tableFile(query.tep, {
        name: `${incident.exercise ? 'dien-tap-' : ''}${incident.code}-ban-tin`,
        titles: [
          'Chế độ',
          'Số',
          'Loại',
          'Tham chiếu',
          'Tiêu đề',
          'Nội dung phát',
          'Kênh',
          'Trạng thái',
          'Người soạn',
          'Người duyệt',
          'Phát lúc',
        ],
        rows: bulletins.map((one) => [
          incident.exercise ? exerciseWord : 'Thật',
          one.number,
          bulletinKindNames[one.kind],
          one.refersToNumber,
          markExercise(one.exercise, one.title),
          messageOf(one),
          one.channels.map((code) => channels[code]).join(', '),
          bulletinStateNames[one.state],
          one.draftedName,
          one.approvedName,
          one.sentAt ? formatDateTime(one.sentAt) : '',
        ]),
      })
    const may = incident.state === 'open' && mayCommand(ctx, incident)
    return framePage(ctx, incident, {
      tab: 'bulletins',
      past: { at },
      body: (
        <div class="stack">
          {may && (
            <p>
              <Button href={`${bulletinPath(incident.code)}/soan`} icon="add">
                Soạn bản tin
              </Button>
            </p>
          )}
          <div id="ban-tin" data-live={at ? undefined : topicOf(incident.code)} data-live-label="Bản tin">
            <List incident={incident} bulletins={bulletins} tai={at?.text} />
          </div>
        </div>
      ),
    })
  },
})

interface ListProps {
  incident: Incident
  bulletins: readonly Bulletin[]
  tai: string | undefined
}

function List({ incident, bulletins, tai }: ListProps) {
  const own = bulletinPath(incident.code)
  return (
    <Table
      caption="Bản tin, mới nhất trước"
      rows={bulletins}
      rowKey={(one) => String(one.number)}
      rowHref={(one) => withQuery(bulletinPath(incident.code, one.number), { tai })}
      downloads={{ csv: withQuery(own, { tai, tep: 'csv' }), xlsx: withQuery(own, { tai, tep: 'xlsx' }) }}
      empty={{
        title: 'Chưa có bản tin nào',
        words: 'Bản tin do một người soạn, người thứ hai duyệt và phát. Bản tin thay thế, hủy nêu rõ bản trước.',
      }}
      columns={[
        { key: 'title', title: 'Bản tin', cell: (one) => `${one.number}. ${markExercise(one.exercise, one.title)}` },
        {
          key: 'kind',
          title: 'Loại',
          phone: true,
          cell: (one) =>
            one.refersToNumber
              ? `${bulletinKindNames[one.kind]} số ${one.refersToNumber}`
              : bulletinKindNames[one.kind],
        },
        { key: 'state', title: 'Trạng thái', phone: true, cell: (one) => <State bulletin={one} /> },
        { key: 'channels', title: 'Kênh', cell: (one) => one.channels.map((code) => channels[code]).join(', ') },
        {
          key: 'sent',
          title: 'Phát lúc',
          phone: true,
          kind: 'nowrap',
          cell: (one) => one.sentAt && <Time at={one.sentAt} exact />,
        },
      ]}
    />
  )
}

const write = route({
  method: 'GET',
  path: `${base}/soan`,
  access: 'incident:command',
  params: Code,
  query: WriteQuery,
  async handle(ctx, { params, query }) {
    const incident = await getIncident(ctx, params.code)
    ctx.require('incident:command', incident.organisation)
    return writePage(ctx, incident, { values: await prefill(ctx, incident, query), errors: [] })
  },
})

const draft = route({
  method: 'POST',
  path: base,
  access: 'incident:command',
  params: Code,
  body: Body,
  async handle(ctx, { params, body }) {
    const incident = await getIncident(ctx, params.code)
    try {
      const number = await draftBulletin(ctx, incident.code, {
        ...(await wishOf(ctx, body)),
        kind: body.loai,
        refersTo: Number(body.thay) || undefined,
        formKey: body.khoa || formKey(),
      })
      return redirect(bulletinPath(incident.code, number))
    } catch (error) {
      return writePage(ctx, incident, { values: body, errors: faultsOf(error, 'ten') })
    }
  },
})

const show = route({
  method: 'GET',
  path: `${base}/:number`,
  access: readPermission,
  params: Params,
  query: z.object({ tai: Moment }),
  async handle(asker, { params, query }) {
    const past = await readPast(asker, query.tai)
    return bulletinPage(past, await getIncident(past.ctx, params.code, past.at), params.number, [])
  },
})

const change = route({
  method: 'GET',
  path: `${base}/:number/sua`,
  access: 'incident:command',
  params: Params,
  async handle(ctx, { params }) {
    const incident = await getIncident(ctx, params.code)
    ctx.require('incident:command', incident.organisation)
    const one = await getBulletin(ctx, incident.code, params.number)
    return writePage(ctx, incident, {
      number: one.number,
      errors: [],
      values: {
        loai: one.kind,
        thay: one.refersToNumber ? String(one.refersToNumber) : '',
        cap: one.riskLevel ?? '',
        ten: one.title,
        'noi-dung': one.body,
        'khu-vuc': one.area,
        kenh: [...one.channels],
        nhan: [...one.recipients],
        'vai-tro': [...one.recipientRoles],
        'het-han': one.expiresAt ? formatDateTime(one.expiresAt) : '',
      },
    })
  },
})

const saveChange = route({
  method: 'POST',
  path: `${base}/:number/sua`,
  access: 'incident:command',
  params: Params,
  body: Body,
  async handle(ctx, { params, body }) {
    const incident = await getIncident(ctx, params.code)
    try {
      await changeBulletin(ctx, incident.code, params.number, await wishOf(ctx, body))
    } catch (error) {
      return writePage(ctx, incident, { number: params.number, values: body, errors: faultsOf(error, 'ten') })
    }
    return redirect(bulletinPath(incident.code, params.number))
  },
})

const moves = [
  { path: 'duyet', act: approveBulletin },
  { path: 'phat', act: sendBulletin },
  { path: 'bo', act: dropBulletin },
  {
    // "Duyệt và phát": one press of the second person.
    path: 'duyet-phat',
    act: async (ctx: Context, code: string, number: number) => {
      await ctx.transaction(async (inner) => {
        await approveBulletin(inner, code, number)
        await sendBulletin(inner, code, number)
      })
    },
  },
] as const

const moveRoutes = moves.map(({ path, act }) =>
  route({
    method: 'POST',
    path: `${base}/:number/${path}`,
    access: 'incident:command',
    params: Params,
    async handle(ctx, { params }) {
      const incident = await getIncident(ctx, params.code)
      try {
        await act(ctx, incident.code, params.number)
      } catch (error) {
        return bulletinPage({ ctx, at: undefined }, incident, params.number, faultsOf(error, 'quyet-dinh'))
      }
      return redirect(bulletinPath(incident.code, params.number))
    },
  }),
)

async function bulletinPage(
  { ctx, at }: Past,
  incident: Incident,
  number: number,
  errors: readonly FormError[],
): Promise<Reply> {
  const one = await getBulletin(ctx, incident.code, number, at?.knownAt)
  const may = incident.state === 'open' && mayCommand(ctx, incident)
  return framePage(ctx, incident, {
    tab: 'bulletins',
    past: { at },
    below: `Bản tin ${number}`,
    errors,
    body: (
      <div class="stack-large">
        <Section title="Nội dung phát đi">
          <div class="panel stack-small">
            {messageOf(one)
              .split('\n')
              .map((line, index) => (
                <p key={`${index}-${line}`}>{line}</p>
              ))}
          </div>
        </Section>
        <About incident={incident} bulletin={one} nameOf={await nameOrganisations(ctx, at)} tai={at?.text} />
        {one.state === 'sent' && at && <p class="muted">Kết quả gửi tin chỉ xem được ở trang hiện nay.</p>}
        {one.state === 'sent' && !at && <Delivered tally={await tallyBulletin(ctx, one)} bulletin={one} />}
        {may && <Decisions ctx={ctx} incident={incident} bulletin={one} />}
      </div>
    ),
  })
}

export const incidentBulletinRoutes: readonly Route[] = [list, write, draft, show, change, saveChange, ...moveRoutes]
