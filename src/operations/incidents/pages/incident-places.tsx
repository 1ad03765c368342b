import { z } from 'zod'
import type { Context } from '#platform/context'
import { type Reply, type Route, redirect, route } from '#platform/http'
import { Button, Form, type FormError, Section, Select, Table, TextInput, Time } from '#ui'
import { incidentPath, incidentsPath } from '../model.ts'
import { getIncident, mayCommand, readPermission, topicOf } from '../record/access.ts'
import { addPlace } from '../record/log.ts'
import { type Incident, listPlaces, type Place } from '../record/store.ts'
import { framePage } from './incident-frame.tsx'
import { Code } from './incident-log.tsx'
import { areaOptions, errorAt, faultsOf, formKey, readPoint } from './words.ts'

const path = `${incidentsPath}/:code/ban-do`
const text = (max: number) => z.string().max(max).default('')
const Body = z.object({
  ten: text(200),
  'vai-tro': text(200),
  'dia-ban': text(35),
  'toa-do': text(60),
  'ghi-chu': text(500),
  khoa: text(60),
})
type Body = z.infer<typeof Body>

const show = route({
  method: 'GET',
  path,
  access: readPermission,
  params: Code,
  handle: async (ctx, { params }) => placesPage(ctx, await getIncident(ctx, params.code), {}, []),
})

const add = route({
  method: 'POST',
  path,
  access: 'incident:command',
  params: Code,
  body: Body,
  async handle(ctx, { params, body }) {
    const incident = await getIncident(ctx, params.code)
    try {
      await addPlace(ctx, incident.code, {
        name: body.ten,
        role: body['vai-tro'],
        area: body['dia-ban'] || undefined,
        point: readPoint(body['toa-do'], 'toa-do'),
        note: body['ghi-chu'],
        formKey: body.khoa || formKey(),
      })
    } catch (error) {
      return placesPage(ctx, incident, body, faultsOf(error, 'ten'))
    }
    return redirect(`${incidentPath(incident.code)}/ban-do`)
  },
})

async function placesPage(
  ctx: Context,
  incident: Incident,
  values: Partial<Body>,
  errors: readonly FormError[],
): Promise<Reply> {
  const places = await listPlaces(ctx.sql, incident.code)
  const areas = await areaOptions(ctx)
  const nameOf = (code: string | null) => areas.find(({ value }) => value === code)?.label ?? code
  const error = (field: string) => errorAt(errors, field)
  return framePage(ctx, incident, {
    tab: 'map',
    errors,
    body: (
      <div class="stack-large">
        <div id="cac-noi" data-live={topicOf(incident.code)} data-live-label="Các nơi">
          <Places incident={incident} places={places} nameOf={nameOf} />
        </div>
        {incident.state === 'open' && mayCommand(ctx, incident) && (
          <Section title="Thêm nơi">
            <Form action={`${incidentPath(incident.code)}/ban-do`} label="Thêm nơi">
              <input type="hidden" name="khoa" value={values.khoa || formKey()} />
              <TextInput name="ten" label="Tên nơi" value={values.ten ?? ''} maxLength={200} error={error('ten')} />
              <TextInput
                name="vai-tro"
                label="Là gì"
                hint="Ví dụ: hiện trường, điểm sơ tán, chốt chặn, trạm y tế."
                value={values['vai-tro'] ?? ''}
                maxLength={200}
                error={error('vai-tro')}
              />
              <Select
                name="dia-ban"
                label="Địa bàn"
                empty="Chưa rõ"
                value={values['dia-ban']}
                options={areas}
                optional
              />
              <TextInput
                name="toa-do"
                label="Tọa độ"
                hint="Vĩ độ rồi kinh độ, ví dụ 12.2388 109.1967."
                value={values['toa-do'] ?? ''}
                error={error('toa-do')}
                optional
              />
              <TextInput name="ghi-chu" label="Ghi chú" value={values['ghi-chu'] ?? ''} maxLength={500} optional />
              <Button kind="primary">Thêm nơi</Button>
            </Form>
          </Section>
        )}
      </div>
    ),
  })
}

interface PlacesProps {
  incident: Incident
  places: readonly Place[]
  nameOf: (code: string | null) => string | null
}

interface Spot {
  key: string
  name: string
  role: string
  area: string | null
  point: string | undefined
  note: string | null
  at: Date
}

function Places({ incident, places, nameOf }: PlacesProps) {
  const scene: Spot = {
    key: 'hien-truong',
    name: incident.place,
    role: 'Nơi xảy ra',
    area: incident.area,
    point: sayPoint(incident),
    note: null,
    at: incident.startedAt,
  }
  const spots = [
    scene,
    ...places.map((one): Spot => ({ ...one, key: String(one.id), point: sayPoint(one), at: one.addedAt })),
  ]
  return (
    <Table
      caption="Các nơi của tình huống"
      rows={spots}
      rowKey={(spot) => spot.key}
      columns={[
        { key: 'name', title: 'Nơi', cell: (spot) => spot.name },
        { key: 'role', title: 'Là gì', phone: true, cell: (spot) => spot.role },
        { key: 'area', title: 'Địa bàn', phone: true, cell: (spot) => nameOf(spot.area) },
        { key: 'point', title: 'Vĩ độ, kinh độ', phone: true, cell: (spot) => spot.point },
        { key: 'note', title: 'Ghi chú', cell: (spot) => spot.note },
        { key: 'at', title: 'Từ lúc', kind: 'nowrap', cell: (spot) => <Time at={spot.at} exact /> },
      ]}
    />
  )
}

const sayPoint = ({
  latitude,
  longitude,
}: {
  latitude: number | null
  longitude: number | null
}): string | undefined =>
  latitude === null || longitude === null ? undefined : `${latitude.toFixed(4)} ${longitude.toFixed(4)}`

export const incidentPlaceRoutes: readonly Route[] = [show, add]
