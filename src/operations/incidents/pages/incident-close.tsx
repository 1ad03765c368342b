import { z } from 'zod'
import { listHolders } from '#identity'
import type { Context } from '#platform/context'
import { type Reply, type Route, redirect, route } from '#platform/http'
import { Button, DescriptionList, Form, type FormError, Notice, Section, Select, TextArea, TextInput, Time } from '#ui'
import { incidentPath, incidentsPath, levelOf, riskLevels, sayLevel, severities, severityNames } from '../model.ts'
import { commandPermission, getIncident, mayCommand, readPermission } from '../record/access.ts'
import { answerOffer, offerCommand, takeCommand } from '../record/command.ts'
import { type CommandOffer, findOffer } from '../record/command-store.ts'
import { changeLevel, closeIncident, reopenIncident } from '../record/open.ts'
import type { Incident } from '../record/store.ts'
import { listTasks } from '../record/task-store.ts'
import { isSameParty, passwordField } from '../signing.ts'
import { framePage } from './incident-frame.tsx'
import { Code } from './incident-log.tsx'
import { errorAt, faultsOf } from './words.ts'

const base = `${incidentsPath}/:code`
const long = z.string().max(6000).default('')
const password = z.string().max(200).default('')

const closing = route({
  method: 'GET',
  path: `${base}/dong`,
  access: commandPermission,
  params: Code,
  handle: async (ctx, { params }) => closePage(ctx, await getIncident(ctx, params.code), {}, []),
})

const changes = [
  {
    path: 'dong',
    field: 'ket-luan',
    act: (ctx: Context, code: string, body: Record<string, string>) => closeIncident(ctx, code, body['ket-luan'] ?? ''),
  },
  {
    path: 'mo-lai',
    field: 'ly-do',
    act: (ctx: Context, code: string, body: Record<string, string>) => reopenIncident(ctx, code, body['ly-do'] ?? ''),
  },
  {
    path: 'doi-cap',
    field: 'cap',
    act: (ctx: Context, code: string, body: Record<string, string>) =>
      changeLevel(ctx, code, body.cap ?? '', body['ly-do'] ?? ''),
  },
] as const

const closeRoutes = changes.map(({ path, field, act }) =>
  route({
    method: 'POST',
    path: `${base}/${path}`,
    access: commandPermission,
    params: Code,
    body: z.object({ 'ket-luan': long, 'ly-do': long, cap: z.string().max(20).default('') }),
    async handle(ctx, { params, body }) {
      const incident = await getIncident(ctx, params.code)
      try {
        await act(ctx, incident.code, body)
      } catch (error) {
        return closePage(ctx, incident, body, faultsOf(error, field))
      }
      return redirect(incidentPath(incident.code))
    },
  }),
)

async function closePage(
  ctx: Context,
  incident: Incident,
  values: Record<string, string>,
  errors: readonly FormError[],
): Promise<Reply> {
  ctx.require(commandPermission, incident.organisation)
  const own = incidentPath(incident.code)
  const open = (await listTasks(ctx.sql, incident.code)).filter(({ state }) => state === 'open' || state === 'waiting')
  const error = (field: string) => errorAt(errors, field)
  const isOpen = incident.state === 'open'
  return framePage(ctx, incident, {
    below: isOpen ? 'Đóng' : 'Mở lại',
    errors,
    body: isOpen ? (
      <div class="stack-large">
        <Section title="Đóng">
          {open.length > 0 && (
            <Notice tone="warning" title={`Còn ${open.length} nhiệm vụ chưa kết thúc`}>
              <p>
                Chưa đóng được. <a href={`${own}/nhiem-vu`}>Xem các nhiệm vụ</a>, làm xong hoặc bỏ qua có lý do từng
                việc.
              </p>
            </Notice>
          )}
          <Form action={`${own}/dong`} label="Đóng">
            <TextArea
              name="ket-luan"
              label="Kết luận"
              hint="Diễn biến chính, kết quả, việc cần rút kinh nghiệm."
              value={values['ket-luan'] ?? ''}
              rows={6}
              maxLength={6000}
              error={error('ket-luan')}
            />
            <Button kind="primary">Đóng hồ sơ</Button>
          </Form>
        </Section>
        <LevelForm own={own} incident={incident} values={values} error={error} />
      </div>
    ) : (
      <Form action={`${own}/mo-lai`} label="Mở lại">
        <TextArea
          name="ly-do"
          label="Lý do mở lại"
          value={values['ly-do'] ?? ''}
          maxLength={2000}
          error={error('ly-do')}
        />
        <Button kind="primary">Mở lại</Button>
      </Form>
    ),
  })
}

