import { z } from 'zod'
import { drawThingMap, ThingMapQuery } from '#maps'
import type { MapFeature, MapLayer } from '#platform/capability'
import { type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  Form,
  type FormError,
  formatNumber,
  More,
  type Option,
  Section,
  Select,
  Table,
  TextInput,
  Time,
} from '#ui'
import { incidentPath, incidentsPath, levelOf } from '../model.ts'
import { getIncident, mayCommand, readPermission, topicOf } from '../record/access.ts'
import { addPlace } from '../record/log.ts'
import { type Incident, listPlaces, type Place } from '../record/store.ts'
import { framePage } from './incident-frame.tsx'
import { Code } from './incident-log.tsx'
import { Moment, type Past, readPast } from './past.tsx'
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

type Layers = () => readonly MapLayer[]

/** The places of an incident: on the map, among what other cards put there, and to be added to. */
export const incidentPlaceRoutes = (layers: Layers): Route[] => [showRoute(layers), addRoute(layers)]

const showRoute = (layers: Layers) =>
  route({
    method: 'GET',
    path,
    access: readPermission,
    params: Code,
    query: z.object({ ...ThingMapQuery.shape, tai: Moment }),
    async handle(asker, { params, query, request }) {
      const past = await readPast(asker, query.tai)
      const incident = await getIncident(past.ctx, params.code, past.at)
      return placesPage(past, incident, { layers: layers(), query, address: request.url })
    },
  })

const addRoute = (layers: Layers) =>
  route({
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
        const errors = faultsOf(error, 'ten')
        const address = `${incidentPath(incident.code)}/ban-do`
        return placesPage({ ctx, at: undefined }, incident, {
          layers: layers(),
          query: {},
          address,
          values: body,
          errors,
        })
      }
      return redirect(`${incidentPath(incident.code)}/ban-do`)
    },
  })

interface Asked {
  layers: readonly MapLayer[]
  query: z.infer<typeof ThingMapQuery>
  address: string
  values?: Partial<Body>
  errors?: readonly FormError[]
}

/** Nobody sees an exercise on the map of something real, nor the reverse. */
const isOther = (incident: Incident, layer: MapLayer) =>
  layer.code === (incident.exercise ? 'incidents' : 'incidents-exercise')

async function placesPage({ ctx, at }: Past, incident: Incident, asked: Asked): Promise<Reply> {
  const { values = {}, errors = [], query, address } = asked
  const spots = spotsOf(incident, await listPlaces(ctx.sql, incident.code, at?.knownAt))
  const map = await drawThingMap(ctx, {
    own: layerOf(incident, spots),
    others: at ? [] : asked.layers.filter((layer) => !isOther(incident, layer)),
    query,
    address,
    live: at ? undefined : topicOf(incident.code),
  })
  if ('kind' in map) return map
  const areas = await areaOptions(ctx)
  const nameOf = (code: string | null) => areas.find(({ value }) => value === code)?.label ?? code
  return framePage(ctx, incident, {
    tab: 'map',
    past: { at },
    errors,
    islands: map.islands,
    headers: map.headers,
    body: (
      <div class="stack-large">
        {map.body}
        {at && (
          <p class="muted">
            Lần xem lại chỉ vẽ các nơi của tình huống này; các lớp khác chỉ xem được ở trang hiện nay.
          </p>
        )}
        <div id="cac-noi" data-live={at ? undefined : topicOf(incident.code)}>
          <Places spots={spots} nameOf={nameOf} />
        </div>
        {incident.state === 'open' && mayCommand(ctx, incident) && (
          <AddPlace incident={incident} values={values} errors={errors} areas={areas} />
        )}
      </div>
    ),
  })
}

interface AddProps {
  incident: Incident
  values: Partial<Body>
  errors: readonly FormError[]
  areas: readonly Option[]
}

function AddPlace({ incident, values, errors, areas }: AddProps) {
  const error = (field: string) => errorAt(errors, field)
  return (
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
        <Select name="dia-ban" label="Địa bàn" empty="Chưa rõ" value={values['dia-ban']} options={areas} optional />
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
  )
}

interface PlacesProps {
  spots: readonly Spot[]
  nameOf: (code: string | null) => string | null
}

interface Spot {
  key: string
  name: string
  role: string
  area: string | null
  longitude: number | null
  latitude: number | null
  note: string | null
  at: Date
}

function spotsOf(incident: Incident, places: readonly Place[]): Spot[] {
  const { place: name, area, longitude, latitude, startedAt: at } = incident
  const scene = { key: 'hien-truong', name, role: 'Nơi xảy ra', area, longitude, latitude, note: null, at }
  return [scene, ...places.map((one): Spot => ({ ...one, key: String(one.id), at: one.addedAt }))]
}

/** The incident's own places as a layer like any other. */
function layerOf(incident: Incident, spots: readonly Spot[]): MapLayer {
  const level = levelOf(incident.kind, incident.level)
  const features = spots.flatMap((spot): MapFeature[] => {
    const { key, name, role, area, longitude, latitude, at } = spot
    const point = longitude === null || latitude === null ? undefined : ([longitude, latitude] as const)
    if (!point && !area) return []
    return [
      {
        id: key,
        title: name,
        href: '',
        point,
        area: area ?? undefined,
        at,
        note: role,
        severity: key === 'hien-truong' && level?.scale === 'severity' ? level.value : undefined,
      },
    ]
  })
  return {
    code: 'places',
    title: incident.exercise ? 'Các nơi của cuộc diễn tập' : 'Các nơi của tình huống',
    permission: readPermission,
    named: true,
    list: async (ctx, { limit }) => ({ features: features.slice(0, limit), total: features.length, asOf: ctx.now }),
  }
}

function Places({ spots, nameOf }: PlacesProps) {
  return (
    <More title={`Bảng các nơi (${formatNumber(spots.length)})`}>
      <Table
        caption="Các nơi của tình huống"
        rows={spots}
        rowKey={(spot) => spot.key}
        columns={[
          { key: 'name', title: 'Nơi', cell: (spot) => spot.name },
          { key: 'role', title: 'Là gì', phone: true, cell: (spot) => spot.role },
          { key: 'area', title: 'Địa bàn', phone: true, cell: (spot) => nameOf(spot.area) },
          { key: 'point', title: 'Vĩ độ, kinh độ', phone: true, cell: sayPoint },
          { key: 'note', title: 'Ghi chú', cell: (spot) => spot.note },
          { key: 'at', title: 'Từ lúc', kind: 'nowrap', cell: (spot) => <Time at={spot.at} exact /> },
        ]}
      />
    </More>
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
