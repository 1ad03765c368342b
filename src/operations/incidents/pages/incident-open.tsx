import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, Checkbox, ErrorSummary, Form, type FormError, Notice, Select, TextInput } from '#ui'
import {
  exerciseWord,
  incidentPath,
  incidentsPath,
  Kind,
  kindCodes,
  kinds,
  levelOf,
  riskLevels,
  severities,
  severityNames,
} from '../model.ts'
import { type PlaybookBody, sayPlaybookLevel } from '../playbooks/model.ts'
import { listCurrent } from '../playbooks/store.ts'
import { commandPermission } from '../record/access.ts'
import { homeOrganisation, listOwnExercises, openIncident } from '../record/open.ts'
import { areaOptions, errorAt, faultsOf, formKey, organisationOptions, readMoment, readPoint } from './words.ts'

const text = (max: number) => z.string().max(max).optional()
const fields = {
  loai: text(40),
  cap: text(20),
  /** Severity of the alert it comes from: the level of what is no disaster. */
  muc: text(20),
  ten: text(300),
  noi: text(300),
  'dia-ban': text(35),
  'don-vi': text(35),
  'toa-do': text(60),
  'bat-dau': text(40),
  'kich-ban': text(40),
  'canh-bao': text(100),
  tu: text(40),
  'chi-huy': text(5),
  'la-that': text(5),
  khoa: text(60),
}
const Values = z.object(fields)
type Values = z.infer<typeof Values>

const ways = [
  { exercise: false, path: `${incidentsPath}/mo` },
  { exercise: true, path: `${incidentsPath}/mo-dien-tap` },
] as const

export const incidentOpenRoutes: readonly Route[] = ways.flatMap(({ exercise, path }) => [
  route({
    method: 'GET',
    path,
    access: commandPermission,
    query: Values,
    handle: (ctx, { query }) => show(ctx, { exercise, path, values: query, errors: [] }),
  }),
  route({
    method: 'POST',
    path,
    access: commandPermission,
    body: Values,
    async handle(ctx, { body }) {
      try {
        const code = await openIncident(ctx, {
          exercise,
          kind: body.loai ?? '',
          level: body.cap ?? '',
          title: body.ten ?? '',
          organisation: body['don-vi'] || (await homeOrganisation(ctx)),
          area: body['dia-ban'] || undefined,
          place: body.noi ?? '',
          point: readPoint(body['toa-do'], 'toa-do'),
          playbook: body['kich-ban'] || undefined,
          alert: body['canh-bao'] || undefined,
          startedAt: await readMoment(ctx, body['bat-dau'], 'bat-dau'),
          takesCommand: body['chi-huy'] === 'yes',
          from: body.tu || undefined,
          isReal: body['la-that'] === 'yes',
          formKey: body.khoa || formKey(),
        })
        return redirect(incidentPath(code))
      } catch (error) {
        return show(ctx, { exercise, path, values: body, errors: faultsOf(error, 'ten') })
      }
    },
  }),
])

interface Showing {
  exercise: boolean
  path: string
  values: Values
  errors: readonly FormError[]
}