interface LevelProps {
  own: string
  incident: Incident
  values: Record<string, string>
  error: (field: string) => string | undefined
}

function LevelForm({ own, incident, values, error }: LevelProps) {
  const level = levelOf(incident.kind, incident.level)
  const options =
    incident.levelScale === 'risk'
      ? riskLevels.map((value) => ({ value, label: `Cấp ${value}` }))
      : severities.map((value) => ({ value, label: severityNames[value] }))
  return (
    <Section title="Đổi cấp, mức độ">
      <p>Hiện tại: {level ? sayLevel(level) : incident.level}.</p>
      <Form action={`${own}/doi-cap`} label="Đổi cấp, mức độ">
        <Select
          name="cap"
          label="Chuyển sang"
          value={values.cap || incident.level}
          options={options}
          error={error('cap')}
        />
        <TextArea
          name="ly-do"
          label="Căn cứ"
          rows={2}
          value={values['ly-do'] ?? ''}
          maxLength={2000}
          error={error('ly-do')}
        />
        <Button>Đổi cấp</Button>
      </Form>
    </Section>
  )
}

const command = route({
  method: 'GET',
  path: `${base}/chi-huy`,
  access: readPermission,
  params: Code,
  handle: async (ctx, { params }) => commandPage(ctx, await getIncident(ctx, params.code), {}, []),
})

const Signing = z.object({
  [passwordField]: password,
  'ly-do': long,
  nguoi: z.string().max(80).default(''),
  'tinh-hinh': long,
  tra: z.string().max(10).default(''),
})

const commandActs = {
  nhan: (ctx: Context, code: string, body: Record<string, string>) =>
    takeCommand(ctx, code, { password: body[passwordField] ?? '', reason: body['ly-do'] ?? '' }),
  giao: (ctx: Context, code: string, body: Record<string, string>) =>
    offerCommand(ctx, code, {
      to: body.nguoi ?? '',
      situation: body['tinh-hinh'] ?? '',
      password: body[passwordField] ?? '',
    }),
  'tra-loi': (ctx: Context, code: string, body: Record<string, string>) =>
    answerOffer(ctx, code, { accepts: body.tra === 'nhan', password: body[passwordField] ?? '' }),
} as const

const commandRoutes = Object.entries(commandActs).map(([path, act]) =>
  route({
    method: 'POST',
    path: `${base}/chi-huy/${path}`,
    access: commandPermission,
    params: Code,
    body: Signing,
    async handle(ctx, { params, body }) {
      const incident = await getIncident(ctx, params.code)
      try {
        await act(ctx, incident.code, body)
      } catch (error) {
        return commandPage(ctx, incident, body, faultsOf(error, passwordField))
      }
      return redirect(`${incidentPath(incident.code)}/chi-huy`)
    },
  }),
)