async function show(ctx: Context, { exercise, path, values, errors }: Showing): Promise<Reply> {
  const current = (await listCurrent(ctx.sql)).filter(({ state }) => state === 'approved')
  const asked = values['kich-ban'] ?? ''
  const match =
    current.find(({ playbook }) => playbook === asked) ?? current.find(({ body }) => body.aliases.includes(asked))
  const chosen = match?.body
  const kind = values.loai ?? chosen?.kind
  const running = exercise ? [] : await listOwnExercises(ctx)
  const error = (field: string) => errorAt(errors, field)
  return page({
    title: exercise ? `${exerciseWord} · Mở cuộc diễn tập` : 'Mở tình huống',
    exercise,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      exercise
        ? { label: 'Diễn tập', href: `${incidentsPath}?che-do=dien-tap` }
        : { label: 'Tình huống', href: incidentsPath },
    ],
    lead: exercise
      ? 'Mọi trang, bản tin và văn bản của cuộc diễn tập đều mang chữ DIỄN TẬP.'
      : 'Kịch bản được chọn sẽ sinh nhiệm vụ cho từng đơn vị ngay khi mở.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title={exercise ? 'Chưa mở được cuộc diễn tập' : 'Chưa mở được tình huống'} />
        {values['canh-bao'] && (
          <Notice title={`Từ cảnh báo ${values['canh-bao']}`}>Các mục đã biết được điền sẵn; xin kiểm tra lại.</Notice>
        )}
        <Form action={path} label={exercise ? 'Mở cuộc diễn tập' : 'Mở tình huống'}>
          <input type="hidden" name="khoa" value={values.khoa || formKey()} />
          <input type="hidden" name="canh-bao" value={values['canh-bao'] ?? ''} />
          <input type="hidden" name="tu" value={values.tu ?? ''} />
          <Select
            name="kich-ban"
            label="Kịch bản"
            hint="Có thể để trống và giao từng nhiệm vụ sau."
            empty="Không theo kịch bản"
            value={match?.playbook}
            error={error('kich-ban')}
            options={current.map(({ playbook, body }) => ({ value: playbook, label: sayPlaybook(body) }))}
          />
          <TextInput
            name="ten"
            label="Tên tình huống"
            hint="Việc gì, ở đâu. Ví dụ: Lũ trên sông Cái vượt báo động 2."
            value={values.ten ?? ''}
            maxLength={200}
            error={error('ten')}
          />
          <Select
            name="loai"
            label="Loại"
            empty="Chọn loại"
            value={kind}
            error={error('loai')}
            options={kindCodes.map((value) => ({ value, label: kinds[value].name }))}
          />
          <LevelSelect
            value={values.cap ?? levelHint(kind, values.muc) ?? chosen?.incidentLevel}
            error={error('cap')}
          />
          <TextInput name="noi" label="Nơi xảy ra" value={values.noi ?? ''} maxLength={200} error={error('noi')} />
          <Select
            name="dia-ban"
            label="Địa bàn"
            empty="Chưa rõ"
            value={values['dia-ban']}
            error={error('dia-ban')}
            options={await areaOptions(ctx)}
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
          <TextInput
            name="bat-dau"
            label="Bắt đầu lúc"
            hint="Để trống nếu là bây giờ. Ví dụ 14:05 29/11/2026."
            value={values['bat-dau'] ?? ''}
            error={error('bat-dau')}
            optional
          />
          <Select
            name="don-vi"
            label="Đơn vị chỉ huy"
            value={values['don-vi'] ?? (await homeOrganisation(ctx))}
            error={error('don-vi')}
            options={(await organisationOptions(ctx)).filter(({ value }) => ctx.can(commandPermission, value))}
          />
          <Checkbox
            name="chi-huy"
            label="Tôi nhận chỉ huy"
            checked={values.khoa === undefined || values['chi-huy'] === 'yes'}
          />
          {running.length > 0 && (
            <Checkbox
              name="la-that"
              label="Đây là tình huống thật"
              hint={`Đang có cuộc diễn tập ${running.join(', ')}. Chỉ đánh dấu khi sự việc có thật, không thuộc cuộc diễn tập.`}
              error={error('la-that')}
              checked={values['la-that'] === 'yes'}
            />
          )}
          <div class="row">
            <Button kind="primary">{exercise ? 'Mở cuộc diễn tập' : 'Mở tình huống'}</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

const sayPlaybook = (body: PlaybookBody): string =>
  `${kinds[body.kind].name} · ${body.title}${body.level ? ` · ${sayPlaybookLevel(body.level)}` : ''}`

// The severity of an alert is never taken for the risk level of a disaster.
const levelHint = (kind: string | undefined, severity: string | undefined): string | undefined => {
  const known = Kind.safeParse(kind)
  return known.success && severity ? levelOf(known.data, severity)?.value : undefined
}

function LevelSelect({ value, error }: { value?: string; error?: string }) {
  return (
    <Select
      name="cap"
      label="Cấp, mức độ"
      hint="Thiên tai dùng cấp độ rủi ro (Cấp 1 đến Cấp 5). Việc khác dùng mức độ cảnh báo. Hai thang không dùng lẫn."
      empty="Chọn"
      value={value}
      error={error}
      options={[]}
      groups={[
        {
          label: 'Thiên tai: cấp độ rủi ro',
          options: riskLevels.map((level) => ({ value: level, label: `Cấp ${level}` })),
        },
        {
          label: 'Việc khác: mức độ',
          options: severities.map((severity) => ({ value: severity, label: severityNames[severity] })),
        },
      ]}
    />
  )
}