async function commandPage(
  ctx: Context,
  incident: Incident,
  values: Record<string, string>,
  errors: readonly FormError[],
): Promise<Reply> {
  const offer = await findOffer(ctx.sql, incident.code)
  const may = incident.state === 'open' && mayCommand(ctx, incident)
  const isCommander = incident.commander !== null && isSameParty(ctx, [incident.commander])
  const isAsked = offer !== undefined && isSameParty(ctx, [offer.offeredTo])
  const props = { own: incidentPath(incident.code), values, error: (field: string) => errorAt(errors, field) }
  const people = may && isCommander ? await listHolders(ctx, commandPermission, incident.organisation) : []
  return framePage(ctx, incident, {
    below: 'Chỉ huy',
    errors,
    body: (
      <div class="stack-large">
        {offer && <Offer offer={offer} />}
        {may && isAsked && <AnswerForm {...props} />}
        {may && isCommander && (
          <OfferForm
            {...props}
            people={people
              .filter(({ account }) => account !== incident.commander)
              .map(({ account, name, position }) => ({
                value: account,
                label: position ? `${name}, ${position}` : name,
              }))}
          />
        )}
        {may && !isCommander && !isAsked && <TakeForm {...props} commander={incident.commanderName} />}
        {!may && <p>Người chỉ huy: {incident.commanderName ?? 'chưa có'}.</p>}
      </div>
    ),
  })
}

function Offer({ offer }: { offer: CommandOffer }) {
  return (
    <Section title="Bàn giao đang chờ ký nhận">
      <DescriptionList
        items={[
          { term: 'Người giao', value: offer.offeredName },
          { term: 'Người nhận', value: offer.offeredToName },
          { term: 'Lúc', value: <Time at={offer.offeredAt} exact /> },
          { term: 'Tình hình', value: offer.situation },
        ]}
      />
    </Section>
  )
}

interface FormParts {
  own: string
  values: Record<string, string>
  error: (field: string) => string | undefined
}

/** A signature is the password of who signs, entered again. */
export function PasswordField({ error }: { error: string | undefined }) {
  return (
    <TextInput
      name={passwordField}
      label="Mật khẩu của người ký"
      hint="Ký bằng cách nhập lại mật khẩu đăng nhập của chính mình. Nội dung đã ký được ghi vào nhật ký niêm phong."
      type="password"
      autocomplete="current-password"
      error={error}
    />
  )
}

function TakeForm({ own, values, error, commander }: FormParts & { commander: string | null }) {
  return (
    <Section title={commander ? `Nhận chỉ huy thay ${commander}` : 'Nhận chỉ huy'}>
      <Form action={`${own}/chi-huy/nhan`} label="Nhận chỉ huy">
        {commander && (
          <TextArea
            name="ly-do"
            label="Lý do nhận thay"
            hint={`${commander} sẽ được báo.`}
            rows={2}
            value={values['ly-do'] ?? ''}
            error={error('ly-do')}
          />
        )}
        <PasswordField error={error(passwordField)} />
        <Button kind="primary" icon="sign">
          Ký nhận chỉ huy
        </Button>
      </Form>
    </Section>
  )
}

function OfferForm({ own, values, error, people }: FormParts & { people: { value: string; label: string }[] }) {
  return (
    <Section title="Bàn giao chỉ huy">
      <Form action={`${own}/chi-huy/giao`} label="Bàn giao chỉ huy">
        <Select
          name="nguoi"
          label="Người nhận"
          empty="Chọn người nhận"
          value={values.nguoi}
          options={people}
          error={error('nguoi')}
        />
        <TextArea
          name="tinh-hinh"
          label="Tình hình và việc đang làm"
          value={values['tinh-hinh'] ?? ''}
          maxLength={4000}
          error={error('tinh-hinh')}
        />
        <PasswordField error={error(passwordField)} />
        <Button kind="primary" icon="sign">
          Ký bàn giao
        </Button>
      </Form>
    </Section>
  )
}

function AnswerForm({ own, error }: FormParts) {
  return (
    <Section title="Ký nhận chỉ huy">
      <Form action={`${own}/chi-huy/tra-loi`} label="Ký nhận chỉ huy">
        <PasswordField error={error(passwordField)} />
        <div class="row">
          <Button kind="primary" icon="sign" name="tra" value="nhan">
            Ký nhận chỉ huy
          </Button>
          <Button name="tra" value="khong">
            Không nhận
          </Button>
        </div>
      </Form>
    </Section>
  )
}

export const incidentCloseRoutes: readonly Route[] = [closing, ...closeRoutes, command, ...commandRoutes]
